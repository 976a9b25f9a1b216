"""The figures of a report on a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.core import palette
from neurosim.core.units import pretty_units
from neurosim.report.field import field_rates
from neurosim.report.numbers import columns_of
from neurosim.session.figure import MOST_POINTS, TITLE, name_blocks, shade, thin, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from neurosim.report.numbers import SessionNumbers
    from neurosim.session.recording.reading import SessionFolder
    from neurosim.testing.budget import Budget

_PIECE_S = 60.0
_STAGES = ("#1170EE", "#A66900", "#13715F", "#6D1177", "#5A6672", "#8A1F0F")


def new_figure(height: float) -> tuple[Figure, Axes]:
    """Return a figure as wide as the page [inch]."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, height), dpi=110, layout="constrained")
    axes = figure.subplots()
    tidy(axes)
    return figure, axes


def draw_course_of_session(session: SessionFolder, numbers: SessionNumbers) -> Figure:
    """Draw the trained feature with its threshold and the rewards, and what was not trusted."""
    ticks, dt, name = session.features, session.protocol.update_interval_s, session.protocol.rule.trained
    times, values = (ticks[column].to_numpy(dtype=float) for column in ("onset", name))
    n = max(1, len(ticks) // MOST_POINTS)
    figure, axes = new_figure(3.6)
    axes.plot(thin(times, n), thin(values, n), color=palette.FEATURE, linewidth=1.0, label=name)
    threshold = next(iter(columns_of(ticks, "threshold_")), None)
    if threshold is not None and ticks[threshold].notna().any():
        drawn = thin(ticks[threshold].to_numpy(dtype=float), n)
        axes.plot(thin(times, n), drawn, color=palette.TEXT, linewidth=1.2, linestyle="--", label="threshold")
    seen = values[np.isfinite(values)]
    bottom, top = (min(0.0, float(seen.min())), 1.15 * float(np.percentile(seen, 99.5))) if seen.size else (0.0, 1.0)
    top = top if top > bottom else bottom + 1.0
    if "reward" in ticks:
        rewarded = times[ticks["reward"].to_numpy(dtype=bool)]
        low = np.full(rewarded.size, bottom - 0.04 * (top - bottom))
        axes.plot(rewarded, low, "^", color=palette.REWARD, markersize=3, label="reward")
    axes.set(ylim=(bottom - 0.08 * (top - bottom), top), xlim=(times[0], times[-1] + dt))
    shade(axes, times, ticks["valid"].to_numpy(dtype=bool), dt)
    name_blocks(axes, dict(zip(numbers.blocks["block"], numbers.blocks["duration_s"], strict=True)), top)
    axes.set_title("The feature, its threshold and the rewards", **TITLE)
    axes.set(xlabel="time [s]", ylabel=f"{name} [{pretty_units(numbers.units[name])}]")
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=4, fontsize=8, frameon=False)
    return figure


def draw_curve(session: SessionFolder, numbers: SessionNumbers) -> Figure:
    """Draw the means of the feature, minute by minute and block by block."""
    name = session.protocol.rule.trained
    trusted = session.features[session.features["valid"] == 1]
    figure, axes = new_figure(3.2)
    start_s = trusted["block"].map(numbers.blocks.set_index("block")["start_s"])
    piece = ((trusted["onset"] - start_s) // _PIECE_S).rename("piece")
    pieces = trusted.groupby(["block", piece], sort=False)[["onset", name]].mean()
    axes.plot(pieces["onset"], pieces[name], "o", markersize=3, color=palette.FAINT, label="mean of a minute")
    for block in numbers.blocks.to_dict("records"):
        colour = palette.FEATURE if block["kind"] == "training" else palette.SIGNAL
        ends = [block["start_s"], block["start_s"] + block["duration_s"]]
        axes.plot(ends, [block[f"mean_{name}"]] * 2, color=colour, linewidth=3)
    axes.plot([], [], color=palette.FEATURE, linewidth=3, label="mean of a training block")
    axes.plot([], [], color=palette.SIGNAL, linewidth=3, label="of any other block")
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.1 * (high - low))
    name_blocks(axes, dict(zip(numbers.blocks["block"], numbers.blocks["duration_s"], strict=True)), axes.get_ylim()[1])
    axes.set_title("The means of minutes and blocks, over trusted time", **TITLE)
    axes.set(xlabel="time [s]", ylabel=f"{name} [{pretty_units(numbers.units[name])}]")
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, fontsize=8, frameon=False)
    return figure


def draw_delays(budgets: list[Budget]) -> Figure:
    """Draw where the time goes, by design: the stages of the slowest input, those behind it, the tick, the display."""
    figure, axes = new_figure(1.2 + 0.7 * len(budgets))
    for row, budget in enumerate(budgets):
        slowest = max(budget.inputs, key=lambda way: sum(step.said_s for step in way.steps))
        parts = [(step.kind, step.said_s) for step in (*slowest.steps, *budget.steps)]
        parts += [("tick", budget.tick_s), ("display", budget.display_s)]
        left, whole = 0.0, max(b.said_s for b in budgets)
        for i, (kind, seconds) in enumerate(parts):
            axes.barh(row, 1000 * seconds, left=1000 * left, color=_STAGES[i % len(_STAGES)], height=0.6)
            if seconds > 0.012 * len(kind) * whole:
                axes.text(1000 * (left + seconds / 2), row, kind, ha="center", va="center", size=8, color="white")
            left += seconds
    axes.set_yticks(range(len(budgets)), [b.feature for b in budgets])
    axes.invert_yaxis()
    axes.set_title("From the body to the eye or ear, by design", **TITLE)
    axes.set(xlabel="delay [ms]", ylabel="feature")
    return figure


def draw_rates(rates: dict[str, float]) -> Figure:
    """Draw the rates of a run beside those that others use.

    Parameters
    ----------
    rates
        Share of the training time, by what it is.
    """
    field = field_rates()
    figure, axes = new_figure(1.4 + 0.32 * (len(rates) + len(field)))
    for row, share in enumerate(rates.values()):
        axes.plot(100 * share, row, "o", color=palette.REWARD, markersize=8)
        axes.annotate(
            f"{100 * share:.0f} %", (100 * share, row), (8, 0), textcoords="offset points", va="center", size=8
        )
    for row, other in enumerate(field, start=len(rates)):
        axes.plot(
            [other.low_percent, max(other.high_percent, other.low_percent + 0.5)],
            [row, row],
            color=palette.FAINT,
            linewidth=5,
            solid_capstyle="round",
        )
    axes.set_yticks(range(len(rates) + len(field)), [*rates, *(other.what for other in field)], size=8)
    axes.invert_yaxis()
    axes.set_title("How often, in training, beside what others use (grey)", **TITLE)
    axes.set(xlabel="share of the training time [%]", ylabel="rate", xlim=(0, 105))
    return figure
