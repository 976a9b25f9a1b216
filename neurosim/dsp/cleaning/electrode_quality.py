"""How good the contact of each electrode is, 0 to 1."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from neurosim.core.errors import ConfigError, Problem
from neurosim.core.spec import Float, SignalSpec
from neurosim.core.stage import Stage
from neurosim.dsp.cleaning.neighbours import distances, nearest
from neurosim.dsp.design import butter_bandpass, energy_delay_s
from neurosim.dsp.held import HeldStage, WindowedConfig, WindowMean

_BRAIN_HZ = (1.0, 40.0)
_ORDER = 2
_MAINS_HZ = 2.0  # half the width of the band that counts as mains
_EXPONENT = 1.5  # of an EEG's background, which tells how late its power is behind the filter
_TINY = 1e-12


class ElectrodeQuality(WindowedConfig):
    """Quality of each electrode over the last seconds, from 1, good, to 0, not to be used; 1 before there is a window.

    The worst of four marks, each of which falls from 1 to 0 as its measure doubles (or halves) beyond the value given,
    so that a gate, which closes below 0.5, closes half way:

    - flat: the rms from 1 to 40 Hz is below `least_uv`;
    - mains: the share of the mains band in the power above 1 Hz is above `mains_share`;
    - noise: the share of what lies above 40 Hz and beside the mains is above `noise_share`;
    - alone: the largest correlation, from 1 to 40 Hz, with one of the nearest channels is below `least_correlation`
      (0.4 in the PREP pipeline, Bigdely-Shamlo et al. 2015, doi:10.3389/fninf.2015.00016). Not asked of a single
      channel, and of channels that the montage does not know only against those it knows. 0 switches it off.
    """

    kind: Literal["electrode_quality"] = "electrode_quality"
    delay_is_latency: ClassVar[bool] = True
    mixes_channels: ClassVar[bool] = True
    window_s: float = Field(2.0, gt=0, le=120, description="length of the window", json_schema_extra={"unit": "s"})
    update_s: float = Field(
        0.25, gt=0, le=10, description="time from one estimate to the next; held in between",
        json_schema_extra={"unit": "s"},
    )  # fmt: skip
    mains_hz: float = Field(50.0, gt=45, description="frequency of the mains", json_schema_extra={"unit": "Hz"})
    least_uv: float = Field(1.0, gt=0, description="smallest good rms", json_schema_extra={"unit": "uV"})
    mains_share: float = Field(0.5, gt=0, lt=1, description="largest good share of the mains")
    noise_share: float = Field(0.5, gt=0, lt=1, description="largest good share of high frequencies")
    least_correlation: float = Field(0.4, ge=0, lt=1, description="smallest good correlation with a neighbour")
    n_neighbours: int = Field(4, ge=1, le=20, description="how many of the nearest channels it is compared with")
    montage: str = Field("standard_1005", description="where channels are: a montage of MNE")

    @classmethod
    def examples(cls) -> list[Self]:
        """Return one for the laws' two channels."""
        return [cls(window_s=1.0)]

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up filters and neighbours for the stream."""
        least_fs = 2.0 * (self.mains_hz + 2.0 * _MAINS_HZ)
        if spec.fs <= least_fs:
            message = f"needs a sampling rate above {least_fs:g} Hz, got {spec.fs:g}"
            raise ConfigError([Problem(("mains_hz",), message)])
        alone = spec.n_channels < 2 or not self.least_correlation
        others = [[]] * spec.n_channels if alone else nearest(distances(spec.ch_names, self.montage), self.n_neighbours)
        return QualityStage(self, np.array(others, dtype=np.int64), spec)


class QualityStage(HeldStage):
    """See `ElectrodeQuality`.

    Parameters
    ----------
    config
        Window and limits.
    others
        The neighbours of each channel ``(channel, k)``; k may be 0.
    spec
        Of the input.
    """

    def __init__(self, config: ElectrodeQuality, others: NDArray[np.int64], spec: SignalSpec) -> None:
        self._config, self._others = config, others
        mains = (config.mains_hz - _MAINS_HZ, config.mains_hz + _MAINS_HZ)
        top = 0.45 * spec.fs
        bands = (_BRAIN_HZ, mains, (_BRAIN_HZ[0], top), (_BRAIN_HZ[1], top))
        self._sos = [butter_bandpass(_ORDER, low, high, spec.fs)[0].copy() for low, high in bands]
        self._n_blocks = config.n_blocks(spec.fs)
        late_s = energy_delay_s(self._sos[0], spec.fs, of=_EXPONENT)
        out = spec.replace(unit="1", added_delay_s=late_s + config.window_delay_s(spec.fs))
        super().__init__(config.n_update(spec.fs), self._n_blocks, 1.0, out)

    def reset(self) -> None:
        super().reset()
        n = self.spec.n_lanes
        self._states = [np.zeros((len(sos), 2, n)) for sos in self._sos]
        self._mean = WindowMean(self.n_update, self._n_blocks, n * (4 + self._others.shape[1]))

    def estimate(self, x: Float, estimates: Float) -> None:
        from neurosim.core.kernels.filters import sosfilt

        filtered = [np.empty_like(x) for _ in self._sos]
        for sos, state, out in zip(self._sos, self._states, filtered, strict=True):
            sosfilt(x, sos, state, out)
        n_times, n_lanes = x.shape
        brain = filtered[0].reshape(n_times, self.spec.n_subjects, self.spec.n_channels)
        columns = [part * part for part in filtered]
        columns += [(brain * brain[..., others]).reshape(n_times, n_lanes) for others in self._others.T]
        means = self._mean(np.concatenate(columns, axis=1), self.index, len(estimates))
        estimates[:] = self._mark(means.reshape(len(estimates), 4 + self._others.shape[1], n_lanes))

    def _mark(self, means: Float) -> Float:
        """Return the worst mark ``(update, lane)`` from the mean squares and products ``(update, column, lane)``."""
        c = self._config
        power, mains, whole, high = (np.maximum(means[:, i], _TINY) for i in range(4))
        marks = np.minimum(_falls(c.least_uv / np.sqrt(power)), _falls(mains / whole / c.mains_share))
        marks = np.minimum(marks, _falls(np.maximum(high - mains, 0.0) / whole / c.noise_share))
        if self._others.shape[1]:
            by_channel = power.reshape(len(power), self.spec.n_subjects, self.spec.n_channels)
            related = np.zeros_like(power)
            for k, others in enumerate(self._others.T):
                theirs = by_channel[..., others].reshape(power.shape)
                related = np.maximum(related, np.abs(means[:, 4 + k]) / np.sqrt(power * theirs))
            marks = np.minimum(marks, _falls(c.least_correlation / np.maximum(related, _TINY)))
        return marks


def _falls(excess: Float) -> Float:
    """Return 1 up to an excess of 1, 0 from 2 on, and a straight line in between."""
    return np.clip(2.0 - excess, 0.0, 1.0)
