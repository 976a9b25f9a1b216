"""Breathing, the beat-to-beat loop of the heart, and the waves that a beat draws.

The ring of beats is ``(column, slot, subject)``; beat number c of a subject stands in slot ``c % n_slots``, and
``count (subject,)`` beats have been written.
"""

from __future__ import annotations

import numpy as np

from neurosim.core.kernels.elementary import exp, log, sincos
from neurosim.core.kernels.jit import inlined, kernel
from neurosim.core.kernels.philox import normal_pair, philox, unit

_LOW = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)
_TURNS = 4294967296.0
_REACH = 5.3  # half width of a drawn Gaussian, in its own width: a millionth is left

# Columns of a beat: when its R peak is; how long until the next was planned; pressures; what the reflex feels of the
# systolic one; height of its R wave and of the next one's; which share of that is lost, and from when on; whether it
# is ventricular, and from when on it is seen; height and delay of its pulse.
(
    TIME, PLANNED, SYSTOLIC, DIASTOLIC, FELT, QRS, NEXT_QRS, NEXT_LOST, LOST_FROM, VENTRICULAR, SEEN_FROM,
    PULSE, TRANSIT,
) = range(13)  # fmt: skip
N_COLUMNS = 13
# Rows of the table of hearts.
(
    PERIOD, VAGAL, SYMPATHETIC, RESISTANCE, MECHANICAL, RSA, PERIOD_NOISE, PRESSURE_NOISE, LAG_SCALE, PHASE, CORNER,
) = range(11)  # fmt: skip
N_PARAMETERS = 11
# Columns of a breath.
BREATH_PHASE, BREATH_RATE, BREATH_DEPTH = range(3)

_FELT_SHARES = (1.0, 2.0, 3.0, 2.0, 1.0)
_FELT_LAGS_S = (1.6, 2.4, 3.2, 4.0, 4.8)


@inlined
def _turn(phase):
    """Return sine and cosine of a phase in turns."""
    return sincos(np.uint64((phase - np.floor(phase)) * _TURNS) & _LOW)


@inlined
def _lung_cosine(phase, inspiration):
    """Return the cosine that the lungs' volume follows: 1 when they are empty, -1 when they are full.

    Inspiration takes the first ``inspiration`` of the cycle.
    """
    p = phase - np.floor(phase)
    warped = 0.5 * p / inspiration if p < inspiration else 0.5 + 0.5 * (p - inspiration) / (1.0 - inspiration)
    return _turn(warped)[1]


@inlined
def _other_way(phase, inspiration):
    """Return the phase of the same volume with the breath going the other way."""
    if phase < inspiration:
        return inspiration + (1.0 - inspiration) * (1.0 - phase / inspiration)
    return inspiration * (1.0 - (phase - inspiration) / (1.0 - inspiration))


