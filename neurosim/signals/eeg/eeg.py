"""The EEG of a simulated body: background and rhythms, mixed to the sensors, with blinks on top."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from pydantic import Field

from neurosim.core.config import Config
from neurosim.core.drive import Drive, DriveEvent
from neurosim.core.errors import ConfigError
from neurosim.core.spec import Float, Samples, SignalSpec, from_lanes
from neurosim.signals.body.organ import Organ
from neurosim.signals.eeg.background import Background
from neurosim.signals.eeg.mixing import SENSORS_1020, sphere_mixing
from neurosim.signals.eeg.rhythms import Rhythm, RhythmBank


def _hz(default: float, description: str, **limits: Any) -> Any:
    return Field(default, description=description, json_schema_extra={"unit": "Hz"}, **limits)


class EEG(Config):
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
    eyes_closed: bool = Field(False, description="whether the eyes are closed while nothing else is said")
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


class EEGOrgan(Organ):
    """Makes the EEG, and its truth: the envelope of each source at its strongest sensor [uV].

    Parameters
    ----------
    config
        The parameters.
    seed, subjects, batch_shape
        Root of all noise, the address of each subject, and ``()`` or ``(n,)``.
    """

    def __init__(self, config: EEG, seed: int, subjects: Sequence[int], batch_shape: tuple[int, ...]) -> None:
        mixing = sphere_mixing()
        self._n = len(subjects)
        self._eyes = float(config.eyes_closed)
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
        self.start(0)

    def start(self, session: int) -> None:
        self._closed = np.full(self._n, self._eyes)
        self._background.start(session)
        self._bank.start(session, self._closed)
        self._blinks: list[DriveEvent] = []
        self._slow_step_done = -1
        self._set_background_scale()

    def _set_background_scale(self) -> None:
        gain = 1.0 + self._closed * (self._closed_gain - 1.0)
        self._scale = self._background.scale * np.tile(gain, len(self.specs["eeg"].ch_names))

    def _slow_step(self, index: int, drive: Drive) -> None:
        bank = self._bank
        aim = np.clip(self._eyes + drive["eyes_closed"], 0.0, 1.0)
        gap = aim - self._closed
        if gap.any():
            self._closed = self._closed + np.where(gap > 0, bank.up, bank.down) * gap
            self._set_background_scale()
        moved = np.zeros((len(self._rhythm_of), self._n))
        for i, rhythm in enumerate(self._rhythm_of):
            moved[i] = drive[f"{rhythm}_drive"]
        # The bank has the same lag for its strengths, so it is told where the eyes go, not where they are.
        bank.slow_step(index, np.full(self._n, aim), moved.ravel())

    def generate(self, start: int, n_times: int, drive: Drive) -> dict[str, Samples]:
        from neurosim.core.kernels.filters import mix

        n, n_channels, n_sources = self._n, len(self.specs["eeg"].ch_names), len(self._rhythm_of)
        background = np.empty((n_times, n_channels * n))
        rhythms, envelope = np.empty((2, n_times, n_sources * n))
        self._blinks += [event for event in drive.events if event.kind == "blink" and event not in self._blinks]
        at, end = start, start + n_times
        while at < end:
            if at % self._bank.hop == 0 and at // self._bank.hop != self._slow_step_done:
                self._slow_step_done = at // self._bank.hop
                self._slow_step(self._slow_step_done, drive)
            stop = min(end, (at // self._bank.hop + 1) * self._bank.hop)
            rows = slice(at - start, stop - start)
            self._background.generate(at, background[rows])
            background[rows] *= self._scale
            self._bank.generate(at, rhythms[rows], envelope[rows])
            at = stop
        mixed = np.zeros((n_times, n * n_channels))
        mix(background, self._background_weights, n, mixed)
        mix(rhythms, self._rhythm_weights, n, mixed)
        shape = self.specs["eeg"].batch_shape
        eeg = from_lanes(mixed, shape, n_channels)
        self._add_blinks(eeg, start)
        by_source = envelope.reshape(n_times, n_sources, *shape)
        return {"eeg": eeg, "truth/eeg_envelope": by_source.transpose(*range(2, by_source.ndim), 1, 0)}

    def _add_blinks(self, eeg: Samples, start: int) -> None:
        fs = self.specs["eeg"].fs
        times = (start + np.arange(eeg.shape[-1])) / fs
        for blink in self._blinks:
            eeg += self._blink_gain[:, None] * blink.amplitude * blink_shape(times - blink.onset_s)
        now = (start + eeg.shape[-1]) / fs
        self._blinks = [blink for blink in self._blinks if now < blink.onset_s + BLINK_S]


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
