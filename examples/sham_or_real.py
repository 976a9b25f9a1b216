"""
Could I tell real feedback from a yoked sham, and could the statistics?
=======================================================================

Resting people who do not learn train alpha, with real feedback and with each sham. How often is it on, how long at a
time, and how much does it follow what is earned in that moment? Only the last number tells, and nobody sees it.

This is a simulation of group averages, not medical advice.
"""

import numpy as np
from matplotlib.figure import Figure

import neurosim as ns
from neurosim.core import palette
from neurosim.session.figure import show_figure

SHAMS = ("real", "random", "phase_randomised", "yoked", "shifted:shift_s=10", "reversed")
PEOPLE = 8
EXCERPT_S = 20.0

# %%
# A sham is named with its settings after colons. In a batch, yoked makes neighbours each other's donors: both are shown
# what the other one earns in the same tick.


def main(duration_s: float = 300.0, show: bool = True) -> dict[str, tuple[float, float, float]]:
    protocol = ns.load_protocol("alpha_up")
    told = {}
    axes = (figure := Figure(figsize=(9, 4.5), layout="constrained")).subplots()
    for row, sham in enumerate(SHAMS):
        chosen = None if sham == "real" else sham
        result = ns.simulate(protocol, subject="resting_adult", subjects=PEOPLE, sham=chosen, seed=1,
                             duration_s=duration_s, keep="ticks")  # fmt: skip
        training = np.array(result.memory.block_kinds()) == "training"
        shown, earned = (result.memory.column(name)[training].astype(bool) for name in ("shown", "met"))
        starts = (shown[1:] & ~shown[:-1]).sum()
        stretch_s = shown.sum() / max(starts, 1) * protocol.update_interval_s
        follows = (shown == earned).mean()
        told[sham] = (float(shown.mean()), float(stretch_s), float(follows))

        times = np.arange(len(shown)) * protocol.update_interval_s
        seen = times < EXCERPT_S
        axes.fill_between(times[seen], row - 0.4, row - 0.4 + 0.8 * shown[-seen.sum() :, 0], step="post",
                          color=palette.REWARD, linewidth=0)  # fmt: skip
    axes.set_yticks(range(len(SHAMS)), [f"{sham}: {told[sham][0]:.0%} on" for sham in SHAMS])
    axes.invert_yaxis()
    axes.set(title=f"What one subject is shown in the last {EXCERPT_S:.0f} s of training", xlabel="time [s]",
             ylabel="feedback")  # fmt: skip
    for sham, (rate, stretch_s, follows) in told.items():
        print(
            f"{sham:20} on {rate:4.0%} of the time, {stretch_s:.2f} s at a time, as earned {follows:4.0%} of the time"
        )
    if show:
        show_figure(figure)
    return told


if __name__ == "__main__":
    main()

# Now change: the shift to 0.25 s. Is that still a sham? (See docs/shams.md, and `neurosim seal` to hide which it is.)
