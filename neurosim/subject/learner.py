"""A learner who finds out by reward what moves the body where the training wants it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.actor import Actor, ActorConfig
from neurosim.core.drive import Drive
from neurosim.core.errors import ConfigError
from neurosim.core.feedback import Cue, Feedback
from neurosim.core.noise import SESSION_STRIDE, AddressedNoise
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.feedback.protocol import TrainingProtocol
from neurosim.subject.effort import Effort
from neurosim.subject.talent import Learnable, dot, efficacies, good_directions

#: A drive of 1 closes open eyes, of -1 opens closed ones.
_EYES = {None: 0.0, "closed": 1.0, "open": -1.0}
_DAY_S = 86400.0
#: Attention rests at 0.5: this much is lost where no effort is made.
_ATTENTION = 0.5
_FOLLOWING_S = 30.0  # a learner follows the pacer, or not, for this long


def _seconds(default: float | None, description: str, **limits: Any) -> Any:
    return Field(default, gt=0, description=description, json_schema_extra={"unit": "s"}, **limits)


class Learner(ActorConfig):
    """Reward-modulated exploration with an eligibility trace.

    The learner tries out strategies (points that wander in a space of a few dimensions), one direction of which
    moves what the training is about. What was tried when the reward came is remembered: node perturbation, the
    continuous form of REINFORCE (Williams 1992, doi:10.1007/BF00992696), of the family of Legenstein et al. 2010,
    doi:10.1523/JNEUROSCI.4284-09.2010. What is moved, and how far at most, says the protocol; for rhythms of the EEG
    it is the rate of bursts, not their amplitude.

    Constants are chosen so that group results agree with published ones (docs/learners.md); how fast a latent is
    learned, and by how many people hardly at all, stands in ``learning.csv``.
    """

    kind: Literal["learner"] = "learner"
    learns: dict[str, float] = Field(
        {}, description="what strategies move: latents, each with the largest offset; by default what the protocol says"
    )
    ceiling: float = Field(
        0.45, gt=0, description="largest drive of a rhythm, where a protocol only says which", json_schema_extra={
            "unit": "ln"}
    )  # fmt: skip
    n_strategies: int = Field(6, ge=1, le=64, description="dimensions of the space of strategies")
    explore_sd: float = Field(0.556, ge=0, description="SD of the wandering; 1 is about as far as strategies go")
    strategy_tau_s: float | None = _seconds(None, "time constant of the wandering; by default the protocol's")
    trace_tau_s: float | None = _seconds(None, "memory for what was tried; by default 0.8 of the wandering's")
    expect_tau_s: float | None = _seconds(
        None, "memory for the usual reward; by default ten strategies, and half a minute at least"
    )
    learning_rate_hz: float = Field(
        0.0096, ge=0, description="of a rhythm: how much of what was tried is taken over in a second in which "
        "the reward is 1 more than usual", json_schema_extra={"unit": "1/s"}
    )  # fmt: skip
    retention: float = Field(0.9, ge=0, le=1, description="share of what was learned that is kept over a day")
    efficacy_sd: float = Field(0.35, ge=0, description="spread of what strategies move, log-normal around 1")
    non_responders: float | None = Field(
        None, ge=0, le=1, description="share of learners whose strategies move hardly anything; by default as usual "
        "for what is learned"
    )  # fmt: skip
    non_responder_sd: float = Field(0.08, ge=0, description="how little that is")
    alpha_correlation: float = Field(
        0.0, ge=-1, le=1, description="of what strategies move, and for whom, with the resting amplitude of alpha"
    )
    given_strategy: float = Field(
        0.0, ge=0, lt=1, description="share of the largest offset that the instruction brings at once; 0 for none given"
    )
    compliance: float = Field(1.0, ge=0, le=1, description="share of the time in which a breathing pacer is followed")
    expectation: float = Field(
        0.015, ge=0, le=0.5, description="fall of arousal by belief in the training, whatever is shown; 0 for none"
    )
    expectation_sd: float = Field(0.5, ge=0, description="its spread between people, log-normal around that mean")
    expectation_tau_s: float = _seconds(300.0, "time constant of that, from the first training on")
    fatigue: float = Field(0.0, ge=0, le=1, description="share of the effort that is lost when fully tired")
    tired_s: float = _seconds(1200.0, "time constant of tiring on task")
    rested_s: float = _seconds(300.0, "time constant of recovery")
    lapses_per_min: float = Field(
        0.0, ge=0, description="lapses of attention, in which nothing is tried and no feedback seen",
        json_schema_extra={"unit": "1/min"},
    )  # fmt: skip
    lapse_s: float = _seconds(5.0, "their mean length")
    people_seed: int | None = Field(None, ge=0, description="root of who they are; by default that of the run")

    def idle(self) -> Self:
        """Return the same person, who does as told and expects as much, but tries nothing and learns nothing."""
        nothing = ("explore_sd", "learning_rate_hz", "given_strategy", "fatigue", "lapses_per_min")
        return self.model_copy(update=dict.fromkeys(nothing, 0.0))

    @classmethod
    def examples(cls) -> list[Self]:
        """Return one who regulates alpha, and one who has every trait and several latents to move."""
        every: dict[str, Any] = {
            "learns": {"breathing_rate": -9.0, "arousal": -0.1},
            "strategy_tau_s": 2.0,
            "learning_rate_hz": 5.0,
            "alpha_correlation": 0.5,
            "given_strategy": 0.3,
            "compliance": 0.5,
            "expectation": 0.05,
            "fatigue": 0.5,
            "tired_s": 3.0,
            "lapses_per_min": 20.0,
            "lapse_s": 1.0,
        }
        return [cls(learns={"alpha_drive": 0.45}), cls(**every)]

    def aimed_at(self, protocol: TrainingProtocol) -> Self:
        """Return the learner with the aim of a protocol, and its time for a strategy, where it has none of its own.

        A protocol that does not say what is learned, but whose feature is a rhythm, trains the rhythm.
        """
        rhythm = next((f.truth for f in protocol.features if f.truth), None)
        learns = self.learns or protocol.learns or ({f"{rhythm}_drive": self.ceiling} if rhythm else {})
        tau_s = protocol.strategy_tau_s if self.strategy_tau_s is None else self.strategy_tau_s
        return self.model_copy(update={"learns": learns, "strategy_tau_s": tau_s})

    def prepare(
        self, grid: TickGrid, seed: int, subjects: tuple[int, ...], batch_shape: tuple[int, ...]
    ) -> LearnerActor:
        """Draw each subject's traits and return the learners.

        Raises
        ------
        ConfigError
            For a latent that is not known.
        """
        try:
            Drive(dict(self.learns))
        except ConfigError as error:
            raise error.within("learns") from error
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
        How far each subject's strategies move what is trained ``(subject,)``.
    skill
        What has been learned: offset of the first latent without exploration ``(subject,)``, in the latent's unit.
    """

    def __init__(
        self, config: Learner, grid: TickGrid, seed: int, subjects: Sequence[int], batch_shape: tuple[int, ...]
    ) -> None:
        self._config, self._shape = config, batch_shape
        self._dt = dt = grid.start_s(1)
        n, d = len(subjects), config.n_strategies
        main = next(iter(config.learns), "alpha_drive")
        usual = Learnable.of(main)
        explore_s = config.strategy_tau_s or 0.25
        self._pole = math.exp(-dt / explore_s)
        self._explore_sd = config.explore_sd * usual.explore
        self._innovation = self._explore_sd * math.sqrt(1.0 - self._pole**2)
        self._trace_gain = 1.0 - math.exp(-dt / (config.trace_tau_s or 0.8 * explore_s))
        self._expect_gain = 1.0 - math.exp(-dt / (config.expect_tau_s or max(30.0, 10.0 * explore_s)))
        self._belief_gain = 1.0 - math.exp(-dt / config.expectation_tau_s)
        self._rate = config.learning_rate_hz * usual.speed * dt
        axes = [f"strategy {i}" for i in range(d)]
        self._noise = AddressedNoise(seed, "learner/explore", subjects, axes)
        self._following = AddressedNoise(seed, "learner/pacer", subjects)
        people = seed if config.people_seed is None else config.people_seed
        poor = usual.non_responders if config.non_responders is None else config.non_responders
        with_alpha = config.alpha_correlation if main == "alpha_drive" else 0.0
        self.efficacy = efficacies(people, subjects, config.efficacy_sd, poor, config.non_responder_sd, with_alpha)
        self._direction = good_directions(people, subjects, axes)
        self._given = math.atanh(config.given_strategy) * self._direction
        self._effort = Effort(
            config.fatigue, config.tired_s, config.rested_s, config.lapses_per_min, config.lapse_s, dt, seed, subjects
        )
        deviate = AddressedNoise(people, "learner/expectation", subjects).normal(0, 1)[0]
        spread = config.expectation_sd
        self._relaxation = config.expectation * np.exp(spread * deviate - 0.5 * spread**2)
        self._learned = np.zeros((n, d))
        self._session = 0
        self._start()

    def _start(self) -> None:
        self._base = self._session * SESSION_STRIDE
        n, d = self._learned.shape
        initial = self._noise.normal(self._base + SESSION_STRIDE - 4, 1).reshape(n, d)
        self._tried = self._explore_sd * initial
        self._trace = np.zeros((n, d))
        self._expected = np.full(n, np.nan)
        self._engaged = np.ones(n)
        self._belief, self._begun = 0.0, False
        self._effort.start()
        self._cue = Cue()

    @property
    def skill(self) -> Float:
        """What has been learned ``(subject,)``, in the unit of the first latent."""
        return next(iter(self._config.learns.values()), self._config.ceiling) * self._success(self._learned)

    def _success(self, strategy: Float) -> Float:
        """Return how much of the largest offset strategies bring ``(subject,)``, -1 to 1."""
        moved: Float = np.tanh(self.efficacy * dot(self._direction, self._given + strategy))
        return moved

    def act(self, tick_index: int) -> Drive:
        config, cue = self._config, self._cue
        index = self._base + tick_index
        wander = self._noise.normal_at(index).reshape(self._learned.shape)
        self._tried = self._pole * self._tried + self._innovation * wander
        trying = cue.block in ("training", "transfer")
        self._engaged = self._effort.update(index, on_task=trying)
        self._begun |= trying
        self._belief += self._belief_gain * (self._begun - self._belief)
        offsets: dict[str, Float | float] = {"eyes_closed": _EYES[cue.eyes]}
        if config.compliance > 0.0:
            offsets["breathing_pace"] = self._pace(tick_index)
        if trying:
            toward = -1.0 if cue.target == "down" else 1.0
            success = toward * self._engaged * self._success(self._learned + self._engaged[:, None] * self._tried)
            for latent, most in config.learns.items():
                offsets[latent] = (most * success).reshape(self._shape)
        drive = Drive(offsets)
        if config.expectation:
            drive = drive + Drive({"arousal": (-self._belief * self._relaxation).reshape(self._shape)})
        if trying and (config.fatigue or config.lapses_per_min):
            drive = drive + Drive({"attention": (_ATTENTION * (self._engaged - 1.0)).reshape(self._shape)})
        return drive

    def _pace(self, tick_index: int) -> Float | float:
        """Return the rate of the pacer for those who follow it now; each stretch of half a minute is drawn anew."""
        pace, share = self._cue.pacer_per_min, self._config.compliance
        if not pace or share == 1.0:
            return pace
        stretch = self._base + int(tick_index * self._dt / _FOLLOWING_S)
        return np.where(self._following.uniform(stretch) < share, pace, 0.0).reshape(self._shape)

    def observe(self, feedback: Feedback) -> None:
        self._cue = feedback.cue
        self._trace += self._trace_gain * (self._engaged[:, None] * self._tried - self._trace)
        if feedback.cue.block != "training":
            return
        shown, seen = feedback.shown.reshape(-1), self._engaged > 0.0
        # The usual reward starts where the first one stands; a start at 0 would teach from surprise alone.
        self._expected = np.where(np.isnan(self._expected), shown, self._expected)
        surprise = np.where(seen, shown - self._expected, 0.0)
        self._expected = self._expected + self._expect_gain * surprise
        self._learned += self._rate * surprise[:, None] * self._trace

    def rest(self, duration_s: float) -> None:
        self._learned *= self._config.retention ** (duration_s / _DAY_S)
        self._session += 1
        self._start()

    def memory(self) -> dict[str, Float]:
        return {"learned": self._learned.copy()}

    def recall(self, memory: Mapping[str, Float]) -> None:
        self._learned = np.array(memory["learned"])
