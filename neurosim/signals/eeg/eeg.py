"""The EEG of a simulated body: background and rhythms, mixed to the sensors, with artifacts on top."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from pydantic import Field

from neurosim.core.errors import ConfigError
from neurosim.core.spec import Float, Samples, SignalSpec, from_lanes
from neurosim.signals.body.organ import Given, Organ, OrganConfig
from neurosim.signals.body.span import STEP_HZ, Span, cuts, step_of
from neurosim.signals.eeg.age import alpha_hz_of_age, exponent_of_age
from neurosim.signals.eeg.artifacts import Artifacts
from neurosim.signals.eeg.background import Background
from neurosim.signals.eeg.evoked import Evoked
from neurosim.signals.eeg.mixing import SENSORS_1020, STANDARD, sphere_mixing
from neurosim.signals.eeg.rhythms import Rhythm, RhythmBank
from neurosim.signals.eeg.slow_potential import SlowPotential
from neurosim.signals.eeg.topography import Scalp


def _hz(default: float, description: str, **limits: Any) -> Any:
    return Field(default, description=description, json_schema_extra={"unit": "Hz"}, **limits)


class EEG(OrganConfig):
    """Parameters of the EEG of a group-average healthy adult.

    Levels and bandwidths are chosen so that the sum agrees with published resting values: 8 to 20 uV rms in
    all, alpha power three to six times higher with eyes closed (Barry et al. 2007,
    doi:10.1016/j.clinph.2007.07.028), alpha at 10.3 Hz (Haegens et al. 2014, doi:10.1016/j.neuroimage.2014.01.049).
    """

    fs: float = _hz(256.0, "sampling rate", ge=32, le=4096)
    montage: str = Field(STANDARD, description="where sensors are: a montage of MNE, such as biosemi64")
    ch_names: tuple[str, ...] = Field(SENSORS_1020, min_length=1, description="sensors of the montage")
    exponent: float | None = Field(
        None, ge=0, le=2, description="of the background with eyes open, power ~ 1/f^exponent; by default by age"
    )
    closed_exponent_gain: float = Field(0.1, ge=-1, le=1, description="how much higher it is with eyes closed")
    psd_at_1hz_open: float = Field(20.0, gt=0, description="level, eyes open", json_schema_extra={"unit": "uV^2/Hz"})
    psd_at_1hz_closed: float = Field(28.0, gt=0, description="level, closed", json_schema_extra={"unit": "uV^2/Hz"})
    correlation_length_m: float = Field(
        0.07, gt=0, description="of the background over the head", json_schema_extra={"unit": "m"}
    )
    rhythms: dict[str, Rhythm] = Field(
        default_factory=lambda: {
            "theta": Rhythm(center_hz=6.0, bandwidth_hz=2.0, open_uv=2.0, closed_uv=2.0),
            "alpha": Rhythm(bandwidth_hz=1.5, open_uv=3.6, closed_uv=9.6),
            "mu": Rhythm(above_alpha_hz=0.5, bandwidth_hz=1.5, open_uv=2.5, closed_uv=2.5, arch=0.2),
            "smr": Rhythm(center_hz=13.5, bandwidth_hz=2.0, open_uv=1.2, closed_uv=1.2),
            "beta": Rhythm(center_hz=20.0, bandwidth_hz=5.0, open_uv=1.2, closed_uv=1.2),
        },
        description="rhythms by the names of their sources: theta, alpha, mu, smr, beta",
    )

    def prepare(self, given: Given) -> EEGOrgan:
        """Return the organ.

        Raises
        ------
        ConfigError
            For a montage, sensors or rhythms that are not known, and rhythms too fast for the sampling rate.
        """
        return EEGOrgan(self, given)

    def alpha_hz(self, given: Given) -> Float:
        """Return each subject's frequency of alpha ``(subject,)`` [Hz]."""
        alpha = self.rhythms.get("alpha")
        set_hz = alpha.center_hz if alpha else None
        return given.traits("alpha_hz", alpha_hz_of_age(given.ages) if set_hz is None else set_hz)


#: The source under the vertex, whose map a slow potential shares.
_VERTEX = "smr"
#: The rhythm whose first source lies under the left motor cortex.
_HAND_AREA = "mu"
# Alpha is blocked faster than it returns: 0.3 to 0.5 s and 0.5 to 1 s to see it, by lags of 0.15 and 0.5 s.
_OPENING_S, _CLOSING_S = 0.15, 0.5


