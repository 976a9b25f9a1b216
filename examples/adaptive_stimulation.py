"""
Is stimulation for half of the time enough?
===========================================

Parkinsonism is shown by long bursts of beta. One stimulator is always on, one follows the bursts. What is left of them
is counted in the same six patients. (A simulation of group averages, not medical advice.)
"""

import numpy as np
from matplotlib.figure import Figure

import neurosim as ns
from neurosim.core import palette
from neurosim.core.spec import Float
from neurosim.feedback import load_protocol
from neurosim.modulation import Pulses, Stimulator
from neurosim.modulation.scores import time_in_long_bursts
from neurosim.session.figure import show_figure

PATIENTS, RATE, CURRENT_MA = 6, 64, 2.5

# %%
# Both are one protocol: its rule says when beta is above a threshold, which is found in the first block. A stimulator
# that follows the feedback is a hand in the same loop as a trainee; one that is always on does not look.


def beta(mode: str, duration_s: float) -> tuple[Float, Float, Float]:
    """Return beta off and on ``(tick, patient)``, and when the adaptive stimulator was asked to give pulses."""
    protocol = load_protocol("adaptive_dbs")
    pulses = Pulses(site="stn", current_ma=CURRENT_MA, width_us=60, frequency_hz=130)
    devices = {"off": (), "always on": (Stimulator(pulses=pulses),),
               "adaptive": (Stimulator(pulses=pulses, mode="adaptive"),)}  # fmt: skip
    changed = protocol.model_copy(update={"devices": devices[mode]})
    memory = ns.simulate(changed, subjects=PATIENTS, seed=1, duration_s=duration_s, keep="ticks").memory
    blocks, trace = np.array(memory.block_names()), memory.features()[..., 0]
    later = blocks == "adaptive stimulation"
    return trace[blocks == "off"], trace[later], memory.column("shown")[later]


def main(duration_s: float = 300.0, show: bool = True) -> dict[str, float]:
    axes = (figure := Figure(figsize=(8, 4.5), layout="constrained")).subplots()
    left, limits, shown = dict[str, float](), np.zeros(PATIENTS), np.zeros(1)
    looks = (("off", palette.FAINT), ("always on", palette.SIGNAL), ("adaptive", palette.REWARD))
    for mode, color in looks:
        before, after, shown = beta(mode, duration_s)
        limits = np.percentile(before, 75, axis=0) if mode == "off" else limits
        left[mode] = float(np.mean([time_in_long_bursts(x, t, RATE) for x, t in zip(after.T, limits, strict=True)]))
        axes.plot(np.arange(len(after)) / RATE, after[:, 0], color=color, label=mode)
    axes.set(xlabel="time [s]", ylabel="beta of one patient [µV]")
    axes.legend()
    on = float((shown > 0.5).mean())
    print(f"Time in long bursts: {left['off']:.1%} without stimulation, {left['always on']:.1%} with stimulation all "
          f"the time, {left['adaptive']:.1%} with stimulation {on:.0%} of the time.")  # fmt: skip
    if show:
        show_figure(figure)
    return left | {"on": on}


if __name__ == "__main__":
    main()

# Now change: ``CURRENT_MA`` to 1.5. Which stimulator loses more, and how long is the adaptive one on then?
