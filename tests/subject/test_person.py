"""A person at the keyboard: keys move the body at ticks, from any thread, and the log repeats the session."""

from __future__ import annotations

import threading
from copy import deepcopy

import numpy as np
import pytest

from neurosim.core.drive import Drive
from neurosim.core.errors import ConfigError
from neurosim.core.timeline import TickGrid
from neurosim.session.plan import plan_sessions
from neurosim.session.simulate import simulate
from neurosim.subject import Person, Subject
from neurosim.subject.person import Key, PersonActor

GRID = TickGrid(1 / 64)


def prepare(**fields: object) -> PersonActor:
    return Person.model_validate(fields).prepare(GRID, 0, (0,), ())


def live(actor: PersonActor, n: int, keys: dict[int, list[tuple[Key, bool]]], first: int = 0) -> list[Drive]:
    """Let ticks pass, with keys that go down or up before some of them."""
    drives = []
    for k in range(first, first + n):
        for key, pressed in keys.get(k, []):
            (actor.press if pressed else actor.release)(key)
        drives.append(actor.act(k))
    return drives


def test_space_breathes_and_left_alone_the_body_does() -> None:
    actor = prepare(own_breath_s=2.0)
    drives = live(actor, 320, {64: [("space", True)], 128: [("space", False)]})
    breath = [float(drive["breath"]) for drive in drives]
    assert breath == [0.0] * 64 + [1.0] * 64 + [-1.0] * 128 + [0.0] * 64


def test_arrows_tense_and_relax_as_long_as_they_are_held() -> None:
    actor = prepare(full_s=1.0, muscle="trapezius")
    up = live(actor, 96, {0: [("up", True)], 32: [("up", False)]})
    assert float(up[-1]["trapezius"]) == pytest.approx(0.5 * 0.2)  # half of the full effect, after half the time
    assert float(up[-1]["trapezius_tension"]) == 0.0
    down = live(actor, 128, {96: [("down", True)]}, 96)
    assert float(down[-1]["trapezius"]) == 0.0
    assert float(down[-1]["trapezius_tension"]) == -0.75
    side = live(actor, 64, {224: [("right", True)]}, 224)
    assert float(side[-1]["attention"]) == pytest.approx(0.4)


def test_e_closes_and_opens_the_eyes_and_a_key_that_repeats_counts_once() -> None:
    actor = prepare()
    drives = live(actor, 4, {0: [("e", True)], 1: [("e", True)], 2: [("e", False), ("e", True)]})
    assert [float(drive["eyes_closed"]) for drive in drives] == [1.0, 1.0, 0.0, 0.0]
    assert [event.pressed for event in actor.log] == [True, False, True]


def test_the_log_repeats_the_session() -> None:
    """Law 7: keys at odd moments, and a second session with keys of its own."""
    keys: dict[int, list[tuple[Key, bool]]] = {3: [("space", True)], 77: [("up", True), ("space", False)]}
    actor = prepare()
    first = live(actor, 200, keys)
    actor.rest(600.0)
    second = live(actor, 200, {9: [("e", True)]})
    again = prepare(keys=[event.model_dump() for event in actor.log])
    assert live(again, 200, {}) == first
    again.rest(600.0)
    assert live(again, 200, {}) == second
    assert again.log == actor.log


def test_keys_come_from_another_thread() -> None:
    actor = prepare()
    typed: list[Key] = ["up", "down", "left", "right"]

    def hammer() -> None:
        for i in range(4000):
            (actor.press if i // 4 % 2 == 0 else actor.release)(typed[i % 4])

    thread = threading.Thread(target=hammer)
    thread.start()
    for k in range(2000):
        actor.act(k)
    thread.join()
    actor.act(2000)
    assert len(actor.log) == 4000  # none is lost, none comes twice
    assert [event.key for event in actor.log] == typed * 1000


def test_a_copy_has_no_keyboard_in_common() -> None:
    actor = prepare()
    twin = deepcopy(actor)
    actor.press("up")
    assert float(live(actor, 10, {})[-1]["frontalis"]) > 0.0
    assert float(live(twin, 10, {})[-1]["frontalis"]) == 0.0


def test_recorded_keys_reach_the_signals() -> None:
    keys = [{"at_s": 2.0, "key": "space"}, {"at_s": 6.0, "key": "space", "pressed": False}, {"at_s": 8.0, "key": "up"}]
    subject = Subject(name="p", title="p", actors=(Person.model_validate({"keys": keys}),))
    result = simulate("alpha_up", subject=subject, seed=1, duration_s=14.0, signals=("respiration", "truth/emg_rms"))
    belt, emg = result.samples("respiration")[0], result.samples("truth/emg_rms")[0]
    assert belt[5 * 32 : 6 * 32].mean() > belt[9 * 32 : 10 * 32].mean() + 0.2  # L; a usual breath has half a litre
    assert emg[-32:].mean() > 5 * emg[: 7 * 32].mean()


def test_a_wrong_key_says_where() -> None:
    from neurosim.core.config import validate

    with pytest.raises(ConfigError) as error:
        validate({"kind": "person", "keys": [{"at_s": 1, "key": "enter"}]}, Person, "me.toml")
    assert "keys[0].key" in str(error.value)


def test_a_batch_is_moved_alike() -> None:
    subject = Subject(name="p", title="p", actors=(Person.model_validate({"keys": [{"at_s": 0, "key": "e"}]}),))
    plan = plan_sessions("alpha_up", subject, subjects=3, seed=1)
    assert np.shape(plan.actors[0].act(0)["eyes_closed"]) == ()
