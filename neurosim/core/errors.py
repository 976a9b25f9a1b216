"""What goes wrong because of what a user gave: always with the place and the remedy."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

Loc = tuple[str | int, ...]


def format_loc(loc: Loc) -> str:
    """Write a place in a file as ``features[0].stages[1].high_hz``."""
    text = ""
    for part in loc:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Name the likeliest of the known names, or list them all when none is near."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    return f"known: {', '.join(names)}" if names else "none is known"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where (`loc`) and what, with the remedy (`message`)."""

    loc: Loc
    message: str

    def __str__(self) -> str:
        place = format_loc(self.loc)
        line = f"{place}: {self.message}" if place else self.message
        # What a file has named may hold control characters, and some of them end a line.
        return "".join(c if c.isprintable() else "?" for c in line)


class UserError(Exception):
    """Something the user gave cannot be used; the message is one clear line a problem.

    Parameters
    ----------
    problems
        Everything that is wrong, or one sentence.
    where
        The file or command-line option the problems are in.
    """

    def __init__(self, problems: Sequence[Problem] | str, where: str = "") -> None:
        if isinstance(problems, str):
            problems = (Problem((), problems),)
        self.problems = tuple(problems)
        self.where = where
        super().__init__(str(self))

    def __str__(self) -> str:
        head = f"{self.where}: " if self.where else ""
        return "\n".join(f"{head}{problem}" for problem in self.problems)

    def __reduce__(self) -> tuple[type[UserError], tuple[tuple[Problem, ...], str]]:
        return type(self), (self.problems, self.where)

    def within(self, *loc: str | int) -> UserError:
        """Return the same error seen from one level further out."""
        moved = [replace(problem, loc=(*loc, *problem.loc)) for problem in self.problems]
        return type(self)(moved, self.where)


class ConfigError(UserError):
    """A protocol, subject, sidecar or pipeline that does not fit itself or the signal."""


class RecordingError(UserError):
    """A recording that cannot be read or does not hold what is asked of it."""


class StreamError(UserError):
    """A live stream that is not there, gives nothing, or is not what it says."""


class OutputError(UserError):
    """A folder or file that cannot be written."""
