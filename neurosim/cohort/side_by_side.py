"""The same virtual patients untreated, with what they expect alone, and under each technique there is for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.cohort.treatments import Patient, find_patient
from neurosim.cohort.watched import Signal, trained, under
from neurosim.core.errors import ConfigError, did_you_mean
from neurosim.core.noise import pick_seed
from neurosim.core.spec import Float
from neurosim.subject.population import Population

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NOTICE = "Simulation of group averages, not medical advice."


@dataclass(frozen=True)
class Trained:
    """What a course of training came to.

    Attributes
    ----------
    sessions
        How many were simulated.
    signal
        What was trained, as the patients do it without feedback: before the course, and after it.
    published
        What such a course does to the score in the literature, without what patients expect.
    """

    sessions: int
    signal: Signal
    published: float


@dataclass(frozen=True)
class Arm:
    """What came of one way to treat the patients.

    Attributes
    ----------
    name, branch
        The technique; ``untreated`` and ``expectation alone`` belong to no branch.
    measured
        On the body of each ``(patient,)``.
    specific, nonspecific
        Change of the score of each ``(patient,)``: what the technique does, and what it shares with a sham.
    signal
        What the session looks at: untreated before, and treated after.
    level, evidence
        How strong the evidence is, with what speaks against it.
    trained
        Of a technique that is learned, what was.
    moved
        How far the technique pushes each latent in the end, mean of the patients.
    """

    name: str
    branch: str
    measured: Float
    specific: Float
    nonspecific: float
    signal: Signal
    level: int | None = None
    evidence: str = ""
    trained: Trained | None = None
    moved: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class SideBySide:
    """The same patients under everything there is for them.

    Attributes
    ----------
    name, patient
        Who they are.
    arms
        Untreated, with what they expect alone, and under each technique.
    seed, n
        Root of all noise, and how many patients.
    """

    name: str
    patient: Patient
    arms: tuple[Arm, ...]
    seed: int
    n: int

    def scores(self, arm: Arm) -> Float:
        """Return the score of each patient ``(patient,)``, never below 0."""
        score: Float = np.maximum(self.patient.score.untreated + arm.specific + arm.nonspecific, 0.0)
        return score

    def summary(self) -> dict[str, Any]:
        """Return everything as plain data."""
        rows = []
        for arm in self.arms:
            scores = self.scores(arm)
            rows.append(
                {
                    "technique": arm.name, "branch": arm.branch, "measured": _plain(arm.measured.mean()),
                    **_told("signal", arm.signal),
                    "score": _plain(scores.mean()), "score_sd": _plain(scores.std()),
                    "change_nonspecific": _plain(arm.nonspecific), "change_specific": _plain(arm.specific.mean()),
                    "responders": _plain((scores <= 0.5 * self.patient.score.untreated).mean()),
                    "moved": {latent: _plain(offset) for latent, offset in arm.moved.items()},
                    "evidence_level": arm.level, "evidence": arm.evidence,
                    "trained": None if arm.trained is None else {
                        "sessions": arm.trained.sessions, **_told("feature", arm.trained.signal),
                        "change_published": _plain(arm.trained.published),
                    },
                    "course": _course(arm.signal),
                }
            )  # fmt: skip
        return {
            "patient": self.name, "title": self.patient.title, "n": self.n, "seed": self.seed,
            "measured": self.patient.measured, "score": self.patient.score.name, "set": self.patient.set,
            "arms": rows, "notice": NOTICE,
        }  # fmt: skip

    def figure(self) -> Figure:
        """Return the scores of all arms, and the course of the signals, as a figure."""
        from neurosim.cohort.treatment_figure import draw_side_by_side

        return draw_side_by_side(self)


def _course(signal: Signal) -> dict[str, Any]:
    return {"step_s": _plain(signal.time_s[1] - signal.time_s[0]), "signal": [*map(_plain, signal.trace)]}


def _told(what: str, signal: Signal) -> dict[str, Any]:
    return {
        what: signal.name, f"{what}_unit": signal.unit,
        f"{what}_before": _plain(signal.before), f"{what}_after": _plain(signal.after),
    }  # fmt: skip


def _plain(value: float | np.floating[Any]) -> float:
    return float(f"{float(value):.5g}")


def treat(
    patient: str,
    *,
    techniques: tuple[str, ...] = (),
    n: int = 8,
    spread: float = 1.0,
    seed: int | None = None,
    done: Callable[[str], None] = lambda name: None,
) -> SideBySide:
    """Run the same virtual patients untreated and under each technique.

    A score is a map from what is measured on the body, set on published means; those who learn come after a course of
    simulated training, and the published size of one stands beside theirs. What patients make of expectation,
    attention and time is a term of its own. Where a published size holds it already (trials without a sham) it is told
    apart from it, else it comes on top.

    Parameters
    ----------
    patient
        Name of the subject, such as ``"parkinson"`` or ``"parkinson:severity=0.5"``.
    techniques
        Which ones; by default all.
    n
        How many patients, the same in every arm.
    spread
        How much they differ: 1 as people do.
    seed
        Root of all noise; None picks one.
    done
        Called with the name of each arm that is ready.

    Raises
    ------
    UserError
        For a patient or a technique that is not there.
    """
    who = find_patient(patient)
    for name in techniques:
        if name not in who.techniques:
            raise ConfigError(f"no technique '{name}' for {patient}; {did_you_mean(name, who.techniques)}")
    seed = pick_seed() if seed is None else seed
    subject = Population(n, seed, patient, spread).subject
    rested = under(who, None, subject, n, seed)
    untreated, flat, nothing = rested.measure(None), rested.signal(), np.zeros(n)
    done("untreated")
    arms = [
        Arm("untreated", "", untreated, nothing, 0.0, flat),
        Arm("expectation alone", "", untreated, nothing, who.nonspecific, flat),
    ]
    for name in techniques or who.techniques:
        technique = who.techniques[name]
        expected = who.nonspecific if technique.uncontrolled else 0.0  # is in the published size
        if technique.published is None:
            treated, course = under(who, technique, subject, n, seed), None
            measured, signal = treated.measure(rested), treated.signal()
            if treated.protocol.name == rested.protocol.name:
                signal = replace(signal, before=flat.before)
            moved = who.score.change(untreated, measured) - expected
        else:
            before, treated = trained(who, technique, subject, n, seed)
            measured = untreated + treated.measure(None) - before.measure(None)
            signal, learned = treated.signal(), replace(treated.trained(), before=before.trained().after)
            course = Trained(technique.sessions, learned, technique.published - expected)
            moved = who.score.change(untreated, measured)
        arms.append(
            Arm(
                name,
                technique.branch,
                measured,
                moved,
                who.nonspecific,
                signal,
                *technique.grade(),
                course,
                treated.moved,
            )
        )
        done(name)
    return SideBySide(patient, who, tuple(arms), seed, n)
