"""One page that shows what happened in a session."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.core import palette
from neurosim.core.spec import Float
from neurosim.session.streams import choose_channels

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from neurosim.session.result import Result

_EXCERPT_S = 10.0
_RATE_WINDOW_S = 30.0
_MOST_POINTS = 4000
_LETTER = 0.0075  # width of a letter as a share of the axis
_TITLE: dict[str, Any] = {"loc": "left", "fontsize": 11, "color": palette.TEXT}
_UNITS = {"uV^2": "µV²", "uV": "µV", "ln(uV^2)": "ln µV²", "SD": "SD of baseline", "1": "ratio"}


def draw_session(result: Result) -> Figure:
    """Draw signal, feature with threshold and rewards, reward rate, and truth beside the estimate.

    Parameters
    ----------
    result
        Of one subject, with all its ticks and samples.
    """
    from matplotlib.figure import Figure

    memory = result.memory
    times = memory.start_s()
    truth = _truth(result)
    n_rows = 2 + (not result.sealed) + (truth is not None)
    figure = Figure(figsize=(11, {2: 6.0, 3: 7.5, 4: 9.0}[n_rows]), dpi=110, layout="constrained")
    rows = figure.subplots(n_rows, 1)
    figure.suptitle(f"{result.protocol.title} - {Path(result.source).name}, seed {result.seed}", color=palette.TEXT)
    middle = _busiest(result, times)
    _draw_signal(rows[0], result, middle)
    _draw_feature(rows[1], result, times)
    if not result.sealed:
        _draw_rate(rows[2], result, times)
    if truth is not None:
        _draw_truth(rows[-1], result, times, truth, middle)
    figure.text(0.995, 0.003, "Simulation of group averages, not medical advice", ha="right", size=7,
                color=palette.FAINT)  # fmt: skip
    for axes in rows:
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(color=palette.GRID, linewidth=0.6)
    return figure


def _busiest(result: Result, times: Float) -> float:
    """Return where an excerpt shows most: the start of the first training block [s]."""
    kinds = result.memory.block_kinds()
    start = kinds.index("training") if "training" in kinds else 0
    return float(times[start])


def _draw_signal(axes: Axes, result: Result, start_s: float) -> None:
    feature = result.protocol.features[result.feature_names.index(result.protocol.rule.trained)]
    source = next(iter(feature.sources.values()))
    spec = result.streams[source.stream]
    channel = choose_channels(source, spec)[0]
    first = int(start_s * spec.fs)
    x = result.samples(source.stream)[channel, first : first + int(_EXCERPT_S * spec.fs)]
    x = x - np.nanmedian(x) if np.isfinite(x).any() else x
    axes.plot((first + np.arange(x.size)) / spec.fs, x, color=palette.SIGNAL, linewidth=0.8)
    axes.set_title(f"The signal at {spec.ch_names[channel]}, the first {_EXCERPT_S:.0f} s of training", **_TITLE)
    axes.set(xlabel="time [s]", ylabel=f"amplitude [{_UNITS.get(spec.unit, spec.unit)}]")


def _draw_feature(axes: Axes, result: Result, times: Float) -> None:
    column = result.feature_names.index(result.protocol.rule.trained)
    unit = _UNITS.get(result.feature_units[column], result.feature_units[column])
    memory = result.memory
    # A long session has more ticks than the page has dots: draw the mean of each stretch of ticks.
    n = max(1, memory.n_ticks // _MOST_POINTS)
    axes.plot(_thin(times, n), _thin(memory.features()[:, column], n), color=palette.FEATURE, linewidth=1.2,
              label=f"{result.protocol.rule.trained}")  # fmt: skip
    axes.plot(_thin(times, n), _thin(memory.thresholds()[:, 0], n), color=palette.TEXT, linewidth=1.2,
              linestyle="--", label="threshold")  # fmt: skip
    top = float(np.nanpercentile(memory.features()[:, column], 99.5)) * 1.15
    bottom = min(0.0, float(np.nanmin(memory.features()[:, column])))
    top = top if top > bottom else bottom + 1.0  # a flat signal has nothing but zeros
    if not result.sealed:
        rewarded = times[memory.rewards()]
        axes.plot(rewarded, np.full(rewarded.size, bottom - 0.04 * (top - bottom)), "^", color=palette.REWARD,
                  markersize=3, label="reward")  # fmt: skip
    axes.set_ylim(bottom - 0.08 * (top - bottom), top)
    _shade(axes, times, memory.column("valid").astype(bool), result.protocol.update_interval_s)
    _name_blocks(axes, result, top)
    axes.set_title("The feature, and the threshold that it must pass to earn a reward", **_TITLE)
    axes.set(xlabel="time [s]", ylabel=f"{result.protocol.rule.trained} [{unit}]",
             xlim=(times[0], times[-1] + result.protocol.update_interval_s))  # fmt: skip
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=4, fontsize=8, frameon=False)


def _thin(x: Float, n: int) -> Float:
    whole = x[: x.size // n * n].reshape(-1, n)
    mean: Float = whole.mean(axis=1)
    return mean


def _shade(axes: Axes, times: Float, valid: Float, dt: float) -> None:
    edges = np.flatnonzero(np.diff(np.concatenate([[True], valid, [True]]).astype(int)))
    for i, (start, stop) in enumerate(zip(edges[::2], edges[1::2], strict=True)):
        axes.axvspan(times[start], times[stop - 1] + dt, facecolor="none", edgecolor=palette.INVALID, hatch="////",
                     alpha=0.5, linewidth=0, label="not trusted" if i == 0 else None)  # fmt: skip


def _name_blocks(axes: Axes, result: Result, top: float) -> None:
    start_s = 0.0
    end_s = result.n_ticks * result.protocol.update_interval_s
    for b in result.blocks:
        duration_s = b.n_ticks * result.protocol.update_interval_s
        axes.axvline(start_s, color=palette.FAINT, linewidth=0.8)
        if duration_s > _LETTER * len(b.block.name) * end_s:
            axes.text(start_s + 0.004 * end_s, top, b.block.name, va="top", size=8, color=palette.FAINT)
        start_s += duration_s


def _draw_rate(axes: Axes, result: Result, times: Float) -> None:
    memory, dt = result.memory, result.protocol.update_interval_s
    n = max(1, round(min(_RATE_WINDOW_S, 0.2 * memory.n_ticks * dt) / dt))
    trained = np.isin(memory.block_kinds(), ["training", "transfer"])
    met = np.concatenate([[0.0], np.cumsum(memory.column("met").astype(bool) & trained)])
    counted = np.concatenate([[0.0], np.cumsum(trained)])
    n_met, n_all = met[n:] - met[:-n], counted[n:] - counted[:-n]
    rate = np.divide(100.0 * n_met, n_all, out=np.full(n_met.size, np.nan), where=n_all > n / 2)
    axes.plot(times[n - 1 :], rate, color=palette.REWARD, linewidth=1.6)
    axes.set_title(f"Reward rate over the last {n * dt:.0f} s", **_TITLE)
    axes.set(xlabel="time [s]", ylabel="share of time [%]", xlim=(times[0], times[-1] + dt), ylim=(0, 100))


def _truth(result: Result) -> tuple[str, Float, float] | None:
    """Return the rhythm, its true envelope (mean over sources) and its rate, where the source knows it."""
    feature = result.protocol.features[result.feature_names.index(result.protocol.rule.trained)]
    spec = result.streams.get("truth/eeg_envelope")
    if spec is None or not feature.truth:
        return None
    columns = [i for i, name in enumerate(spec.ch_names) if name.partition("_")[0] == feature.truth]
    envelope = result.samples("truth/eeg_envelope")[columns].mean(axis=0)
    return (feature.truth, envelope, spec.fs) if columns else None


def _draw_truth(axes: Axes, result: Result, times: Float, truth: tuple[str, Float, float], start_s: float) -> None:
    rhythm, envelope, fs = truth
    first, stop = int(start_s * fs), int((start_s + 2 * _EXCERPT_S) * fs)
    part = envelope[first:stop]
    axes.plot((first + np.arange(part.size)) / fs, part, color=palette.TRUTH, linestyle=":", linewidth=1.6,
              label="truth")  # fmt: skip
    column = result.feature_names.index(result.protocol.rule.trained)
    inside = (times >= start_s) & (times < start_s + 2 * _EXCERPT_S)
    estimate, unit = result.memory.features()[inside, column], result.feature_units[column]
    if unit == "uV^2":
        power = np.sqrt(np.maximum(2.0 * estimate, 0.0))
        axes.plot(times[inside], power, color=palette.FEATURE, linewidth=1.6, label="estimate (root of 2 x power)")
    elif unit == "uV":
        axes.plot(times[inside], estimate, color=palette.FEATURE, linewidth=1.6, label="estimate")
    axes.set_title(f"True {rhythm} amplitude, and the estimate of it: later, and with the background", **_TITLE)
    axes.set(xlabel="time [s]", ylabel="amplitude [µV]")
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, fontsize=8, frameon=False)


def show_figure(figure: Figure) -> None:
    """Open a window with a figure and wait until it is closed; where there is no screen, do nothing.

    A notebook shows it in the page instead.

    Parameters
    ----------
    figure
        Any figure, such as a result's.
    """
    import matplotlib.pyplot as plt

    # Figures are made outside pyplot, which would open windows by itself; only here one becomes pyplot's.
    plt.figure(FigureClass=lambda **options: figure)  # type: ignore[arg-type]
    if figure.canvas.required_interactive_framework is not None:
        plt.show()
