"""The entrance of every pipeline: bad samples are repaired once, and marked."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from neurosim.core.spec import Bool, Samples, SignalSpec, as_lanes, from_lanes, time_last

#: What can be wrong with a sample, in the order of the last axis of `Entrance.found`.
CAUSES = ("gap", "flat", "implausible")

_AWAY_S = 0.5  # a step that stays longer is a new offset
#: Of a gap g before a one-pole smoother, (1 - exp(-g)) exp(-3 g) is missing after three times its length: 11 % at most.
_AFTER = 3


class Plausible(NamedTuple):
    """What a sensor may give: range, largest step between samples, and how long the same value [s]."""

    low: float = -np.inf
    high: float = np.inf
    max_step: float = np.inf
    flat_s: float = 0.5  # an amplifier's own noise changes the last bit more often than this


# Amplifiers take up to 0.4 V of electrode offset (BrainAmp DC 0.33, BioSemi 0.26, ADS1299 0.19); no body makes a step
# of 5 mV, since the largest signal at the skin, the EMG, has 10 mV peak-to-peak (De Luca 2002). Warmth and sweat may
# stand still for a while.
_PLAUSIBLE = {
    "uV": Plausible(-4e5, 4e5, 5e3),
    "mV": Plausible(-400.0, 400.0, 5.0),
    "degC": Plausible(0.0, 60.0, flat_s=60.0),
    "uS": Plausible(-1.0, 200.0, flat_s=60.0),
}


class Entrance:
    """Replaces bad samples by the last good one, and tells which can be trusted.

    Bad is what is not finite (a gap), what the sensor cannot give (implausible), and a channel that has not changed
    for half a second (flat). A large step that stays is a new offset, good after half a second. Since stages remember,
    three times as many samples after the bad ones are not trusted either, up to `settle_s`.

    Parameters
    ----------
    spec
        Of the stream, unchanged by the entrance.

    Attributes
    ----------
    settle_s
        Longest distrust after bad samples: as long as what stands behind remembers [s].
    found
        What has been wrong with each lane since it was last cleared ``(lane, cause)``.
    """

    def __init__(self, spec: SignalSpec) -> None:
        self.spec, self.settle_s = spec, 0.0
        may = _PLAUSIBLE.get(spec.unit, Plausible())
        self._limits = np.array([may.low, may.high, may.max_step])
        self._n_flat = max(2, round(may.flat_s * spec.fs))
        self._n_away = round(_AWAY_S * spec.fs)
        self.reset()

    def reset(self) -> None:
        """Return to the state before the first sample."""
        self._levels = np.zeros((2, self.spec.n_lanes))
        self._counts = np.zeros((5, self.spec.n_lanes), dtype=np.int64)
        self.found = np.zeros((self.spec.n_lanes, len(CAUSES)), dtype=np.bool_)

    def process(self, x: Samples) -> tuple[Samples, Bool]:
        """Return the repaired samples and which of them can be trusted, both ``(*batch, channel, time)``."""
        from neurosim.core.kernels.trust import repair

        lanes = as_lanes(x)
        out = np.empty_like(lanes)
        valid = np.empty(lanes.shape, dtype=np.bool_)
        n_most = round(self.settle_s * self.spec.fs)
        repair(lanes, self._limits, self._n_flat, self._n_away, _AFTER, n_most, self._levels, self._counts, out, valid,
               self.found)  # fmt: skip
        shape, n = self.spec.batch_shape, self.spec.n_channels
        return from_lanes(out, shape, n), time_last(valid.reshape(len(lanes), *shape, n))
