"""What the last seconds of heartbeats tell: their variability, and its spectrum.

Beats come as rows of three numbers a lane: interval, time since the beat, and interval as measured [s].
"""

from __future__ import annotations

import numpy as np

from neurosim.core.kernels.jit import inlined, kernel
from neurosim.core.kernels.periodogram import squared_magnitudes

# Columns of the ring of beats.
AT, INTERVAL, TRUSTED = range(3)
RMSSD, SDNN = range(2)


@kernel
def beats_of_intervals(ibi, start, fs, last, changed, out):
    """Make rows ``out (time, 3 lane)`` from held intervals ``ibi (time, lane)`` alone; each change is a beat."""
    for t in range(ibi.shape[0]):
        for lane in range(ibi.shape[1]):
            v = ibi[t, lane]
            if v != last[lane]:
                last[lane], changed[lane] = v, start + t
            out[t, 3 * lane] = v
            out[t, 3 * lane + 1] = (start + t - changed[lane]) / fs
            out[t, 3 * lane + 2] = v if 0.273 <= v <= 2.0 else 0.0


@inlined
def take_beat(x, t, lane, now_s, before, rings, counts):
    """Put the beat of this sample into the lane's ring ``(beat, 3)``, if there is one, and return whether there is."""
    ibi, since, raw = x[t, 3 * lane], x[t, 3 * lane + 1], x[t, 3 * lane + 2]
    came = since < before[lane] and raw > 0.0
    before[lane] = since
    if came:
        ring = rings[lane]
        at = counts[lane] % ring.shape[0]
        ring[at, 0], ring[at, 1], ring[at, 2] = now_s - since, ibi, 1.0 if raw == ibi else 0.0
        counts[lane] += 1
    return came


@inlined
def _rmssd(ring, count, after_s, least):
    """Root mean square of successive differences of trusted intervals that follow each other [ms]; -1 for too few."""
    n_ring = ring.shape[0]
    total, n = 0.0, 0
    for i in range(count - 1, max(count - n_ring, 0), -1):
        one, other = ring[i % n_ring], ring[(i - 1) % n_ring]
        if other[0] - other[1] < after_s:
            break
        if one[2] > 0.0 and other[2] > 0.0:
            total += (one[1] - other[1]) ** 2
            n += 1
    return 1000.0 * np.sqrt(total / n) if n >= least else -1.0


@inlined
def _sdnn(ring, count, after_s, least):
    """Standard deviation (n - 1) of the trusted intervals [ms]; -1 for too few."""
    n_ring = ring.shape[0]
    total, n, first = 0.0, 0, max(count - n_ring, 0)
    for i in range(count - 1, first - 1, -1):
        one = ring[i % n_ring]
        if one[0] - one[1] < after_s:
            first = i + 1
            break
        if one[2] > 0.0:
            total += one[1]
            n += 1
    if n < least:
        return -1.0
    mean, squares = total / n, 0.0
    for i in range(count - 1, first - 1, -1):
        one = ring[i % n_ring]
        if one[2] > 0.0:
            squares += (one[1] - mean) ** 2
    return 1000.0 * np.sqrt(squares / (n - 1))


@kernel
def beat_statistic(x, start, fs, window_s, least, which, before, rings, counts, held, out):
    """RMSSD or SDNN [ms] over the last seconds, anew at each beat, held in between.

    ``x (time, 3 lane)``, ``out (time, lane)``; ``before, counts, held (lane,)`` and ``rings (lane, beat, 3)`` are the
    state.
    """
    for lane in range(out.shape[1]):
        for t in range(out.shape[0]):
            now_s = (start + t) / fs
            if take_beat(x, t, lane, now_s, before, rings, counts):
                if which == RMSSD:
                    found = _rmssd(rings[lane], counts[lane], now_s - window_s, least)
                else:
                    found = _sdnn(rings[lane], counts[lane], now_s - window_s, least)
                if found >= 0.0:
                    held[lane] = found
            out[t, lane] = held[lane]


@inlined
def _spline(at, value, n, bend, room):
    """Second derivatives of the natural cubic spline through n knots (Thomas' algorithm)."""
    bend[0] = room[0] = 0.0
    for i in range(1, n - 1):
        left, right = at[i] - at[i - 1], at[i + 1] - at[i]
        p = left / (left + right) * bend[i - 1] + 2.0
        bend[i] = (left / (left + right) - 1.0) / p
        slope = (value[i + 1] - value[i]) / right - (value[i] - value[i - 1]) / left
        room[i] = (6.0 * slope / (left + right) - left / (left + right) * room[i - 1]) / p
    bend[n - 1] = 0.0
    for i in range(n - 2, -1, -1):
        bend[i] = bend[i] * bend[i + 1] + room[i]


