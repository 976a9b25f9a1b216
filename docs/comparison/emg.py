"""EMG: a biceps that contracts again and again, beside the body's shoulder and forehead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import integrate, signal, stats

from neurosim.core.drive import Drive
from neurosim.core.spec import Float

from . import bodies, figures
from .recordings import read
from .rows import Norm, Row

FS, DURATION_S = 1000.0, 28.0
#: The shoulder contracts and lets go every three seconds, as strongly as the biceps of the recording.
CONTRACTION, CYCLE_S = 0.4, 3.0
TEXT = f"""\
The recording is a biceps (PLUX, gain 1000, 1 kHz), the body's contracting muscle the trapezius, driven to
{CONTRACTION:.0%} of its strongest contraction and back every {CYCLE_S:g} s (a sine to the fourth power), so that
contraction / rest is set by the drive and checks no more than the order of size. Both are high-passed at 20 Hz.
Contraction is where an rms over 0.25 s is above half of its 90th percentile, rest is its 10th percentile.
"""
_WINDOW = 250


@dataclass(frozen=True)
class Muscle:
    """What is measured of a muscle.

    Parameters
    ----------
    samples
        From 20 Hz on [uV].
    rest_uv, contracted_uv
        The 10th and 90th percentile of its rms over 0.25 s.
    hz, power
        Spectrum in contraction, area 1 from 20 to 450 Hz [1/Hz].
    kurtosis
        In contraction, each 0.25 s divided by its rms; 3 for Gaussian noise.
    """

    samples: Float
    rest_uv: float
    contracted_uv: float
    hz: Float
    power: Float
    kurtosis: float

    @property
    def ratio(self) -> float:
        """Contraction over rest."""
        return self.contracted_uv / self.rest_uv

    @property
    def median_hz(self) -> float:
        """The frequency that halves the power in contraction."""
        share = integrate.cumulative_trapezoid(self.power, self.hz, initial=0.0)
        return float(np.interp(0.5, share, self.hz))

    @property
    def mean_hz(self) -> float:
        """The mean frequency in contraction."""
        return float(integrate.trapezoid(self.power * self.hz, self.hz))


def measure(raw: Float) -> Muscle:
    """Measure a muscle ``(n_times,)`` [uV] at 1000 Hz."""
    samples = signal.sosfiltfilt(signal.butter(2, 20.0, "highpass", fs=FS, output="sos"), raw - raw.mean())
    windows = samples[: len(samples) // _WINDOW * _WINDOW].reshape(-1, _WINDOW)
    rms = np.sqrt((windows**2).mean(axis=1))
    rest, contracted = np.percentile(rms, [10, 90])
    tight = windows[rms > 0.5 * contracted]
    hz, _, power = signal.spectrogram(tight, FS, "hann", _WINDOW, 0, detrend="constant")
    inside = (hz >= 20.0) & (hz <= 450.0)
    mean = power.mean(axis=(0, 2))[inside]
    scaled = tight / np.sqrt((tight**2).mean(axis=1, keepdims=True))
    kurtosis = float(stats.kurtosis(scaled.ravel(), fisher=False))
    return Muscle(samples, rest, contracted, hz[inside], mean / integrate.trapezoid(mean, hz[inside]), kurtosis)


def recorded() -> dict[str, Muscle]:
    """Return the recordings by name."""
    return {"PLUX biceps": measure(read("emg_biceps_bursts_plux", "emg_bursts.h5").data[0])}


def synthetic(n: int, spread: float) -> dict[str, list[Muscle]]:
    """Return the muscles of synthetic bodies: trapezius at work, and forehead at rest."""

    def drive(at_s: float) -> Drive:
        return Drive({"trapezius": CONTRACTION * np.sin(np.pi * at_s / CYCLE_S) ** 4})

    emg = bodies.live(["emg"], DURATION_S, n=n, spread=spread, drive=drive, tick_s=1 / 16)["emg"]
    return {
        muscle: [measure(one[bodies.channel_of("emg", muscle)]) for one in emg] for muscle in ("trapezius", "frontalis")
    }


def rows(
    real: Mapping[str, Muscle], average: Mapping[str, list[Muscle]], people: Mapping[str, list[Muscle]]
) -> list[Row]:
    """Return the rows of the table."""
    found = [
        Row(
            name,
            {which: getattr(muscle, field) for which, muscle in real.items()},
            norm,
            *(np.array([getattr(m, field) for m in group["trapezius"]]) for group in (average, people)),
        )
        for name, field, norm in (
            ("rms at rest (biceps; trapezius) [uV]", "rest_uv", Norm(1.0, 3.0, "relaxed trapezius")),
            ("contraction / rest", "ratio", None),
            ("median frequency [Hz]", "median_hz", Norm(60.0, 100.0, "after Stulen & De Luca 1981")),
            ("mean frequency [Hz]", "mean_hz", None),
            ("kurtosis in contraction", "kurtosis", None),
        )
    ]
    forehead = (np.array([m.rest_uv for m in group["frontalis"]]) for group in (average, people))
    return [*found, Row("rms at rest, forehead [uV]", {}, Norm(1.5, 8.0, "relaxed to tense frontalis"), *forehead)]


def draw(real: Mapping[str, Muscle], people: Mapping[str, list[Muscle]]) -> Path:
    """Draw a stretch of both, one contraction, spectra and distributions."""
    figure, axes = figures.new_figure(2, 3, 6.0, "EMG: biceps recorded (orange) and synthetic trapezius (blue)")
    biceps, shoulder = real["PLUX biceps"], people["trapezius"][0]
    for ax, muscle, color, name in (
        (axes[0], biceps, figures.RECORDED, "Recorded, 12 s"),
        (axes[3], shoulder, figures.SYNTHETIC, "Synthetic, 12 s"),
    ):
        ax.plot(np.arange(12_000) / FS, muscle.samples[6_000:18_000], color=color, linewidth=0.4)
        ax.set_ylim(-650, 650)
        figures.label(ax, name, "time [s]", "EMG [uV]")
    for ax, muscle, color, name in (
        (axes[1], biceps, figures.RECORDED, "Recorded, 0.3 s of contraction"),
        (axes[4], shoulder, figures.SYNTHETIC, "Synthetic, 0.3 s of contraction"),
    ):
        rms = np.sqrt(np.convolve(muscle.samples**2, np.ones(300) / 300, "valid"))
        start = int(np.argmax(rms > 0.95 * np.percentile(rms, 95)))
        cut = muscle.samples[start : start + 300]
        ax.plot(np.arange(300) / FS, cut / cut.std(), color=color, linewidth=1.0)
        ax.set_ylim(-4, 4)
        figures.label(ax, name, "time [s]", "EMG [SD]")
    powers = np.array([muscle.power for muscle in people["trapezius"]])
    spectrum, level = axes[2], axes[5]
    figures.band(spectrum, shoulder.hz, powers, "synthetic, 40 people")
    spectrum.plot(biceps.hz, biceps.power, color=figures.RECORDED, label="recorded")
    spectrum.legend(fontsize=7.5, frameon=False)
    spectrum.set_ylim(0, None)
    figures.label(spectrum, "Spectrum in contraction, area 1", "frequency [Hz]", "power [1/Hz]")
    for samples, color in ((biceps.samples, figures.RECORDED), (shoulder.samples, figures.SYNTHETIC)):
        windows = np.sqrt((samples[: len(samples) // _WINDOW * _WINDOW].reshape(-1, _WINDOW) ** 2).mean(axis=1))
        level.step(np.sort(windows), np.linspace(0, 1, len(windows)), color=color)
    level.set_xscale("log")
    figures.label(level, "Levels, both at work and at rest", "rms over 0.25 s [uV]", "share below")
    return figures.save(figure, "emg")
