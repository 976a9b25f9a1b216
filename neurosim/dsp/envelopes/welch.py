"""The spectrum of a baseline, from segments that are taken as they become whole."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from neurosim.core.spec import Bool, Float, Samples
from neurosim.dsp.envelopes.spectrum import Spectrum

#: A measured spectrum is given this much finer than its segments resolve, so that its autocorrelation does not wrap.
_ZERO_PADDING = 4


def measure_spectrum(x: Float, valid: Bool, fs: float, segment_s: float, least_s: float) -> Spectrum | None:
    """Measure the spectrum of one channel's trusted stretches.

    Parameters
    ----------
    x, valid
        Samples and which can be trusted ``(time,)``. Their mean is taken away.
    fs, segment_s, least_s
        As of `Welch`.

    Returns
    -------
    Spectrum | None
        None where there is too little signal, or none.
    """
    return Welch(1, 1, fs, segment_s, least_s).spectra(x[None, None], valid[None])[0]


class Welch:
    """Measures spectra of many channels' trusted stretches (Welch 1967: Hann windows, three quarters overlap).

    Parameters
    ----------
    n_subjects, n_channels
        How many there are.
    fs
        Sampling rate [Hz].
    segment_s
        Length of a segment [s]; half of it for subjects whose gaps leave too little otherwise.
    least_s
        How much of the signal segments must cover [s].
    """

    def __init__(self, n_subjects: int, n_channels: int, fs: float, segment_s: float, least_s: float) -> None:
        self._fs, self._n, self._n_least = fs, round(segment_s * fs), max(1.0, least_s * fs)
        self._n_fft = 2 ** int(np.ceil(np.log2(_ZERO_PADDING * self._n))) // 2
        self._n_channels = n_channels
        self._whole = self._segments_of(self._n, n_subjects)

    def follow(self, x: Samples, valid: Bool) -> None:
        """Take the segments that are whole by now.

        Parameters
        ----------
        x, valid
            All samples so far and which can be trusted ``(subject, channel, time)``, ``(subject, time)``.
        """
        self._whole.follow(x, valid)

    def spectra(self, x: Samples, valid: Bool) -> list[Spectrum | None]:
        """Return the spectrum of each channel, subject by subject; None where there is too little signal, or none.

        Parameters
        ----------
        x, valid
            All samples, as of `follow`. Their mean is taken away.
        """
        self.follow(x, valid)
        found: list[Spectrum | None] = []
        for subject, (channels, trusted) in enumerate(zip(x, valid, strict=True)):
            segments, i = self._whole, subject
            if segments.n_covered[i] < self._n_least:  # at the end only: few people's gaps leave too little
                segments, i = self._segments_of(self._n // 2, 1), 0
                segments.follow(x[subject : subject + 1], valid[subject : subject + 1])
            enough = segments.n_covered[i] >= self._n_least
            for channel, samples in enumerate(channels):
                seen = samples[trusted]
                there = enough and np.ptp(seen) > 0.0
                found.append(self._spectrum(segments.psd(i, channel, np.mean(seen))) if there else None)
        return found

    def _segments_of(self, n: int, n_subjects: int) -> _Segments:
        return _Segments(n, self._n_fft, n_subjects, self._n_channels)

    def _spectrum(self, power: Float) -> Spectrum:
        return Spectrum(_finer(power) / self._fs, self._fs)


class _Segments:
    """Sums over segments of n trusted samples, run by run.

    The mean of all is known at the end only. It is taken away from the sums then: for a segment's transform X, that W
    of the window and what is left of the mean m, ``|X - m W|^2`` is ``|X|^2 - 2 m Re(X W*) + m^2 |W|^2``. What most of
    it is, the mean of the first segment, is taken away before, so that rounding does not count.

    Parameters
    ----------
    n, n_fft
        Length of a segment, and with zeros behind it [samples].
    n_subjects, n_channels
        How many there are.

    Attributes
    ----------
    n_covered
        How many samples the segments cover ``(subject,)``.
    """

    def __init__(self, n: int, n_fft: int, n_subjects: int, n_channels: int) -> None:
        self._n, self._n_fft, self._hop = n, n_fft, max(1, n // 4)
        self._taper = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(n) / n)
        self._window = np.fft.rfft(self._taper, n_fft)
        self._n_seen = 0
        self._run = np.zeros(n_subjects, dtype=np.int64)  # trusted samples in a row, up to now
        self._n_segments = np.zeros(n_subjects, dtype=np.int64)
        self.n_covered = np.zeros(n_subjects, dtype=np.int64)
        self._level = np.zeros((n_subjects, n_channels))
        self._power = np.zeros((n_subjects, n_channels, n_fft // 2 + 1))
        self._wave: NDArray[np.complex128] = np.zeros_like(self._power, dtype=np.complex128)

    def follow(self, x: Samples, valid: Bool) -> None:
        """Add the segments that have become whole; see `Welch.follow`."""
        fresh = valid[:, self._n_seen :]
        if not fresh.shape[-1]:
            return
        position = np.arange(1, fresh.shape[-1] + 1)
        broken = np.where(fresh, -self._run[:, None], position)  # where the run began, counted from the first fresh one
        run = position - np.maximum.accumulate(broken, axis=-1)
        whole = (run >= self._n) & ((run - self._n) % self._hop == 0)
        for i in np.flatnonzero(whole.any(axis=0)).tolist():
            subjects = np.flatnonzero(whole[:, i])
            end = self._n_seen + i + 1
            self._add(subjects, np.ascontiguousarray(x[subjects, :, end - self._n : end]))
            self.n_covered[subjects] += np.where(run[subjects, i] == self._n, self._n, self._hop)
        self._run = run[:, -1]
        self._n_seen = valid.shape[-1]

    def _add(self, subjects: NDArray[np.intp], segment: Samples) -> None:
        first = subjects[self._n_segments[subjects] == 0]
        if len(first):
            self._level[first] = np.mean(segment[self._n_segments[subjects] == 0], axis=-1)
        wave = np.fft.rfft((segment - self._level[subjects, :, None]) * self._taper, self._n_fft)
        self._power[subjects] += wave.real**2 + wave.imag**2
        self._wave[subjects] += wave
        self._n_segments[subjects] += 1

    def psd(self, subject: int, channel: int, mean: float) -> Float:
        """Return the mean power of a channel's segments over that of the window ``(n_fft // 2 + 1,)`` [unit²]."""
        rest, n = mean - self._level[subject, channel], self._n_segments[subject]
        common = self._wave[subject, channel] * self._window.conj()
        of_window = self._window.real**2 + self._window.imag**2
        power = self._power[subject, channel] - 2.0 * rest * common.real + n * rest**2 * of_window
        mean_power: Float = power / (n * np.sum(self._taper**2))
        return mean_power


def _finer(power: Float) -> Float:
    """Return a spectrum of segments twice as fine, from that ``(n // 2 + 1,)`` of ones padded to at least double.

    Padding to double keeps all lags that a segment has apart; so the autocorrelation has all there is to know, and one
    transform of it stands for those of all segments on the finer grid.
    """
    lags = np.fft.irfft(power)
    half = len(lags) // 2
    apart = np.concatenate([lags[:half], np.zeros(len(lags) + 1), lags[half + 1 :]])
    finer: Float = np.maximum(np.fft.rfft(apart).real, 0.0)  # rounding may leave less than nothing
    return finer
