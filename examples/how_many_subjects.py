"""
How many people does a study of alpha training need?
====================================================

Power by simulation, as CRED-nf asks for (item 1b): people train with real feedback or with a sham, an experimenter
measures alpha before and in the last block, and groups of n are drawn again and again from what was found.

This is a simulation of group averages, not medical advice.
"""

import numpy as np
from matplotlib.figure import Figure
from scipy import stats

import neurosim as ns
from neurosim.cohort import Course
from neurosim.core import palette
from neurosim.core.spec import Float
from neurosim.session.figure import show_figure

PEOPLE, SESSIONS, DRAWS = 24, 4, 500
SIZES = (4, 6, 8, 12, 16, 24, 32, 48, 64, 96)

# %%
# What an experimenter has is the feature, not the truth: the change from the first baseline to the last training block.


def changes(course: Course, arm: str) -> Float:
    """Return what is measured of each person in an arm [%]."""
    of_arm = course.blocks[course.blocks["arm"] == arm]
    blocks = of_arm.set_index(["sitting", "block", "subject"])["feature"].sort_index()
    names = course.blocks[course.blocks["block_kind"] == "training"]["block"].unique()
    before, after = blocks.loc[1, "baseline"], blocks.loc[len(course.sittings), names[-1]]
    change: Float = (100.0 * (after / before - 1.0)).to_numpy(dtype=float)
    return change[np.isfinite(change)]


def main(duration_s: float = 600.0, show: bool = True) -> dict[int, float]:
    course = ns.run_course("alpha_up", subjects=PEOPLE, sessions=SESSIONS, arms=("real", "random"), seed=1,
                           duration_s=duration_s, follow_up_days=())  # fmt: skip
    real, sham, rng = changes(course, "real"), changes(course, "random"), np.random.default_rng(1)
    power = {}
    for n in SIZES:
        a, b = (rng.choice(group, (n, DRAWS)) for group in (real, sham))
        error = np.sqrt((a.var(axis=0, ddof=1) + b.var(axis=0, ddof=1)) / n)
        found = np.abs(a.mean(axis=0) - b.mean(axis=0)) > stats.t.ppf(0.975, 2 * n - 2) * error
        power[n] = float(found.mean())
    axes = (figure := Figure(figsize=(8, 4.5), layout="constrained")).subplots()
    axes.plot(SIZES, [100 * power[n] for n in SIZES], "o-", color=palette.FEATURE)
    axes.axhline(80, color=palette.FAINT, linestyle="--")
    axes.set(xlabel="people in each group [number]", ylabel="studies that find the difference [%]", ylim=(0, 102))
    axes.set_title(f"Power after {SESSIONS} sessions of {duration_s:.0f} s, by a t-test at 5 %")
    d = (real.mean() - sham.mean()) / np.sqrt((real.var(ddof=1) + sham.var(ddof=1)) / 2)
    enough = next((f"{n} people in each group" for n in SIZES if power[n] >= 0.8), f"more than {SIZES[-1]} people")
    print(f"Alpha changes by {real.mean():+.0f} % with real feedback and {sham.mean():+.0f} % with a sham "
          f"(d = {d:.2f}): to find that in 80 of 100 studies takes {enough}.")  # fmt: skip
    if show:
        show_figure(figure)
    return power


if __name__ == "__main__":
    main()

# Now change: ``SESSIONS`` to 10. Do fewer people do?
