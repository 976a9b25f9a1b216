"""Heartbeats one by one: found in a rectified signal, and the time between them corrected."""

from __future__ import annotations

import numpy as np

from neurosim.core.kernels.jit import inlined, kernel

# Rows of a detector's state.
(LEVEL, NOISE, CANDIDATE, CANDIDATE_AT, BEFORE, BEAT_AT, PENDING_AT, PENDING, PERIOD, IBI, RAW, SHORT, REFUSED,
 LEAN, SIDE) = range(15)  # fmt: skip
N_ROWS = 15
HISTORY = 32  # intervals and differences that are remembered at most
HEIGHTS = 8  # humps of either sort, of whose heights the median counts (Hamilton 2002)

_MEDIAN_OF = 11  # intervals whose median tells what is usual, as in Lipponen & Tarvainen 2019
_STEEPNESS = 5.2  # quartile deviations that a difference may have (Lipponen & Tarvainen 2019)
_LEAST, _MOST = (
    0.15,
    0.325,
)  # limits of what may differ, as shares of the interval; the upper is Kamath & Fallen's, 1995
_SHORTEST_S, _LONGEST_S = 0.273, 2.0  # of a heart at 220 and at 30 beats a minute
_GIVE_IN = 4  # intervals refused in a row after which they are believed


@inlined
def _median(values, n, room):
    """Median of the first ``n`` values; ``room`` is as long."""
    for i in range(n):
        v = values[i]
        j = i
        while j > 0 and room[j - 1] > v:
            room[j] = room[j - 1]
            j -= 1
        room[j] = v
    middle = n // 2
    return room[middle] if n % 2 else 0.5 * (room[middle - 1] + room[middle])


@inlined
def _remember(history, count, interval, before):
    """Keep an interval, and how far it is from the one before; ``history (2, HISTORY)``, newest first."""
    intervals, differences = history[0], history[1]
    for i in range(HISTORY - 1, 0, -1):
        intervals[i] = intervals[i - 1]
        differences[i] = differences[i - 1]
    intervals[0] = interval
    differences[0] = abs(interval - before) if count > 0 else 0.0
    return min(count + 1, HISTORY)


@inlined
def correct(raw, memory_s, state, lane, history, count, room):
    """Take an interval between two beats in; set ``IBI`` and return how many are remembered.

    An interval that jumps is refused. Two short ones that add up to the usual one had a false beat between them; a
    short and a long one that add up to two had an early beat; a long one of two or three usual ones missed beats.
    """
    usual_s = state[IBI, lane]
    n, age_s = 0, raw
    while n < count and age_s < memory_s:
        age_s += history[0, n]
        n += 1
    count = n
    if count < 3:
        if _SHORTEST_S <= raw <= _LONGEST_S:
            state[IBI, lane] = raw
            return _remember(history, count, raw, usual_s)
        return count
    median_s = _median(history[0], min(count, _MEDIAN_OF), room)
    # The quartile deviation of differences that are as often up as down is the median of their size.
    tolerance = _STEEPNESS * _median(history[1], count - 1, room)
    tolerance = min(max(tolerance, _LEAST * median_s), _MOST * median_s)
    refused = state[REFUSED, lane]
    last_s = history[0, 0]
    wide = min(tolerance * (1.0 + 0.5 * refused), _MOST * median_s)  # the heart goes on changing in between
    both = state[SHORT, lane] + raw
    was_false = state[SHORT, lane] > 0.0 and abs(both - last_s) <= min(wide, abs(raw - last_s))
    fits = abs(raw - last_s) <= wide or abs(raw - median_s) <= _LEAST * median_s
    if fits and not was_false and _SHORTEST_S <= raw <= _LONGEST_S:
        state[IBI, lane], state[REFUSED, lane], state[SHORT, lane] = raw, 0.0, 0.0
        return _remember(history, count, raw, last_s)
    state[REFUSED, lane] = refused + 1.0
    if was_false:
        state[IBI, lane], state[SHORT, lane] = both, 0.0
    elif state[SHORT, lane] > 0.0 and abs(0.5 * both - last_s) <= wide:
        state[IBI, lane], state[SHORT, lane] = 0.5 * both, 0.0
    elif abs(0.5 * raw - last_s) <= wide:
        state[IBI, lane], state[SHORT, lane] = 0.5 * raw, 0.0
    elif abs(raw / 3.0 - last_s) <= wide:
        state[IBI, lane], state[SHORT, lane] = raw / 3.0, 0.0
    else:
        state[IBI, lane] = last_s
        state[SHORT, lane] = raw if raw < last_s else 0.0
    if state[REFUSED, lane] >= _GIVE_IN and _SHORTEST_S <= raw <= _LONGEST_S:
        # The heart does beat like that now.
        state[IBI, lane], state[REFUSED, lane], state[SHORT, lane] = raw, 0.0, 0.0
        return _remember(history, 0, raw, raw)
    return count


@inlined
def _threshold_share(elapsed):
    """Where the threshold lies between noise and beats, by the time since the last beat in usual intervals.

    High where a T wave may come, low when a beat is overdue: that takes the place of searching back, which would
    report late what it finds.
    """
    if elapsed < 0.4:
        return 0.75
    if elapsed < 0.9:
        return 0.75 - 0.7 * (elapsed - 0.4)
    if elapsed < 1.6:
        return 0.4 - 0.3 * (elapsed - 0.9)
    return 0.19


