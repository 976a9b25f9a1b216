"""Make the figures of docs/training.md: ``python docs/make_training.py`` (about ten minutes on two free cores).

The trials are those that the slow tests judge (`tools.training_trials`), each in a process of its own. Numbers of the
page are printed.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

sys.path.insert(0, str(Path(__file__).parents[1]))
from neurosim.cohort import UNDRIVEN, Course
from neurosim.cohort.figure import draw_course
from neurosim.cohort.outcome import CRITERION_PERCENT
from neurosim.cohort.statistics import Interval, correlation_interval, mean_interval, share_interval
from neurosim.core import palette
from neurosim.core.spec import Float
from tools import training_trials as trials
from tools.bursts import ratios
from tools.training_trials import INERT, AlphaTrial, BreathTrial, change, difference, gain, rewarded

PICTURES = Path(__file__).parent / "pictures"
NAMES = ("alpha", "breathing", "relaxing", "warming", "delay", "threshold")  # the longest first
LOOK = {"real": (palette.REWARD, "o"), "yoked": (palette.INVALID, "s"), "belief": (palette.SIGNAL, "D")}
WORDS = {"real": "real feedback", "yoked": "yoked sham", "belief": "belief alone", "phase_randomised": "random\nphases"}


@dataclass(frozen=True)
class Trials:
    """Everything that is drawn."""

    alpha: AlphaTrial
    breathing: BreathTrial
    relaxing: Course
    warming: Course
    delay: Course
    threshold: Course


def _made(name: str) -> Any:
    return getattr(trials, name)()


def run_all() -> Trials:
    """Run the trials side by side."""
    with ProcessPoolExecutor(2) as pool:
        return Trials(**dict(zip(NAMES, pool.map(_made, NAMES), strict=True)))


def told(what: str, found: Interval, unit: str = "") -> str:
    """Return a number with its interval, and print it."""
    text = f"{found.mean:+.2f} [{found.low:+.2f}, {found.high:+.2f}]{unit and ' ' + unit}"
    print(f"{what}: {text}, n = {found.n}")
    return text


def page(title: str, n_columns: int, n_rows: int = 1, *, height: float = 4.2) -> tuple[Figure, list[Axes]]:
    """Return an empty figure to project, and its axes."""
    figure = Figure(figsize=(11, height * n_rows), dpi=110, layout="constrained")
    figure.get_layout_engine().set(rect=(0, 0.03, 1, 0.97))  # type: ignore[union-attr, call-arg]
    figure.suptitle(title, fontsize=14, color=palette.TEXT)
    axes = list(np.ravel(figure.subplots(n_rows, n_columns)))
    for each in axes:
        each.spines[["top", "right"]].set_visible(False)
        each.axhline(0, color=palette.TEXT, linewidth=0.8)
    figure.text(
        0.995, 0.003, "Simulation of group averages, not medical advice", ha="right", size=7, color=palette.FAINT
    )
    return figure, axes


def bars(axes: Axes, x: Any, found: list[Interval], **look: Any) -> None:
    """Draw means with their 95 % intervals."""
    mean, low, high = (np.array([getattr(each, name) for each in found]) for name in ("mean", "low", "high"))
    axes.errorbar(x, mean, [mean - low, high - mean], **{"capsize": 4, "markersize": 6, "linewidth": 1.8} | look)


def draw_curve(trial: AlphaTrial) -> Figure:
    """Draw learning within and between sessions, of three arms."""
    course = trial.course
    names = ("real", "yoked", "random", UNDRIVEN)
    plan = course.plan.model_copy(update={"arms": tuple(arm for arm in course.plan.arms if arm.name in names)})
    return draw_course(replace(course, plan=plan, blocks=course.blocks[course.blocks["arm"].isin(names)]))


def draw_rows(found: Trials) -> Figure:
    """Draw who learns, what shams teach, and what delay and threshold do to learning."""
    figure, (who, shams, late, hard) = page("What learning depends on", 2, 2)
    course = found.alpha.course
    sorted_change = np.sort(change(course, "real"))[::-1]
    learns = sorted_change >= CRITERION_PERCENT
    rank = np.arange(1, len(learns) + 1)
    who.bar(rank[learns], sorted_change[learns], color=palette.REWARD, label="learn")
    who.bar(rank[~learns], sorted_change[~learns], color=palette.FAINT, hatch="//", edgecolor="white",
            label=f"do not ({100 * (~learns).mean():.0f} %)")  # fmt: skip
    who.axhline(CRITERION_PERCENT, color=palette.TEXT, linestyle="--", linewidth=1)
    who.set(title=f"Ten sessions: {sorted_change.mean():+.0f} %, but not for all", xlabel="person [rank]",
            ylabel="change of true alpha [%]")  # fmt: skip
    who.legend(frameon=False)
    told("alpha, real", mean_interval(sorted_change), "%")
    told("non-learners", share_interval(~learns))
    _draw_shams(shams, course)
    late.set(title="Late feedback teaches less", xlabel="delay of feedback [s]", ylabel="change of true alpha [%]",
             xticks=[0.25 + d for d in trials.DELAYS_S.values()])  # fmt: skip
    effects = [mean_interval(change(found.delay, arm)) for arm in trials.DELAYS_S]
    bars(late, [0.25 + d for d in trials.DELAYS_S.values()], effects, color=palette.REWARD, marker="o")
    for (arm, extra), effect in zip(trials.DELAYS_S.items(), effects, strict=True):
        told(f"{arm}, {0.25 + extra:g} s, {100 * effect.mean / effects[0].mean:.0f} % of the effect", effect, "%")
        late.annotate(f"{100 * effect.mean / effects[0].mean:.0f} %", (0.25 + extra, effect.mean), (8, 6),
                      textcoords="offset points", color=palette.TEXT)  # fmt: skip
    late.set(xlim=(0.2, 0.85), ylim=(0, None))
    _draw_thresholds(hard, found.threshold)
    return figure


def _draw_shams(axes: Axes, course: Course) -> None:
    names = [*INERT, "reversed"]
    effects = [mean_interval(change(course, arm)) for arm in names]
    axes.axhspan(-2, 2, color=palette.GRID, zorder=0, label="within 2 %")
    bars(axes, range(len(INERT)), effects[:-1], color=palette.INVALID, marker="s", linestyle="none")
    bars(axes, [len(INERT)], effects[-1:], color=palette.FEATURE, marker="v", linestyle="none")
    axes.set(title="Shams teach nothing, reversed feedback the opposite", ylabel="change of true alpha [%]")
    axes.set_xticks(range(len(names)), [WORDS.get(name, name).replace(" sham", "") for name in names])
    axes.legend(frameon=False, loc="lower left")
    for name, effect in zip(names, effects, strict=True):
        told(name, effect, "%")
        told(f"real - {name}", difference(course, "real", name), "%")
    told("yoked - random", difference(course, "yoked", "random"), "%")


def _draw_thresholds(axes: Axes, course: Course) -> None:
    rate = rewarded(course)
    arms = [f"p{p}" for p in trials.PERCENTILES]
    effects = [mean_interval(change(course, arm)) for arm in arms]
    axes.axvspan(30, 70, color=palette.GRID, zorder=0)
    axes.annotate(
        "30 to 70 % rewarded", (50, 0.95), xycoords=("data", "axes fraction"), ha="center", color=palette.TEXT
    )
    bars(axes, [rate[arm] for arm in arms], effects, color=palette.REWARD, marker="o")
    axes.set(title="Neither too hard nor too easy", xlabel="share of the time rewarded [%]",
             ylabel="change of true alpha [%]", xlim=(0, 100),
             ylim=(0, 1.25 * max(effect.high for effect in effects)))  # fmt: skip
    for arm, effect in zip(arms, effects, strict=True):
        told(f"{arm}, rewarded {rate[arm]:.0f} %", effect, "%")


def draw_bursts(trial: AlphaTrial) -> Figure:
    """Draw resting alpha against learning, and what changes in the bursts."""
    figure, (resting, bursts) = page("Who learns, and what is learned", 2)
    x, y = change(trial.course, "real", "resting"), change(trial.course, "real")
    r = correlation_interval(x, y)
    told("resting alpha and learning, r", r)
    resting.scatter(x, y, color=palette.REWARD, s=30)
    resting.set(title=f"Resting alpha tells who learns: r = {r.mean:.2f} [{r.low:.2f}, {r.high:.2f}]",
                xlabel="true alpha at rest [µV]", ylabel="change after ten sessions [%]")  # fmt: skip
    for place, (truth, look) in enumerate(((True, palette.TRUTH), (False, palette.FEATURE))):
        found = {name: mean_interval(100.0 * (x - 1.0)) for name, x in ratios(trial, truth=truth).items()}
        bars(bursts, np.arange(3) + 0.2 * place - 0.1, list(found.values()), color=look, marker="os"[place],
             linestyle="none", label="in truth" if truth else "by a detector, thresholds fixed in µV")  # fmt: skip
        for name, effect in found.items():
            told(f"bursts, {'truth' if truth else 'detector'}, {name}", effect, "%")
    bursts.set_xticks(range(3), ["how often", "how large", "how long"])
    bursts.set(title="More bursts, not larger or longer ones", ylabel="against nobody driving [%]")
    bursts.legend(frameon=False)
    return figure


def draw_body(found: Trials) -> Figure:
    """Draw the trainings of the body over their sessions, in three arms."""
    figure, (hands, forehead, breath) = page("Trainings of the body: 40 people in each arm", 3)
    sessions = range(1, found.warming.plan.sessions + 1)
    hands.axhspan(1, 3, color=palette.GRID, zorder=0, label="as published")
    curves = {arm: [mean_interval(gain(found.warming, arm, s)) for s in sessions] for arm in LOOK}
    _draw_arms(hands, curves, "Hands warm in a session", "from baseline to last block [°C]")
    curve = found.relaxing.curve[found.relaxing.curve["block"] == "training 4"]
    forehead.axhspan(-50, -30, color=palette.GRID, zorder=0, label="as published")
    curves = {arm: [_row(row) for _, row in curve[curve["arm"] == arm].iterrows()] for arm in LOOK}
    _draw_arms(forehead, curves, "The forehead lets go", "EMG against nobody driving [%]")
    trial = found.breathing
    n = len(trial.rate_per_min)
    curves = {arm: [mean_interval(trial.distance(arm, s)) for s in range(n)] for arm in LOOK}
    _draw_arms(breath, curves, "Breath finds the resonance", "distance from one's own resonance [1/min]")
    breath.set_ylim(bottom=0)
    forehead.legend(loc="lower left", framealpha=0.9, edgecolor="none")
    breath.axhline(0.5 * trial.naive.mean(), color=palette.TEXT, linestyle="--", linewidth=1, label="half of the way")
    breath.legend(handles=breath.get_lines()[-1:], frameon=False, loc="lower left")
    later: Float = np.mean([gain(found.warming, "real", s) for s in (4, 5, 6)], axis=0)
    told("hands, gain in sessions 4 to 6", mean_interval(later), "degC")
    for arm, versus in (("real", "yoked"), ("yoked", "belief"), ("belief", UNDRIVEN)):
        told(f"hands, {arm} - {versus}", difference(found.warming, arm, versus, "trained"), "degC")
        told(f"forehead, {arm} - {versus}", difference(found.relaxing, arm, versus), "%")
        told(f"breath, distance, {arm} - {versus}", trial.difference(arm, versus), "1/min")
        told(f"coherence ratio, {arm} - {versus}", difference(trial.course, arm, versus, "trained"))
    names = [arm.name for arm in trial.course.plan.arms]
    for arm in LOOK:
        print(f"breath, {arm}: median {np.median(trial.rate_per_min[-1, names.index(arm)]):.1f} a minute")
    print(f"breath, naive: {np.median(trial.own_per_min):.1f}; resonance {np.median(trial.resonance_per_min):.1f}")
    return figure


def _row(row: Any) -> Interval:
    return Interval(trials.N_BODY, row["change_percent"], row["change_percent_low"], row["change_percent_high"])


def _draw_arms(axes: Axes, curves: dict[str, list[Interval]], title: str, label: str) -> None:
    for place, (arm, curve) in enumerate(curves.items()):
        color, marker = LOOK[arm]
        x = np.arange(1, len(curve) + 1) + 0.12 * (place - 1)
        bars(axes, x, curve, color=color, marker=marker, markersize=5, capsize=2, label=WORDS[arm])
        print(f"{title}, {arm}:", " ".join(f"{each.mean:+.2f}" for each in curve))
    axes.set(title=title, xlabel="session [number]", ylabel=label, xticks=range(1, len(curve) + 1))


def main() -> None:
    """Run the trials, draw and write."""
    found = run_all()
    figures = {
        "alpha": draw_curve(found.alpha),
        "rows": draw_rows(found),
        "bursts": draw_bursts(found.alpha),
        "body": draw_body(found),
    }
    for name, figure in figures.items():
        figure.savefig(PICTURES / f"training_{name}.png")


if __name__ == "__main__":
    main()
