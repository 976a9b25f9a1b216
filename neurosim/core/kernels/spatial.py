"""Weighing channels against each other, over ``(time, subject * channel)``, in a fixed order of summation."""

from __future__ import annotations

from neurosim.core.kernels.jit import kernel


@kernel
def rereference(x, n_channels, references, keeps, out):
    """Take the mean of some channels, ``references``, away from all but those that keep their reference.

    ``x, out (time, subject * channel)``, ``keeps (channel,)``.
    """
    for t in range(x.shape[0]):
        for start in range(0, x.shape[1], n_channels):
            source, row = x[t, start : start + n_channels], out[t, start : start + n_channels]
            total = 0.0
            for i in range(references.shape[0]):
                total += source[references[i]]
            mean = total / references.shape[0]
            for c in range(n_channels):
                row[c] = source[c] if keeps[c] else source[c] - mean


@kernel
def subtract_others(x, others, weights, out):
    """Take weighted other channels away from each channel.

    ``x, out (time, subject * channel)``, ``others (channel, k)``, ``weights (subject, channel, k)``.
    """
    n_channels = others.shape[0]
    for t in range(x.shape[0]):
        for b in range(weights.shape[0]):
            source, row = x[t, b * n_channels : (b + 1) * n_channels], out[t, b * n_channels : (b + 1) * n_channels]
            for c in range(n_channels):
                v = source[c]
                for k in range(others.shape[1]):
                    v -= weights[b, c, k] * source[others[c, k]]
                row[c] = v
