"""Statistics of breathing, by NeuroKit2."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from itertools import pairwise

import neurokit2 as nk
import numpy as np

from neurosim.core.spec import Float

from .heart_statistics import to_rate

FS = 25.0


@dataclass(frozen=True)
class Breathing:
    """What is measured of breathing.

    Parameters
    ----------
    samples
        At 25 Hz, any unit.
    rate
        From the mean length of a breath [1/min].
    variation
        SD over mean of the length of breaths.
    depth_variation
        The same of their depth.
    inspiration
        Mean share of inspiration in a breath.
    """

    samples: Float
    rate: float
    variation: float
    depth_variation: float
    inspiration: float


def measure(raw: Float, fs: float) -> Breathing:
    """Measure breathing ``(n_times,)``, upwards when in."""
    samples = to_rate(raw, fs, FS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        clean = nk.rsp_clean(samples, sampling_rate=FS, method="khodadad2018")
        _, found = nk.rsp_peaks(clean, sampling_rate=FS, method="khodadad2018")
    peaks, troughs = (np.asarray(found[key], dtype=float) for key in ("RSP_Peaks", "RSP_Troughs"))
    troughs = troughs[np.isfinite(troughs)].astype(int)
    peaks = peaks[np.isfinite(peaks)].astype(int)
    length = np.diff(troughs) / FS
    top = np.array([peaks[(peaks > a) & (peaks < b)][0] for a, b in pairwise(troughs)])
    depth = clean[top] - clean[troughs[:-1]]
    share = (top - troughs[:-1]) / FS / length
    return Breathing(
        samples,
        float(60.0 / length.mean()),
        float(length.std() / length.mean()),
        float(depth.std() / depth.mean()),
        float(share.mean()),
    )
