"""The heart beat by beat: pressure, the baroreflex with its delay, and breathing (after DeBoer et al. 1987)."""

from __future__ import annotations

import math

import numpy as np

from neurosim.core.kernels.breath import (
    AT_AFTER,
    AT_BEFORE,
    AT_DEPTH,
    AT_MEAN,
    AT_PHASE,
    AT_RATE,
    lung_volume,
    warped,
)
from neurosim.core.kernels.elementary import exp
from neurosim.core.kernels.jit import inlined, kernel
from neurosim.core.kernels.philox import normal_pair, philox

_LOW = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)

# Fields of a beat: when its R wave (or the peak of a premature one) stands, and the beat that its P wave belongs to;
# the intervals expected before it and after it [s]; pressures [mmHg], that which the baroreflex feels among them;
# the height of its QRS in the ECG, and the height and the transit time [s] of its pulse.
TIME, P_TIME, PRIOR, INTERVAL, SYSTOLIC, DIASTOLIC, FELT, FACTOR, KIND, PULSE, TRANSIT = range(11)
N_FIELDS = 11
SINUS, PREMATURE = 0.0, 1.0
# Rows of what a subject's heart remembers besides: systolic and diastolic pressure inside the loop, the time constant
# of the arteries, the last interval that the sinus node gave, premature beats to come, the factor of the QRS after
# the next, slow noise of the interval and of the vessels.
LAST_S, WINDKESSEL_MS, SINUS_S, TO_COME, LATER_FACTOR, SLOW, VESSELS = range(7)
N_STATES = 7
# Parameters of each subject.
PERIOD_MS, FAST, DELAYED, RESISTANCE, BREATH_MMHG, RSA_MS, RSA_TURNS, RSA_CORNER_HZ = range(8)
BEAT_SD_MS, PRESSURE_SD, SLOW_SD_MS, SLOW_POLE, VESSELS_SD_MS, VESSELS_POLE, LAG_S, TRANSIT_S, TRANSIT_S_PER_MMHG = range(
    8, 17
)
N_PARAMETERS = 17
# Set by the arteries of a group-average adult: 120/75 mmHg, a time constant of 1425 ms, 0.016 mmHg for each ms.
_SYSTOLIC, _DIASTOLIC, _WINDKESSEL_MS, _FILLING = 120.0, 75.0, 1425.0, 0.016
_SATURATION = 18.0
# A premature beat: earliest after a beat, from the begin of its QRS to its peak [s], strength of its pulse.
_EARLIEST_S, _RISE_S, _WEAK = 0.3, 0.08, 0.5
#: The QRS begins this long before an R wave, for an interval of 1 s; it goes with the root of the interval.
QRS_S = 0.125


@inlined
def _felt(ring, newest, lane, at_s):
    """Return the systolic pressure that the baroreflex felt at some time, linear between beats."""
    n_ring, k = ring.shape[0], newest
    oldest = newest - n_ring + 2
    while k > oldest and ring[k % n_ring, TIME, lane] > at_s:
        k -= 1
    early, late = ring[k % n_ring], ring[(k + 1) % n_ring]
    if k == newest:
        return early[FELT, lane]
    share = max(at_s - early[TIME, lane], 0.0) / (late[TIME, lane] - early[TIME, lane])
    return early[FELT, lane] + share * (late[FELT, lane] - early[FELT, lane])


@inlined
def _centred(row, lane, p, after_s, inspiration):
    """Return minus the centred lung volume at a time in a step, 1 where a usual breath begins, now and delayed."""
    phase = row[AT_PHASE, lane] + row[AT_RATE, lane] * after_s
    depth, before = row[AT_DEPTH, lane], row[AT_BEFORE, lane]
    if phase >= 1.0:
        phase -= 1.0
        depth, before = row[AT_AFTER, lane], depth
    turns = warped(phase, inspiration)
    delayed = turns + p[RSA_TURNS, lane]
    mean = row[AT_MEAN, lane]
    now = 2.0 * (mean - lung_volume(turns, depth))
    depth = before if delayed < 0.0 else depth
    return now, 2.0 * (mean - lung_volume(delayed - math.floor(delayed), depth))