class EEGOrgan(Organ):
    """Makes the EEG, and its truth: of each source the envelope at its strongest sensor [uV], and 1 in bursts, else 0.

    Parameters
    ----------
    config
        The parameters.
    given
        Who it belongs to.
    """

    def __init__(self, config: EEG, given: Given) -> None:
        mixing = sphere_mixing(config.montage)
        self._n = given.n
        alpha_hz = config.alpha_hz(given)
        alpha_scale = given.traits("alpha_uv", 1.0)
        sources, rhythms, gains = [], [], [np.empty((len(config.ch_names), 0))]
        center_hz, scale = [], []
        for name, rhythm in config.rhythms.items():
            columns = mixing.rhythm_columns(name)
            if not columns:
                raise ConfigError(f"unknown rhythm '{name}'; known: theta, alpha, mu, smr, beta").within("rhythms")
            its_hz = np.full(self._n, rhythm.center_hz) if rhythm.center_hz else alpha_hz + rhythm.above_alpha_hz
            its_hz = alpha_hz if name == "alpha" else its_hz
            if its_hz.max() >= config.fs / 2 or its_hz.min() <= 0:
                message = f"must be between 0 and fs/2 = {config.fs / 2:g} Hz, got {its_hz.max():g}"
                raise ConfigError(message).within("rhythms", name, "center_hz")
            sources += [mixing.sources[c] for c in columns]
            rhythms += [rhythm] * len(columns)
            center_hz += [its_hz] * len(columns)
            scale += [alpha_scale if name == "alpha" else np.ones(self._n)] * len(columns)
            gains.append(mixing.rhythm_gain(name, config.ch_names))
        self._background_weights = mixing.background(config.ch_names, config.correlation_length_m).T.copy()
        self._rhythm_weights = np.hstack(gains).T.copy()
        shape = (-1, self._n)
        self._bank = RhythmBank(
            config.fs, given, sources, rhythms, np.reshape(center_hz, shape), np.reshape(scale, shape)
        )
        usual = exponent_of_age(given.ages) if config.exponent is None else config.exponent
        exponent = given.traits("exponent", usual)
        closed_exponent = np.clip(exponent + config.closed_exponent_gain, 0.0, 2.0)
        level = np.repeat([[config.psd_at_1hz_open], [config.psd_at_1hz_closed]], self._n, axis=1)
        self._background = Background(config.fs, given, config.ch_names, np.stack([exponent, closed_exponent]), level)
        self._slow = SlowPotential(config.fs, mixing.rhythm_gain(_VERTEX, config.ch_names).T.copy(), self._n)
        self._evoked = Evoked(config.fs, given, mixing.rhythm_gain(_HAND_AREA, config.ch_names).T[:1].copy())
        self._artifacts = Artifacts(config.fs, given, Scalp(mixing, config.ch_names))
        self._up, self._down = (1.0 - math.exp(-1.0 / (STEP_HZ * tau_s)) for tau_s in (_CLOSING_S, _OPENING_S))
        super().__init__(
            {
                "eeg": SignalSpec(config.fs, config.ch_names, "uV", given.batch_shape),
                "truth/eeg_envelope": SignalSpec(config.fs, tuple(sources), "uV", given.batch_shape),
                "truth/eeg_bursts": SignalSpec(config.fs, tuple(sources), "1", given.batch_shape),
            },
            config.fs,
        )

    def start(self, session: int, rest: Span) -> None:
        self._closed = rest["eyes_closed"][0].copy()
        self._eyes = rest.index["eyes_closed"]
        self._background.start(session, self._closed)
        self._bank.start(session, rest, self._closed)
        self._slow.start(rest)
        self._evoked.start(session)
        self._artifacts.start(session)
        self._step_done = -1

    def generate(self, start: int, n_times: int, span: Span) -> dict[str, Samples]:
        from neurosim.core.kernels.filters import mix
        from neurosim.core.kernels.rhythms import follow

        bounds = cuts(start, n_times, self.fs)
        n, n_channels, n_pieces = self._n, len(self._background_weights), len(bounds) - 1
        step = step_of(start, self.fs)
        fresh = step != self._step_done and n_times > 0
        if n_times:
            self._step_done = step + n_pieces - 1
        moved = span.values[step - span.first : step - span.first + n_pieces]
        closed = np.empty((n_pieces, n))
        follow(moved, self._eyes, fresh, self._up, self._down, self._closed, closed)
        background = self._background.generate(start, bounds, closed)
        rhythms, envelope, in_burst = self._bank.generate(start, bounds, step, fresh, moved, closed)
        mixed = np.zeros((n_times, n * n_channels))
        mix(background, self._background_weights, n, mixed)
        mix(rhythms, self._rhythm_weights, n, mixed)
        self._slow.add(mixed, start, bounds, step, fresh, moved)
        if span.events:
            self._evoked.add(mixed.reshape(n_times, n, n_channels), start, span)
            self._artifacts.add(mixed.reshape(n_times, n, n_channels), start, span)
        shape = self.specs["eeg"].batch_shape
        return {
            "eeg": from_lanes(mixed, shape, n_channels),
            "truth/eeg_envelope": self._by_source(envelope),
            "truth/eeg_bursts": self._by_source(in_burst),
        }

    def _by_source(self, lanes: Float) -> Samples:
        x = lanes.reshape(len(lanes), len(self._rhythm_weights), *self.specs["eeg"].batch_shape)
        return x.transpose(*range(2, x.ndim), 1, 0)