@kernel
def advance_breath(
    dt, own_hz, shift, offset, depth, pace, will, wander, noise_key, subjects, channels, base, p, inspiration, state,
    count, out,
):  # fmt: skip
    """Steps of breathing; ``own_hz (subject,)``, ``shift .. wander (step, subject)``, ``out (step, 3, subject)``.

    ``p`` are jitter, paced jitter, locking gain [1/s], spread of depths, rate of sighs [1/s], their size, slowing in
    a sigh, share of the way in and out that breath at will goes in a step; ``state (5, subject)`` phase, depth of this
    breath, the pacer's phase, size of a sigh that is due, whether this is a sigh; ``count (subject,)`` breaths so far.
    """
    phase, now, pacer, due, sighing = state[0], state[1], state[2], state[3], state[4]
    for t in range(out.shape[0]):
        for b in range(phase.shape[0]):
            own = max(own_hz[b] + (shift[t, b] + offset[t, b]) / 60.0, 0.03) * (1.0 + p[0] * wander[t, b])
            rate = max(own, 0.02)
            if will[t, b] > 0.5 or will[t, b] < -0.5:
                fills = will[t, b] > 0.0
                if fills != (phase[b] < inspiration):
                    phase[b] = min(_other_way(phase[b], inspiration), 1.0 - 1e-9)  # 1 would begin a breath
                    if fills and phase[b] < 0.1 * inspiration:  # a new breath, which does not jump when lungs are empty
                        now[b] = exp(depth[t, b])
                        sighing[b] = 0.0
                rate = p[7] * (inspiration - phase[b]) / dt if fills else p[8] * (1.0 - phase[b]) / dt
            elif pace[t, b] > 0.0:
                off = pacer[b] - phase[b]
                off -= np.floor(off + 0.5)
                rate = max(pace[t, b] / 60.0 * (1.0 + p[1] * wander[t, b]) + p[2] * off, 0.01)
                pacer[b] += pace[t, b] / 60.0 * dt
                pacer[b] -= np.floor(pacer[b])
            else:
                pacer[b] = 0.0
                if sighing[b] > 0.0:
                    rate *= p[6]
            out[t, 0, b] = phase[b]
            out[t, 1, b] = rate
            out[t, 2, b] = now[b]
            phase[b] += rate * dt
            if phase[b] >= 1.0:
                phase[b] -= 1.0
                count[b] += 1
                index = np.uint64(base + count[b])
                w = philox(index & _LOW, index >> _SHIFT, subjects[b], channels[b], noise_key[0], noise_key[1])
                size = exp(p[3] * normal_pair(w[0], w[1])[0] + depth[t, b])
                sigh = due[b]
                if sigh == 0.0 and pace[t, b] <= 0.0 and unit(w[2]) < p[4] / rate:
                    sigh = p[5] * (0.85 + 0.3 * unit(w[3]))
                now[b] = size if sigh == 0.0 else sigh * exp(depth[t, b])
                sighing[b] = 1.0 if sigh > 0.0 else 0.0
                due[b] = 0.0


@inlined
def _felt_at(ring, count, b, time, newest):
    """Return what the reflex felt at a time, between beats on a straight line."""
    n_slots = ring.shape[1]
    oldest = max(count - n_slots + 1, 0)
    k = newest
    while k > oldest and ring[TIME, k % n_slots, b] > time:
        k -= 1
    t0, f0 = ring[TIME, k % n_slots, b], ring[FELT, k % n_slots, b]
    if k == newest or time <= t0:
        return f0
    t1, f1 = ring[TIME, (k + 1) % n_slots, b], ring[FELT, (k + 1) % n_slots, b]
    return f0 + (f1 - f0) * (time - t0) / (t1 - t0)


