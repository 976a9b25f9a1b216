"""How truly each envelope stage follows the offline envelope at each delay, beside what is possible at all.

``python -m benchmarks.envelope --seeds 8 --snr 3 --out envelope`` writes ``envelope.csv`` and ``envelope.png`` and
prints the tables. Each stage sees a baseline (30 s, of recordings 60 s), then its output at t is correlated over the
rest with the envelope at t - delay: that of offline analysis (brick-wall band, Hilbert) and, of bursts, the true one.
Where a stage has a design lag it is the delay; where it has not, and in rows that say so, the best settings of a grid
are taken, chosen by the baseline. Beside them stand three rows that need to know what is measured on: `bound` is
`neurosim.dsp.envelope_bound`, for Gaussian signals; `linear optimum` is what the best linear filter reaches, given how
the offline envelope is distributed (bursts are easier to follow than Gaussian noise, a steady rhythm is harder);
`filter that knows the rest` is the recommended stage calibrated on what it is measured on. Of recordings is also said
how they differ from Gaussian surrogates, see `benchmarks.surrogates`.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import fill
from typing import Any

import numpy as np

from benchmarks.rhythms import Rhythm, bursts, gaussian, recordings
from benchmarks.surrogates import BLOCK_S, chance, character
from neurosim.core.spec import Float
from neurosim.core.stage import StageConfig
from neurosim.dsp import (
    AREnvelope,
    DemodulatedEnvelope,
    Envelope,
    FFTEnvelope,
    FIREnvelope,
    OscillatorEnvelope,
    RectifiedEnvelope,
    WeightedFIREnvelope,
    WelchEnvelope,
)

DELAYS_S = (-0.05, 0.0, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5)
EDGE_S = 2.0  # an FFT is circular: the last seconds of the offline envelope know the first
RECOMMENDED = "weighted FIR"
N_SURROGATES = 32
STYLES = {
    RECOMMENDED: "C9o-", "bound": "k:", "linear optimum": "k--", "filter that knows the rest": "k-.",
    "offline analysis": "k-",
}  # fmt: skip

Configs = Callable[[float, float, float], Sequence[StageConfig]]

#: By name, from the band and the delay to the settings that are tried.
METHODS: dict[str, Configs] = {
    "FFT 1 s": lambda low, high, d: [FFTEnvelope(low_hz=low, high_hz=high)],
    "Welch 2 s": lambda low, high, d: [WelchEnvelope(low_hz=low, high_hz=high)],
    "band-pass 4, rectify, low-pass 1 Hz": lambda low, high, d: [
        RectifiedEnvelope(low_hz=low, high_hz=high, order=4, cutoff_hz=1.0)
    ],
    "band-pass, square, smooth (envelope)": lambda low, high, d: [Envelope(low_hz=low, high_hz=high)],
    "rectify, best of 15": lambda low, high, d: [
        RectifiedEnvelope(low_hz=low, high_hz=high, order=order, cutoff_hz=cutoff)
        for order in (1, 2, 4)
        for cutoff in (1.0, 2.0, 3.0, 4.0, 6.0)
    ],
    "demodulate, best of 15": lambda low, high, d: [
        DemodulatedEnvelope(low_hz=low, high_hz=high, order=order, cutoff_hz=cutoff)
        for order in (1, 2, 4)
        for cutoff in (1.0, 1.5, 2.0, 3.0, 4.0)
    ],
    "AR forecast": lambda low, high, d: [AREnvelope(low_hz=low, high_hz=high, target_delay_s=d)],
    "Kalman oscillator": lambda low, high, d: [OscillatorEnvelope(low_hz=low, high_hz=high, target_delay_s=d)],
    "FIR": lambda low, high, d: [FIREnvelope(low_hz=low, high_hz=high, target_delay_s=d)],
    RECOMMENDED: lambda low, high, d: [WeightedFIREnvelope(low_hz=low, high_hz=high, target_delay_s=d)],
}


@dataclass(frozen=True)
class Row:
    """A number of the table: the median over channels or seeds, and the extremes.

    `interval` is half the 95 % sampling interval of one channel; in the bound's row that of a correlation less its
    bound, which are estimated from the same stretch.
    """

    signal: str
    target: str
    method: str
    delay_ms: int
    median: float
    low: float
    high: float
    interval: float
    modulation_delay_ms: float
    n: int


def run(config: StageConfig, rhythm: Rhythm) -> tuple[Float, float]:
    """Return a stage's output ``(channel, time)``, calibrated on the baseline, and its `spec.delay_s`."""
    stage = config.prepare(rhythm.spec)
    n_baseline = round(rhythm.calibrate_s * rhythm.fs)
    first = stage.process(rhythm.x[:, :n_baseline])
    stage.calibrate()
    return np.concatenate([first, stage.process(rhythm.x[:, n_baseline:])], axis=1), stage.spec.delay_s


