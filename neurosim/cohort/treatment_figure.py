"""Techniques side by side, as a figure: what the session sees, and the score with the non-specific term apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neurosim.core import palette
from neurosim.core.units import pretty_units

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from neurosim.cohort.side_by_side import SideBySide

_COLORS = (palette.SIGNAL, palette.REWARD, palette.INVALID, palette.TEXT)
_STYLES = ("-", "--", ":", "-.")


def draw_side_by_side(found: SideBySide) -> Figure:
    """Draw the course of the signal under each technique, and the score of each beside its specific and other part."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4.4), dpi=110, layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    rested = found.arms[0].signal
    left.plot(rested.time_s / 60.0, rested.trace, color=palette.FAINT, linewidth=2.5, label="untreated")
    shown = [arm for arm in found.arms[2:] if arm.signal.name == rested.name]
    for i, arm in enumerate(shown):
        look = {"color": _COLORS[i % 4], "linestyle": _STYLES[i % 4], "linewidth": 1.2}
        left.plot(arm.signal.time_s / 60.0, arm.signal.trace, label=arm.name, **look)
    what = f"{rested.name} [{pretty_units(rested.unit)}]"
    left.set(xlabel="time [min]", ylabel=f"{what}, mean of {found.n} patients", title=found.patient.title)
    left.legend(frameon=False, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=5)
    for row, arm in enumerate(found.arms):
        score = float(found.scores(arm).mean())
        right.barh(row, score, color=palette.SIGNAL)
        right.barh(row, -arm.nonspecific, left=score, color=palette.FAINT)
        right.barh(row, -float(arm.specific.mean()), left=score - arm.nonspecific, color=palette.REWARD)
        if arm.trained is not None:
            published = found.patient.score.untreated + arm.nonspecific + arm.trained.published
            right.plot(published, row, "o", color=palette.TEXT, mfc="none")
    right.barh(0, 0, color=palette.SIGNAL, label="left of the score")
    right.barh(0, 0, color=palette.FAINT, label="gone by expectation")
    right.barh(0, 0, color=palette.REWARD, label="gone by the technique")
    if any(arm.trained for arm in found.arms):
        right.plot([], [], "o", color=palette.TEXT, mfc="none", label="published, of training")
    right.set_yticks(range(len(found.arms)), [arm.name for arm in found.arms])
    right.invert_yaxis()
    right.set(xlabel=found.patient.score.name)
    right.legend(frameon=False, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2)
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.suptitle(
        "Simulation of group averages, not medical advice", x=0.995, ha="right", size=7, color=palette.FAINT
    )
    return figure
