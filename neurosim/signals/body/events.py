"""What happens to a body and its electrodes at random: artifacts, switched on and rated one by one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from pydantic import Field

from neurosim.core.config import Config, validate
from neurosim.core.drive import EVENTS, DriveEvent
from neurosim.core.errors import ConfigError, did_you_mean
from neurosim.core.noise import SESSION_STRIDE, AddressedNoise
from neurosim.signals.body.span import STEP_HZ
from neurosim.signals.body.tables import read_table

#: What a body does of itself or is done to it, and no disturbance of a measurement.
NO_ARTIFACTS = ("sigh", "startle", "tms_pulse")
#: Kinds of artifacts, in the order of the truth stream's channels.
ARTIFACTS = tuple(kind for kind in EVENTS if kind not in NO_ARTIFACTS)
#: Artifacts that are pictures of the heart's beats.
OF_THE_HEART = frozenset({"heartbeat", "ecg_in_emg"})
#: After its beginning the next event of a kind waits at least this long [s].
_REFRACTORY_S = 0.8


class Artifact(Config):
    """How often and how strongly an artifact comes; what is left out is typical (``events.csv``)."""

    per_min: float | None = Field(None, ge=0, le=60, description="rate", json_schema_extra={"unit": "1/min"})
    amplitude: float | None = Field(None, description="typical size, in the event's own unit")
    duration_s: float | None = Field(None, gt=0, description="length", json_schema_extra={"unit": "s"})
    always: bool | None = Field(None, description="whether it is there all the time instead")


def typical_artifacts() -> dict[str, Artifact]:
    """Return every kind of artifact at its typical rate and size."""
    return {kind: Artifact() for kind in ARTIFACTS}


def parse_artifacts(text: str) -> dict[str, Artifact]:
    """Read ``"typical"``, ``"none"``, or a list such as ``"blink=20, jaw_clench, mains=5"``.

    A number is the rate a minute, or the size of an artifact that is there all the time; without one it is typical.

    Raises
    ------
    ConfigError
        For an artifact that is not known or a number that is none.
    """
    if text.strip() in ("typical", "none"):
        return typical_artifacts() if text.strip() == "typical" else {}
    artifacts = {}
    for item in text.split(","):
        kind, _, number = (part.strip() for part in item.partition("="))
        if kind not in ARTIFACTS:
            raise ConfigError(f"unknown artifact '{kind}'; {did_you_mean(kind, (*ARTIFACTS, 'typical', 'none'))}")
        field = "amplitude" if _typical(kind)["always"] == "yes" else "per_min"
        try:
            artifacts[kind] = validate({field: number} if number else {}, Artifact)
        except ConfigError as error:
            raise error.within(kind) from None
    return artifacts


def _typical(kind: str) -> Mapping[str, str]:
    return next(row for row in read_table("events") if row["event"] == kind)


def with_typical_size(event: DriveEvent) -> DriveEvent:
    """Fill in what an event leaves open."""
    usual = _typical(event.kind)
    amplitude = float(usual["amplitude"]) if event.amplitude is None else event.amplitude
    return replace(event, amplitude=amplitude, duration_s=event.duration_s or float(usual["duration_s"]))


class EventProcess:
    """Lets artifacts happen, to each subject at moments of its own.

    Parameters
    ----------
    artifacts
        The kinds that are on.
    seed, subjects
        Root of all noise, and the address of each subject.

    Raises
    ------
    ConfigError
        For an artifact that is not known.

    Attributes
    ----------
    kinds
        What can happen.
    """

    def __init__(self, artifacts: Mapping[str, Artifact], seed: int, subjects: Sequence[int]) -> None:
        self._n = len(subjects)
        self.kinds = frozenset(artifacts)
        self._always: list[DriveEvent] = []
        self._kinds: list[tuple[str, float, float, bool, float]] = []
        rates = []
        for kind, artifact in artifacts.items():
            if kind not in ARTIFACTS:
                message = f"unknown artifact '{kind}'; {did_you_mean(kind, ARTIFACTS)}"
                raise ConfigError(message).within("artifacts", kind)
            usual = _typical(kind)
            amplitude = float(usual["amplitude"]) if artifact.amplitude is None else artifact.amplitude
            per_min = float(usual["per_min"]) if artifact.per_min is None else artifact.per_min
            always = usual["always"] == "yes" and not per_min if artifact.always is None else artifact.always
            duration_s = artifact.duration_s or float(usual["duration_s"])
            if always:
                self._always.append(DriveEvent(kind, 0.0, amplitude, math.inf))
            else:
                spread, either_sign = float(usual["spread_ln"]), usual["either_sign"] == "yes"
                self._kinds.append((kind, amplitude, spread, either_sign, duration_s))
                # The pause after each event is made up for, so that the rate is the one that was asked for.
                rates.append(per_min / (60.0 - _REFRACTORY_S * per_min))
        self._rate = np.repeat(np.array(rates, dtype=float), self._n)[None]
        self._restart = -_REFRACTORY_S * self._rate[0]
        names = [kind for kind, *_ in self._kinds]
        self._limits = AddressedNoise(seed, "body/events", subjects, names, channel_major=True)
        self._sizes = AddressedNoise(seed, "body/events/size", subjects, names, channel_major=True)
        self._signs = AddressedNoise(seed, "body/events/sign", subjects, names, channel_major=True)

    def start(self, session: int) -> None:
        """Begin a session."""
        self._base = session * SESSION_STRIDE
        n_lanes = self._rate.shape[1]
        self._count = np.zeros(n_lanes, dtype=np.int64)
        self._hazard = np.zeros(n_lanes)
        self._limit = self._limits.exponential(self._base)
        self._begun = False

    def advance(self, first: int, n_steps: int) -> list[DriveEvent]:
        """Return what begins in some steps; asked for in order."""
        begun = [] if self._begun else list(self._always)
        self._begun = True
        n_lanes = self._rate.shape[1]
        if not n_lanes or not n_steps:
            return begun
        from neurosim.core.kernels.state import fire

        step, lane = np.empty((2, n_steps * n_lanes), dtype=np.int64)
        limits = self._limits
        n = fire(
            self._rate, 1.0 / STEP_HZ, self._restart, self._hazard, self._limit, self._count,
            limits.key, limits.subjects, limits.channels, self._base, step, lane,
        )  # fmt: skip
        step, lane = step[:n], lane[:n]
        sizes, signs = (noise.normal_of(lane, self._base + first + step) for noise in (self._sizes, self._signs))
        for s, i, z, sign in zip(step.tolist(), lane.tolist(), sizes.tolist(), signs.tolist(), strict=True):
            kind, amplitude, spread, either_sign, duration_s = self._kinds[i // self._n]
            size = amplitude * math.exp(spread * z) * (-1.0 if either_sign and sign < 0 else 1.0)
            begun.append(DriveEvent(kind, (first + s) / STEP_HZ, size, duration_s, "", i % self._n))
        return begun
