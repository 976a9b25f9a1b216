"""A sealed session: the engine shows what the key says, and who watches sees what is the same in every arm."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Self, TextIO

import numpy as np

from neurosim.core.errors import ConfigError, OutputError
from neurosim.core.event import SessionEvent
from neurosim.core.feedback import Feedback
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.feedback.shams.sham import Sham, ShamConfig
from neurosim.session.sealing.key import Key, create_private, read_key
from neurosim.session.tick import Sink, Tick

#: The columns of the record.
RECORDED = ("onset", "met", "reward", "shown")
_FLUSH_TICKS = 64


class SealedSham(ShamConfig):
    """What the key of a subject says: real feedback or a sham. It stands in no registry; a key makes it."""

    kind: Literal["sealed"] = "sealed"
    key: Key

    def told(self) -> dict[str, Any]:
        """Return that it is sealed, and nothing of the key."""
        return {"kind": self.kind}

    def prepare(self, grid: TickGrid, seed: int, subjects: Sequence[int], batch_shape: tuple[int, ...]) -> Sham:
        """Prepare every arm, so that whatever is wrong with one is told in all of them."""
        if batch_shape:
            raise ConfigError("a key seals the arm of one subject; run each with a key of his own", "--blind")
        # Who knows the session's seed must not be able to work out a random sham.
        secret = int(self.key.nonce, 16) ^ seed
        arms = [None if a.sham is None else a.sham.prepare(grid, secret, subjects, batch_shape) for a in self.key.arms]
        return DrawnSham(arms, self.key.drawn)


class DrawnSham(Sham):
    """Runs every arm and shows one: neither errors nor the time it takes tell which.

    Parameters
    ----------
    arms
        The shams; None for real feedback.
    drawn
        Which of them is shown.
    """

    def __init__(self, arms: Sequence[Sham | None], drawn: int) -> None:
        self._arms, self._drawn = list(arms), drawn
        ends = [arm.n_ticks for arm in self._arms if arm is not None and arm.n_ticks is not None]
        self.n_ticks = min(ends, default=None)

    def rest(self, duration_s: float) -> None:
        for arm in self._arms:
            if arm is not None:
                arm.rest(duration_s)

    def update(self, tick_index: int, feedback: Feedback) -> Float:
        shown = [feedback.shown if arm is None else arm.update(tick_index, feedback) for arm in self._arms]
        return shown[self._drawn]


class Veil(Sink):
    """Lets a sink see a session without its rewards: signals, features, thresholds and trust are left.

    What was shown tells the arm to whoever can compare it with what was earned, so neither is there.
    """

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def write(self, tick: Tick) -> None:
        f = tick.feedback
        no = np.zeros_like(f.met)
        nothing = replace(
            f, holding=np.zeros_like(f.holding), joint=no, met=no, reward=no, shown=np.zeros_like(f.shown)
        )
        self._sink.write(replace(tick, feedback=nothing))

    def note(self, event: SessionEvent) -> None:
        self._sink.note(event)

    def close(self) -> None:
        self._sink.close()


class ShownRecord(Sink):
    """Writes what was earned and what was shown to a table beside the key, which only its owner can read.

    Parameters
    ----------
    path
        The file; it must be new.

    Raises
    ------
    OutputError
        When it exists or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file: TextIO = os.fdopen(create_private(path), "w", encoding="utf-8", newline="\n")
            self._file.write("\t".join(RECORDED) + "\n")
        except FileExistsError:
            raise OutputError(
                "exists already, of a session whose folder had this name; name another", str(path)
            ) from None
        except OSError as error:
            raise self._failure(error) from None

    def _failure(self, error: OSError) -> OutputError:
        return OutputError(f"cannot be written: {error.strerror}", str(self._path))

    def write(self, tick: Tick) -> None:
        f = tick.feedback
        try:
            self._file.write(f"{tick.start_s:.6f}\t{int(f.met)}\t{int(f.reward)}\t{float(f.shown)!r}\n")
            if tick.index % _FLUSH_TICKS == 0:
                self._file.flush()
        except OSError as error:
            raise self._failure(error) from None

    def close(self) -> None:
        try:
            self._file.close()
        except OSError as error:
            raise self._failure(error) from None


@dataclass(frozen=True)
class Seal:
    """What a session is sealed with.

    Parameters
    ----------
    key
        Says what is shown.
    path
        Where it was read; what was shown is written beside it.
    """

    key: Key
    path: Path

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the key."""
        return cls(read_key(path), path)

    @property
    def sham(self) -> SealedSham:
        """What is shown."""
        return SealedSham(key=self.key)

    def facts(self, folder: Path, session: int | None) -> dict[str, str]:
        """Return what the session's folder says of it: the commitment, and the name of the record beside the key.

        Parameters
        ----------
        folder
            Of the session or its course.
        session
            Its number in the course, from 1; None where it is the only one.
        """
        number = "" if session is None else f"-{session:02d}"
        name = f"{self.path.stem}.{folder.resolve().name}{number}.shown.tsv"
        return {"commitment": self.key.commitment, "record": name}

    def record(self, facts: Mapping[str, str]) -> ShownRecord:
        """Begin the record of what is shown, beside the key."""
        return ShownRecord(self.path.with_name(facts["record"]))
