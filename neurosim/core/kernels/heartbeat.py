"""The heart out of other signals: what is alike after every beat is taken away."""

from __future__ import annotations

import numpy as np

from neurosim.core.kernels.jit import inlined, kernel

# Rows of the room to work in, each as long as a window.
_WINDOW, _MEAN, _NOISE, _TEMPLATE = range(4)
_ROUNDS = 2  # of weighing windows by how far they are from their mean
_LEAST = 4  # beats before anything is taken away
_STANDS_OUT = 2.0  # how many times the noise of a mean the power of the heart must be to count in full or in part


@inlined
def _cut(ring, first, share, window):
    """Copy a window that begins a ``share`` of a sample after ``first``, less the line through its two ends."""
    n, n_ring = window.shape[0], ring.shape[0]
    for k in range(n):
        window[k] = (1.0 - share) * ring[(first + k) % n_ring] + share * ring[(first + k + 1) % n_ring]
    n_end = max(1, n // 8)
    left = right = 0.0
    for k in range(n_end):
        left += window[k]
        right += window[n - 1 - k]
    left, right = left / n_end, right / n_end
    for k in range(n):
        window[k] -= left + (right - left) * k / (n - 1)


@inlined
def _average(windows, first, count, weights, mean):
    """Fill the weighted mean of windows ``first`` to ``count``; return the sum of the weights."""
    n_beats, n = windows.shape
    mean[:] = 0.0
    total = 0.0
    for i in range(first, count):
        w = weights[i % n_beats]
        total += w
        for k in range(n):
            mean[k] += w * windows[i % n_beats, k]
    for k in range(n):
        mean[k] /= total
    return total


@inlined
def _weigh(windows, first, count, mean, weights):
    """Give each window the weight of its own noise, so that those in which the muscle worked count little."""
    n_beats, n = windows.shape
    power = 0.0
    for k in range(n):
        power += mean[k] ** 2
    for i in range(first, count):
        rest = 1e-9 * power + 1e-300
        for k in range(n):
            rest += (windows[i % n_beats, k] - mean[k]) ** 2
        weights[i % n_beats] = 1.0 / rest


@inlined
def _learn(windows, at, weights, count, after, n_smooth, room):
    """Fill the template with the mean of the windows after a time, as far as it stands out; return how many there are.

    Smoothed over ``n_smooth`` samples to both sides. What the power of the mean has above twice what noise gives it is
    kept in proportion (a positive-part James-Stein estimate).
    """
    n_beats, n = windows.shape
    mean, noise, template = room[_MEAN], room[_NOISE], room[_TEMPLATE]
    first = count
    while first > max(count - n_beats, 0) and at[(first - 1) % n_beats] > after:
        first -= 1
    n_there = count - first
    if n_there < _LEAST:
        return n_there
    weights[:] = 1.0
    for _ in range(_ROUNDS):
        _average(windows, first, count, weights, mean)
        _weigh(windows, first, count, mean, weights)
    total = _average(windows, first, count, weights, mean)
    noise[:] = 0.0
    for i in range(first, count):
        share = weights[i % n_beats] / total
        for k in range(n):
            noise[k] += (share * (windows[i % n_beats, k] - mean[k])) ** 2
    for k in range(n):
        power = chance = 0.0
        for j in range(max(k - n_smooth, 0), min(k + n_smooth + 1, n)):
            power += mean[j] ** 2
            chance += _STANDS_OUT * noise[j] * n_there / (n_there - 1.0)
        template[k] = mean[k] * (1.0 - chance / power) if power > chance else 0.0
    return n_there


@inlined
def _subtract(ring, first, share, oldest, room):
    """Take the template, scaled to the window by least squares, from the samples that have not gone out yet."""
    window, template = room[_WINDOW], room[_TEMPLATE]
    n, n_ring = window.shape[0], ring.shape[0]
    inner = outer = 0.0
    for k in range(n):
        inner += template[k] ** 2
        outer += template[k] * window[k]
    if inner <= 0.0:
        return
    scale = min(max(outer / inner, 0.0), 2.0)
    for k in range(n):
        if first + k >= oldest:
            before = template[k - 1] if k > 0 else 0.0
            ring[(first + k) % n_ring] -= scale * (share * before + (1.0 - share) * template[k])


@kernel
def subtract_heartbeats(x, beats, heart_of, start, fs, n_before, n_delay, n_smooth, memory_s, since_before, raw, clean,
                        windows, at, weights, counts, room, out):  # fmt: skip
    """Delay each lane by ``n_delay`` samples, and take the mean window about earlier beats away around every beat.

    ``x, out (time, lane)``; ``beats (time, 3 heart)`` as `find_beats` gives them, ``heart_of (lane,)``; a window begins
    ``n_before`` samples before a beat. The state: ``since_before, counts (lane,)``, ``raw, clean (lane, ring)`` the
    newest samples before and after, ``windows (lane, beat, k)`` with their beats ``at (lane, beat)`` [samples];
    ``weights (beat,)`` and ``room (4, k)`` are room to work in.
    """
    n_ring, n_beats, n = raw.shape[1], windows.shape[1], windows.shape[2]
    for lane in range(x.shape[1]):
        ring, cleaned = raw[lane], clean[lane]
        for t in range(x.shape[0]):
            now = start + t
            ring[now % n_ring] = cleaned[now % n_ring] = x[t, lane]
            since_s = beats[t, 3 * heart_of[lane] + 1]
            if since_s < since_before[lane]:
                beat = now - since_s * fs
                share = beat - np.floor(beat)
                first = np.int64(np.floor(beat)) - n_before
                if first >= 0 and first > now - n_ring and first + n <= now:
                    _cut(ring, first, share, room[_WINDOW])
                    after = beat - memory_s * fs
                    if _learn(windows[lane], at[lane], weights, counts[lane], after, n_smooth, room) >= _LEAST:
                        _subtract(cleaned, first, share, now - n_delay, room)
                    windows[lane, counts[lane] % n_beats, :] = room[_WINDOW]
                    at[lane, counts[lane] % n_beats] = beat
                    counts[lane] += 1
            since_before[lane] = since_s
            out[t, lane] = cleaned[max(now - n_delay, 0) % n_ring]