def correlation(estimate: Float, wanted: Float, delay_s: float, fs: float, span_s: tuple[float, float]) -> Float:
    """Correlate each channel's estimate with what was wanted `delay_s` ago, within a span of time ``(channel,)``."""
    return np.array([np.corrcoef(*pair)[0, 1] for pair in _pairs(estimate, wanted, delay_s, fs, span_s)])


def interval(estimate: Float, wanted: Float, delay_s: float, fs: float, span_s: tuple[float, float]) -> Float:
    """Return half the 95 % sampling interval of each channel's correlation, by the jackknife over blocks of 3 s."""
    found = []
    for y, z in _pairs(estimate, wanted, delay_s, fs, span_s):
        n_block = round(BLOCK_S * fs)
        n_blocks = max(len(y) // n_block, 2)
        moments = np.array(
            [
                [part.size, a.sum(), part.sum(), a @ a, part @ part, a @ part]
                for a, part in zip(np.array_split(y, n_blocks), np.array_split(z, n_blocks), strict=True)
            ]
        )
        n, sy, sz, syy, szz, syz = (moments.sum(axis=0) - moments).T
        r = (syz - sy * sz / n) / np.sqrt((syy - sy**2 / n) * (szz - sz**2 / n))
        found.append(1.96 * np.sqrt((n_blocks - 1) / n_blocks * np.sum((r - r.mean()) ** 2)))
    return np.array(found)


def _pairs(
    estimate: Float, wanted: Float, delay_s: float, fs: float, span_s: tuple[float, float]
) -> Iterator[tuple[Float, Float]]:
    start, stop, late = round(span_s[0] * fs), round(span_s[1] * fs), round(delay_s * fs)
    for y, z in zip(estimate, wanted, strict=True):
        yield y[start:stop], z[start - late : stop - late]


def measure(
    rhythm: Rhythm,
    methods: Sequence[str] = tuple(METHODS),
    delays_s: Sequence[float] = DELAYS_S,
    n_surrogates: int = 0,
) -> list[Row]:
    """Return the table of one set of signals; the bound of a recording has an interval where surrogates are made."""
    fs, duration_s = rhythm.fs, rhythm.x.shape[1] / rhythm.fs
    tuning, test = (EDGE_S, rhythm.calibrate_s), (rhythm.calibrate_s, duration_s - EDGE_S)
    targets = {"offline": rhythm.offline()} | ({} if rhythm.latent is None else {"latent": rhythm.latent})
    rows: list[Row] = []
    outputs: dict[str, tuple[Float, float]] = {}

    def output(config: StageConfig) -> tuple[Float, float]:
        key = config.model_dump_json()
        if key not in outputs:
            outputs[key] = run(config, rhythm)
        return outputs[key]

    def add(target: str, method: str, delay_s: float, values: Float, half: float, modulation_s: float) -> None:
        rows.append(Row(rhythm.name, target, method, round(1000 * delay_s), float(np.median(values)),
                        float(values.min()), float(values.max()), half, 1000 * modulation_s, len(values)))  # fmt: skip

    for delay_s in delays_s:
        for method in methods:
            tried = METHODS[method](*rhythm.band_hz, delay_s)
            scores = [
                np.median(correlation(output(config)[0], targets["offline"], delay_s, fs, tuning)) if tried[1:] else 0.0
                for config in tried
            ]
            estimate, modulation_s = output(tried[int(np.argmax(scores))])
            for target, wanted in targets.items():
                values = correlation(estimate, wanted, delay_s, fs, test)
                half = float(np.median(interval(estimate, wanted, delay_s, fs, test)))
                add(target, method, delay_s, values, half, modulation_s)
        add("offline", "filter that knows the rest", delay_s, knowing(rhythm, delay_s, targets["offline"]), 0.0, np.nan)
        half = chance(rhythm, delay_s, recommended, n_surrogates) if n_surrogates and rhythm.recorded else 0.0
        add("offline", "bound", delay_s, rhythm.bounds(delay_s), half, np.nan)
        add("offline", "linear optimum", delay_s, rhythm.optima(delay_s), 0.0, np.nan)
        if rhythm.latent is not None:
            values = correlation(targets["offline"], rhythm.latent, 0.0, fs, test)
            add("latent", "offline analysis", delay_s, values, 0.0, np.nan)
    return rows


def recommended(rhythm: Rhythm, delay_s: float) -> Float:
    """Return the correlation of the recommended stage with the offline envelope after the baseline ``(channel,)``."""
    estimate, _ = run(METHODS[RECOMMENDED](*rhythm.band_hz, delay_s)[0], rhythm)
    span_s = rhythm.calibrate_s, rhythm.x.shape[1] / rhythm.fs - EDGE_S
    return correlation(estimate, rhythm.offline(), delay_s, rhythm.fs, span_s)


def knowing(rhythm: Rhythm, delay_s: float, wanted: Float) -> Float:
    """Return the correlation that the recommended stage reaches when calibrated on the test itself ``(channel,)``."""
    n = round(rhythm.calibrate_s * rhythm.fs)
    rest = rhythm.x[:, n:]
    rest_s = rest.shape[1] / rhythm.fs
    twice = replace(rhythm, x=np.concatenate([rest, rest], axis=1), calibrate_s=rest_s)
    estimate, _ = run(METHODS[RECOMMENDED](*rhythm.band_hz, delay_s)[0], twice)
    return correlation(estimate[:, rest.shape[1] :], wanted[:, n:], delay_s, rhythm.fs, (EDGE_S, rest_s - EDGE_S))


def table(rows: Sequence[Row]) -> str:
    """Write the tables of one set of signals, a line for each method."""
    lines = []
    delays = sorted({row.delay_ms for row in rows})
    for target in dict.fromkeys(row.target for row in rows):
        lines += ["", f"{rows[0].signal}: correlation with the {target} envelope, median of {rows[0].n}"]
        lines.append(" " * 38 + "".join(f"{d:>7}" for d in delays) + "  ms")
        for method in dict.fromkeys(row.method for row in rows if row.target == target):
            found = {row.delay_ms: row for row in rows if row.target == target and row.method == method}
            lines.append(f"{method:<38}" + "".join(f"{found[d].median:7.3f}" for d in delays))
            if method == RECOMMENDED:
                lines.append(f"{'  sampling interval, +-':<38}" + "".join(f"{found[d].interval:7.3f}" for d in delays))
                slow = (f"{found[d].modulation_delay_ms:7.0f}" for d in delays)
                lines.append(f"{'  delay of a slow modulation [ms]':<38}" + "".join(slow))
            if method == "bound" and any(row.interval for row in found.values()):
                half = "".join(f"{found[d].interval:7.3f}" for d in delays)
                lines.append(f"{'  interval of a difference from it, +-':<38}{half}")
    return "\n".join(lines)


def describe(rhythm: Rhythm) -> str:
    """Say how a recording differs from Gaussian noise."""
    c = character(rhythm)
    return "\n".join([
        f"its envelope varies by {c.variation:.2f} of its mean, Gaussian noise with its spectrum by {c.low:.2f} to "
        f"{c.high:.2f}",
        f"drift over what is measured: of power p = {c.power_drift:.3f}, of frequency p = {c.frequency_drift:.3f}",
    ])  # fmt: skip


def write(rows: Sequence[Row], out: Path) -> None:
    """Write all rows as CSV and draw them."""
    from matplotlib.figure import Figure

    with out.with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(Row.__dataclass_fields__)
        writer.writerows([getattr(row, name) for name in Row.__dataclass_fields__] for row in rows)
    panels = list(dict.fromkeys((row.signal, row.target) for row in rows))
    n_columns = min(3, len(panels))
    n_rows = -(-len(panels) // n_columns)
    figure = Figure(figsize=(4.6 * n_columns, 4.0 * n_rows + 1.5), layout="constrained")
    axes = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
    for panel, (signal, target) in zip(axes, panels, strict=False):
        here = [row for row in rows if (row.signal, row.target) == (signal, target)]
        for method in dict.fromkeys(row.method for row in here):
            points = [(row.delay_ms, row.median) for row in here if row.method == method]
            panel.plot(*zip(*points, strict=True), STYLES.get(method, "-"), markersize=4, label=method,
                       linewidth=2.5 if method == RECOMMENDED else 1.2)  # fmt: skip
        panel.set_yscale("function", functions=(_fisher, np.tanh))
        panel.set_yticks((0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99))
        panel.set(
            title=f"{fill(signal, 38)}\n{target} envelope",
            xlabel="delay [ms]",
            ylabel="correlation",
            ylim=(-0.1, 0.994),
        )
        panel.grid(alpha=0.3)
    for panel in axes[len(panels) :]:
        panel.set_visible(False)
    by_label: dict[str, Any] = {}
    for panel in axes[: len(panels)]:
        by_label |= dict(zip(*reversed(panel.get_legend_handles_labels()), strict=True))
    figure.legend(by_label.values(), by_label, loc="outside lower center", ncols=3)
    figure.savefig(out.with_suffix(".png"), dpi=110)


def _fisher(correlation: Float) -> Float:
    """Return Fisher's z, which spreads what is close to 1."""
    z: Float = np.arctanh(np.clip(correlation, -0.999, 0.999))
    return z


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=8, help="how many signals of each kind")
    parser.add_argument("--snr", type=float, nargs="+", default=[1.0, 3.0, 10.0], help="alpha over noise in 8-12 Hz")
    parser.add_argument("--duration", type=float, default=600.0, help="of each signal [s]")
    parser.add_argument("--out", type=Path, default=Path("envelope"), help="name of the CSV and the figure")
    given = parser.parse_args(arguments)
    if given.seeds < 1 or given.duration < 60.0 or min(given.snr) <= 0.0:
        parser.error("one seed, 60 s and an SNR above 0 are the least")
    rows: list[Row] = []

    def sets() -> Iterator[Rhythm]:
        for snr in given.snr:
            yield bursts(snr, range(given.seeds), given.duration)
        yield gaussian(3.0, range(given.seeds), given.duration)
        yield from recordings()

    for rhythm in sets():
        found = measure(rhythm, n_surrogates=N_SURROGATES)
        print(table(found), flush=True)
        if rhythm.recorded:
            print(describe(rhythm), flush=True)
        rows += found
    write(rows, given.out)
    print(f"\nwritten: {given.out.with_suffix('.csv')} and {given.out.with_suffix('.png')}")


if __name__ == "__main__":
    main()
