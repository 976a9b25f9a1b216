"""What somebody does to a running session: a frozen value that takes effect at the border of a tick."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, TypeVar

from neurosim.core.actor import Actor
from neurosim.core.config import Config
from neurosim.core.errors import ConfigError
from neurosim.core.rule import Rule
from neurosim.feedback.protocol import TrainingProtocol

if TYPE_CHECKING:
    from neurosim.session.session import Session

A = TypeVar("A", bound=Actor)


class Command(Config, ABC):
    """Something done to a running session; `command` is its name in files and logs."""

    command: str

    @abstractmethod
    def check(self, session: Session) -> None:
        """Refuse what the session cannot do.

        Raises
        ------
        ConfigError
            Saying why, and what can be done.
        """

    @abstractmethod
    def apply(self, session: Session) -> None:
        """Do it; the next tick is the first that sees it."""

    def __str__(self) -> str:
        given = self.model_dump(exclude={"command"}, exclude_defaults=True)
        return " ".join([self.command, *(f"{name}={value}" for name, value in given.items())])


class RuleCommand(Command):
    """Something done to the rule, which a rule that is run again without its session repeats."""

    @abstractmethod
    def change(self, protocol: TrainingProtocol, rule: Rule) -> TrainingProtocol:
        """Do it to a rule, and return the protocol as it is now."""

    def apply(self, session: Session) -> None:
        session.protocol = self.change(session.protocol, session.rule)


def acting(session: Session, kind: type[A]) -> list[A]:
    """Return the actors of a kind."""
    return [actor for actor in session.actors if isinstance(actor, kind)]


def check_subject(subject: int | None, session: Session) -> None:
    """Refuse a subject that a batch does not have."""
    n = session.batch_shape[0] if session.batch_shape else 1
    if subject is not None and subject >= n:
        raise ConfigError(f"no subject {subject}: there {'is' if n == 1 else 'are'} {n}, counted from 0")
