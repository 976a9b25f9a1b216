"""The EEG of a simulated body: background and rhythms, mixed to the sensors, with blinks on top."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from pydantic import Field

from neurosim.core.errors import ConfigError
from neurosim.core.spec import Float, Samples, SignalSpec, from_lanes
from neurosim.signals.body.organ import Given, Organ, OrganConfig
from neurosim.signals.body.span import Span, cuts, step_of
from neurosim.signals.eeg.background import Background
from neurosim.signals.eeg.mixing import SENSORS_1020, sphere_mixing
from neurosim.signals.eeg.rhythms import Rhythm, RhythmBank


def _hz(default: float, description: str, **limits: Any) -> Any:
    return Field(default, description=description, json_schema_extra={"unit": "Hz"}, **limits)


class EEG(OrganConfig):
    """Parameters of the EEG of a group-average healthy adult.

    Levels and bandwidths are chosen so that the sum agrees with published resting values: 8 to 20 uV rms in
    all, alpha power three to six times higher with eyes closed (Barry et al. 2007,
    doi:10.1016/j.clinph.2007.07.028), alpha at 10.3 Hz (Haegens et al. 2014, doi:10.1016/j.neuroimage.2014.01.049).
    """

    fs: float = _hz(256.0, "sampling rate", ge=32, le=4096)
    ch_names: tuple[str, ...] = Field(SENSORS_1020, min_length=1, description="sensors")
    exponent: float = Field(1.2, ge=0, le=2, description="of the background, power ~ 1/f^exponent")
    psd_at_1hz_open: float = Field(20.0, gt=0, description="level, eyes open", json_schema_extra={"unit": "uV^2/Hz"})
    psd_at_1hz_closed: float = Field(28.0, gt=0, description="level, closed", json_schema_extra={"unit": "uV^2/Hz"})
    correlation_length_m: float = Field(
        0.07, gt=0, description="of the background over the head", json_schema_extra={"unit": "m"}
    )
    rhythms: dict[str, Rhythm] = Field(
        default_factory=lambda: {
            "theta": Rhythm(center_hz=6.0, bandwidth_hz=2.0, open_uv=2.0, closed_uv=2.0),
            "alpha": Rhythm(center_hz=10.3, bandwidth_hz=1.5, open_uv=2.8, closed_uv=7.5),
            "mu": Rhythm(center_hz=10.8, bandwidth_hz=1.5, open_uv=2.5, closed_uv=2.5),
            "smr": Rhythm(center_hz=13.5, bandwidth_hz=2.0, open_uv=1.2, closed_uv=1.2),
            "beta": Rhythm(center_hz=20.0, bandwidth_hz=5.0, open_uv=1.2, closed_uv=1.2),
        },
        description="rhythms by the names of their sources: theta, alpha, mu, smr, beta",
    )

    def prepare(self, given: Given) -> EEGOrgan:
        """Return the organ."""
        return EEGOrgan(self, given)


class EEGOrgan(Organ):
    """Makes the EEG, and its truth: the envelope of each source at its strongest sensor [uV].

    Parameters
    ----------
    config
        The parameters.
    given
        Who it belongs to.
    """

    def __init__(self, config: EEG, given: Given) -> None:
        mixing = sphere_mixing()
        self._n, seed, subjects, batch_shape = given.n, given.seed, given.subjects, given.batch_shape
        names, rhythms, gains = [], [], []
        for rhythm, parameters in config.rhythms.items():
            columns = mixing.rhythm_columns(rhythm)
            if not columns:
                raise ConfigError(f"unknown rhythm '{rhythm}'; known: theta, alpha, mu, smr, beta").within("rhythms")
            if parameters.center_hz >= config.fs / 2:
                message = f"must be below fs/2 = {config.fs / 2:g} Hz, got {parameters.center_hz:g}"
                raise ConfigError(message).within("rhythms", rhythm, "center_hz")
            names += [mixing.sources[c] for c in columns]
            rhythms += [parameters] * len(columns)
            gains.append(mixing.rhythm_gain(rhythm, config.ch_names))
        self._rhythm_of = [name.partition("_")[0] for name in names]
        background = mixing.background(config.ch_names, config.correlation_length_m)
        self._background_weights = np.ascontiguousarray(background.T)
        self._rhythm_weights = np.ascontiguousarray(np.hstack([np.empty((len(config.ch_names), 0)), *gains]).T)
        self._blink_gain = mixing.blink_gain(config.ch_names)
        self._bank = RhythmBank(config.fs, rhythms, names, seed, subjects)
        full = np.ones(self._n)
        self._background = Background(
            config.fs, config.ch_names, seed, subjects, config.exponent * full, config.psd_at_1hz_open * full
        )
        self._closed_gain = np.sqrt(config.psd_at_1hz_closed / config.psd_at_1hz_open)
        super().__init__(
            {
                "eeg": SignalSpec(config.fs, config.ch_names, "uV", batch_shape),
                "truth/eeg_envelope": SignalSpec(config.fs, tuple(names), "uV", batch_shape),
            },
            config.fs,
        )

    def start(self, session: int, rest: Span) -> None:
        self._closed = rest["eyes_closed"][0].copy()
        self._background.start(session)
        self._bank.start(session, self._closed)
        self._step_done = -1
        self._set_background_scale()

    def _set_background_scale(self) -> None:
        gain = 1.0 + self._closed * (self._closed_gain - 1.0)
        self._scale = self._background.scale * np.tile(gain, len(self.specs["eeg"].ch_names))

    def _slow_step(self, step: int, span: Span) -> None:
        bank = self._bank
        aim = span.at("eyes_closed", step)
        gap = aim - self._closed
        if gap.any():
            self._closed = self._closed + np.where(gap > 0, bank.up, bank.down) * gap
            self._set_background_scale()
        moved = np.concatenate([span.at(f"{rhythm}_drive", step) for rhythm in self._rhythm_of])
        # The bank has the same lag for its strengths, so it is told where the eyes go, not where they are.
        bank.slow_step(step, np.ascontiguousarray(aim), moved)

    def generate(self, start: int, n_times: int, span: Span) -> dict[str, Samples]:
        from neurosim.core.kernels.filters import mix

        n, n_channels, n_sources = self._n, len(self.specs["eeg"].ch_names), len(self._rhythm_of)
        background = np.empty((n_times, n_channels * n))
        rhythms, envelope = np.empty((2, n_times, n_sources * n))
        step = step_of(start, self.fs)
        for a, b in pairwise(cuts(start, n_times, self.fs).tolist() if n_times else [0]):
            if step != self._step_done:
                self._step_done = step
                self._slow_step(step, span)
            rows = slice(a, b)
            self._background.generate(start + a, background[rows])
            background[rows] *= self._scale
            self._bank.generate(start + a, rhythms[rows], envelope[rows])
            step += 1
        mixed = np.zeros((n_times, n * n_channels))
        mix(background, self._background_weights, n, mixed)
        mix(rhythms, self._rhythm_weights, n, mixed)
        shape = self.specs["eeg"].batch_shape
        eeg = from_lanes(mixed, shape, n_channels)
        self._add_blinks(eeg, start, span)
        by_source = envelope.reshape(n_times, n_sources, *shape)
        return {"eeg": eeg, "truth/eeg_envelope": by_source.transpose(*range(2, by_source.ndim), 1, 0)}

    def _add_blinks(self, eeg: Samples, start: int, span: Span) -> None:
        times = (start + np.arange(eeg.shape[-1])) / self.fs
        for blink in span.of_kind("blink"):
            who = eeg if blink.subject is None or eeg.ndim == 2 else eeg[blink.subject]
            who += self._blink_gain[:, None] * (blink.amplitude or 0.0) * blink_shape(times - blink.onset_s)


BLINK_S = 0.4
_RISE_S = 0.12


def blink_shape(t: Float) -> Float:
    """Return the potential of an eye blink of amplitude 1, ``t`` seconds after its onset.

    It rises for 0.12 s and falls for 0.28 s, both as half a cosine.
    """
    rising = 0.5 - 0.5 * np.cos(np.pi * np.clip(t / _RISE_S, 0.0, 1.0))
    falling = 0.5 + 0.5 * np.cos(np.pi * np.clip((t - _RISE_S) / (BLINK_S - _RISE_S), 0.0, 1.0))
    result: Float = np.where((t >= 0) & (t < BLINK_S), np.minimum(rising, falling), 0.0)
    return result
