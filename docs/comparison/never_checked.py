"""Rows of the validation table that had been set by design and never measured: computed from synthetic signals."""

from __future__ import annotations

import numpy as np
from scipy import ndimage, stats

from neurosim.core.drive import Drive
from neurosim.core.spec import Float
from neurosim.signals.eeg.mixing import SENSORS_1020, sphere_mixing

from . import bodies, temperature
from .eeg_statistics import spectrum
from .heart_statistics import r_times
from .pulse_statistics import measure as measure_pulse
from .pulse_statistics import rr_correlation
from .recordings import channel, read
from .rows import number

_EEG_HZ, _ECG_HZ, _PPG_HZ = 256.0, 250.0, 64.0


def pulse_and_ecg(n: int, spread: float, duration_s: float = 300.0) -> Float:
    """Return r of the intervals of pulse and ECG, mean delay [s] and share of beats with a pulse ``(body, 3)``."""
    made = bodies.live(("ecg", "ppg"), duration_s, n=n, spread=spread, skip_s=30.0)
    found = []
    for ecg, ppg in zip(made["ecg"], made["ppg"], strict=True):
        beats_s = r_times(ecg[0], _ECG_HZ)
        r, delay_s, n_both = rr_correlation(beats_s, measure_pulse(ppg[0], _PPG_HZ).upstrokes_s)
        found.append((r, delay_s, n_both / (len(beats_s) - 1)))
    return np.array(found)


def _pulse_lines() -> list[str]:
    average, people = pulse_and_ecg(bodies.N_AVERAGE, 0.0), pulse_and_ecg(bodies.N_PEOPLE, 1.0)
    low, high = np.percentile(people[:, 0], [5, 95])
    return [
        "### Intervals of pulse and ECG",
        "",
        "R waves by NeuroKit2 at 1000 Hz, pulses at their steepest rise (SciPy, a parabola through three samples at "
        "256 Hz); required: r > 0.98.",
        "",
        "| | average body | people, 5-95 % |",
        "|---|---|---|",
        f"| r of the intervals | {np.median(average[:, 0]):.4f} | {low:.4f} to {high:.4f} |",
        f"| people with r > 0.98 | | {100 * np.mean(people[:, 0] > 0.98):.0f} % |",
        *(
            f"| {name} | {number(float(np.median(average[:, i])) * factor)} | "
            + " to ".join(number(float(v) * factor) for v in np.percentile(people[:, i], [5, 95]))
            + " |"
            for name, i, factor in (
                ("steepest rise after the R wave [ms]", 1, 1000.0),
                ("intervals with both ends [%]", 2, 100.0),
            )
        ),
        "",
    ]


def warming(course: Float) -> Float:
    """Return start, rise and fastest rise [degC, degC, degC/min] of a relaxation ``(body, n_times)``."""
    smooth = ndimage.uniform_filter1d(course, 240, axis=1, mode="nearest")
    rest = smooth[:, 120]
    fastest = (smooth[:, 240:] - smooth[:, :-240]).max(axis=1)
    return np.stack([rest, smooth[:, -120] - rest, fastest], axis=1)


def _temperature_lines() -> list[str]:
    average = warming(temperature.relaxation(bodies.N_AVERAGE, 0.0))
    people = warming(temperature.relaxation(bodies.N_PEOPLE, 1.0))
    lines = [
        "### Temperature over time",
        "",
        "A minute at rest, then arousal falls by 0.15 in ten minutes and stays there for ten; minutes are averaged. By "
        "design fingers are 24 to 35 degC warm, a session of relaxation brings 1 to 3 degC at 0.1 to 0.5 degC/min. "
        "(Arousal that fell by 0.3 at once would warm at 0.9 degC/min: how fast a body relaxes is left to the drive.)",
        "",
        "| | by design | average body | people, 5-95 % | inside? |",
        "|---|---|---|---|---|",
    ]
    for i, (name, low, high) in enumerate(
        (
            ("at rest [degC]", 24.0, 35.0),
            ("rise in 20 min [degC]", 1.0, 3.0),
            ("fastest rise in a minute [degC/min]", 0.1, 0.5),
        )
    ):
        value = float(np.median(average[:, i]))
        out = max(value - high, 0.0) - max(low - value, 0.0)
        share = 100.0 * np.mean((people[:, i] >= low) & (people[:, i] <= high))
        side = "above" if out > 0 else "below"
        verdict = f"**no**, {number(abs(out))} {side}" if out else "yes"
        ends = " to ".join(number(float(v)) for v in np.percentile(people[:, i], [5, 95]))
        lines.append(
            f"| {name} | {low:g} to {high:g} | {number(value)} | {ends} | {verdict}; {share:.0f} % of people |"
        )
    return [*lines, ""]


