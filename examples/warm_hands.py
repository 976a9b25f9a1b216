"""
How much warmer does a hand get by feedback in one session?
===========================================================

Twelve people train ``hand_warming``; the same twelve get the tone at random, as often. What the finger does is compared
block by block. (A simulation of group averages, not medical advice.)
"""

import numpy as np
from matplotlib.figure import Figure

import neurosim as ns
from neurosim.core import palette
from neurosim.core.spec import Float
from neurosim.session.figure import show_figure

PEOPLE, PROTOCOL = 12, "hand_warming"

# %%
# A hand is slow: minutes pass until the vessels of a relaxed hand have opened, and skin follows them. So whole blocks
# are looked at, as the difference from the baseline. The same seed gives both groups the same people and the same room.


def warming(sham: str | None, duration_s: float) -> tuple[list[str], Float]:
    """Return the blocks behind the baseline, and how much warmer each hand is in them ``(block, person)`` [°C]."""
    result = ns.simulate(PROTOCOL, subjects=PEOPLE, sham=sham, seed=1, duration_s=duration_s)
    number = result.feature_names.index("temperature")
    means = np.array([block.mean_features[:, number] for block in result.blocks])
    return [block.block.name for block in result.blocks[1:]], means[1:] - means[0]


def main(duration_s: float = 1560.0, show: bool = True) -> dict[str, float]:
    axes = (figure := Figure(figsize=(8, 4.5), layout="constrained")).subplots()
    gain: dict[str, float] = {}
    looks = (("real", None, palette.SIGNAL, "-"), ("sham", "random", palette.FAINT, "--"))
    for name, sham, color, line in looks:
        blocks, change = warming(sham, duration_s)
        last = max(i for i, block in enumerate(blocks) if block.startswith("training"))
        gain[name] = float(change[last].mean())
        error = change.std(axis=1, ddof=1) / np.sqrt(PEOPLE)
        mean = change.mean(axis=1)
        axes.errorbar(range(len(blocks)), mean, error, color=color, linestyle=line, marker="o", label=name)
        axes.set_xticks(range(len(blocks)), blocks)
    axes.axhline(0, color=palette.FAINT, linewidth=1)
    axes.set(xlabel="block [in order]", ylabel="finger against baseline [°C], mean and standard error")
    axes.legend()
    print(f"In the last block of a session of {duration_s / 60:.0f} min the hand is {gain['real']:+.2f} °C from its "
          f"baseline with real feedback and {gain['sham']:+.2f} °C with a sham.")  # fmt: skip
    if show:
        show_figure(figure)
    return gain


if __name__ == "__main__":
    main()

# Now change: ``PROTOCOL`` to "hrv_hand_warming". Does a slow breath with it help?
