"""Signals with a known rhythm for `benchmarks.envelope`: bursts, Gaussian noise, and stretches of recordings."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from neurosim.core.spec import AnyScalar, Float, SignalSpec
from neurosim.dsp import DCBlock, Spectrum, envelope_bound, measure_spectrum
from neurosim.signals.recordings.reading import read_recording
from neurosim.signals.recordings.sidecar import load_sidecar

FS = 256.0
ROOT = Path(__file__).parents[1]
RECORDINGS = Path(os.environ.get("NEUROSIM_RECORDINGS", ROOT.parent / "shared" / "data" / "recordings"))
SIDECARS = ROOT / "tests" / "real" / "sidecars"

#: Folder, file, stretch [s], baseline [s] and how many channels of recordings with a clear alpha rhythm. Left out are
#: seconds of movement (in the second the first 50 and the last 8) and of open eyes (in the last).
CLEAR_ALPHA = (
    ("eeg_eeglab_sample", "eeglab_data.set", (0.0, 238.0), 60.0, 6),
    (
        "eeg_cz_eo_ec_pair_eeghacker",
        "OpenBCI-RAW-2015-01-24_12-25-42_eyesClosed_noCaffeine.txt.gz",
        (50.0, 195.0),
        60.0,
        1,
    ),
    ("eeg_eegbci_S001R02", "S001R02.edf", (0.0, 61.0), 30.0, 6),
    ("eeg_ec_eo_p3p4_plux", "eeg_sample_closed_open_eyes.h5", (0.0, 57.0), 30.0, 1),
)


@dataclass(frozen=True, eq=False)
class Rhythm:
    """Channels that are measured in the same way.

    Parameters
    ----------
    name
        Of the set.
    x
        ``(channel, time)`` [uV].
    fs
        Sampling rate [Hz].
    band_hz
        Lower and upper edge [Hz].
    calibrate_s
        How much of it is baseline [s].
    latent
        The true envelope ``(channel, time)`` where there is one.
    spectrum
        The true one, where it is known.
    """

    name: str
    x: Float
    fs: float
    band_hz: tuple[float, float]
    calibrate_s: float
    latent: Float | None = None
    spectrum: Spectrum | None = None

    @property
    def spec(self) -> SignalSpec:
        """What the samples mean."""
        return SignalSpec(self.fs, tuple(f"{i}" for i in range(len(self.x))), "uV")

    @property
    def recorded(self) -> bool:
        """Whether nothing is known of it but itself."""
        return self.latent is None and self.spectrum is None

    def analytic(self) -> NDArray[np.complex128]:
        """Return the analytic signal of offline analysis: brick-wall band and Hilbert transform by FFT."""
        frequency = np.fft.fftfreq(self.x.shape[-1], 1.0 / self.fs)
        inside = (frequency >= self.band_hz[0]) & (frequency <= self.band_hz[1])
        z: NDArray[np.complex128] = np.fft.ifft(2.0 * inside * np.fft.fft(self.x))
        return z

    def offline(self) -> Float:
        """Return the envelope of offline analysis."""
        envelope: Float = np.abs(self.analytic())
        return envelope

    def rest(self, channels: NDArray[AnyScalar]) -> NDArray[AnyScalar]:
        """Return of some channels what is not baseline."""
        return channels[:, round(self.calibrate_s * self.fs) :]

    @cached_property
    def spectra(self) -> list[Spectrum]:
        """Each channel's spectrum: the true one, or that of what is not baseline."""
        if self.spectrum is not None:
            return [self.spectrum] * len(self.x)
        return [resolved(x, self.fs) for x in self.rest(self.x)]

    def bounds(self, delay_s: float) -> Float:
        """Return each channel's `envelope_bound`."""
        return np.array([envelope_bound(s, *self.band_hz, delay_s) for s in self.spectra])

    def optima(self, delay_s: float) -> Float:
        """Return each channel's linear optimum: the same, given how its offline envelope is distributed."""
        envelopes = self.rest(self.offline())
        return np.array(
            [
                envelope_bound(s, *self.band_hz, delay_s, envelope=e)
                for s, e in zip(self.spectra, envelopes, strict=True)
            ]
        )


def resolved(x: Float, fs: float) -> Spectrum:
    """Return the spectrum of a channel as the recommended stage measures it.

    Raises
    ------
    ValueError
        For one that is too short, or flat.
    """
    spectrum = measure_spectrum(x, np.ones(x.size, dtype=np.bool_), fs, 2.0, 10.0)
    if spectrum is None:
        raise ValueError("needs ten seconds of a signal")
    return spectrum