def alpha_map(segments: dict[str, Float], fs: float) -> Float:
    """Return the amplitude of alpha above the background at each sensor ``(sensor,)``, the highest 1."""
    amplitudes = []
    for samples in segments.values():
        its = spectrum([samples], fs)
        slope, intercept = its.line()
        band = (its.hz >= 8.0) & (its.hz <= 12.0)
        above = its.power[band] - 10 ** (intercept + slope * np.log10(its.hz[band]))
        amplitudes.append(np.sqrt(max(float(above.sum()), 0.0)))
    found = np.array(amplitudes)
    return found / found.max()


def alpha_maps() -> tuple[tuple[str, ...], Float, Float]:
    """Return sensors, the map of alpha of the 64-channel recording, and of the average body, eyes closed."""
    recording = read("eeg_eegbci_S001R02", "S001R02.edf")
    at = {name.lower(): name for name in recording.ch_names}
    names = tuple(name for name in SENSORS_1020 if name.lower() in at)
    real = alpha_map({name: channel(recording, at[name.lower()]) for name in names}, recording.fs)
    eeg = bodies.live(["eeg"], 180.0, n=1, drive=Drive({"eyes_closed": 1.0}), skip_s=5.0)["eeg"][0]
    body = alpha_map({name: eeg[bodies.channel_of("eeg", name)] for name in names}, _EEG_HZ)
    return names, real, body


def _mixing_lines() -> list[str]:
    mixing = sphere_mixing()
    lines = [
        "### Mixing in the sphere",
        "",
        "The forward model that ships with the package (`neurosim.signals.eeg.mixing.sphere_mixing()`), at the 19 "
        "sensors of the 10-20 system: where each source is strongest, and how far it reaches.",
        "",
        "| source | strongest sensors (gain) | weakest of the 19 | sensors above half of the strongest |",
        "|---|---|---|---|",
    ]
    gain = mixing.gain[mixing.rows(SENSORS_1020)]
    for i, source in enumerate(mixing.sources):
        column = gain[:, i]
        order = np.argsort(-np.abs(column))
        top = ", ".join(f"{SENSORS_1020[j]} ({column[j]:.2f})" for j in order[:3])
        last = f"{SENSORS_1020[order[-1]]} ({column[order[-1]]:.2f})"
        half = int((np.abs(column) > 0.5 * np.abs(column).max()).sum())
        lines.append(f"| {source} | {top} | {last} | {half} |")
    names, real, body = alpha_maps()
    rank = stats.spearmanr(real, body).statistic
    lines += [
        "",
        "Alpha above the background with eyes closed at these sensors, the 64-channel recording (S001R02, whose "
        f"reference is not known to us) beside the average body; rank correlation {rank:.2f}, Pearson's r "
        f"{np.corrcoef(real, body)[0, 1]:.2f} over {len(names)} sensors; the highest sensor counts 1.",
        "",
        "| | " + " | ".join(names) + " |",
        "|---" * (len(names) + 1) + "|",
        *(
            f"| {who} | " + " | ".join(f"{value:.2f}" for value in values) + " |"
            for who, values in (("recorded", real), ("average body", body))
        ),
        "",
    ]
    return lines


def section() -> list[str]:
    """Return the section of the page."""
    intro = "Numbers that stood in the model by design, measured here on the synthetic signals for the first time."
    return ["## Rows never checked before", "", intro, "", *_pulse_lines(), *_temperature_lines(), *_mixing_lines()]
