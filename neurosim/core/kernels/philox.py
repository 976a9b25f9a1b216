"""Philox4x32-10, a counter-based generator: noise as a pure function of its address.

Salmon, Moraes, Dror & Shaw 2011, doi:10.1145/2063384.2063405. Words are kept in uint64 throughout: in Numba
``uint32 << uint32`` is a uint64, so that 32-bit arithmetic has to be masked anyway.
"""

from __future__ import annotations

import numpy as np

from neurosim.core.kernels.elementary import float_of_word, log, sincos
from neurosim.core.kernels.jit import inlined, kernel

_LOW = np.uint64(0xFFFFFFFF)
_SHIFT = np.uint64(32)
_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_ULP = 2.0**-32


@inlined
def philox(c0, c1, c2, c3, k0, k1):
    """Return the four words of a block (counter c0..c3, key k0, k1)."""
    for _ in range(10):
        p0 = _M0 * (c0 & _LOW)  # masked here and not below: the processor's product of low halves does it for nothing
        p1 = _M1 * (c2 & _LOW)
        c0 = (p1 >> _SHIFT) ^ c1 ^ k0
        c1 = p1
        c2 = (p0 >> _SHIFT) ^ c3 ^ k1
        c3 = p0
        k0 = (k0 + _W0) & _LOW
        k1 = (k1 + _W1) & _LOW
    return c0 & _LOW, c1 & _LOW, c2 & _LOW, c3 & _LOW


@inlined
def unit(word):
    """Turn a word into a number inside (0, 1), the ends excluded."""
    return (float_of_word(word) + 0.5) * _ULP


@inlined
def normal_pair(w0, w1):
    """Turn two words into two standard normals (Box & Muller 1958)."""
    radius = np.sqrt(-2.0 * log(unit(w0)))
    sine, cosine = sincos(w1)
    return radius * cosine, radius * sine


@kernel
def words(out, key, counters):
    """Fill ``out (n, 4)`` with the blocks of ``counters (n, 4)`` under a key ``(2,)``; all uint64."""
    for i in range(counters.shape[0]):
        c = counters[i]
        out[i, 0], out[i, 1], out[i, 2], out[i, 3] = philox(c[0], c[1], c[2], c[3], key[0], key[1])


@kernel
def normals(out, key, start, subjects, channels):
    """Fill ``out (n_times, n_lanes)`` with standard normals, sample ``start`` first.

    A block serves four successive samples of a lane, so that its address does not depend on the chunk.
    """
    n_times, n_lanes = out.shape
    k0, k1 = key[0], key[1]
    first = start >> 2
    for b in range(first, (start + n_times + 3) >> 2):
        low = np.uint64(b) & _LOW
        high = np.uint64(b) >> _SHIFT
        t = (b << 2) - start
        if t >= 0 and t + 4 <= n_times:
            for lane in range(n_lanes):
                w0, w1, w2, w3 = philox(low, high, subjects[lane], channels[lane], k0, k1)
                n0, n1 = normal_pair(w0, w1)
                n2, n3 = normal_pair(w2, w3)
                out[t, lane] = n0
                out[t + 1, lane] = n1
                out[t + 2, lane] = n2
                out[t + 3, lane] = n3
        else:
            for lane in range(n_lanes):
                w0, w1, w2, w3 = philox(low, high, subjects[lane], channels[lane], k0, k1)
                n0, n1 = normal_pair(w0, w1)
                n2, n3 = normal_pair(w2, w3)
                if 0 <= t < n_times:
                    out[t, lane] = n0
                if 0 <= t + 1 < n_times:
                    out[t + 1, lane] = n1
                if 0 <= t + 2 < n_times:
                    out[t + 2, lane] = n2
                if 0 <= t + 3 < n_times:
                    out[t + 3, lane] = n3


@kernel
def uniforms(out, key, index, subjects, channels):
    """Fill ``out (n_lanes,)`` with numbers inside (0, 1), each lane at an index of its own."""
    for lane in range(out.shape[0]):
        i = index[lane]
        low, high = np.uint64(i) & _LOW, np.uint64(i) >> _SHIFT
        out[lane] = unit(philox(low, high, subjects[lane], channels[lane], key[0], key[1])[0])


@kernel
def normals_each(out, key, index, subjects, channels):
    """Fill ``out (n_lanes,)`` with standard normals, each lane at an index of its own."""
    for lane in range(out.shape[0]):
        i = index[lane]
        low, high = np.uint64(i) & _LOW, np.uint64(i) >> _SHIFT
        w0, w1 = philox(low, high, subjects[lane], channels[lane], key[0], key[1])[:2]
        out[lane] = normal_pair(w0, w1)[0]
