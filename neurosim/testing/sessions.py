"""The laws of the closed loop."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.feedback.protocol import TrainingProtocol
from neurosim.feedback.shams.random import RandomSham
from neurosim.feedback.shams.sham import Sham, ShamConfig, parse_sham
from neurosim.session.plan import plan_sessions
from neurosim.session.result import Result
from neurosim.session.session import Session
from neurosim.session.simulate import simulate_sessions
from neurosim.session.tick import Tick
from neurosim.subject.subject import Subject
from neurosim.testing.exact import Outputs, assert_identical, assert_steps_identical
from neurosim.testing.trial import ALONE, BATCH

_COLUMNS = ("value", "threshold", "met", "reward", "valid", "shown")


def _kept(result: Result) -> dict[str, Any]:
    """Return everything of a session in memory, subjects or time first."""
    memory = result.memory
    kept: dict[str, Any] = {name: memory.column(name) for name in _COLUMNS}
    kept |= {"features": memory.features(), "thresholds": memory.thresholds(), "skill": result.skill}
    return kept | {name: np.moveaxis(result.samples(name), -1, 0) for name in result.streams}


def _assert_same(got: list[Result], expected: list[Result], what: str, subject: int | None = None) -> None:
    """Compare sessions; or a subject of the first ones' batch with the first subject of the other ones'."""
    for number, (one, other) in enumerate(zip(got, expected, strict=True), 1):
        found, wanted = _kept(one), _kept(other)
        for name, values in found.items():
            if values is None:
                continue
            expect = wanted[name]
            if subject is not None:
                axis = 0 if name == "skill" else 1
                values, expect = np.take(values, [subject], axis=axis), np.take(expect, [0], axis=axis)
            assert_identical(values, expect, f"{what}: {name} of session {number}")


def check_session(
    protocol: str | Path | TrainingProtocol,
    *,
    subject: str | Path | Subject | None = None,
    sham: str | ShamConfig | None = None,
    seed: int = 1,
    duration_s: float = 20.0,
    n_sessions: int = 1,
    pieces: tuple[int, ...] = (1, 7, 64),
) -> None:
    """Hold a whole closed loop to the laws of chunking, batch, and reset and deepcopy.

    A subject who learns at a human pace moves no sample within seconds; give one who learns a thousand times faster
    (``Learner(learning_rate_hz=20, ceiling=2, non_responders=0)``) where the way of feedback into the body is tried.

    Parameters
    ----------
    protocol, subject, sham, seed, duration_s, n_sessions
        As of `neurosim.simulate_sessions`.
    pieces
        Into which source and pipeline are cut inside the ticks.

    Raises
    ------
    AssertionError
        When features, feedback, skill or signals differ by a single bit.
    """
    who: dict[str, Any] = {"subject": subject, "sham": sham, "seed": seed, "duration_s": duration_s}
    options = who | {"n_sessions": n_sessions, "keep": "all"}
    config = parse_sham(sham) if isinstance(sham, str) else sham
    few = (ALONE, *(() if config is None else config.company((ALONE,))))  # a donor must be there
    who |= {"subjects": None if len(few) == 1 else few}
    plain = simulate_sessions(protocol, **options, subjects=who["subjects"])
    for piece in (None, *pieces):
        again = simulate_sessions(protocol, **options, subjects=who["subjects"], piece=piece)
        _assert_same(again, plain, f"in pieces of {piece}" if piece else "the same again")
    alone = simulate_sessions(protocol, subjects=few, **options)
    batch = simulate_sessions(protocol, subjects=len(BATCH), **options)
    _assert_same(batch, alone, f"subject {ALONE} of {len(BATCH)}, not alone", ALONE)
    branches_go_on_alike(protocol, **who)


def _outputs(tick: Tick) -> Outputs:
    found: dict[str, Any] = {name: np.array(getattr(tick.feedback, name)) for name in _COLUMNS}
    return found | {"features": tick.features, "thresholds": tick.thresholds} | dict(tick.samples)


def _other_sham(session: Session, seed: int) -> Sham | None:
    """Return a sham for a session without one, and none for one with it."""
    n = max(1, session.pipeline.values[..., 0].size)
    return None if session.sham else RandomSham().prepare(session.grid, seed, range(n), session.batch_shape)


def branches_go_on_alike(
    protocol: str | Path | TrainingProtocol,
    *,
    subject: str | Path | Subject | None = None,
    sham: str | ShamConfig | None = None,
    seed: int = 1,
    duration_s: float = 20.0,
    subjects: Sequence[int] | None = None,
) -> None:
    """Law 6: a running session goes on identically after `copy.deepcopy`, and so does the copy.

    Another copy goes over from real feedback to a sham, or back, which must touch neither.

    Raises
    ------
    AssertionError
        When one of them differs from a session that was not branched.
    """

    def prepare() -> Session:
        plan = plan_sessions(protocol, subject, subjects=subjects, sham=sham, seed=seed, duration_s=duration_s)
        return Session(plan.protocol, plan.source, plan.actors, sham=plan.sham)

    def go_on(session: Session, n: int) -> list[Outputs]:
        return [_outputs(session.step()) for _ in range(n)]

    whole = prepare()
    n = whole.n_ticks
    plain = go_on(whole, n)
    session, at = prepare(), n // 2
    go_on(session, at)
    twin, other = copy.deepcopy(session), copy.deepcopy(session)
    other.sham = _other_sham(other, seed)
    go_on(other, n - at)
    assert_steps_identical(go_on(session, n - at), plain[at:], f"a session whose deep copies of tick {at} ran on")
    assert_steps_identical(go_on(twin, n - at), plain[at:], f"the deep copy of tick {at}")
