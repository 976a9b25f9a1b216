"""Heart: ECG, beats and the pulse at the finger, beside recordings of the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import signal

from neurosim.core.drive import NEUTRAL, Drive
from neurosim.core.spec import Float

from . import bodies, figures
from .heart_statistics import (
    Beats,
    WithBreath,
    average_beat,
    beats_of,
    qrs_ms,
    qrs_share,
    r_times,
    r_to_t_ms,
    with_breath,
)
from .pulse_statistics import Pulse
from .pulse_statistics import measure as measure_pulse
from .recordings import biosppy, channel, empatica, find, neurokit, read
from .rows import Norm, Row

DURATION_S, SKIP_S = 300.0, 30.0
ECG_HZ, PPG_HZ, RESPIRATION_HZ = 250.0, 64.0, 32.0
TEXT = """\
ECGs are brought to 1000 Hz before NeuroKit2 finds their R waves; HRV is NeuroKit2's (LF 0.04 to 0.15, HF 0.15 to 0.4
Hz), over whole files, and over five-minute pieces of the hour of intervals (their median). The QRS complex is
measured on the median beat, between the first and the last slope above a tenth of the steepest, which the filters of
100-Hz recordings widen. Breathing and heart rate are compared in windows of 64 s where breathing is strongest.
Pulses: BioSPPy's 20 s, and those 30-s pieces of the wrist band's hour whose pulses are alike (r > 0.95). None of the
recordings has ECG and pulse together. The 30 min of the MIT-BIH record are left out: it has premature beats, and
needs a reader of its own. The body's first 30 s are left out.
"""


@dataclass(frozen=True)
class Heart:
    """What is measured of a heart; None where a recording does not have it."""

    beats: Beats
    beat: Float | None = None
    share: float | None = None
    breath: WithBreath | None = None


def measure(ecg: Float, fs: float, breath: Float | None = None, breath_fs: float = 0.0) -> Heart:
    """Measure an ECG ``(n_times,)``, and breathing of the same time."""
    times_s = r_times(ecg, fs)
    together = None if breath is None else with_breath(times_s, breath, breath_fs)
    return Heart(beats_of(times_s), average_beat(ecg, fs, times_s), qrs_share(ecg, fs), together)


def recorded() -> dict[str, Heart]:
    """Return the recordings of the heart by name."""
    plux = read("ecg_rest_5min_1khz_plux", "ecg_5_min.h5")
    found = {"PLUX": measure(plux.data[0], plux.fs)}
    for which in ("resting", "eventrelated"):
        recording = neurokit(which)
        found[f"NeuroKit {which}"] = measure(channel(recording, "ECG"), 100.0, channel(recording, "RESP"), 100.0)
    times_s = np.cumsum(np.load(find("ibi_pyhrv_60min", "SampleNNISeriesLong.npy")) / 1000.0)
    pieces = [beats_of(times_s[(times_s >= a) & (times_s < a + 300.0)]) for a in np.arange(0.0, 3300.1, 300.0)]
    medians = {field: float(np.median([getattr(p, field) for p in pieces])) for field in _BEATS}
    found["pyHRV hour"] = Heart(Beats(times_s, **medians))
    return found


def recorded_pulses() -> dict[str, Pulse]:
    """Return the recordings of the pulse by name."""
    wave, fs = empatica("BVP")
    n = round(30 * fs)
    pieces = [measure_pulse(wave[a : a + n], fs) for a in range(n, len(wave) - n, n)]
    clear = [piece for piece in pieces if piece.likeness > 0.95]
    shape = np.median([piece.shape for piece in clear], axis=0)
    rise, likeness = (float(np.median([getattr(p, field) for p in clear])) for field in ("rise_ms", "likeness"))
    return {
        "BioSPPy": measure_pulse(biosppy("ppg"), 1000.0),
        "E4 wrist": Pulse(np.empty(0), shape / shape.max(), rise, likeness),
    }


@dataclass(frozen=True)
class Body:
    """What is measured of a synthetic body, and 10 s of its signals."""

    heart: Heart
    pulse: Pulse
    ecg: Float
    ppg: Float
    respiration: Float


def synthetic(n: int, spread: float, drive: Drive = NEUTRAL) -> list[Body]:
    """Return synthetic bodies."""
    streams = ("ecg", "ppg", "respiration")
    made = bodies.live(streams, DURATION_S, n=n, spread=spread, skip_s=SKIP_S, drive=drive)
    return [
        Body(measure(ecg[0], ECG_HZ, air[0], RESPIRATION_HZ), measure_pulse(ppg[0], PPG_HZ), ecg[0], ppg[0], air[0])
        for ecg, ppg, air in zip(made["ecg"], made["ppg"], made["respiration"], strict=True)
    ]


_BEATS = {
    "hr": ("heart rate [1/min]", Norm(55.0, 75.0, "Nunan et al. 2010: 65")),
    "sdnn": ("SDNN [ms]", Norm(34.0, 66.0, "Nunan et al. 2010: 50, SD 16")),
    "rmssd": ("RMSSD [ms]", Norm(27.0, 57.0, "Nunan et al. 2010: 42, SD 15")),
    "lf": ("LF [ms²]", Norm(260.0, 1038.0, "Nunan et al. 2010: 519, times or divided by 2")),
    "hf": ("HF [ms²]", Norm(329.0, 1314.0, "Nunan et al. 2010: 657, times or divided by 2")),
}
_BREATH = {
    "coherence": ("coherence of heart rate and breathing", None),
    "lag_deg": ("heart rate behind the lungs [deg]", None),
}


def rows(real: Mapping[str, Heart], pulses: Mapping[str, Pulse], average: list[Body], people: list[Body]) -> list[Row]:
    """Return the rows of the table."""
    found: list[Row] = []

    def add(name: str, norm: Norm | None, values: Mapping[str, float], of: Callable[[Body], float]) -> None:
        found.append(Row(name, values, norm, *(np.array([of(b) for b in group]) for group in (average, people))))

    for field, (name, norm) in _BEATS.items():
        values = {which: getattr(heart.beats, field) for which, heart in real.items()}
        add(name, norm, values, lambda b, f=field: getattr(b.heart.beats, f))
    beats = {which: heart.beat for which, heart in real.items() if heart.beat is not None}
    add("QRS complex [ms]", Norm(74.0, 114.0, "men; AHA/ACCF/HRS 2009", read=True),
        {which: qrs_ms(beat) for which, beat in beats.items()}, lambda b: qrs_ms(b.heart.beat))  # fmt: skip
    add("R wave to peak of T [ms]", None, {which: r_to_t_ms(beat) for which, beat in beats.items()},
        lambda b: r_to_t_ms(b.heart.beat))  # fmt: skip
    shares = {which: heart.share for which, heart in real.items() if heart.share is not None}
    clean = Norm(0.5, 0.8, "a clean ECG; Zhao & Zhang 2018 as in NeuroKit2", read=True)
    add("ECG, share of 5-15 Hz in 5-40 Hz", clean, shares, lambda b: b.heart.share)
    for field, (name, norm) in _BREATH.items():
        values = {which: getattr(heart.breath, field) for which, heart in real.items() if heart.breath is not None}
        add(name, norm, values, lambda b, f=field: getattr(b.heart.breath, f))
    add("pulse, foot to peak [ms]", None, {which: pulse.rise_ms for which, pulse in pulses.items()},
        lambda b: b.pulse.rise_ms)  # fmt: skip
    template = pulses["BioSPPy"].shape
    add("pulse, correlation with BioSPPy's", None, {"E4 wrist": _r(pulses["E4 wrist"].shape, template)},
        lambda b: _r(b.pulse.shape, template))  # fmt: skip
    add("pulse, correlation with its own median", None, {which: p.likeness for which, p in pulses.items()},
        lambda b: b.pulse.likeness)  # fmt: skip
    return found


def _r(a: Float, b: Float) -> float:
    return float(np.corrcoef(a, b)[0, 1])


def draw(real: Mapping[str, Heart], pulses: Mapping[str, Pulse], people: list[Body]) -> Path:
    """Draw beats, tachograms, their spectra, and pulses."""
    figure, axes = figures.new_figure(2, 3, 6.4, "Heart: recordings (orange) and synthetic people (blue)")
    ecg, mean, pulse, tachogram, spectra, spread = axes
    recording = neurokit("resting")
    stretch = channel(recording, "ECG")[6000:6600]
    for samples, fs, color, up in (
        (stretch, 100.0, figures.RECORDED, 2.0),
        (people[0].ecg[15000:16500], ECG_HZ, figures.SYNTHETIC, 0.0),
    ):
        ecg.plot(np.arange(len(samples)) / fs, samples - np.median(samples) + up, color=color, linewidth=1.0)
    figures.label(ecg, "NeuroKit2 resting above, synthetic below", "time [s]", "ECG [mV], shifted by 2")
    time_ms = np.arange(-300, 500)
    shapes = np.array([body.heart.beat for body in people])
    figures.band(mean, time_ms, shapes)
    with_ecg = [(name, heart) for name, heart in real.items() if heart.beat is not None]
    for (name, heart), style in zip(with_ecg, ("-", "--", ":"), strict=True):
        mean.plot(time_ms, heart.beat, style, color=figures.RECORDED, linewidth=1.2, label=name)
    mean.legend(fontsize=7, frameon=False)
    figures.label(mean, "Median beats, R wave 1 high", "time from R [ms]", "ECG [R waves]")
    place = np.linspace(0, 100, 100)
    shapes = np.array([body.pulse.shape for body in people])
    figures.band(pulse, place, shapes)
    for (name, one), style in zip(pulses.items(), ("-", "--"), strict=True):
        pulse.plot(place, one.shape, style, color=figures.RECORDED, linewidth=1.2, label=name)
    pulse.legend(fontsize=7, frameon=False)
    figures.label(pulse, "Median pulses, foot to foot", "share of a pulse [%]", "pulse, peak 1")
    for heart, color in ((real["NeuroKit resting"], figures.RECORDED), (people[0].heart, figures.SYNTHETIC)):
        times_s = heart.beats.times_s
        tachogram.plot(times_s[1:] - times_s[0], 60.0 / np.diff(times_s), color=color, linewidth=1.0)
    tachogram.set_xlim(0, 120)
    figures.label(tachogram, "Heart rate, two minutes", "time [s]", "rate [1/min]")
    powers = np.array([_spectrum(body.heart.beats.times_s)[1] for body in people])
    hz = _spectrum(people[0].heart.beats.times_s)[0]
    figures.band(spectra, hz, powers)
    for heart, style in zip(real.values(), ("--", "-", ":", "-."), strict=True):
        spectra.plot(*_spectrum(heart.beats.times_s), style, color=figures.RECORDED, linewidth=1.1)
    spectra.set(yscale="log", ylim=(10, 3e5), xlim=(0, 0.5))
    figures.label(spectra, "Spectra of RR intervals", "frequency [Hz]", "power [ms²/Hz]")
    for group, color, size, name in (
        ([body.heart for body in people], figures.SYNTHETIC, 18, "synthetic, 40 people"),
        (list(real.values()), figures.RECORDED, 60, "recorded"),
    ):
        spread.scatter([h.beats.sdnn for h in group], [h.beats.rmssd for h in group], size, color=color, label=name,
                       marker="o" if size < 50 else "D")  # fmt: skip
    spread.legend(fontsize=7, frameon=False)
    figures.label(spread, "Variability", "SDNN [ms]", "RMSSD [ms]")
    return figures.save(figure, "heart")


def _spectrum(times_s: Float) -> tuple[Float, Float]:
    at = np.arange(times_s[1], times_s[-1], 0.25)
    rr = np.interp(at, times_s[1:], 1000.0 * np.diff(times_s))
    hz, power = signal.welch(rr, 4.0, nperseg=256, detrend="linear")
    return hz, power
