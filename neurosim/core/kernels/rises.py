"""Rises of a slow signal, one by one: breaths, and responses of the skin."""

from __future__ import annotations

from neurosim.core.kernels.jit import inlined, kernel

# Rows of the state.
(RISING, LOW, FOOT_AT, FOOT, HIGH, TOP, TYPICAL, ONSET_AT, PENDING_AT, INTERVAL, AMPLITUDE, SMALLEST, LARGEST,
 TOP_AT) = range(14)  # fmt: skip
N_ROWS = 14
SIZES = 8  # rises whose median size is typical


@inlined
def _median_of_sizes(sizes, room):
    for i in range(SIZES):
        v = sizes[i]
        j = i
        while j > 0 and room[j - 1] > v:
            room[j] = room[j - 1]
            j -= 1
        room[j] = v
    return 0.5 * (room[SIZES // 2 - 1] + room[SIZES // 2])


@inlined
def _report(state, lane, fs):
    """Make the pending onset the last one."""
    if state[ONSET_AT, lane] > 0.0:
        state[INTERVAL, lane] = (state[PENDING_AT, lane] - state[ONSET_AT, lane]) / fs
    state[ONSET_AT, lane], state[PENDING_AT, lane] = state[PENDING_AT, lane], -1.0


@kernel
def find_rises(x, start, fs, least, share, back, foot, creep, before, late, n_report, n_learn, n_quiet, fade, state,
               sizes, room, out):  # fmt: skip
    """Find rises, and give the time between the last two [s], that since the last [s], and its size.

    A rise is one of ``x`` by more than a threshold above the lowest value since the last; it is over when ``x`` has
    fallen by ``back`` thresholds from the highest. Lowest and highest ``creep`` towards ``x`` with each sample, so that
    a drift is no rise. The threshold is ``least``, or a ``share`` of the median size of the last rises if that is
    more. A rise began where ``x`` was last within ``foot`` thresholds of the lowest value; earlier by ``before`` times
    the time from there to the threshold, and by ``late`` samples. It is reported ``n_report`` samples after that, or at
    once if that has passed or the next has come, and its size is the way from there to its highest so far. For
    ``n_learn`` samples only the size is learnt; typical sizes ``fade`` by a factor a sample when no rise has come for
    ``n_quiet``.
    ``x (time, lane)``, ``state (N_ROWS, lane)``, ``sizes (lane, SIZES)``, ``room (SIZES,)``, ``out (time, 3 lane)``.
    """
    for lane in range(x.shape[1]):
        for t in range(x.shape[0]):
            now, v = start + t, x[t, lane]
            if now == 0:
                state[LOW, lane] = state[HIGH, lane] = state[SMALLEST, lane] = state[LARGEST, lane] = v
                state[FOOT, lane] = state[TOP, lane] = v
            if now < n_learn:
                state[SMALLEST, lane] = min(state[SMALLEST, lane], v)
                state[LARGEST, lane] = max(state[LARGEST, lane], v)
                sizes[lane, :] = state[TYPICAL, lane] = state[LARGEST, lane] - state[SMALLEST, lane]
            threshold = max(least, share * state[TYPICAL, lane])
            if state[RISING, lane] == 0.0:
                state[LOW, lane] = min(state[LOW, lane] + creep, v)
                if v <= state[LOW, lane] + foot * threshold:
                    state[FOOT_AT, lane], state[FOOT, lane] = now, v
                elif v > state[LOW, lane] + threshold:
                    state[RISING, lane], state[HIGH, lane], state[TOP, lane] = 1.0, v, v
                    if now >= n_learn:
                        if state[PENDING_AT, lane] >= 0.0:
                            _report(state, lane, fs)
                        began = state[FOOT_AT, lane] - before * (now - state[FOOT_AT, lane]) - late
                        state[PENDING_AT, lane] = max(began, state[TOP_AT, lane])  # not before the last was over
            else:
                state[HIGH, lane] = max(state[HIGH, lane] - creep, v)
                state[TOP, lane] = max(state[TOP, lane], v)
                if v < state[HIGH, lane] - back * threshold:
                    state[RISING, lane], state[TOP_AT, lane] = 0.0, now
                    if now >= n_learn:
                        for i in range(SIZES - 1, 0, -1):
                            sizes[lane, i] = sizes[lane, i - 1]
                        sizes[lane, 0] = state[HIGH, lane] - state[LOW, lane]
                        state[TYPICAL, lane] = _median_of_sizes(sizes[lane], room)
                    state[LOW, lane], state[FOOT_AT, lane], state[FOOT, lane] = v, now, v
            if now - state[ONSET_AT, lane] > n_quiet:
                sizes[lane] *= fade
                state[TYPICAL, lane] *= fade
            pending = state[PENDING_AT, lane]
            if pending >= 0.0 and now >= pending + n_report:
                _report(state, lane, fs)
            if state[PENDING_AT, lane] < 0.0 and state[RISING, lane] == 1.0 and state[ONSET_AT, lane] > 0.0:
                state[AMPLITUDE, lane] = state[TOP, lane] - state[FOOT, lane]
            out[t, 3 * lane] = state[INTERVAL, lane]
            out[t, 3 * lane + 1] = (now - state[ONSET_AT, lane]) / fs
            out[t, 3 * lane + 2] = state[AMPLITUDE, lane]


@kernel
def count_onsets(x, start, fs, window_s, before, rings, counts, out):
    """Number of rises whose report lies in the last seconds; ``x (time, 3 lane)`` as `find_rises` gives it.

    ``before, counts (lane,)``, ``rings (lane, onset)`` are the state; ``out (time, lane)``.
    """
    n_ring = rings.shape[1]
    for lane in range(out.shape[1]):
        ring = rings[lane]
        for t in range(out.shape[0]):
            now_s = (start + t) / fs
            since = x[t, 3 * lane + 1]
            if since < before[lane]:
                ring[counts[lane] % n_ring] = now_s
                counts[lane] += 1
            before[lane] = since
            n = 0
            while n < min(counts[lane], n_ring) and ring[(counts[lane] - 1 - n) % n_ring] > now_s - window_s:
                n += 1
            out[t, lane] = n