@kernel
def advance_beats(
    first, dt, p, constants, set_point, rsa, pressure, pulse, breath, slow, fast, premature, missed, missed_size,
    key, subjects, channels, base, inspiration, due, resistance, ring, count,
):  # fmt: skip
    """Let each heart beat through steps ``first, first + 1, ...``.

    ``p (parameter, subject)``; ``constants``: filling [mmHg/ms], swing of what the reflex feels
    [mmHg], rise of a ventricular beat [s], share of its pulse, share of an R wave that breathing takes, transit
    [s], lead of breathing's pull over the lungs' volume [turns];
    ``set_point [ms], rsa, pressure [mmHg], pulse (step, subject)`` from the state, ``breath (step, 3, subject)``,
    ``slow, fast (step, subject)`` wandering of period [ms] and resistance [ms]; ``premature, missed (subject,)``
    moments of events that are due (inf for none); ``due, resistance (subject,)`` when the next beat is, and T of the
    last; ``ring`` and ``count`` as above.
    """
    gamma, swing, rise_s, weak = constants[0], constants[1], constants[2], constants[3]
    n_slots = ring.shape[1]
    for t in range(set_point.shape[0]):
        begin, end = (first + t) * dt, (first + t + 1) * dt
        for b in range(due.shape[0]):
            while True:
                last = (count[b] - 1) % n_slots
                before = ring[TIME, last, b]
                period_set = p[PERIOD, b] + set_point[t, b]
                if missed[b] < end and due[b] - begin > 0.25:
                    ring[NEXT_LOST, last, b] = missed_size[b]
                    ring[LOST_FROM, last, b] = max(missed[b], begin)
                    missed[b] = np.inf
                early = max(premature[b], begin, before + 0.35)
                ventricular = early < end and early + rise_s < due[b] - 0.08
                if not ventricular and due[b] >= end:
                    break
                now = early + rise_s if ventricular else due[b]
                passed_ms = 1000.0 * (now - before)
                # Diastole falls through the Windkessel; constants make 120/75 mmHg steady at the set point.
                c_d = 75.0 / 120.0 * exp(2.0 / 3.0 * period_set / 1425.0)
                c_p = 45.0 - gamma * period_set
                diastolic = c_d * ring[SYSTOLIC, last, b] * exp(-2.0 / 3.0 * passed_ms / resistance[b])
                phase = breath[t, BREATH_PHASE, b] + breath[t, BREATH_RATE, b] * (now - begin) + constants[6]
                depth = np.sqrt(breath[t, BREATH_DEPTH, b])  # four times as deep pulls twice as hard, by design
                pull = depth * _lung_cosine(phase, inspiration) + 1.0 - depth
                index = np.uint64(base + count[b])
                w = philox(index & _LOW, index >> _SHIFT, subjects[b], channels[b], key[0], key[1])
                e_period, e_pressure = normal_pair(w[0], w[1])
                systolic = (
                    diastolic + gamma * min(passed_ms, 2000.0) + c_p + p[MECHANICAL, b] * pull
                    + p[PRESSURE_NOISE, b] * e_pressure
                )  # fmt: skip
                if ventricular:
                    systolic -= 15.0
                felt = 120.0 + swing * np.arctan((systolic - 120.0) / swing)
                slot = count[b] % n_slots
                ring[TIME, slot, b] = now
                ring[FELT, slot, b] = felt
                reflex = 0.0
                for i in range(5):
                    lag = p[LAG_SCALE, b] * _FELT_LAGS_S[i]
                    reflex += _FELT_SHARES[i] * (_felt_at(ring, count[b], b, now - lag, count[b]) - 120.0)
                reflex /= 9.0
                rate = breath[t, BREATH_RATE, b]
                gain = p[RSA, b] * max(0.0, 1.0 + rsa[t, b]) / np.sqrt(1.0 + (rate / p[CORNER, b]) ** 2)
                arrhythmia = gain * depth * _lung_cosine(phase + p[PHASE, b], inspiration)
                period = (
                    period_set + p[VAGAL, b] * (felt - 120.0) + p[SYMPATHETIC, b] * reflex + arrhythmia
                    + slow[t, b] + p[PERIOD_NOISE, b] * e_period
                )  # fmt: skip
                period = min(max(period, 300.0), 2200.0)
                resistance[b] = max(1425.0 - p[RESISTANCE, b] * reflex + fast[t, b], 600.0)
                if ventricular:
                    # The sinus beat that was due is blocked; the next one comes in its own time.
                    planned = due[b] - now + ring[PLANNED, last, b]
                    premature[b] = np.inf
                else:
                    planned = 0.001 * period
                ring[PLANNED, slot, b] = planned
                ring[SYSTOLIC, slot, b] = systolic
                ring[DIASTOLIC, slot, b] = diastolic
                if ventricular:  # the next sinus beat is still the same
                    for column in (NEXT_QRS, NEXT_LOST, LOST_FROM):
                        ring[column, slot, b] = ring[column, last, b]
                    ring[QRS, slot, b] = 1.0
                else:
                    ring[QRS, slot, b] = ring[NEXT_QRS, last, b] * (1.0 - ring[NEXT_LOST, last, b])
                    ring[NEXT_QRS, slot, b] = 1.0 - constants[4] * pull
                    ring[NEXT_LOST, slot, b] = 0.0
                    ring[LOST_FROM, slot, b] = np.inf
                ring[VENTRICULAR, slot, b] = 1.0 if ventricular else 0.0
                ring[SEEN_FROM, slot, b] = early if ventricular else now
                height = max(0.0, 1.0 + pulse[t, b]) * (1.0 - 0.05 * pull)
                ring[PULSE, slot, b] = height * (weak if ventricular else 1.0)
                ring[TRANSIT, slot, b] = max(0.1, constants[5] - 0.00075 * (systolic + pressure[t, b] - 120.0))
                due[b] = now + planned
                count[b] += 1


