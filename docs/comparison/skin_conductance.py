"""Skin conductance: two palms of NeuroKit2, one of BioSPPy and a wrist, beside the body's."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import neurokit2 as nk
import numpy as np
from scipy import signal

from neurosim.core.spec import Float

from . import bodies, figures
from .recordings import biosppy, channel, empatica, neurokit
from .rows import Norm, Row

FS, DURATION_S = 16.0, 480.0
SMALLEST_US = 0.05
TEXT = f"""\
All are low-passed at 1 Hz (Butterworth of order 4, both directions) and brought to 16 Hz. Responses are those that
NeuroKit2 finds in the part above 0.05 Hz (`eda_phasic`, `eda_peaks`) and that are higher than {SMALLEST_US:g} uS
there; half recovery counts from the peak. The wrist band (Empatica E4, an hour, the first minute left out) is no
place for skin conductance at rest: its level is lower than a palm's. BioSPPy's example is in steps of a 12-bit
converter, taken as 25 uS in all, which its file does not say. Four of the 40 people are expected not to respond
at all; they count as 0 per minute and not in the shapes.
"""


@dataclass(frozen=True)
class Skin:
    """What is measured of a skin conductance.

    Parameters
    ----------
    samples
        ``(n_times,)`` at 16 Hz [uS].
    amplitudes, rises, recoveries
        Of the responses [uS, s, s].
    """

    samples: Float
    amplitudes: Float
    rises: Float
    recoveries: Float

    @property
    def level(self) -> float:
        """The median [uS]."""
        return float(np.median(self.samples))

    @property
    def per_min(self) -> float:
        """Responses a minute."""
        return len(self.amplitudes) / (len(self.samples) / FS / 60.0)

    @property
    def amplitude(self) -> float:
        """The median height of a response [uS]."""
        return _median(self.amplitudes)

    @property
    def rise(self) -> float:
        """The median time from onset to peak [s]."""
        return _median(self.rises)

    @property
    def recovery(self) -> float:
        """The median time from peak to half of the height [s]."""
        return _median(self.recoveries)

    @property
    def drift(self) -> float:
        """The slope of a line, as a share of the level [%/min]."""
        slope = np.polyfit(np.arange(len(self.samples)) / FS / 60.0, self.samples, 1)[0]
        return float(100.0 * slope / self.level)


def _median(values: Float) -> float:
    return float(np.nanmedian(values)) if np.isfinite(values).any() else float("nan")


def measure(raw: Float, fs: float) -> Skin:
    """Measure a skin conductance ``(n_times,)`` [uS]."""
    smooth = signal.sosfiltfilt(signal.butter(4, 1.0, fs=fs, output="sos"), raw)
    ratio = Fraction(FS) / Fraction(fs)
    samples = signal.resample_poly(smooth, ratio.numerator, ratio.denominator, padtype="line")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NeuroKit2's own, when there is no response
        phasic = nk.eda_phasic(samples, sampling_rate=FS, method="highpass")["EDA_Phasic"].to_numpy()
        _, found = nk.eda_peaks(phasic, sampling_rate=FS, method="neurokit", amplitude_min=0.01)
    keys = ("Amplitude", "RiseTime", "RecoveryTime")
    amplitude, rise, recovery = (np.asarray(found[f"SCR_{key}"], dtype=float) for key in keys)
    large = amplitude >= SMALLEST_US
    return Skin(samples, amplitude[large], rise[large], recovery[large])


def recorded() -> dict[str, Skin]:
    """Return the recordings by name."""
    files = ("resting", "eventrelated")
    found = {f"NeuroKit {which}": measure(channel(neurokit(which), "EDA"), 100.0) for which in files}
    found["BioSPPy"] = measure(biosppy("eda") * 25.0 / 4096.0, 1000.0)
    wrist, fs = empatica("EDA")
    found["E4 wrist"] = measure(wrist[round(60 * fs) :], fs)
    return found


def synthetic(n: int, spread: float) -> list[Skin]:
    """Return synthetic palms."""
    made = bodies.live(["skin_conductance"], DURATION_S, n=n, spread=spread)["skin_conductance"]
    return [measure(one[0], 32.0) for one in made]


def rows(real: Mapping[str, Skin], average: list[Skin], people: list[Skin]) -> list[Row]:
    """Return the rows of the table."""
    return [
        Row(
            name,
            {which: getattr(skin, field) for which, skin in real.items()},
            norm,
            *(np.array([getattr(skin, field) for skin in group]) for group in (average, people)),
        )
        for name, field, norm in (
            ("level [uS]", "level", Norm(2.0, 20.0, "Dawson et al. 2007", read=True)),
            ("drift of the level [%/min]", "drift", None),
            ("responses [1/min]", "per_min", Norm(1.0, 3.0, "rest; Dawson et al. 2007", read=True)),
            ("height of a response, median [uS]", "amplitude", Norm(0.1, 1.0, "Dawson et al. 2007", read=True)),
            ("rise time, median [s]", "rise", Norm(0.5, 5.0, "Boucsein 2012", read=True)),
            ("half recovery, median [s]", "recovery", Norm(2.0, 10.0, "Boucsein 2012")),
        )
    ]


def draw(real: Mapping[str, Skin], people: list[Skin]) -> Path:
    """Draw stretches, an average response, and distributions."""
    figure, axes = figures.new_figure(2, 3, 6.2, "Skin conductance: recordings (orange) and synthetic people (blue)")
    for ax, group, color, title in (
        (axes[0], list(real.values()), figures.RECORDED, "Recorded, up to 4 min of each"),
        (axes[3], people[:4], figures.SYNTHETIC, "Synthetic, 4 people"),
    ):
        for skin, style in zip(group, ("-", "--", "-.", ":"), strict=True):
            cut = skin.samples[: round(240 * FS)]
            ax.plot(np.arange(len(cut)) / FS, cut, style, color=color, linewidth=1.0)
        ax.set_ylim(0, 20)
        figures.label(ax, title, "time [s]", "conductance [uS]")
    for ax, skin, color, title in (
        (axes[1], real["NeuroKit eventrelated"], figures.RECORDED, "Recorded (NeuroKit2), its busiest minute"),
        (axes[4], max(people, key=lambda p: p.per_min), figures.SYNTHETIC, "Synthetic, the busiest person's"),
    ):
        cut = _busiest_minute(skin)
        ax.plot(np.arange(len(cut)) / FS, cut, color=color, linewidth=1.2)
        figures.label(ax, title, "time [s]", "conductance [uS]")
    for ax, field, title, unit, top in (
        (axes[2], "amplitudes", "Heights of responses", "height [uS]", 1.5),
        (axes[5], "recoveries", "Half recovery of responses", "time [s]", 8.0),
    ):
        bins = np.linspace(0, top, 25)
        for group, color, filled, name in (
            (people, figures.SYNTHETIC, True, "synthetic, 40 people"),
            ([skin for name, skin in real.items() if "wrist" not in name], figures.RECORDED, False, "recorded palms"),
        ):
            values = np.concatenate([getattr(skin, field) for skin in group])
            ax.hist(values[np.isfinite(values)], bins, density=True, color=color, label=name, linewidth=1.6,
                    histtype="stepfilled" if filled else "step", alpha=0.45 if filled else 1.0)  # fmt: skip
        ax.legend(fontsize=7.5, frameon=False)
        figures.label(ax, title, unit, "density")
    return figures.save(figure, "skin_conductance")


def _busiest_minute(skin: Skin) -> Float:
    n = round(60 * FS)
    starts = range(0, len(skin.samples) - n, n // 6)
    minutes = (skin.samples[a : a + n] for a in starts)
    return max(minutes, key=lambda minute: len(signal.find_peaks(minute, prominence=0.05)[0]))
