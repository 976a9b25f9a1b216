"""Make the figures of docs/training.md: ``python docs/make_training.py`` (about five minutes).

``training_alpha.png`` is a course of alpha training in three arms; ``training_rows.png`` shows what a late feedback and
what the threshold do to learning.
"""

from __future__ import annotations

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

import neurosim
from neurosim.cohort import Arm, Course
from neurosim.cohort.figure import draw_course
from neurosim.core import palette
from neurosim.feedback import Block, Condition, Operant, PercentileThreshold

PICTURES = Path(__file__).parent / "pictures"
PERSON = neurosim.Subject(
    name="adult", title="at O1 alone", body=neurosim.Body(eeg=neurosim.EEG(ch_names=("O1",), fs=128.0)),
    actors=(neurosim.Learner(),),
)  # fmt: skip
DELAYS_S = (0.0, 0.25, 0.5, 1.0)
PERCENTILES = (97, 80, 65, 50, 35, 20, 3)


def trial(arms: list[Arm], subjects: int, sessions: int) -> Course:
    """Train average people twenty minutes a session, with feedback 0.25 s late in all arms."""
    protocol = neurosim.load_protocol("alpha_up")
    feature = protocol.features[0]
    stages = (feature.stages[0], feature.stages[1].model_copy(update={"target_delay_s": 0.125}))
    blocks = [Block(name="baseline", kind="baseline", duration_s=60.0)]
    blocks += [Block(name=f"training {i}", kind="training", duration_s=600.0) for i in (1, 2)]
    update = {"features": (feature.model_copy(update={"stages": stages}),), "display_delay_s": 0.125}
    return neurosim.run_course(
        protocol.model_copy(update=update).with_blocks(*blocks), subject=PERSON, subjects=subjects, sessions=sessions,
        arms=arms, spread=0.0, seed=5, follow_up_days=(),
    )  # fmt: skip


def draw_against(axes: Axes, course: Course, x: list[float], title: str, label: str) -> None:
    """Draw the change of each arm with its 95 % interval."""
    rows = course.arms[course.arms["measure"] == "trained_percent"].set_index("arm")
    names = [arm.name for arm in course.plan.arms][: len(x)]
    mean, low, high = (rows.loc[names, column].to_numpy(dtype=float) for column in ("mean", "low", "high"))
    axes.errorbar(x, mean, [mean - low, high - mean], color=palette.REWARD, marker="o", capsize=3)
    axes.axhline(0, color=palette.TEXT, linewidth=0.8)
    axes.set(title=title, xlabel=label, ylabel="change of true alpha amplitude [%]")
    axes.spines[["top", "right"]].set_visible(False)
    for name, value in zip(names, mean, strict=True):
        print(f"{name}: {value:+.2f} %")


def draw_rows() -> Figure:
    """Draw learning over delay, and over the rate of reward that thresholds give."""
    late = trial([Arm(name=f"late{d:g}", extra_delay_s=d) for d in DELAYS_S], 200, 2)
    rules = {p: Condition(feature="alpha", threshold=PercentileThreshold(percentile=p)) for p in PERCENTILES}
    hard = trial([Arm(name=f"p{p}", rule=Operant(conditions=(rule,))) for p, rule in rules.items()], 60, 3)
    training = hard.blocks[hard.blocks["block_kind"] == "training"]
    rate = 100.0 * training.groupby("arm")["reward_rate"].mean()
    figure = Figure(figsize=(9, 4), dpi=110, layout="constrained")
    left, right = figure.subplots(1, 2)
    draw_against(left, late, [0.25 + d for d in DELAYS_S], "Late feedback teaches less", "delay of feedback [s]")
    x = [float(rate[f"p{p}"]) for p in PERCENTILES]
    draw_against(right, hard, x, "Neither too hard nor too easy", "share of the time rewarded [%]")
    figure.text(
        0.995, 0.005, "Simulation of group averages, not medical advice", ha="right", size=7, color=palette.FAINT
    )
    return figure


def main() -> None:
    """Draw and write the figures."""
    course = neurosim.run_course("alpha_up", subject=PERSON, subjects=60, sessions=10, seed=11)
    print(course.arms.to_string())
    draw_course(course).savefig(PICTURES / "training_alpha.png")
    draw_rows().savefig(PICTURES / "training_rows.png")


if __name__ == "__main__":
    main()