@inlined
def _add_bell(row, start, fs, first, stop, center_s, width_s, height):
    """Add a Gaussian to samples ``first .. stop`` of a row ``(time,)``, where it is not yet a millionth."""
    low = max(first, np.int64(np.ceil((center_s - _REACH * width_s) * fs)) - start)
    high = min(stop, np.int64(np.floor((center_s + _REACH * width_s) * fs)) + 1 - start)
    origin, tick, narrow = np.float64(start), 1.0 / fs, 1.0 / width_s
    for j in range(low, high):
        x = ((origin + np.float64(np.int32(j))) * tick - center_s) * narrow
        row[j] += height * exp(-0.5 * x * x)


@inlined
def _first_sample(time_s, fs):
    return np.int64(np.ceil(time_s * fs))


@kernel
def draw_ecg(start, fs, ring, count, waves, scale, out, phase):
    """Fill ``out [mV], phase [turns] (time, subject)`` from the phase in each beat.

    ``waves (5, 3)``: angle [turns], height, width [turns] of P, Q, R, S, T at 60 beats a minute.
    """
    n_times, n_subjects = out.shape
    n_slots = ring.shape[1]
    row, share = np.empty(n_times), np.empty(n_times)
    origin, tick = np.float64(start), 1.0 / fs
    for b in range(n_subjects):
        row[:] = 0.0
        k, oldest = count[b] - 1, max(count[b] - n_slots, 0)
        while k > oldest and _first_sample(ring[TIME, k % n_slots, b], fs) > start:
            k -= 1
        i = 0
        while i < n_times:
            now = k % n_slots
            t0, planned = ring[TIME, now, b], ring[PLANNED, now, b]
            stop = n_times
            if k + 1 < count[b]:
                stop = min(n_times, _first_sample(ring[TIME, (k + 1) % n_slots, b], fs) - start)
            pace = 1.0 / planned
            for j in range(i, stop):
                share[j] = ((origin + np.float64(np.int32(j))) * tick - t0) * pace
            # Angles of P and T go with the fourth root of the rate, those of Q and S and all widths with its root.
            alpha = np.sqrt(pace)
            root = np.sqrt(alpha)
            wide = alpha * planned
            p_s, q_s = t0 + planned * (1.0 + waves[0, 0] * root), t0 + planned * (1.0 + waves[1, 0] * alpha)
            s_s, t_s = t0 + planned * waves[3, 0] * alpha, t0 + planned * waves[4, 0] * root
            sinus = 0.0 if ring[VENTRICULAR, now, b] > 0.0 else scale
            here, following = sinus * ring[QRS, now, b], scale * ring[NEXT_QRS, now, b]
            _add_bell(row, start, fs, i, stop, t0, wide * waves[2, 2], here * waves[2, 1])
            _add_bell(row, start, fs, i, stop, s_s, wide * waves[3, 2], here * waves[3, 1])
            _add_bell(row, start, fs, i, stop, t_s, wide * waves[4, 2], sinus * waves[4, 1])
            _add_bell(row, start, fs, i, stop, p_s, wide * waves[0, 2], scale * waves[0, 1])
            # From here on it is known that the next QRS is lost.
            lost = stop
            if ring[LOST_FROM, now, b] < np.inf:
                lost = min(stop, max(i, _first_sample(ring[LOST_FROM, now, b], fs) - start))
            left = following * (1.0 - ring[NEXT_LOST, now, b])
            _add_bell(row, start, fs, i, lost, q_s, wide * waves[1, 2], following * waves[1, 1])
            _add_bell(row, start, fs, lost, stop, q_s, wide * waves[1, 2], left * waves[1, 1])
            _add_bell(row, start, fs, i, lost, t0 + planned, wide * waves[2, 2], following * waves[2, 1])
            _add_bell(row, start, fs, lost, stop, t0 + planned, wide * waves[2, 2], left * waves[2, 1])
            i = stop
            k += 1
        # Ventricular beats lie over it, in time and not in phase.
        for k in range(oldest, count[b]):
            slot = k % n_slots
            if ring[VENTRICULAR, slot, b] > 0.0:
                peak, height = ring[TIME, slot, b], scale * waves[2, 1]
                seen = max(0, _first_sample(ring[SEEN_FROM, slot, b], fs) - start)
                _add_bell(row, start, fs, seen, n_times, peak, 0.025, 1.2 * height)
                _add_bell(row, start, fs, seen, n_times, peak + 0.07, 0.025, -0.35 * height)
                _add_bell(row, start, fs, seen, n_times, peak + 0.3, 0.06, -0.4 * height)
        for j in range(n_times):
            out[j, b] = row[j]
            phase[j, b] = min(share[j], 1.0)


