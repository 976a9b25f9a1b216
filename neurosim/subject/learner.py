"""A learner who finds out by reward what raises a rhythm."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.actor import Actor, ActorConfig
from neurosim.core.drive import Drive
from neurosim.core.feedback import Cue, Feedback
from neurosim.core.noise import SESSION_STRIDE, AddressedNoise
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.signals.body.traits import Traits

Rhythm = Literal["theta", "alpha", "mu", "smr", "beta"]

#: A drive of 1 closes open eyes, of -1 opens closed ones.
_EYES = {None: 0.0, "closed": 1.0, "open": -1.0}


class Learner(ActorConfig):
    """Reward-modulated exploration with an eligibility trace.

    The learner tries out strategies (points that wander in a space of a few dimensions), one direction of
    which moves the rhythm. What was tried when the reward came is remembered: node perturbation, the continuous
    form of REINFORCE (Williams 1992, doi:10.1007/BF00992696), of the family of Legenstein et al. 2010,
    doi:10.1523/JNEUROSCI.4284-09.2010. Learning moves the rate of bursts, not their amplitude.

    Constants are chosen so that group results agree with published ones; three in ten learners hardly move the
    rhythm whatever they try (Nan et al. 2018: 8 of 29 did not learn, doi:10.3389/fpsyg.2018.01607).
    """

    kind: Literal["learner"] = "learner"
    rhythm: Rhythm | None = Field(None, description="what the strategies move; by default what the protocol trains")
    n_strategies: int = Field(6, ge=1, le=64, description="dimensions of the space of strategies")
    explore_sd: float = Field(0.25, ge=0, description="SD of the wandering")
    explore_tau_s: float = Field(0.25, gt=0, description="its time constant", json_schema_extra={"unit": "s"})
    trace_tau_s: float = Field(0.2, gt=0, description="memory for what was tried", json_schema_extra={"unit": "s"})
    expect_tau_s: float = Field(30.0, gt=0, description="memory for the usual reward", json_schema_extra={"unit": "s"})
    learning_rate_hz: float = Field(0.0096, ge=0, description="gain of learning", json_schema_extra={"unit": "1/s"})
    ceiling: float = Field(0.45, gt=0, description="largest drive either way", json_schema_extra={"unit": "ln"})
    retention: float = Field(0.9, ge=0, le=1, description="share of skill kept until the next session")
    efficacy_sd: float = Field(0.35, ge=0, description="spread of what strategies move, log-normal around 1")
    non_responders: float = Field(
        0.3, ge=0, le=1, description="share of learners whose strategies move hardly anything"
    )
    non_responder_sd: float = Field(0.08, ge=0, description="how little that is")
    alpha_correlation: float = Field(
        0.0, ge=-1, le=1, description="of what strategies move with the resting amplitude of alpha, in a population"
    )
    people_seed: int | None = Field(None, ge=0, description="root of who they are; by default that of the run")

    def idle(self) -> Self:
        """Return the same person, who does as told but tries nothing and learns nothing."""
        return self.model_copy(update={"explore_sd": 0.0, "learning_rate_hz": 0.0})

    def prepare(
        self, grid: TickGrid, seed: int, subjects: tuple[int, ...], batch_shape: tuple[int, ...]
    ) -> LearnerActor:
        """Draw each subject's traits and return the learners."""
        return LearnerActor(self, grid, seed, subjects, batch_shape)


