"""EEG with eyes open and closed: recordings at O1, Cz and P3-P4 beside the same places of the body."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy import signal

from neurosim.core.drive import NEUTRAL, Drive
from neurosim.core.spec import Float
from neurosim.signals.eeg.eeg import EEG

from . import bodies, figures
from .eeg_statistics import BANDS, Spectrum, envelope_cv, spectrum
from .recordings import channel, read
from .rows import Norm, Row

FS, DURATION_S, SKIP_S = 256.0, 180.0, 5.0
SITES = ("O1", "Cz", "P3-P4")
_SENSORS = EEG(ch_names=("O1", "Cz", "P3", "P4", "A1"))
TEXT = """\
Places and references are the recordings': O1 and Cz against the left ear lobe (A1) as in the two OpenBCI recordings,
and P3-P4 bipolar as in PLUX's. The other files have references of their own, which are not known to us (S001R02 with 64
channels, EEGLAB's, Emotiv's of UCI), as well as other amplifiers. Spectra are medians over windows of 2 s, so that
blinks do not count; the body has no artifacts here. The exponent is a Theil-Sen line from 2 to 40 Hz without 7 to
14 Hz; OpenBCI's recording at O1 is flat above 15 Hz, as of muscles or the amplifier, and has a small one. Tones were
played in the recording at Cz, and EEGLAB's is a visual task. In the recording with the Emotiv headset the eyes were
watched by a camera and alpha hardly changes; it counts in the ranges like the others.
"""


class Site:
    """Spectra and envelope of one place of one body or recording, by state: 'open', 'closed'."""

    def __init__(self, segments: Mapping[str, list[Float]], fs: float) -> None:
        self.spectra: dict[str, Spectrum] = {state: spectrum(s, fs) for state, s in segments.items()}
        self.example = {state: max(s, key=len) for state, s in segments.items()}
        self.fs = fs
        with_alpha = "closed" if "closed" in self.spectra else "open"
        peak_hz = self.spectra[with_alpha].alpha_peak_hz
        self.cv = {state: envelope_cv(s, fs, peak_hz) for state, s in segments.items() if _long(s, fs)}

    @property
    def ratio(self) -> float:
        """How many times more alpha power there is with eyes closed."""
        alpha = BANDS["alpha, 8-13 Hz"]
        return self.spectra["closed"].band(alpha) / self.spectra["open"].band(alpha)


def _long(segments: list[Float], fs: float) -> bool:
    return max(map(len, segments)) >= 5 * fs


def _states(recording_data: Float, fs: float, stretches: Mapping[str, list[tuple[float, float]]]) -> Site:
    cut = {s: [recording_data[round(a * fs) : round(b * fs)] for a, b in at] for s, at in stretches.items()}
    return Site(cut, fs)


def recorded() -> dict[str, dict[str, Site]]:
    """Return the recordings by site and name."""
    plux = read("eeg_ec_eo_p3p4_plux", "eeg_sample_closed_open_eyes.h5")
    # A second from each change is left out.
    marks = [event.onset_s for event in plux.events] + [plux.data.shape[1] / plux.fs]
    blocks = [(a + 1.0, b - 1.0) for a, b in pairwise(marks)]
    p3p4 = _states(plux.data[0], plux.fs, {"closed": blocks[::2], "open": [b for b in blocks[1::2] if b[1] > b[0]]})

    o1 = read("eeg_o1_openbci_eeghacker", "openBCI_raw_2014-10-04_18-55-41_O1_Alpha.txt.gz")
    eyes = {"closed": [(12.5, 29.8), (54.0, 79.8)], "open": [(2.0, 10.5), (31.8, 52.0), (81.8, 91.0)]}
    folder = "eeg_cz_eo_ec_pair_eeghacker"
    cz = {
        state: [channel(read(folder, f"OpenBCI-RAW-2015-01-24_{name}_noCaffeine.txt.gz"), "Cz")[250 * a : 250 * b]]
        for state, name, a, b in (("open", "12-13-06_eyesOpen", 150, 290), ("closed", "12-25-42_eyesClosed", 60, 180))
    }
    physionet = read("eeg_eegbci_S001R02", "S001R02.edf")
    eeglab = read("eeg_eeglab_sample", "eeglab_data.set")
    uci = read("eeg_uci_eye_state", "EEG_Eye_State.arff.gz")
    marks = [event.onset_s for event in uci.events] + [uci.data.shape[1] / uci.fs]
    states: dict[str, list[tuple[float, float]]] = {"open": [], "closed": []}
    for event, end in zip(uci.events, marks[1:], strict=True):
        states[event.description].append((event.onset_s + 0.5, end - 0.5))
    states = {state: [(a, b) for a, b in at if b - a > 2.0] for state, at in states.items()}
    return {
        "O1": {
            "OpenBCI O1": _states(o1.data[0], o1.fs, eyes),
            "S001R02 O1": Site({"closed": [channel(physionet, "O1")]}, physionet.fs),
            "EEGLAB O1": Site({"open": [channel(eeglab, "O1")]}, eeglab.fs),
            "UCI O1": _states(channel(uci, "O1"), uci.fs, states),
        },
        "Cz": {
            "OpenBCI Cz": Site(cz, 250.0),
            "S001R02 Cz": Site({"closed": [channel(physionet, "Cz")]}, physionet.fs),
            "EEGLAB Cz": Site({"open": [channel(eeglab, "Cz")]}, eeglab.fs),
        },
        "P3-P4": {
            "PLUX P3-P4": p3p4,
            "S001R02 P3-P4": Site({"closed": [channel(physionet, "P3") - channel(physionet, "P4")]}, physionet.fs),
            "EEGLAB P3-P4": Site({"open": [channel(eeglab, "P3") - channel(eeglab, "P4")]}, eeglab.fs),
        },
    }


def synthetic(n: int, spread: float, duration_s: float = DURATION_S) -> dict[str, list[Site]]:
    """Return the sites of synthetic bodies."""
    made = {
        state: bodies.live(["eeg"], duration_s, n=n, spread=spread, drive=drive, skip_s=SKIP_S, eeg=_SENSORS)["eeg"]
        for state, drive in (("open", NEUTRAL), ("closed", Drive({"eyes_closed": 1.0})))
    }
    at = {name: i for i, name in enumerate(_SENSORS.ch_names)}
    ends = {"O1": ("O1", "A1"), "Cz": ("Cz", "A1"), "P3-P4": ("P3", "P4")}
    return {
        site: [
            Site({state: [eeg[i, at[first]] - eeg[i, at[second]]] for state, eeg in made.items()}, FS) for i in range(n)
        ]
        for site, (first, second) in ends.items()
    }


_EXPONENT = {
    "open": Norm(0.7, 1.7, "adults"),
    "closed": Norm(0.7, 2.0, "as open, and 0 to 0.3 more"),
}
_ALPHA_HZ = Norm(8.3, 12.3, "Haegens et al. 2014: mean 10.3; two SDs of 1")
_RATIO = Norm(3.0, 6.0, "alpha halved by opening; single people 1.5 to 10")
_CV = Norm(0.6, 0.8, "Freyer et al. 2009")
_RMS = Norm(8.0, 20.0, "resting EEG")


def rows(
    real: Mapping[str, Mapping[str, Site]], average: Mapping[str, list[Site]], people: Mapping[str, list[Site]]
) -> list[Row]:
    """Return the rows of the table."""
    found: list[Row] = []

    def add(site: str, name: str, of: Callable[[Site], float], has: Callable[[Site], bool], norm: Norm | None) -> None:
        values = {which: of(s) for which, s in real[site].items() if has(s)}
        made = (np.array([of(s) for s in group[site]]) for group in (average, people))
        found.append(Row(f"{site}, {name}", values, norm, *made))

    for site in SITES:
        for state in ("open", "closed"):

            def in_state(s: Site, state: str = state) -> bool:
                return state in s.spectra

            add(site, f"exponent, {state}", lambda s, e=state: s.spectra[e].exponent, in_state, _EXPONENT[state])
            add(site, f"rms 1-40 Hz, {state} [uV]", lambda s, e=state: s.spectra[e].rms_uv, in_state,
                None if site == "P3-P4" else _RMS)  # fmt: skip
            add(site, f"envelope CV of alpha, {state}", lambda s, e=state: s.cv[e],
                lambda s, e=state: e in s.cv, _CV)  # fmt: skip
            for band, limits in BANDS.items() if site == "O1" else ():
                add(site, f"share of {band}, {state}", lambda s, e=state, at=limits: s.spectra[e].share(at),
                    in_state, None)  # fmt: skip
        add(site, "alpha peak, closed [Hz]", lambda s: s.spectra["closed"].alpha_peak_hz,
            lambda s: "closed" in s.spectra, _ALPHA_HZ)  # fmt: skip
        add(site, "alpha power closed / open", lambda s: s.ratio, lambda s: len(s.spectra) == 2, _RATIO)
    return found


def draw(real: Mapping[str, Mapping[str, Site]], people: Mapping[str, list[Site]]) -> Path:
    """Draw spectra with eyes open and closed at each site, and a stretch of alpha."""
    figure, axes = figures.new_figure(
        3, 3, 8.2, "EEG: recordings (orange) and synthetic people (blue, median and 5-95 %)"
    )
    for column, site in enumerate(SITES):
        for row, state in enumerate(("open", "closed")):
            ax = axes[3 * row + column]
            powers = np.array([s.spectra[state].power for s in people[site]])
            hz = people[site][0].spectra[state].hz
            figures.band(ax, hz, powers)
            names = [name for name, its in real[site].items() if state in its.spectra]
            for name, style in zip(names, ("-", "--", ":"), strict=False):
                its = real[site][name].spectra[state]
                ax.plot(its.hz, its.power, style, color=figures.RECORDED, linewidth=1.3, label=name)
            ax.set(xscale="log", yscale="log", xlim=(1, 45), ylim=(0.005, 3000), xticks=[1, 2, 5, 10, 20, 40])
            ax.set_xticklabels(["1", "2", "5", "10", "20", "40"])
            ax.minorticks_off()
            ax.legend(fontsize=7, frameon=False, loc="lower left")
            figures.label(ax, f"{site}, eyes {state}", "frequency [Hz]", "power [uV²/Hz]")
    for ax, site, name in zip(axes[6:], SITES, ("S001R02 O1", "OpenBCI Cz", "PLUX P3-P4"), strict=True):
        for its, color, shift in (
            (real[site][name], figures.RECORDED, 4.0),
            (people[site][0], figures.SYNTHETIC, -4.0),
        ):
            cut = _four_seconds(its)
            ax.plot(np.arange(len(cut)) / its.fs, cut / cut.std() + shift, color=color, linewidth=0.9)
        ax.set(ylim=(-8.5, 8.5), xlim=(0, 4))
        figures.label(ax, f"{name} above, synthetic below", "time [s]", "1-40 Hz [SD]")
    return figures.save(figure, "eeg")


def _four_seconds(site: Site) -> Float:
    """Return a stretch with eyes closed, from 1 to 40 Hz."""
    n, whole = round(4.0 * site.fs), site.example["closed"]
    start = len(whole) // 3
    band = signal.butter(2, [1.0, 40.0], "bandpass", fs=site.fs, output="sos")
    filtered: Float = signal.sosfiltfilt(band, whole - whole.mean())[start : start + n]
    return filtered