@kernel
def draw_pulses(start, fs, ring, count, shape, out):
    """Fill ``out (time, subject)`` with the pulses of the last beats.

    ``shape (2, 3)``: place [s], width [s] and height of the two waves at 60 beats a minute; times go with the cube root
    of the beat's length.
    """
    n_times, n_subjects = out.shape
    n_slots = ring.shape[1]
    row = np.empty(n_times)
    for b in range(n_subjects):
        row[:] = 0.0
        for k in range(max(count[b] - n_slots, 0), count[b]):
            slot = k % n_slots
            seen = max(0, _first_sample(ring[TIME, slot, b], fs) - start)
            if seen < n_times and ring[TIME, slot, b] > start / fs - 5.0:
                foot, height = ring[TIME, slot, b] + ring[TRANSIT, slot, b], ring[PULSE, slot, b]
                spread = exp(log(ring[PLANNED, slot, b]) / 3.0)
                for w in range(shape.shape[0]):
                    center, width = foot + spread * shape[w, 0], spread * shape[w, 1]
                    _add_bell(row, start, fs, seen, n_times, center, width, height * shape[w, 2])
        for j in range(n_times):
            out[j, b] = row[j]


@kernel
def hold_beats(start, fs, ring, count, column, out):
    """Fill ``out (time, subject)`` with a column of the beat that each sample lies in."""
    n_slots = ring.shape[1]
    for b in range(out.shape[1]):
        k = count[b] - 1
        oldest = max(count[b] - n_slots, 0)
        for j in range(out.shape[0] - 1, -1, -1):
            while k > oldest and ring[TIME, k % n_slots, b] > (start + j) / fs:
                k -= 1
            out[j, b] = ring[column, k % n_slots, b]


@kernel
def draw_lungs(start, fs, step_hz, steps, first, breath, inspiration, volume, phase):
    """Fill ``volume`` (1 at the top of a usual breath) and ``phase [turns] (time, subject)``.

    ``steps (time,)`` the step each sample lies in, ``breath`` from step ``first`` on.
    """
    for j in range(volume.shape[0]):
        time = (start + j) / fs
        step = steps[j]
        row = breath[step - first]
        for b in range(volume.shape[1]):
            p = row[BREATH_PHASE, b] + row[BREATH_RATE, b] * (time - step / step_hz)
            volume[j, b] = 0.5 * row[BREATH_DEPTH, b] * (1.0 - _lung_cosine(p, inspiration))
            phase[j, b] = p - np.floor(p)
