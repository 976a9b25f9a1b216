"""Means over windows made of blocks: what is older than the window is forgotten to the last bit."""

from __future__ import annotations

import numpy as np

from neurosim.core.kernels.elementary import log
from neurosim.core.kernels.jit import kernel

_TINY = 1e-24  # a power that counts as none


@kernel
def block_means(x, n_update, index, running, ring, means):
    """Mean over the last blocks of ``n_update`` samples, worked out at the end of each.

    A running sum that takes the oldest sample away would keep the rounding of a spike for ever; this one adds the
    blocks anew. Blocks lie on absolute sample indices, ``index`` is that of the first sample. ``x (time, column)``,
    ``running (column,)`` the sum of the block that is not full, ``ring (block, column)`` those of the last ones;
    fills ``means (update, column)``. Before there are enough blocks the mean is over those there are.
    """
    n_ring, update = ring.shape[0], 0
    for t in range(x.shape[0]):
        at, row = index + t, x[t]
        if at % n_update == 0:
            running[:] = 0.0
        for i in range(row.shape[0]):
            running[i] += row[i]
        if (at + 1) % n_update == 0:
            block = at // n_update
            ring[block % n_ring] = running
            n, total = min(block + 1, n_ring), means[update]
            total[:] = 0.0
            for j in range(n):
                one = ring[(block - j) % n_ring]
                for i in range(total.shape[0]):
                    total[i] += one[i]
            for i in range(total.shape[0]):
                total[i] /= n * n_update
            update += 1


@kernel
def cross_products(z, unit, out):
    """Products of two complex signals: a conj(b), and the two powers.

    ``z (time, 4 n)`` holds a and b of n subjects, real parts first; ``out (time, 4 n)`` real and imaginary part of
    the product, power of a, power of b. With ``unit`` the product is scaled to a magnitude of 1: the phase alone.
    """
    n = z.shape[1] // 4
    for t in range(z.shape[0]):
        ar, br, ai, bi = z[t, :n], z[t, n : 2 * n], z[t, 2 * n : 3 * n], z[t, 3 * n :]
        re, im, aa, bb = out[t, :n], out[t, n : 2 * n], out[t, 2 * n : 3 * n], out[t, 3 * n :]
        for i in range(n):
            re[i] = ar[i] * br[i] + ai[i] * bi[i]
            im[i] = ai[i] * br[i] - ar[i] * bi[i]
            aa[i] = ar[i] * ar[i] + ai[i] * ai[i]
            bb[i] = br[i] * br[i] + bi[i] * bi[i]
        if unit:
            for i in range(n):
                size = np.sqrt(aa[i] * bb[i])
                scale = 1.0 / size if size > _TINY else 0.0
                re[i] *= scale
                im[i] *= scale


@kernel
def amplitude_at_phase(slow, fast, turns, index, ring, out):
    """The amplitude of a fast rhythm where it stands on the circle of a slow one's phase.

    ``slow, fast (time, 2 n)`` are demodulated signals, real parts first; the phase is turned back by ``turns``
    ``(time, 2)``, cosine and sine. The amplitude is taken ``len(ring) - 1`` samples late: ``ring (past, n)``.
    ``out (time, 3 n)``: amplitude times cosine and sine of the phase, and squared amplitude.
    """
    n, n_ring = slow.shape[1] // 2, ring.shape[0]
    for t in range(slow.shape[0]):
        at = index + t
        now, late = ring[at % n_ring], ring[(at + 1) % n_ring]
        for i in range(n):
            now[i] = fast[t, i] * fast[t, i] + fast[t, n + i] * fast[t, n + i]
        for i in range(n):
            re, im, square = slow[t, i], slow[t, n + i], late[i]
            power = re * re + im * im
            scale = np.sqrt(square / power) if power > _TINY else 0.0
            out[t, i] = scale * (re * turns[t, 0] - im * turns[t, 1])
            out[t, n + i] = scale * (re * turns[t, 1] + im * turns[t, 0])
            out[t, 2 * n + i] = square


@kernel
def phase_histogram(vectors, edges, out):
    """Sort amplitudes by phase: ``vectors (time, 3 n)`` as `amplitude_at_phase` makes them.

    ``edges (bin - 1,)`` between the bins, as angles of the diamond |x| + |y| = 1, which are in the order of the
    circle's and need no arctangent. ``out (time, 2 bin n)``: for each bin the amplitude and whether it is this bin.
    """
    n, n_bins = vectors.shape[1] // 3, edges.shape[0] + 1
    out[:] = 0.0
    for t in range(vectors.shape[0]):
        for i in range(n):
            x, y = vectors[t, i], vectors[t, n + i]
            size = abs(x) + abs(y)
            if not size > 0.0:
                continue
            angle = 1.0 - x / size if y >= 0.0 else x / size - 1.0
            k = 0
            while k < n_bins - 1 and angle >= edges[k]:
                k += 1
            out[t, k * n + i] = np.sqrt(vectors[t, 2 * n + i])
            out[t, (n_bins + k) * n + i] = 1.0


@kernel
def modulation_index(histogram, n_bins, out):
    """Tort's modulation index: how far the mean amplitudes of the bins are from uniform, 0 to 1.

    ``histogram (update, 2 bin n)``, means of what `phase_histogram` makes; ``out (update, n)``.
    """
    n = out.shape[1]
    for u in range(out.shape[0]):
        for i in range(n):
            total = 0.0
            for k in range(n_bins):
                share = histogram[u, (n_bins + k) * n + i]
                total += histogram[u, k * n + i] / share if share > 0.0 else 0.0
            entropy = 0.0
            for k in range(n_bins):
                share = histogram[u, (n_bins + k) * n + i]
                p = histogram[u, k * n + i] / (share * total) if share > 0.0 and total > 0.0 else 0.0
                if p > 1e-300:
                    entropy -= p * log(p)
            out[u, i] = 1.0 - entropy / log(1.0 * n_bins) if total > 0.0 else 0.0


@kernel
def keep(x, history, n, end):
    """Append ``x (time, lane)`` to ``history (lane, 2 n)`` from column ``end`` on; returns the new ``end``.

    When it is full the last n columns move to the beginning: those before ``end`` are always in one piece.
    """
    for t in range(x.shape[0]):
        if end == history.shape[1]:
            for lane in range(history.shape[0]):
                row = history[lane]
                for k in range(n):
                    row[k] = row[end - n + k]
            end = n
        for lane in range(history.shape[0]):
            history[lane, end] = x[t, lane]
        end += 1
    return end


@kernel
def add_up(x, total):
    """Add ``x (time, lane)`` to ``total (lane,)``, sample after sample."""
    for t in range(x.shape[0]):
        for lane in range(x.shape[1]):
            total[lane] += x[t, lane]
