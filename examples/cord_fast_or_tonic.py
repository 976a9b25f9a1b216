"""
Must a pulse be felt to help?
=============================

The same sixty simulated patients with pain of the back get pulses of 50 Hz at the spinal cord, which tingle, and pulses
of 10 kHz, which do not. In a trial 43.8 % and 84.5 % had half of the pain or less (Kapural et al. 2015): without a
sham; how many respond is set on it. A trial of pulses in bursts against a sham found no difference (Hara et al. 2022).
(A simulation of group averages, not medical advice.)
"""

import numpy as np
from matplotlib.figure import Figure

import neurosim as ns
from neurosim.core import palette
from neurosim.core.spec import Float
from neurosim.session.figure import show_figure
from neurosim.subject import Population

PATIENTS = 60
PUBLISHED = {"scs_tonic": 43.8, "scs_10khz": 84.5}

# %%
# The device of each protocol is switched on after a third of the session, and stays on.


def relief(name: str, duration_s: float) -> Float:
    """Return the share of the pain of each patient that goes [%]."""
    protocol = ns.load_protocol(name)
    device = protocol.devices[0].model_copy(update={"start_s": duration_s / 3, "stop_s": None})
    off, on = (
        block.model_copy(update={"duration_s": duration_s * share})
        for block, share in zip(protocol.blocks, (1 / 3, 2 / 3), strict=False)
    )
    changed = protocol.model_copy(update={"devices": (device,)}).with_blocks(off, on)
    people = Population(PATIENTS, 1, "chronic_pain")
    memory = ns.simulate(changed, subject=people, seed=1, keep="ticks").memory
    pain = memory.features()[..., 0]
    third = len(pain) // 3
    gone: Float = 100.0 * (1.0 - pain[-third:].mean(axis=0) / pain[third // 2 : third].mean(axis=0))
    return gone


def main(duration_s: float = 240.0, show: bool = True) -> dict[str, float]:
    axes = (figure := Figure(figsize=(8, 4.5), layout="constrained")).subplots()
    share = dict[str, float]()
    for (name, published), color in zip(PUBLISHED.items(), (palette.SIGNAL, palette.REWARD), strict=True):
        gone = np.sort(relief(name, duration_s))[::-1]
        share[name] = float(100.0 * (gone >= 50.0).mean())
        label = f"{name}: {share[name]:.0f} % respond, published {published:g} %"
        axes.plot(np.linspace(0, 100, PATIENTS), gone, color=color, label=label)
        axes.plot(published, 50.0, "o", color=color, mfc="white")
    axes.axhline(50.0, color=palette.FAINT, linestyle="--")
    axes.set(xlabel="patients, best first [%]", ylabel="pain gone [%]")
    axes.legend()
    print(f"Half of the pain or less: {share['scs_tonic']:.0f} % of the patients with pulses of 50 Hz "
          f"(published 43.8), {share['scs_10khz']:.0f} % with 10 kHz (published 84.5).")  # fmt: skip
    if show:
        show_figure(figure)
    return share


if __name__ == "__main__":
    main()

# Now change: the device's frequency to 10 Hz, by another ``pulses`` in its update. How many respond then?
