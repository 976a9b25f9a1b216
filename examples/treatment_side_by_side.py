"""
How much of a relief is the technique, and how much is what people expect?
==========================================================================

The same eight simulated patients with pain of the back, on the same noise: untreated, with expectation alone, with two
kinds of pulses at the spinal cord and with pulses at a nerve. What a technique does and what it shares with a sham
stand apart. Scores are maps set on published means (``neurosim treat`` says which), no findings of the model.

This is a simulation of group averages, not medical advice.
"""

import numpy as np
from matplotlib.figure import Figure

from neurosim.cohort.side_by_side import treat
from neurosim.core import palette
from neurosim.session.figure import show_figure

PATIENT, PATIENTS = "chronic_pain", 8

# %%
# A session of each technique has a length of its own; ``duration_s`` is how much of it is drawn.


def main(duration_s: float = 420.0, show: bool = True) -> dict[str, tuple[float, float]]:
    found = treat(PATIENT, n=PATIENTS, seed=1)
    treated = [arm for arm in found.arms if arm.branch]
    left, right = (figure := Figure(figsize=(11, 4.5), layout="constrained")).subplots(1, 2)
    for arm, shade in zip(treated, np.linspace(0.35, 1.0, len(treated)), strict=True):
        left.plot(arm.signal.time_s, arm.signal.trace, color=palette.SIGNAL, alpha=shade, label=arm.name)
    left.set(xlabel="time [s]", ylabel=f"{treated[0].signal.name} [{treated[0].signal.unit}]", xlim=(0, duration_s))
    left.legend()
    names, y = [arm.name for arm in found.arms], np.arange(len(found.arms))
    specific = np.array([-arm.specific.mean() for arm in found.arms])
    shared = np.array([-arm.nonspecific for arm in found.arms])
    right.barh(y, shared, color=palette.FAINT, label="expectation, attention, time")
    right.barh(y, specific, left=shared, color=palette.REWARD, label="the technique")
    right.set(xlabel=f"taken from the {found.patient.score.name}", yticks=y, yticklabels=names)
    right.invert_yaxis()
    right.legend()
    for arm in treated:
        print(f"{arm.name}: evidence {arm.level} of 5. {arm.evidence}")
    best = max(treated, key=lambda arm: -float(arm.specific.mean()))
    print(f"Of {found.patient.score.untreated:g}, {best.name} takes {-best.specific.mean():.1f} by itself and "
          f"{-best.nonspecific:.1f} by what it shares with a sham.")  # fmt: skip
    if show:
        show_figure(figure)
    return {arm.name: (float(arm.specific.mean()), float(arm.nonspecific)) for arm in found.arms}


if __name__ == "__main__":
    main()

# Now change: ``PATIENT`` to ``"adhd_like"``, where one of the techniques is learned. What is its specific part?