@inlined
def _ectopic(now_s, dt, lane, state, ring, count, planned):
    """Plan a premature beat if its QRS can begin in this step; the sinus beat that is due then is blocked."""
    last = ring[count[lane] % ring.shape[0]]
    due_s, sinus_s = planned[TIME, lane], state[SINUS_S, lane]
    begin_s = max(now_s, last[TIME, lane] + _EARLIEST_S)
    latest_s = due_s - max(_RISE_S, QRS_S * math.sqrt(planned[PRIOR, lane]))
    if planned[KIND, lane] == SINUS and begin_s < now_s + dt and begin_s <= latest_s:
        state[TO_COME, lane] -= 1.0
        planned[TIME, lane] = begin_s + _RISE_S
        planned[INTERVAL, lane] = due_s + sinus_s - planned[TIME, lane]
        planned[KIND, lane] = PREMATURE


@inlined
def _beat(now_s, lane, period_ms, rsa, pressure, pulse, row, inspiration, p, state, ring, count, planned, words):
    """Let the planned beat happen: its pressures, and the interval until the next."""
    z0, z1 = normal_pair(words[0], words[1])
    n_ring, time_s, kind = ring.shape[0], planned[TIME, lane], planned[KIND, lane]
    last = ring[count[lane] % n_ring]
    gap_ms = 1000.0 * (time_s - last[TIME, lane])
    now, delayed = _centred(row, lane, p, time_s - now_s, inspiration)
    # Both constants of the loop follow the set point, so that its pressure is the same at any heart rate.
    run_off = gap_ms / state[WINDKESSEL_MS, lane] - period_ms / _WINDKESSEL_MS
    diastolic = _DIASTOLIC / _SYSTOLIC * state[LAST_S, lane] * exp(-2.0 / 3.0 * run_off)
    stroke = _SYSTOLIC - _DIASTOLIC + _FILLING * (gap_ms - period_ms)
    if kind == PREMATURE:
        stroke *= _WEAK
    else:
        stroke += p[BREATH_MMHG, lane] * now + p[PRESSURE_SD, lane] * z0
    systolic = diastolic + max(stroke, 5.0)
    felt = _SYSTOLIC + _SATURATION * math.atan((systolic - _SYSTOLIC) / _SATURATION)
    count[lane] += 1
    entry = ring[count[lane] % n_ring]
    for field in range(N_FIELDS):
        entry[field, lane] = planned[field, lane]
    entry[FELT, lane] = felt
    lag = 0.25 * p[LAG_S, lane]
    newest = count[lane]
    reflex = _felt(ring, newest, lane, time_s - 2.0 * lag) + 2.0 * _felt(ring, newest, lane, time_s - 3.0 * lag)
    reflex += 3.0 * _felt(ring, newest, lane, time_s - 4.0 * lag)
    reflex += 2.0 * _felt(ring, newest, lane, time_s - 5.0 * lag) + _felt(ring, newest, lane, time_s - 6.0 * lag)
    reflex = reflex / 9.0 - _SYSTOLIC
    if kind == SINUS:
        corner = row[AT_RATE, lane] / p[RSA_CORNER_HZ, lane]
        interval_ms = period_ms + p[FAST, lane] * (felt - _SYSTOLIC) + p[DELAYED, lane] * reflex
        interval_ms += max(0.0, 1.0 + rsa) * p[RSA_MS, lane] / math.sqrt(1.0 + corner * corner) * delayed
        interval_ms += state[SLOW, lane] + p[BEAT_SD_MS, lane] * z1
        state[SINUS_S, lane] = 0.001 * min(max(interval_ms, 300.0), 2500.0)
        entry[INTERVAL, lane] = state[SINUS_S, lane]
    state[LAST_S, lane] = systolic
    state[WINDKESSEL_MS, lane] = max(
        _WINDKESSEL_MS - p[RESISTANCE, lane] * reflex + state[VESSELS, lane], 600.0
    )
    entry[SYSTOLIC, lane] = systolic + pressure
    entry[DIASTOLIC, lane] = diastolic + pressure
    entry[PULSE, lane] = (systolic - diastolic) / (_SYSTOLIC - _DIASTOLIC) * max(1.0 + pulse, 0.05)
    transit = p[TRANSIT_S, lane] + p[TRANSIT_S_PER_MMHG, lane] * (entry[SYSTOLIC, lane] - _SYSTOLIC)
    entry[TRANSIT, lane] = min(max(transit, 0.1), 0.4)
    planned[TIME, lane] = time_s + entry[INTERVAL, lane]
    planned[P_TIME, lane] = planned[TIME, lane]
    planned[PRIOR, lane] = entry[INTERVAL, lane]
    planned[KIND, lane] = SINUS
    planned[FACTOR, lane] = state[LATER_FACTOR, lane]
    state[LATER_FACTOR, lane] = 1.0


