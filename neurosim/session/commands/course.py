"""What is done to the course of a session: a mark, a pacer, another place of a recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from neurosim.core.errors import ConfigError
from neurosim.session.commands.command import Command

if TYPE_CHECKING:
    from neurosim.session.session import Session


class Mark(Command):
    """Writes a mark into the log: something that somebody saw."""

    command: Literal["mark"] = "mark"
    text: str = Field("", description="what was seen")

    def check(self, session: Session) -> None:
        """Refuse nothing."""

    def apply(self, session: Session) -> None:
        """Change nothing: the log has it."""


class SetPacer(Command):
    """Sets the breathing pacer from now on, whatever the blocks say."""

    command: Literal["pacer"] = "pacer"
    rate_per_min: float = Field(
        ge=0, le=30, description="breaths a minute; 0 for no pacer", json_schema_extra={"unit": "1/min"}
    )

    def check(self, session: Session) -> None:
        """Refuse nothing: every session can be paced."""

    def apply(self, session: Session) -> None:
        session.schedule.set_pacer(session.block_index, session.tick_index, self.rate_per_min)


class Seek(Command):
    """Goes to another place of the recording that is played.

    The session itself goes on: its clock, its blocks and what its rule has learned. The pipeline begins again at the
    new place, with what the baseline has taught it, so a feature is there what it would be had the recording begun
    there. A baseline itself is never cut: whoever wants to leave it waits for its end.
    """

    command: Literal["seek"] = "seek"
    to_s: float = Field(ge=0, description="place in the recording", json_schema_extra={"unit": "s"})

    def check(self, session: Session) -> None:
        length_s = session.source.length_s
        if length_s is None:
            raise ConfigError("only in a recording can one go to another place")
        if self.to_s >= length_s:
            raise ConfigError(f"the recording goes from 0 to {length_s:.1f} s, and {self.to_s:g} s is not in it")
        block = session.protocol.blocks[session.block_index]
        if block.kind == "baseline":
            end_s = session.grid.start_s(session.schedule.ends[session.block_index])
            raise ConfigError(
                f"'{block.name}' is a baseline, and is learned from without a cut; go there after {end_s:.0f} s"
            )

    def apply(self, session: Session) -> None:
        session.source.seek(session.tick_index, self.to_s)
        session.pipeline.restart()
