"""Spectra of windows of a signal, and what is read from them."""

from __future__ import annotations

from neurosim.core.kernels.jit import inlined, kernel, summing


@summing
def squared_magnitudes(series, cosines, sines, psd):
    """Squared magnitude at each frequency; ``cosines, sines (frequency, time)`` with taper and scale."""
    for f in range(cosines.shape[0]):
        real = imag = 0.0
        c, s = cosines[f], sines[f]
        for j in range(series.shape[0]):
            real += c[j] * series[j]
            imag += s[j] * series[j]
        psd[f] = real * real + imag * imag


@inlined
def _median_frequency(psd, first_hz, step_hz):
    """Frequency that halves the power of bins at ``first_hz, first_hz + step_hz, ...``, each a step wide."""
    total = 0.0
    for f in range(psd.shape[0]):
        total += psd[f]
    below = 0.0
    for f in range(psd.shape[0]):
        if below + psd[f] >= 0.5 * total:
            share = (0.5 * total - below) / psd[f] if psd[f] > 0.0 else 0.5
            return first_hz + (f - 0.5 + share) * step_hz
        below += psd[f]
    return 0.0


@kernel
def median_frequency(x, start, n_update, cosines, sines, first_hz, step_hz, past, segment, psds, count, psd, held, out):
    """Median frequency [Hz] of the mean spectrum of the last segments, every ``n_update`` samples, held in between.

    ``x, out (time, lane)``, ``cosines, sines (frequency, n)``; ``past (lane, n)`` a ring of samples,
    ``psds (lane, segment, frequency)`` one of spectra, ``held (lane,)``; ``segment (n,), psd (frequency,)`` are room to
    work in. ``count`` segments have been seen; it returns how many there are now.
    """
    n, n_kept = past.shape[1], psds.shape[1]
    seen = count
    for lane in range(x.shape[1]):
        seen = count
        for t in range(x.shape[0]):
            now = start + t
            past[lane, now % n] = x[t, lane]
            if (now + 1) % n_update == 0 and now + 1 >= n:
                for j in range(n):
                    segment[j] = past[lane, (now + 1 + j) % n]
                squared_magnitudes(segment, cosines, sines, psds[lane, seen % n_kept])
                seen += 1
                if seen >= n_kept:
                    psd[:] = 0.0
                    for k in range(n_kept):
                        for f in range(psd.shape[0]):
                            psd[f] += psds[lane, k, f]
                    held[lane] = _median_frequency(psd, first_hz, step_hz)
            out[t, lane] = held[lane]
    return seen