@inlined
def _resample(ring, count, rate_hz, longest_gap_s, knots, series):
    """Fill the series, which ends at the last trusted beat, with intervals [ms] less their straight line.

    Return whether the trusted beats reach back far enough, without a gap.
    """
    n_ring, n_out = ring.shape[0], series.shape[0]
    at, value, bend, room = knots[0], knots[1], knots[2], knots[3]
    newest, n = -1.0, 0
    for i in range(count - 1, max(count - n_ring, 0) - 1, -1):  # newest first
        beat = ring[i % n_ring]
        if beat[2] > 0.0:
            if n > 0 and at[n - 1] - beat[0] > longest_gap_s:
                return False
            at[n], value[n] = beat[0], 1000.0 * beat[1]
            newest = at[0]
            n += 1
            if beat[0] <= newest - (n_out - 1) / rate_hz:
                break
    if n < 3 or at[n - 1] > newest - (n_out - 1) / rate_hz:
        return False
    for i in range(n // 2):
        j = n - 1 - i
        at[i], at[j], value[i], value[j] = at[j], at[i], value[j], value[i]
    _spline(at, value, n, bend, room)
    k, middle, total, tilt, spread = 0, 0.5 * (n_out - 1), 0.0, 0.0, 0.0
    for j in range(n_out):
        s = newest - (n_out - 1 - j) / rate_hz
        while k < n - 2 and at[k + 1] < s:
            k += 1
        step = at[k + 1] - at[k]
        a, b = (at[k + 1] - s) / step, (s - at[k]) / step
        v = a * value[k] + b * value[k + 1] + ((a**3 - a) * bend[k] + (b**3 - b) * bend[k + 1]) * step**2 / 6.0
        series[j] = v
        total += v
        tilt += (j - middle) * v
        spread += (j - middle) ** 2
    for j in range(n_out):
        series[j] -= total / n_out + (j - middle) * tilt / spread
    return True


@inlined
def _sum(psd, hz, low, high):
    total = 0.0
    for f in range(hz.shape[0]):
        if low <= hz[f] <= high:
            total += psd[f]
    return total


@inlined
def coherence(psd, hz, peak_low, peak_high, half_width, low, high):
    """Power beside the highest peak, over the power everywhere else."""
    best = -1
    for f in range(hz.shape[0]):
        if peak_low <= hz[f] <= peak_high and (best < 0 or psd[f] > psd[best]):
            best = f
    peak = _sum(psd, hz, max(hz[best] - half_width, low), min(hz[best] + half_width, high))
    rest = _sum(psd, hz, low, high) - peak
    return peak / rest if rest > 1e-9 * peak else (0.0 if peak <= 0.0 else 1e9)


@kernel
def beat_spectrum(x, start, fs, n_update, rate_hz, longest_gap_s, cosines, sines, hz, bands, before, rings, counts,
                  knots, series, psd, held, out):  # fmt: skip
    """Power of the intervals in a band [ms^2] or their coherence ratio, every ``n_update`` samples, held in between.

    ``bands`` is (low, high, bin width) for a power, (low, high, half width, low, high) of the peak and of all for the
    ratio [Hz]; ``hz (frequency,)``, ``cosines, sines (frequency, n)``; ``knots (4, beat)``, ``series (n,)``,
    ``psd (frequency,)`` are room to work in; the others as in `beat_statistic`.
    """
    for lane in range(out.shape[1]):
        for t in range(out.shape[0]):
            take_beat(x, t, lane, (start + t) / fs, before, rings, counts)
            if (start + t + 1) % n_update == 0 and _resample(
                rings[lane], counts[lane], rate_hz, longest_gap_s, knots, series
            ):
                squared_magnitudes(series, cosines, sines, psd)
                if bands.shape[0] == 3:
                    held[lane] = _sum(psd, hz, bands[0], bands[1]) * bands[2]
                else:
                    held[lane] = coherence(psd, hz, bands[0], bands[1], bands[2], bands[3], bands[4])
            out[t, lane] = held[lane]


@kernel
def heart_in_breath(x, breaths, start, fs, least, hold_s, before, breath_before, rings, counts, held, out):
    """Swing of the heart rate in each breath [1/min], and where in the breath it is highest [turns, -1/2 to 1/2].

    ``x (time, 3 lane)`` beats, ``breaths (time, 2 lane)`` length and time since the beginning [s];
    ``out (time, 2 lane)``; ``breath_before (lane,), held (3, lane)`` and the others as in `beat_statistic` are the
    state. A breath with fewer than ``least`` trusted beats changes nothing; after ``hold_s`` of such it is NaN.
    """
    for lane in range(held.shape[1]):
        ring = rings[lane]
        n_ring = ring.shape[0]
        for t in range(out.shape[0]):
            now_s = (start + t) / fs
            take_beat(x, t, lane, now_s, before, rings, counts)
            length_s, since_s = breaths[t, 2 * lane], breaths[t, 2 * lane + 1]
            if since_s < breath_before[lane] and length_s > 0.0:
                stop_s = now_s - since_s
                n, low, high, mean = 0, np.inf, -np.inf, 0.0
                for i in range(max(counts[lane] - n_ring, 0), counts[lane]):
                    at, interval, trusted = ring[i % n_ring, 0], ring[i % n_ring, 1], ring[i % n_ring, 2]
                    middle = at - 0.5 * interval
                    if trusted > 0.0 and stop_s - length_s <= middle < stop_s:
                        rate = 60.0 / interval
                        low, high, mean, n = min(low, rate), max(high, rate), mean + rate, n + 1
                if n >= least:
                    mean /= n
                    real = imag = 0.0
                    for i in range(max(counts[lane] - n_ring, 0), counts[lane]):
                        at, interval, trusted = ring[i % n_ring, 0], ring[i % n_ring, 1], ring[i % n_ring, 2]
                        middle = at - 0.5 * interval
                        if trusted > 0.0 and stop_s - length_s <= middle < stop_s:
                            angle = 2.0 * np.pi * (middle - stop_s) / length_s
                            # Weighted by the interval, for a fast heart is looked at more often.
                            real += interval * (60.0 / interval - mean) * np.cos(angle)
                            imag += interval * (60.0 / interval - mean) * np.sin(angle)
                    held[0, lane] = high - low
                    held[1, lane] = np.arctan2(imag, real) / (2.0 * np.pi)
                    held[2, lane] = now_s
            if now_s - held[2, lane] > hold_s:
                held[0, lane] = held[1, lane] = np.nan
            breath_before[lane] = since_s
            out[t, 2 * lane] = held[0, lane]
            out[t, 2 * lane + 1] = held[1, lane]