@kernel
def advance_heart(
    first, dt, moved, period_at, rsa_at, pressure_at, pulse_at, breath, inspiration, noise, event_step, event_subject,
    event_share, p, state, ring, count, planned, key, subjects, channels, base,
):  # fmt: skip
    """Steps ``first, first + 1, ...`` of all subjects.

    ``moved (step, quantity, subject)``, of which the rows ``period_at [ms], rsa_at, pressure_at [mmHg], pulse_at`` are
    read; ``breath (step, 8, subject)``; ``noise (step, 2 * subject)`` normals of the slow noises; events in the order
    of their steps: ``event_subject`` below 0 for all, ``event_share`` of an R wave that is lost, or below 0 for a
    premature beat; ``p (17, subject)``. The state: ``state (7, subject)``, ``ring (beat, 11, subject)`` the last
    beats, the newest at its number ``count (subject,)`` modulo its length, ``planned (11, subject)`` the next. ``key
    .. base`` is the address of what differs from beat to beat.
    """
    n_subjects, e = count.shape[0], 0
    due = np.empty(n_subjects, dtype=np.int64)
    slow, vessels = state[SLOW], state[VESSELS]
    for t in range(moved.shape[0]):
        now_s = (first + t) * dt
        z = noise[t]
        for b in range(n_subjects):
            slow[b] = p[SLOW_POLE, b] * slow[b] + p[SLOW_SD_MS, b] * z[b]
        for b in range(n_subjects):
            vessels[b] = p[VESSELS_POLE, b] * vessels[b] + p[VESSELS_SD_MS, b] * z[n_subjects + b]
        while e < event_step.shape[0] and event_step[e] <= first + t:
            for b in range(n_subjects):
                if event_subject[e] < 0 or event_subject[e] == b:
                    if event_share[e] < 0.0:
                        state[TO_COME, b] += 1.0
                    elif now_s <= planned[TIME, b] - QRS_S * math.sqrt(planned[PRIOR, b]):
                        planned[FACTOR, b] *= 1.0 - event_share[e]
                    else:
                        state[LATER_FACTOR, b] *= 1.0 - event_share[e]
            e += 1
        n_due = 0
        for b in range(n_subjects):
            due[n_due] = b
            n_due += (planned[TIME, b] < now_s + dt) | (state[TO_COME, b] > 0.0)
        for b in due[:n_due]:
            if state[TO_COME, b] > 0.0:
                _ectopic(now_s, dt, b, state, ring, count, planned)
            if planned[TIME, b] < now_s + dt:
                index = np.uint64(base + count[b] + 1)
                words = philox(index & _LOW, index >> _SHIFT, subjects[b], channels[b], key[0], key[1])
                _beat(
                    now_s, b, p[PERIOD_MS, b] + moved[t, period_at, b], moved[t, rsa_at, b], moved[t, pressure_at, b],
                    moved[t, pulse_at, b], breath[t], inspiration, p, state, ring, count, planned, words,
                )  # fmt: skip
