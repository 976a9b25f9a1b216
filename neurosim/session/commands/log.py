"""The log of commands: (protocol, subject, seed, command log) reproduces a session to the bit."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from neurosim.core.config import read_text, validate
from neurosim.core.errors import ConfigError, did_you_mean
from neurosim.session.commands.body import Happen, Point, Push, Stroke
from neurosim.session.commands.command import Command
from neurosim.session.commands.course import Mark, Seek, SetPacer
from neurosim.session.commands.devices import Dose, SetCoil, Stimulate
from neurosim.session.commands.rule import SetParameter, SetThreshold

#: The commands of a session by name.
COMMANDS: dict[str, type[Command]] = {
    "threshold": SetThreshold,
    "event": Happen,
    "drive": Push,
    "key": Stroke,
    "set": SetParameter,
    "mark": Mark,
    "pacer": SetPacer,
    "point": Point,
    "seek": Seek,
    "stimulate": Stimulate,
    "coil": SetCoil,
    "dose": Dose,
}


def parse_command(data: Any, where: str = "") -> Command:
    """Read a command from plain data, as it stands in a log.

    Raises
    ------
    ConfigError
        For everything that is wrong in it.
    """
    name = data.get("command") if isinstance(data, dict) else None
    if name not in COMMANDS:
        raise ConfigError(f"unknown command {name!r}; {did_you_mean(str(name), COMMANDS)}", where)
    return validate(data, COMMANDS[name], where)


@dataclass(frozen=True, slots=True)
class Logged:
    """A command and the tick that it took effect in.

    Parameters
    ----------
    tick
        Number of the first tick that saw it.
    command
        What was done.
    """

    tick: int
    command: Command

    def as_json(self) -> str:
        """Return it as one line of JSON."""
        return json.dumps({"tick": self.tick} | self.command.model_dump(mode="json", exclude_none=True))


def read_commands(path: Path) -> list[Logged]:
    """Read the log of a session: ``commands.jsonl``.

    Raises
    ------
    ConfigError
        With the first line that is none.
    """
    log = []
    for number, line in enumerate(read_text(path).splitlines(), 1):
        where = f"{path.name}, line {number}"
        try:
            data = json.loads(line)
            tick = data.pop("tick")
        except (ValueError, KeyError, AttributeError):
            raise ConfigError('is no command: a table with "tick" and "command" is wanted', where) from None
        log.append(Logged(int(tick), parse_command(data, where)))
    return log