def background_psd(n: int) -> Float:
    """Return 1/f below 100 Hz, flat below 0.5 Hz, and a white floor ``(n // 2 + 1,)``, arbitrary units."""
    psd: Float = 1.0 / np.maximum(np.arange(n // 2 + 1) * FS / n, 0.5) + 0.01
    return psd


def shaped(psd: Float, random: np.random.Generator) -> Float:
    """Return Gaussian noise of a two-sided spectrum, in variance per sample."""
    n = 2 * (len(psd) - 1)
    noise: Float = np.fft.irfft(np.fft.rfft(random.standard_normal(n)) * np.sqrt(psd), n)
    return noise


def burst_train(n: int, random: np.random.Generator) -> tuple[Float, Float]:
    """Return bursts of a rhythm and their true envelope.

    Lengths are log-normal (median 0.8 s, sigma 0.5), amplitudes too (sigma 0.4), each burst has its frequency
    (10 +- 0.6 Hz) and phase, rises and falls as a cosine over a quarter of its length each; pauses are
    exponential (mean 1 s).
    """
    x, envelope, t = np.zeros((2, n)), np.zeros(n), 0
    while True:
        t += int(random.exponential(1.0) * FS)
        length = int(0.8 * np.exp(0.5 * random.standard_normal()) * FS)
        amplitude = np.exp(0.4 * random.standard_normal())
        turns = (10.0 + 0.6 * random.standard_normal()) * np.arange(length) / FS + random.uniform()
        if t >= n:
            return x[0], envelope
        edge = np.minimum(np.minimum(np.arange(length), np.arange(length)[::-1]) / (0.25 * length), 1.0)
        shape = amplitude * (0.5 - 0.5 * np.cos(np.pi * edge))
        stop = min(n, t + length)
        x[0, t:stop] = (shape * np.cos(2.0 * np.pi * turns))[: stop - t]
        envelope[t:stop] = shape[: stop - t]
        t = stop


def bursts(snr: float, seeds: Sequence[int], duration_s: float = 600.0) -> Rhythm:
    """Return bursts of alpha in 1/f and white noise; SNR is the ratio of their powers within 8 to 12 Hz."""
    n = round(duration_s * FS)
    inside = _between(n, 8.0, 12.0)
    signals, envelopes = [], []
    for seed in seeds:
        random = np.random.default_rng(seed)
        noise = shaped(background_psd(n), random)
        rhythm, envelope = burst_train(n, random)
        power = [np.sum(np.abs(np.fft.rfft(part)[inside]) ** 2) for part in (noise, rhythm)]
        gain = np.sqrt(snr * power[0] / power[1])
        signals.append(10.0 * (noise + gain * rhythm))
        envelopes.append(10.0 * gain * envelope)
    return Rhythm(f"bursts, SNR {snr:g}", np.array(signals), FS, (8.0, 12.0), 30.0, latent=np.array(envelopes))


def gaussian(snr: float, seeds: Sequence[int], duration_s: float = 600.0) -> Rhythm:
    """Return a Gaussian rhythm (a resonance at 10 Hz, 1 Hz wide at half its height) in the same noise."""
    n = round(duration_s * FS)
    frequency = np.arange(n // 2 + 1) * FS / n
    noise, resonance = background_psd(n), 1.0 / (1.0 + ((frequency - 10.0) / 0.5) ** 2)
    inside = _between(n, 8.0, 12.0)
    psd = noise + snr * noise[inside].sum() / resonance[inside].sum() * resonance
    signals = [10.0 * shaped(psd, np.random.default_rng(seed)) for seed in seeds]
    grid = np.arange(8193) * FS / 16384  # fine enough to integrate over; lags go to half a minute
    spectrum = Spectrum(100.0 * np.interp(grid, frequency, psd) / FS, FS)
    return Rhythm(f"Gaussian, SNR {snr:g}", np.array(signals), FS, (8.0, 12.0), 30.0, spectrum=spectrum)


def _between(n: int, low_hz: float, high_hz: float) -> NDArray[np.bool_]:
    frequency = np.arange(n // 2 + 1) * FS / n
    return (frequency >= low_hz) & (frequency <= high_hz)


def recordings() -> Iterator[Rhythm]:
    """Go through the stretches of recordings with clear alpha that are there; the band is the peak +- 2 Hz."""
    for folder, file, (start_s, stop_s), calibrate_s, n_channels in CLEAR_ALPHA:
        path, sidecar = RECORDINGS / folder / file, SIDECARS / f"{folder}.toml"
        if not path.exists():
            continue
        recording = read_recording(path, load_sidecar(sidecar) if sidecar.exists() else None)
        fs = recording.fs
        spec = SignalSpec(fs, recording.ch_names, recording.unit)
        x = DCBlock(max_step=1e9).prepare(spec).process(recording.data)
        x = np.ascontiguousarray(x[:, round(start_s * fs) : round(stop_s * fs)])
        clearest = sorted((peak(channel[: round(calibrate_s * fs)], fs), i) for i, channel in enumerate(x))[
            -n_channels:
        ]
        # Neighbouring channels share their rhythm; one band serves them all.
        center_hz = float(np.median([found[1] for found, _ in clearest]))
        chosen = [i for _, i in clearest]
        yield Rhythm(f"{folder}: {', '.join(recording.ch_names[i] for i in chosen)}", x[chosen], fs,
                     (center_hz - 2.0, center_hz + 2.0), calibrate_s)  # fmt: skip


def peak(x: Float, fs: float) -> tuple[float, float]:
    """Return how far alpha stands out of its surroundings, and where it has its peak [Hz]."""
    try:
        spectrum = resolved(x, fs)
    except ValueError:
        return 0.0, 10.0
    frequency = spectrum.frequency_hz
    inside = (frequency >= 7.5) & (frequency <= 12.5)
    guard = ((frequency >= 4.0) & (frequency < 6.5)) | ((frequency > 14.0) & (frequency <= 20.0))
    at = int(np.argmax(np.where(inside, spectrum.psd, 0.0)))
    return float(spectrum.psd[at] / np.median(spectrum.psd[guard])), float(frequency[at])
