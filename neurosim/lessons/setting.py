"""What a lesson's session is made of: a protocol, somebody to train, and what is different from the protocol's file."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field

from neurosim.core.actor import ActorConfig, AnyActor
from neurosim.core.config import Config
from neurosim.core.errors import ConfigError, UserError
from neurosim.feedback.block import Block
from neurosim.feedback.protocol import Feature, TrainingProtocol, load_protocol
from neurosim.feedback.thresholds import AnyThreshold
from neurosim.session.plan import Plan, plan_sessions
from neurosim.session.session import Session
from neurosim.subject.hidden_strategy import HiddenStrategy
from neurosim.subject.person import Person
from neurosim.subject.subject import Subject, load_subject

#: Who may act in a lesson instead of those of the subject's file.
_ACTORS: dict[str, tuple[ActorConfig, ...]] = {
    "nobody": (),
    "person": (Person(),),
    "hidden_strategy": (HiddenStrategy(),),
}
#: Free play lasts so long [s]; its baseline is what gates and filters are fitted to.
_PLAY_S, _BASELINE_S = 3600.0, 10.0


class Setting(Config):
    """What a session is made of; what is left out is as in the setting before, or as the protocol says."""

    protocol: str = Field("alpha_up", description="name of a protocol")
    subject: str = Field("adult", description="name of a subject")
    actor: Literal["subject", "nobody", "person", "hidden_strategy"] = Field(
        "subject", description="who acts on the body: those of the subject, nobody, the person at the keyboard, or the "
        "person who looks for a hidden strategy"
    )  # fmt: skip
    seed: int = Field(1, ge=0, description="root of all noise")
    artifacts: str | None = Field(None, description="what disturbs the signals, as `neurosim run --artifacts`")
    devices: tuple[AnyActor, ...] | None = Field(None, description="what acts instead of the protocol's devices")
    days_before: float = Field(
        0.0, ge=0, le=3660, description="for how long everything has gone on before the session: what implants and "
        "drugs do builds up, what was learned fades", json_schema_extra={"unit": "days"}
    )  # fmt: skip
    sham: str | None = Field(None, description="what is shown instead of real feedback, as `neurosim run --sham`")
    more_delay_s: float = Field(0.0, ge=0, le=10, description="later than usual", json_schema_extra={"unit": "s"})
    gates: bool = Field(True, description="whether the protocol's gates watch")
    channels: tuple[str, ...] = Field((), description="make the protocol's features from these channels")
    threshold: AnyThreshold | None = Field(None, description="of the first condition, instead of the protocol's")
    blocks: tuple[Block, ...] = Field((), description="the course of the session, instead of the protocol's")
    features: tuple[Feature, ...] = Field((), description="what is measured besides")
    signals: tuple[str, ...] = Field((), description="streams that are looked at besides those of the protocol")

    def changed(self, other: Setting) -> Self:
        """Return this setting with all that another one says."""
        return self.model_copy(update={name: getattr(other, name) for name in other.model_fields_set})

    def as_protocol(self) -> TrainingProtocol:
        """Return the protocol with everything that is different from its file.

        Raises
        ------
        ConfigError
            With everything that does not fit.
        """
        protocol = load_protocol(self.protocol)
        if self.channels:
            protocol = protocol.with_channels(*self.channels)
        update: dict[str, object] = {"features": (*protocol.features, *self.features)}
        if self.devices is not None:
            update["devices"] = self.devices
        if not self.gates:
            update["gates"] = ()
        if self.more_delay_s:
            update["display_delay_s"] = protocol.display_delay_s + self.more_delay_s
        if self.threshold is not None:
            conditions = getattr(protocol.rule, "conditions", ())
            if not conditions:
                raise ConfigError(
                    f"the rule of '{self.protocol}' has no condition that a threshold belongs to", "threshold"
                )
            first = conditions[0].model_copy(update={"threshold": self.threshold})
            update["rule"] = protocol.rule.model_copy(update={"conditions": (first, *conditions[1:])})
        protocol = protocol.model_copy(update=update)
        return protocol.with_blocks(*self.blocks) if self.blocks else protocol

    def as_subject(self) -> Subject:
        """Return the subject, with whoever acts on its body.

        Raises
        ------
        UserError
            When there is no such subject.
        """
        subject = load_subject(self.subject)
        return subject if self.actor == "subject" else subject.model_copy(update={"actors": _ACTORS[self.actor]})

    def plan(self, *more_signals: str) -> Plan:
        """Look up everything that a session is made of.

        Parameters
        ----------
        more_signals
            Streams that are looked at besides; ``"all"`` for all of them. They change nothing in the others.

        Raises
        ------
        UserError
            For everything that does not fit.
        """
        plan = plan_sessions(
            self.as_protocol(), self.as_subject(), sham=self.sham, seed=self.seed, artifacts=self.artifacts,
            signals=(*self.signals, *more_signals),
        )  # fmt: skip
        if self.days_before:
            plan.rest(self.days_before * 86400.0)
        return plan

    def prepare(self, *more_signals: str) -> Session:
        """Return a session that is ready for its first tick; parameters and errors are those of `plan`."""
        return self.plan(*more_signals).session()

    def problems(self) -> str:
        """Return what keeps it from being prepared; empty for nothing."""
        try:
            self.prepare()
        except UserError as error:
            return str(error)
        return ""


def free_play() -> Setting:
    """Return what free play runs: alpha as in `alpha_up`, for an hour, and a calm adult whom the keys move."""
    blocks = (
        Block(name="first look", kind="baseline", duration_s=_BASELINE_S, eyes="open"),
        Block(name="free play", kind="training", duration_s=_PLAY_S, eyes="open"),
    )
    return Setting(protocol="alpha_up", subject="resting_adult", actor="person", blocks=blocks, signals=("all",))
