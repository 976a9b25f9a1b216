"""Law 7: protocol, subject, seed and command log reproduce a session to the bit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neurosim.core.errors import ConfigError
from neurosim.feedback import Condition, ManualThreshold, TrainingProtocol, load_protocol
from neurosim.session import (
    Command,
    Happen,
    Logged,
    Push,
    Result,
    Session,
    SetPacer,
    SetParameter,
    SetThreshold,
    Sink,
    Tick,
    read_session,
    simulate,
)
from neurosim.session.commands import parse_command
from neurosim.session.plan import plan_sessions


def _protocol() -> TrainingProtocol:
    """Return alpha up with a threshold that is set by hand."""
    protocol = load_protocol("alpha_up")
    by_hand = Condition(feature="alpha", threshold=ManualThreshold(value=20.0))
    return protocol.model_copy(update={"rule": protocol.rule.model_copy(update={"conditions": (by_hand,)})})


def _session(commands: Sequence[Logged] = (), **options: Any) -> Session:
    plan = plan_sessions(_protocol(), seed=1, duration_s=20.0, **options)
    return Session(plan.protocol, plan.source, plan.actors, commands=commands)


class Trainer(Sink):
    """Gives commands while the session runs, behind some ticks."""

    def __init__(self, session: Session, commands: dict[int, Sequence[Command]]) -> None:
        self._session, self._commands = session, commands

    def write(self, tick: Tick) -> None:
        for command in self._commands.get(tick.index, ()):
            self._session.submit(command)


_COMMANDS: dict[int, Sequence[Command]] = {
    300: [SetThreshold(condition="alpha", value=5.0), SetParameter(parameter="rule.refractory_s", value=0.25)],
    400: [Happen(kind="blink", amplitude=150.0), Push(offsets={"alpha_drive": 1.5})],
    700: [Push(offsets={"alpha_drive": 0.0}), SetParameter(parameter="rule.conditions[0].hysteresis", value=1.0)],
}


def _run(**options: Any) -> Result:
    return simulate(_protocol(), seed=1, duration_s=20.0, **options)


def _trained(**options: Any) -> Result:
    return _run(sinks=lambda session: [Trainer(session, _COMMANDS)], **options)


def test_a_session_is_repeated_from_its_log(tmp_path: Path) -> None:
    done = _trained(out=tmp_path / "s")
    folder = read_session(tmp_path / "s")
    assert folder.commands == list(done.command_log)
    assert [logged.tick for logged in folder.commands] == [301, 301, 401, 401, 701, 701]
    again = _run(commands=folder.commands)
    assert again.features.equals(done.features)
    np.testing.assert_array_equal(again.samples(), done.samples())
    assert again.events == done.events
    assert again.command_log == done.command_log
    assert not _run().features.equals(done.features)  # the commands do something


def test_commands_take_effect_at_the_next_tick_and_are_events() -> None:
    done = _trained()
    table = done.features
    assert table.threshold_alpha[300] == 20.0
    assert (table.threshold_alpha[301:] == 5.0).all()
    first = next(e for e in done.events if e.kind == "command")
    assert (first.onset_s, first.text) == (301 / 64, "threshold condition=alpha value=5.0")
    assert [e.onset_s for e in done.events if e.kind == "blink"] == [401 / 64]
    rewards = np.flatnonzero(table.reward)
    assert np.diff(rewards).min() == 16  # 0.25 s, and 0.5 s in the protocol


def test_a_drive_lasts_until_it_is_changed() -> None:
    done = _trained()
    plain = _run(commands=[each for each in done.command_log if not isinstance(each.command, Push)])
    before, during = slice(0, 401 * 4), slice(401 * 4, 701 * 4)  # the difference begins with the command, at 256 Hz
    np.testing.assert_array_equal(done.samples()[..., before], plain.samples()[..., before])
    assert np.abs(done.samples()[..., during] - plain.samples()[..., during]).max() > 1.0


def test_one_subject_of_a_batch_is_set_alone() -> None:
    session = _session(subjects=3)
    session.submit(SetThreshold(condition="alpha", value=5.0, subject=1))
    assert session.step().thresholds[:, 0].tolist() == [20.0, 5.0, 20.0]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (SetThreshold(condition="alfa", value=1.0), "no condition 'alfa'; did you mean 'alpha'?"),
        (SetThreshold(condition="alpha", value=1.0, subject=1), "no subject 1: there is 1, counted from 0"),
        (Happen(kind="blink", subject=4), "no subject 4: there is 1, counted from 0"),
        (SetParameter(parameter="rule.dwel_s", value=1.0), "no parameter 'rule.dwel_s'; did you mean 'dwell_s'?"),
        (SetParameter(parameter="rule.conditions[3].hysteresis", value=1.0),
         "no parameter 'rule.conditions[3].hysteresis'; known: 0"),
        (SetParameter(parameter="blocks[0].duration_s", value=1.0),
         "no parameter 'blocks[0].duration_s' of the rule; its name begins with 'rule.'"),
        (SetParameter(parameter="rule.dwell_s", value=-1.0),
         "rule.dwell_s: dwell_s: must be greater than or equal to 0, got -1.0"),
        (SetParameter(parameter="rule.conditions[0].threshold.value", value=1.0),
         "only dwell_s, refractory_s, hysteresis and release_s may change while a session runs"),
        (SetParameter(parameter="rule.kind", value=1.0), "'rule.kind' is not a number"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_at_once(command: Command, message: str) -> None:
    session = _session()
    with pytest.raises(ConfigError) as caught:
        session.submit(command)
    assert str(caught.value) == message
    assert not session.step().commands


def test_only_manual_thresholds_are_set_by_hand() -> None:
    plan = plan_sessions("smr_up", seed=1, duration_s=20.0)
    session = Session(plan.protocol, plan.source, plan.actors)
    with pytest.raises(ConfigError, match="the threshold of 'smr' is not of the kind 'manual'; none here is"):
        session.submit(SetThreshold(condition="smr", value=1.0))


@pytest.mark.parametrize("logged", [Logged(7, command) for commands in _COMMANDS.values() for command in commands])
def test_commands_survive_the_way_to_json_and_back(logged: Logged) -> None:
    import json

    data = json.loads(logged.as_json())
    assert (data.pop("tick"), parse_command(data)) == (7, logged.command)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"command": "thresold"}, "unknown command 'thresold'; did you mean 'threshold'?"),
        ({"command": "event", "kind": "blnk"}, "kind: unknown event 'blnk'; did you mean 'blink'?"),
        ({"command": "drive", "offsets": {"alfa_drive": 1}},
         "offsets: unknown latent 'alfa_drive'; did you mean 'alpha_drive'?"),
    ],
)  # fmt: skip
def test_logs_that_are_wrong(data: Any, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_command(data)
    assert str(caught.value) == message


def test_a_pacer_is_set_by_a_command_that_replays() -> None:
    live = _session()
    phases = []
    for k in range(640):
        if k == 100:
            live.submit(SetPacer(rate_per_min=6.0))
        if k == 400:
            live.submit(SetPacer(rate_per_min=10.0))
        phases.append((t := live.step().feedback.cue).pacer_phase + t.pacer_per_min)
    again = _session(commands=live.command_log)
    assert [(c := again.step().feedback.cue).pacer_phase + c.pacer_per_min for _ in range(640)] == phases
    assert phases[99] == 0.0
    assert phases[100] == pytest.approx(6.0 + 6.0 / 60.0 / 64.0)
