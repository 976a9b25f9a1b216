"""Which techniques exist for which patient, what is scored, and how strong the evidence is (``treatments.toml``)."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator

from neurosim.core.actor import AnyActor
from neurosim.core.config import Config, split_settings, validate
from neurosim.core.errors import ConfigError, did_you_mean
from neurosim.core.spec import Float
from neurosim.feedback.protocol import TrainingProtocol, load_protocol
from neurosim.modulation import Drug
from neurosim.signals.body.body import Body
from neurosim.subject.subject import load_subject

Branch = Literal[
    "electrical stimulation", "drugs", "neurofeedback", "transcranial magnetic stimulation",
    "peripheral nerve stimulation", "biofeedback",
]  # fmt: skip
#: The six branches of the field, and who learns in them.
BRANCHES: dict[Branch, str] = {
    "electrical stimulation": "pulses at the spinal cord, deep in the brain or at the vagus nerve act from outside",
    "drugs": "a concentration in the blood acts from outside",
    "neurofeedback": "a person learns to regulate the brain's signals",
    "transcranial magnetic stimulation": "a coil at the head acts from outside, and leaves something behind",
    "peripheral nerve stimulation": "pulses at a nerve act from outside",
    "biofeedback": "a person learns to regulate the body's signals",
}


class Score(Config):
    """A map from what is measured to what a doctor rates: straight, and set on published means."""

    name: str = Field(description="what is rated, with its unit")
    untreated: float = Field(gt=0, description="score of an untreated patient")
    relative: float | None = Field(None, description="share of the score that goes when what is measured falls to 0")
    absolute: float | None = Field(None, description="change of the score for a unit of what is measured")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.relative is None) == (self.absolute is None):
            raise ValueError("needs either relative or absolute")
        return self

    def change(self, untreated: Float, treated: Float) -> Float:
        """Return how far the score of each moves, never below 0 points ``(patient,)``.

        Parameters
        ----------
        untreated, treated
            What was measured in each ``(patient,)``; a share is taken of each one's own, and is 0 where that is 0.

        Examples
        --------
        >>> Score(name="attacks", untreated=8, relative=1).change(np.array([4.0]), np.array([1.0])).tolist()
        [-6.0]
        """
        difference = treated - untreated
        if self.absolute is not None:
            moved = self.absolute * difference
        else:
            share = np.divide(difference, untreated, out=np.zeros_like(difference), where=untreated > 0.0)
            moved = self.untreated * (self.relative or 0.0) * share
        floored: Float = np.maximum(moved, -self.untreated)
        return floored


class Technique(Config):
    """A way to treat a patient: a protocol, or devices beside the patient's own protocol."""

    branch: Branch = Field(description="which of the six it belongs to")
    protocol: str = Field("", description="the protocol that does it; by default the one the patient is watched by")
    devices: tuple[AnyActor, ...] | None = Field(None, description="what acts, instead of the protocol's devices")
    months: float = Field(
        0.0, ge=0, description="for how long before it is looked at", json_schema_extra={"unit": "months"}
    )
    sessions: int = Field(0, ge=0, description="sessions of a course before it is looked at, one a day")
    published: float | None = Field(
        None, description="what a course of training does to the score, from the literature; it stands beside what the "
        "simulated one does"
    )  # fmt: skip
    uncontrolled: bool = Field(False, description="whether the published size holds what people expect, too")
    evidence_level: int | None = Field(None, ge=1, le=5, description="as that of protocols")
    evidence: str = Field("", description="with what speaks against it; by default that of the protocol or the drug")

    def grade(self) -> tuple[int | None, str]:
        """Return the level of evidence, and what is known with what speaks against it."""
        level, text = self.evidence_level, self.evidence
        if self.protocol:
            own = load_protocol(self.protocol)
            level, text = level or own.evidence_level, text or own.evidence
        drug = next((device for device in self.devices or () if isinstance(device, Drug)), None)
        return level, text or ("" if drug is None else drug.medicine.evidence)


class Patient(Config):
    """Whom techniques are compared in: what is measured, and the score that follows from it."""

    title: str = Field(description="who, in a few words")
    protocol: str = Field(description="by which the untreated are watched")
    measure: Literal["long_bursts", "seizures", "pain", "mood", "attention", "arousal"] = Field(description="what")
    measured: str = Field(description="the same in words, with its unit")
    score: Score = Field(description="what a doctor rates")
    nonspecific: float = Field(le=0, description="change of the score by expectation, attention and time")
    set: str = Field(description="what of all this is set, and on what")
    techniques: dict[str, Technique] = Field(description="what there is for it")

    @property
    def scored_by_state(self) -> bool:
        """Whether the score follows from a state of the body, and not from a signal."""
        return self.measure in ("mood", "attention", "arousal")

    def at(self, severity: float) -> Self:
        """Return the same patient at another severity; the score and what expectation does go with it, by design."""
        score = self.score.model_copy(update={"untreated": self.score.untreated * severity})
        return self.model_copy(update={"score": score, "nonspecific": self.nonspecific * severity})

    def watched(self, technique: Technique | None) -> TrainingProtocol:
        """Return the protocol of a technique; None for the untreated, with the same blocks and nothing that acts."""
        protocol = load_protocol((technique.protocol if technique else "") or self.protocol)
        if technique is None:
            return protocol.model_copy(update={"devices": ()})
        return protocol if technique.devices is None else protocol.model_copy(update={"devices": technique.devices})


@cache
def patients() -> dict[str, Patient]:
    """Return everybody whom techniques can be compared in, by the name of the subject."""
    name = "treatments.toml"
    data = tomllib.loads((files("neurosim.cohort") / name).read_text(encoding="utf-8"))
    return {patient: validate(table, Patient, f"{name}: {patient}") for patient, table in data.items()}


def find_patient(name: str) -> Patient:
    """Return a patient by the name of the subject.

    Examples
    --------
    >>> find_patient("depression:severity=0.5").score.untreated
    11.75

    Raises
    ------
    ConfigError
        When there is none, and for a healthy one.
    """
    known, _ = split_settings(name)
    if known not in patients():
        raise ConfigError(f"no techniques are known for '{known}'; {did_you_mean(known, patients())}")
    body = load_subject(name).body
    severity = body.severity if isinstance(body, Body) else 1.0
    if not severity:
        raise ConfigError(f"nothing is to be treated in '{known}' at a severity of 0")
    return patients()[known].at(severity)
