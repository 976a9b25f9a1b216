"""The learning curve of a course, as a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neurosim.cohort.arm import UNDRIVEN
from neurosim.core import palette

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from neurosim.cohort.course import Course

_COLORS = (palette.REWARD, palette.INVALID, palette.SIGNAL, palette.FAINT)
_MARKERS = "os^Dv"


def draw_course(course: Course) -> Figure:
    """Draw the change in every block of every sitting, arm by arm, with 95 % intervals of the mean.

    Filled markers are training, open ones transfer without feedback.
    """
    from matplotlib.figure import Figure

    curve, summary = course.curve, course.summary()
    figure = Figure(figsize=(8, 4.2), dpi=110, layout="constrained")
    axes = figure.subplots()
    arms = [arm.name for arm in course.plan.arms if arm.name != UNDRIVEN]
    order = list(dict.fromkeys(zip(curve["sitting"], curve["block"], strict=True)))
    within: dict[int, list[str]] = {}
    for sitting, block in order:
        within.setdefault(sitting, []).append(block)
    for i, arm in enumerate(arms):
        color, marker = _COLORS[i % len(_COLORS)], _MARKERS[i % len(_MARKERS)]
        for kind in ("training", "transfer"):
            rows = curve[(curve["arm"] == arm) & (curve["block_kind"] == kind)]
            x = [
                sitting + 0.8 * within[sitting].index(block) / len(within[sitting]) - 0.4
                for sitting, block in zip(rows["sitting"], rows["block"], strict=True)
            ]
            y = rows["change_percent"].to_numpy(dtype=float)
            low, high = (rows[f"change_percent_{end}"].to_numpy(dtype=float) for end in ("low", "high"))
            axes.errorbar(x, y, [y - low, high - y], color=color, marker=marker, markersize=4, linestyle="none",
                          elinewidth=0.8, mfc=color if kind == "training" else "white",
                          label=f"{arm}, {kind}")  # fmt: skip
    axes.axhline(0, color=palette.TEXT, linewidth=0.8)
    sittings = list(within)
    followed = [sitting for sitting in sittings if course.sittings[sitting - 1].kind == "follow_up"]
    labels = [f"+{course.sittings[s - 1].days:g} d" if s in followed else str(s) for s in sittings]
    axes.set(
        title=f"{course.plan.protocol.title}: {summary['people']} people in each arm, seed {summary['seed']}",
        xlabel="session [number]",
        ylabel=f"change of the {summary['judged_on']}\nagainst nobody driving [%]",
    )
    axes.set_xticks(sittings, labels)
    axes.legend(loc="upper left", frameon=False, fontsize=8, ncols=len(arms))
    axes.spines[["top", "right"]].set_visible(False)
    figure.text(
        0.995, 0.005, "Simulation of group averages, not medical advice", ha="right", size=7, color=palette.FAINT
    )
    return figure