class LearnerActor(Actor):
    """See `Learner`.

    Parameters
    ----------
    config
        Traits and time constants.
    grid
        The ticks of the session.
    seed, subjects, batch_shape
        Root of all noise, the address of each subject, and ``()`` or ``(n,)``.

    Attributes
    ----------
    efficacy
        How far each subject's strategies move the rhythm ``(subject,)``.
    skill
        What has been learned: drive without exploration ``(subject,)`` [ln].
    """

    def __init__(
        self, config: Learner, grid: TickGrid, seed: int, subjects: Sequence[int], batch_shape: tuple[int, ...]
    ) -> None:
        self._config, self._shape = config, batch_shape
        self.rhythm = config.rhythm or "alpha"
        dt, n, d = grid.start_s(1), len(subjects), config.n_strategies
        self._pole = math.exp(-dt / config.explore_tau_s)
        self._innovation = config.explore_sd * math.sqrt(1.0 - self._pole**2)
        self._trace_gain = 1.0 - math.exp(-dt / config.trace_tau_s)
        self._expect_gain = 1.0 - math.exp(-dt / config.expect_tau_s)
        self._rate = config.learning_rate_hz * dt
        axes = [f"strategy {i}" for i in range(d)]
        self._noise = AddressedNoise(seed, "learner/explore", subjects, axes)
        people = seed if config.people_seed is None else config.people_seed
        self._traits = AddressedNoise(people, "learner/traits", subjects)
        self._alpha = Traits.draw(people, subjects).deviates["alpha_uv"] if config.alpha_correlation else np.zeros(n)
        direction = AddressedNoise(people, "learner/direction", subjects, axes).normal(0, 1).reshape(n, d)
        self._direction = direction / np.sqrt(_dot(direction, direction))[:, None]
        self.efficacy = self._draw_efficacy()
        self._learned = np.zeros((n, d))
        self._session = 0
        self._start()

    def _draw_efficacy(self) -> Float:
        config = self._config
        r = config.alpha_correlation
        normal = r * self._alpha + math.sqrt(1.0 - r**2) * self._traits.normal(0, 1)[0]
        responder = np.exp(config.efficacy_sd * normal)
        poor = self._traits.uniform(4) < config.non_responders
        efficacy: Float = np.where(poor, config.non_responder_sd * np.abs(normal), responder)
        return efficacy

    def _start(self) -> None:
        self._base = self._session * SESSION_STRIDE
        n, d = self._learned.shape
        initial = self._noise.normal(self._base + SESSION_STRIDE - 4, 1).reshape(n, d)
        self._tried = self._config.explore_sd * initial
        self._trace = np.zeros((n, d))
        self._expected = np.full(n, np.nan)
        self._cue = Cue()

    @property
    def skill(self) -> Float:
        """What has been learned ``(subject,)`` [ln]."""
        return self._moved(self._learned)

    def _moved(self, strategy: Float) -> Float:
        ceiling = self._config.ceiling
        moved: Float = ceiling * np.tanh(self.efficacy * _dot(self._direction, strategy) / ceiling)
        return moved

    def act(self, tick_index: int) -> Drive:
        wander = self._noise.normal_at(self._base + tick_index).reshape(self._learned.shape)
        self._tried = self._pole * self._tried + self._innovation * wander
        trying = self._cue.block in ("training", "transfer")
        drive = self._moved(self._learned + self._tried).reshape(self._shape) if trying else 0.0
        return Drive({f"{self.rhythm}_drive": drive, "eyes_closed": _EYES[self._cue.eyes]})

    def observe(self, feedback: Feedback) -> None:
        self._cue = feedback.cue
        self._trace += self._trace_gain * (self._tried - self._trace)
        if feedback.cue.block != "training":
            return
        shown = feedback.shown.reshape(-1)
        # The usual reward starts where the first one stands; a start at 0 would teach from surprise alone.
        self._expected = np.where(np.isnan(self._expected), shown, self._expected)
        surprise = shown - self._expected
        self._expected = self._expected + self._expect_gain * surprise
        self._learned += self._rate * surprise[:, None] * self._trace

    def rest(self, duration_s: float) -> None:
        self._learned *= self._config.retention
        self._session += 1
        self._start()

    def memory(self) -> dict[str, Float]:
        return {"learned": self._learned.copy()}

    def recall(self, memory: Mapping[str, Float]) -> None:
        self._learned = np.array(memory["learned"])


def _dot(a: Float, b: Float) -> Float:
    """Dot product of rows in a fixed order of summation (law 2: BLAS and NumPy's sum depend on the shape)."""
    total = a[:, 0] * b[:, 0]
    for i in range(1, a.shape[1]):
        total = total + a[:, i] * b[:, i]
    return total
