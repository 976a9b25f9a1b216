"""A recording played again: does every decision come out as it was recorded.

What came from outside is played from the recording itself: its samples were rounded to the recording's step before the
pipeline saw them, so the file holds what the pipeline saw. A simulated body answers to what it was shown, so it is
simulated again from protocol, subject, seed and commands, and its samples are held against the recorded ones too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.core.config import validate
from neurosim.core.drive import Drive
from neurosim.core.errors import UserError
from neurosim.core.registry import find_kind
from neurosim.core.source import Source
from neurosim.core.spec import Samples, SignalSpec
from neurosim.core.step import Step
from neurosim.core.timeline import TickGrid
from neurosim.feedback.shams.sham import ShamConfig
from neurosim.session.commands import Logged
from neurosim.session.recording.reading import SessionFolder, read_session
from neurosim.session.session import Session
from neurosim.session.tick import Tick

if TYPE_CHECKING:
    from neurosim.session.plan import Plan

#: Columns of the ticks that are decisions, besides features, thresholds and what held.
DECISIONS = ("valid", "joint", "met", "reward", "shown")


@dataclass(frozen=True)
class Difference:
    """The first thing that does not come out as it was recorded.

    Parameters
    ----------
    tick
        Number of the tick, from 0 at the start of the session.
    time_s
        When it begins, from the start of the recording [s].
    what
        A column of the ticks, or a channel of a stream.
    recorded, now
        The two values.
    """

    tick: int
    time_s: float
    what: str
    recorded: float
    now: float

    def __str__(self) -> str:
        return f"tick {self.tick} ({self.time_s:.3f} s), {self.what}: recorded {self.recorded!r}, now {self.now!r}"


@dataclass(frozen=True)
class Replayed:
    """What a replay found.

    Parameters
    ----------
    how
        ``"recording"``, where it was played from the samples in the file, or ``"simulation"``.
    n_ticks
        Ticks that were compared.
    n_rewards
        Rewards that came out.
    compared
        Columns of the ticks that were compared.
    n_samples
        Samples that were compared with the file, where it was simulated again.
    difference
        The first one; None where everything came out.
    """

    how: str
    n_ticks: int
    n_rewards: int
    compared: tuple[str, ...]
    n_samples: int
    difference: Difference | None


class RecordedStreams(Source):
    """The signals of a recorded session, tick by tick as they came."""

    answers = False

    def __init__(self, session: SessionFolder) -> None:
        streams = {name: spec for name, spec in session.streams.items() if not name.startswith("truth/")}
        super().__init__(streams, TickGrid(session.protocol.update_interval_s))
        self._samples = {name: session.samples(name) for name in streams}
        self._steps = {name: session.step(name) for name in streams}
        self._n_ticks = len(session.features)

    def generate(self, tick_index: int, drive: Drive) -> dict[str, Samples]:
        return {
            name: x[:, slice(*(self.grid.first_sample(tick_index + i, self.specs[name].fs) for i in (0, 1)))]
            for name, x in self._samples.items()
        }

    def rest(self, duration_s: float) -> None:
        """Do nothing: what is recorded stays as it is."""

    def step(self, stream: str) -> Step:
        return self._steps[stream]

    @property
    def n_ticks(self) -> int:
        return self._n_ticks


def replay_session(folder: str | Path, key: str | Path | None = None) -> Replayed:
    """Work out every decision of a recorded session again, and compare.

    Parameters
    ----------
    folder
        Of the session.
    key
        Of a sealed session of a simulated subject, who learned from what the key had him shown.

    Raises
    ------
    UserError
        When the recording does not tell what is needed to play it again.
    """
    recorded = read_session(folder)
    if not len(recorded.features):
        raise UserError("holds no tick: the session ended before it began", str(folder))
    how = "simulation" if recorded.facts["simulated"] else "recording"
    make = _simulated_again if how == "simulation" else _played_again
    session, streams = make(recorded, key)
    first, n = recorded.first_tick, len(recorded.features)
    now: list[Tick] = []
    differing, n_samples = None, 0
    comparing = {name: recorded.samples(name) for name in streams} if how == "simulation" else {}
    for k in range(first + n):
        if session.finished:
            raise UserError(f"ends after tick {k}, the recording goes on to {first + n}; it was changed", str(folder))
        tick = session.step()
        if k < first:
            continue
        for name, x in comparing.items():
            grid, fs = session.grid, streams[name].fs
            at = grid.first_sample(k, fs) - grid.first_sample(first, fs)
            there = x[:, at : at + tick.samples[name].shape[-1]]
            here = recorded.step(name).round(tick.samples[name])
            n_samples += here.size
            differing = differing or _sample_difference(there, here, name, streams[name], tick, session.grid, first)
        now.append(replace(tick, samples={}))
    names, table = _as_columns(session, now, recorded)
    found = recorded.features[names].to_numpy(dtype=np.float64)
    wrong = ~((found == table) | (np.isnan(found) & np.isnan(table)))
    rows = np.flatnonzero(wrong.any(axis=1))
    if rows.size and (differing is None or first + int(rows[0]) < differing.tick):
        row, column = int(rows[0]), int(np.argmax(wrong[rows[0]]))
        time_s = recorded.protocol.update_interval_s * row
        values = float(found[row, column]), float(table[row, column])
        differing = Difference(first + row, time_s, names[column], *values)
    n_rewards = int(sum(bool(tick.feedback.reward) for tick in now))
    return Replayed(how, n, n_rewards, tuple(names), n_samples, differing)


def _sample_difference(
    there: Samples, here: Samples, name: str, spec: SignalSpec, tick: Tick, grid: TickGrid, first: int
) -> Difference | None:
    same = there.shape == here.shape and np.array_equal(there, here, equal_nan=True)
    if same:
        return None
    time_s = tick.start_s - grid.start_s(first)
    if there.shape != here.shape:
        return Difference(tick.index, time_s, f"{name}, number of samples", there.shape[-1], here.shape[-1])
    wrong = ~((there == here) | (np.isnan(there) & np.isnan(here)))
    channel, at = np.argwhere(wrong)[0].tolist()
    values = float(there[channel, at]), float(here[channel, at])
    return Difference(tick.index, time_s, f"{name}, {spec.ch_names[channel]}", *values)


def _as_columns(session: Session, ticks: Sequence[Tick], recorded: SessionFolder) -> tuple[list[str], Any]:
    """Return the columns that both have, and their values now ``(tick, column)``."""
    conditions = session.rule.condition_names
    columns = {name: [t.features[i] for t in ticks] for i, name in enumerate(session.pipeline.specs)}
    columns |= {f"threshold_{c}": [t.thresholds[i] for t in ticks] for i, c in enumerate(conditions)}
    columns |= {f"holding_{c}": [t.feedback.holding[i] for t in ticks] for i, c in enumerate(conditions)}
    columns |= {name: [getattr(t.feedback, name) for t in ticks] for name in DECISIONS}
    names = [name for name in columns if name in recorded.features]
    return names, np.array([columns[name] for name in names], dtype=np.float64).T


def _played_again(recorded: SessionFolder, key: str | Path | None) -> tuple[Session, Mapping[str, SignalSpec]]:
    if recorded.first_tick:
        raise UserError(
            "begins in the middle of a session, and what the filters had seen before is not in it; record from the "
            "start to play it again", str(recorded.path),
        )  # fmt: skip
    source, facts = RecordedStreams(recorded), recorded.facts
    # Where it is sealed, the table does not tell what was shown either; everything else can be compared.
    sham = _sham_of(facts, recorded.path)
    prepared = None if sham is None else sham.prepare(source.grid, facts["seed"], (facts["address"],), ())
    return Session(recorded.protocol, source, sham=prepared, commands=recorded.commands), source.specs


def _sham_of(facts: Mapping[str, Any], path: Path) -> ShamConfig | None:
    settings = facts["sham_settings"]
    if settings is None:
        return None
    sham: ShamConfig = validate(settings, find_kind("sham", settings["kind"]), str(path))
    return sham


def _simulated_again(recorded: SessionFolder, key: str | Path | None) -> tuple[Session, Mapping[str, SignalSpec]]:
    """Run the sessions before, if there are any, and return this one before its first tick."""
    from neurosim.session.plan import plan_sessions
    from neurosim.session.sealing.veil import Seal

    facts, person = recorded.facts, recorded.places.recipe / "subject.toml"
    if not person.is_file():
        raise UserError("does not tell who was simulated: the subject is hidden", str(recorded.path))
    sham = _sham_of(facts, recorded.path)
    if facts["sham"] == "sealed":
        if key is None:
            raise UserError(
                "is sealed, and who is simulated learns from what the key had him shown; name the key with --key",
                str(recorded.path),
            )
        seal = Seal.read(Path(key))
        if seal.key.commitment != facts["commitment"]:
            raise UserError("the key does not fit its commitment", str(recorded.path))
        sham = seal.sham
    plan = plan_sessions(
        recorded.protocol, person, sham=sham, seed=facts["seed"], address=facts["address"],
        signals=list(facts["streams"]),
    )  # fmt: skip
    rests_s = facts["rests_s"]
    first = len(rests_s) - (facts["session"] - 1)  # time may have passed before the first session, too
    for number, rest_s in enumerate(rests_s):
        if number >= first:
            _run_before(plan, recorded, number - first)
        plan.rest(rest_s)
    missing = facts["streams"].keys() - plan.source.specs.keys()
    if missing:
        raise UserError(f"has a stream that is not made any more: {min(missing)}", str(recorded.path))
    return _session(plan, recorded.commands), recorded.streams


def _run_before(plan: Plan, recorded: SessionFolder, number: int) -> None:
    """Run an earlier session of the same dataset to its end: who learns comes to the next with what is learned."""
    folder = recorded.places.folder.with_name(f"ses-{number + 1:02d}")
    session = _session(plan, read_session(folder).commands)
    while not session.finished:
        session.step()


def _session(plan: Plan, commands: Sequence[Logged]) -> Session:
    return Session(plan.protocol, plan.source, plan.actors, sham=plan.sham, commands=commands)
