"""Which samples can be trusted, over ``(time, lane)``."""

from __future__ import annotations

import numpy as np

from neurosim.core.kernels.jit import kernel

# What is wrong with a sample.
GAP, FLAT, IMPLAUSIBLE = range(3)
# Rows of the counts that `repair` keeps for each lane.
STARTED, ALIKE, AWAY, OWED, WHY = range(5)


@kernel
def repair(x, limits, n_flat, n_away, n_each, n_most, levels, counts, out, valid, found):
    """Hold the last good value over bad samples, and tell which samples can be trusted.

    A sample is bad when it is not finite, when it lies outside ``limits`` (low, high, largest step from the last good
    one), or when the channel has not changed for ``n_flat`` samples. After ``n_away`` samples in a row behind too
    large a step the new value counts as good: an electrode may have moved for good. After bad samples ``n_each``
    times as many good ones are not trusted either, ``n_most`` at most.

    ``x, out, valid (time, lane)``; ``levels (2, lane)``, last good value and last finite one, and
    ``counts (5, lane)`` are its state; ``found (lane, 3)`` is set where a sample is not trusted, by the reason.
    """
    low, high, max_step = limits[0], limits[1], limits[2]
    good, before = levels[0], levels[1]
    started, alike, away, owed, why = counts[STARTED], counts[ALIKE], counts[AWAY], counts[OWED], counts[WHY]
    for t in range(x.shape[0]):
        for lane in range(x.shape[1]):
            v = x[t, lane]
            wrong, cost = -1, n_each
            if not np.isfinite(v):
                wrong = GAP
            else:
                alike[lane] = alike[lane] + 1 if started[lane] and v == before[lane] else 0
                before[lane] = v
                if v < low or v > high:
                    wrong = IMPLAUSIBLE
                elif started[lane] and abs(v - good[lane]) > max_step:
                    wrong = IMPLAUSIBLE
                    away[lane] += 1
                    if away[lane] > n_away:
                        good[lane] = v
                        away[lane] = 0
                else:
                    good[lane] = v
                    started[lane] = 1
                    away[lane] = 0
                if alike[lane] >= n_flat:
                    wrong = FLAT
                    if alike[lane] == n_flat:  # those before it were flat as well
                        cost = n_each * n_flat
            out[t, lane] = good[lane]
            if wrong >= 0:
                owed[lane] = min(owed[lane] + cost, n_most)
                why[lane] = wrong
                valid[t, lane] = False
                found[lane, wrong] = True
            elif owed[lane] > 0:
                owed[lane] -= 1
                valid[t, lane] = False
                found[lane, why[lane]] = True
            else:
                valid[t, lane] = True


@kernel
def close(lanes, n_channels, valid, closed):
    """Distrust a subject where one of its channels is not above 0.5, and tell which.

    ``lanes (time, subject * channel)``; ``valid (time, subject)`` is set to False there, ``closed (subject, channel)``
    to True.
    """
    for t in range(lanes.shape[0]):
        for b in range(closed.shape[0]):
            for c in range(n_channels):
                if not lanes[t, b * n_channels + c] > 0.5:
                    valid[t, b] = False
                    closed[b, c] = True


@kernel
def hold(exceeded, limit, n_hold, remaining, out):
    """Write 0 while ``exceeded > limit (lane,)`` and for ``n_hold`` samples after, else 1; out may be exceeded."""
    for t in range(exceeded.shape[0]):
        for lane in range(exceeded.shape[1]):
            if not exceeded[t, lane] <= limit[lane]:
                remaining[lane] = n_hold + 1
            out[t, lane] = 0.0 if remaining[lane] > 0 else 1.0
            if remaining[lane] > 0:
                remaining[lane] -= 1
