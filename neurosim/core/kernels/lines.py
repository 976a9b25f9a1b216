"""The aperiodic part of spectra, and what stands out of it."""

from __future__ import annotations

import numpy as np

from neurosim.core.kernels.elementary import exp, log
from neurosim.core.kernels.jit import inlined, kernel

_TINY = 1e-30  # a density that counts as none
_ROUNDS = 10
_WIDTH = 4.685  # of Tukey's biweight, in standard deviations: 95 % efficient where noise is normal
_MAD_TO_SD = 1.4826


@kernel
def fit_lines(psd, x, used, logs, lines):
    """Robust straight line through each lane's log spectrum, by Tukey's biweight, iteratively reweighted.

    ``psd (lane, bin)``, ``x (bin,)`` natural logarithm of the frequency, ``used (bin,)`` 1 or 0;
    fills ``logs (lane, bin)``, natural logarithms, and ``lines (lane, 2)``, value at ``x = 0`` and slope.
    """
    n = x.shape[0]
    n_used = 0
    for k in range(n):
        n_used += 1 if used[k] > 0.0 else 0
    off = np.empty(n_used)
    weights = np.empty(n)
    for lane in range(psd.shape[0]):
        y, own = logs[lane], psd[lane]
        for k in range(n):
            y[k] = log(max(own[k], _TINY))
            weights[k] = used[k]
        value, slope = 0.0, 0.0
        for _ in range(_ROUNDS):
            w0 = wx = wy = 0.0
            for k in range(n):
                w0 += weights[k]
                wx += weights[k] * x[k]
                wy += weights[k] * y[k]
            mx, my = wx / w0, wy / w0
            xx = xy = 0.0
            for k in range(n):
                xx += weights[k] * (x[k] - mx) * (x[k] - mx)
                xy += weights[k] * (x[k] - mx) * (y[k] - my)
            if not xx > 1e-9 * w0:
                break
            slope = xy / xx
            value = my - slope * mx
            i = 0
            for k in range(n):
                if used[k] > 0.0:
                    off[i] = abs(y[k] - value - slope * x[k])
                    i += 1
            limit = _WIDTH * _MAD_TO_SD * np.median(off)
            if not limit > 1e-9:
                break
            for k in range(n):
                u = (y[k] - value - slope * x[k]) / limit
                weights[k] = used[k] * (1.0 - u * u) * (1.0 - u * u) if abs(u) < 1.0 else 0.0
        lines[lane, 0] = value
        lines[lane, 1] = slope


@kernel
def excess_power(psd, x, lines, shift, first, last, step, out):
    """Power of the bins ``first .. last - 1`` above each lane's line, ``shift`` added to it; ``out (lane,)``."""
    for lane in range(psd.shape[0]):
        total = 0.0
        for k in range(first, last):
            total += psd[lane, k] - exp(min(max(lines[lane, 0] + shift + lines[lane, 1] * x[k], -690.0), 690.0))
        out[lane] = total * step


@inlined
def _highest(y, x, slope, first, last):
    """Return the bin of ``first .. last - 1`` that stands highest above a line."""
    best, height = first, y[first] - slope * x[first]
    for k in range(first + 1, last):
        above = y[k] - slope * x[k]
        if above > height:
            best, height = k, above
    return best


@kernel
def peak_frequency(logs, x, lines, first, last, low, step, out):
    """Where each lane's log spectrum stands highest above its line in ``first .. last - 1``; ``out (lane,)``.

    A parabola through three bins finds the place between them; ``low`` is the frequency of bin 0.
    """
    for lane in range(logs.shape[0]):
        y, slope = logs[lane], lines[lane, 1]
        best = _highest(y, x, slope, first, last)
        between = 0.0
        if first < best < last - 1:
            left, right = y[best - 1] - slope * x[best - 1], y[best + 1] - slope * x[best + 1]
            bend = left - 2.0 * (y[best] - slope * x[best]) + right
            between = 0.5 * (left - right) / bend if bend < 0.0 else 0.0
        out[lane] = low + step * (best + between)


@kernel
def centre_frequency(psd, logs, x, lines, shift, first, last, low, step, out):
    """Centre of gravity of the hump around the highest place above each lane's line; ``out (lane,)``.

    The hump goes as far as the bins of ``first .. last - 1`` stay above the line, ``shift`` added to it.
    """
    for lane in range(psd.shape[0]):
        value, slope = lines[lane, 0] + shift, lines[lane, 1]
        best = _highest(logs[lane], x, slope, first, last)
        total = weighted = 0.0
        for direction in (-1, 1):
            k = best if direction < 0 else best + 1
            while first <= k < last:
                above = psd[lane, k] - exp(min(max(value + slope * x[k], -690.0), 690.0))
                if not above > 0.0:
                    break
                total += above
                weighted += above * (k - best)
                k += direction
        out[lane] = low + step * (best + (weighted / total if total > 0.0 else 0.0))