@inlined
def _place(mark, first, last, side):
    """Return where the mark is farthest on a side, to a fraction of a sample, and how far it leans up, -1 to 1.

    ``mark`` is a ring; ``first, last`` are the first and last sample to look at.
    """
    n = mark.shape[0]
    high = low = first
    for i in range(first + 1, last + 1):
        if mark[i % n] > mark[high % n]:
            high = i
        if mark[i % n] < mark[low % n]:
            low = i
    up, down = max(mark[high % n], 0.0), max(-mark[low % n], 0.0)
    lean = (up - down) / (up + down) if up + down > 0.0 else 0.0
    best = high if side > 0.0 else low
    left, top, right = side * mark[(best - 1) % n], side * mark[best % n], side * mark[(best + 1) % n]
    bend = left - 2.0 * top + right
    if best in (first, last) or bend >= 0.0:
        return float(best), lean
    return best + 0.5 * (left - right) / bend, lean


@inlined
def _learn_height(height, heights, which, state, row, lane, room):
    """Keep the height of a hump, ``heights (2, HEIGHTS)``; a spike among them moves the median little."""
    ring = heights[which]
    for i in range(HEIGHTS - 1, 0, -1):
        ring[i] = ring[i - 1]
    ring[0] = height
    state[row, lane] = _median(ring, HEIGHTS, room)


@inlined
def _learn_side(lean, state, lane):
    """Of a complex with two peaks of one size the same must be taken each time, until the other is clearly larger."""
    state[LEAN, lane] += 0.125 * (lean - state[LEAN, lane])
    if state[LEAN, lane] * state[SIDE, lane] < -0.2:
        state[SIDE, lane] = -state[SIDE, lane]


@kernel
def find_beats(drive, mark, start, fs, n_wait, n_back, n_report, n_refractory, late, fade, learn_n, memory_s, state,
               heights, history, counts, marks, room, out):  # fmt: skip
    """Find the beats, and give ibi, time since the beat and uncorrected ibi [s].

    ``drive, mark (time, lane)``: a beat is a hump of ``drive`` that is the highest for ``n_wait`` samples and above a
    threshold between the usual height of humps that are beats and of those that are not (Pan & Tompkins 1985). It
    stands where ``mark`` is highest in the ``n_back`` samples before, less the ``late`` samples of the filters, and is
    reported ``n_report`` samples after that place, or at once if that has passed. Heights ``fade`` by a factor a
    sample when no beat comes; until sample ``learn_n`` they are only learnt. Intervals of the last ``memory_s`` tell
    what is usual. ``start`` is the index of the first sample; ``state (N_ROWS, lane)``, ``heights (lane, 2, HEIGHTS)``,
    ``history (lane, 2, HISTORY)``, ``counts (lane,)``, ``marks (lane, ring)``, ``room (HISTORY,)``;
    ``out (time, 3 lane)``.
    """
    n_ring = marks.shape[1]
    for lane in range(drive.shape[1]):
        ring = marks[lane]
        for t in range(drive.shape[0]):
            now = start + t
            ring[now % n_ring] = mark[t, lane]
            v = drive[t, lane]
            elapsed_n = now - state[BEAT_AT, lane]
            if state[CANDIDATE, lane] > 0.0:
                if v > state[CANDIDATE, lane]:
                    state[CANDIDATE, lane], state[CANDIDATE_AT, lane] = v, now
                elif now - state[CANDIDATE_AT, lane] >= n_wait:
                    height, at = state[CANDIDATE, lane], np.int64(state[CANDIDATE_AT, lane])
                    state[CANDIDATE, lane] = 0.0
                    level, noise = state[LEVEL, lane], state[NOISE, lane]
                    place, lean = _place(ring, max(at - n_back, now - n_ring + 2, 1), at, state[SIDE, lane])
                    place -= late
                    pending = state[PENDING_AT, lane]
                    last = pending if pending >= 0.0 else state[BEAT_AT, lane]
                    since = place - last
                    if at < learn_n:
                        if height > level:
                            heights[lane, 0, :] = state[LEVEL, lane] = height
                            state[LEAN, lane], state[SIDE, lane] = lean, 1.0 if lean >= 0.0 else -1.0
                    elif since < n_refractory and last >= 0.0:
                        if pending >= 0.0 and height > state[PENDING, lane]:  # that was the beat
                            state[PENDING_AT, lane], state[PENDING, lane] = place, height
                    elif height > noise + _threshold_share(since / state[PERIOD, lane]) * (level - noise):
                        state[PENDING_AT, lane], state[PENDING, lane] = place, height
                        _learn_side(lean, state, lane)
                        _learn_height(height, heights[lane], 0, state, LEVEL, lane, room)
                    else:
                        _learn_height(height, heights[lane], 1, state, NOISE, lane, room)
            elif v > state[BEFORE, lane]:
                state[CANDIDATE, lane], state[CANDIDATE_AT, lane] = v, now
            state[BEFORE, lane] = v
            if elapsed_n > 2.0 * state[PERIOD, lane]:
                heights[lane] *= fade
                state[LEVEL, lane] *= fade
                state[NOISE, lane] *= fade
            pending = state[PENDING_AT, lane]
            if pending >= 0.0 and now >= pending + n_report:
                if state[BEAT_AT, lane] >= 0.0:
                    raw = (pending - state[BEAT_AT, lane]) / fs
                    state[RAW, lane] = raw
                    counts[lane] = correct(raw, memory_s, state, lane, history[lane], counts[lane], room)
                    if counts[lane] > 0:
                        state[PERIOD, lane] = fs * state[IBI, lane]
                state[BEAT_AT, lane], state[PENDING_AT, lane] = pending, -1.0
            out[t, 3 * lane] = state[IBI, lane]
            out[t, 3 * lane + 1] = (now - max(state[BEAT_AT, lane], 0.0)) / fs
            out[t, 3 * lane + 2] = state[RAW, lane]
