"""Every lesson that ships tells what the simulation does; what is wrong in a lesson is told all at once."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neurosim.core.config import validate
from neurosim.core.errors import ConfigError
from neurosim.core.registry import kind_names
from neurosim.core.spec import MIXED
from neurosim.feedback import load_protocol
from neurosim.lessons import Lesson, LessonRunner, load_lab, load_lesson, rehearse, sheet_page, write_sheet
from neurosim.lessons.lesson import MOST_WORDS, Remember
from neurosim.lessons.setting import Setting
from neurosim.session.recorder import Recorder
from neurosim.session.recording.replay import replay_session
from neurosim.session.session import Session

#: Of neurofeedback and biofeedback.
THE_TWELVE = {
    "alpha_and_eyes", "artifacts_are_not_alpha", "band_power", "breathing_at_resonance", "delay_kills_learning",
    "hidden_strategy", "sham_looks_the_same", "stress_profile", "ten_sessions", "tense_forehead", "warm_hands",
    "why_a_threshold",
}  # fmt: skip
#: Of the other branches, by the protocol that shows each; the last one sets learning beside them.
THE_FIELD = {
    "beta_and_pulses": "dbs", "months_of_pulses": "vns", "closing_the_gate": "scs_tonic",
    "width_against_current": "tens", "strengthen_or_weaken": "itbs", "a_day_of_doses": "levodopa_day",
    "outside_or_learning": "hrv_resonance",
}  # fmt: skip
SHIPPED = sorted(THE_TWELVE | set(THE_FIELD))


def test_those_of_every_branch_are_there() -> None:
    assert sorted(kind_names("lesson")) == SHIPPED
    assert {name: load_lesson(name).protocol for name in THE_FIELD} == THE_FIELD


@pytest.mark.parametrize("name", SHIPPED)
def test_a_lesson_tells_what_is_so(name: str) -> None:
    runner = rehearse(load_lesson(name))
    assert runner.failures == []
    for taken in runner.taken:
        assert taken.met or taken.step.until is None
        assert taken.right or not taken.step.question
        assert "?" not in taken.text.replace("?**", "").replace("? ", "").replace("?\n", "").rstrip("?")  # all known
        assert len(taken.text.split()) <= MOST_WORDS
        assert all(math.isfinite(x) for x in taken.numbers.values())


@pytest.mark.parametrize("name", SHIPPED)
def test_the_stage_shows_at_most_two_things_and_notes_stay_with_the_presenter(name: str) -> None:
    lesson = load_lesson(name)
    assert lesson.minutes <= 12
    for step in lesson.step:
        assert len(step.stage) <= 2
        assert set(step.stage) <= set(step.look)
        assert not step.notes or step.notes not in step.text + step.question


@pytest.mark.parametrize("name", sorted(THE_FIELD))
def test_a_lesson_on_a_treatment_says_what_it_is_and_what_it_is_not(name: str) -> None:
    """Simulation of group averages, no advice; what is a model and what is set; the trials that speak against it."""
    lesson = load_lesson(name)
    first, last = lesson.step[0].text.lower(), lesson.step[-1].text.lower()
    assert "simulated group average" in first
    assert "advice" in first or "diagnosis" in first
    assert any(word in last for word in ("model", "map", "set"))
    assert any(word in last for word in ("sham", "placebo", "trial", "blind", "proven"))
    assert all(step.until is None or step.until.ends_s <= 320 for step in lesson.step if step.name != "wears_off")
    assert lesson.sources


def test_devices_and_days_before_belong_to_the_setting_of_a_step() -> None:
    """Half a year with a stimulator that moves excitability by -0.1 in the end, half of it in 100 days ln 2."""
    lasting = {"effects": {"excitability": -0.1}, "days": 100.0}
    pulses = {"site": "vagus", "current_ma": 50.0, "width_us": 30.0, "frequency_hz": 25.0}
    device = {"kind": "stimulator", "pulses": pulses, "start_s": 60.0, "lasting": lasting}
    setting = {"protocol": "vns", "subject": "epilepsy", "devices": [device]}
    moved = {}
    for days in (0.0, 100.0 * math.log(2.0)):
        plan = validate(setting | {"days_before": days}, Setting).plan()
        moved[days > 0] = float(np.asarray(plan.session().actors[0].act(0)["excitability"]))
    assert moved == pytest.approx({False: 0.0, True: -0.05})
    assert validate(setting | {"devices": []}, Setting).as_protocol().devices == ()
    assert validate({"protocol": "vns"}, Setting).as_protocol().devices == load_protocol("vns").devices


def test_a_session_after_months_is_repeated_from_its_folder(tmp_path: Path) -> None:
    block = {"name": "b", "kind": "baseline", "duration_s": 6.0}
    plan = validate({"protocol": "vns", "subject": "epilepsy", "days_before": 200, "blocks": [block]}, Setting).plan()
    session, recorder = plan.session(), Recorder(plan)
    recorder.begin(session, tmp_path / "s")
    while not session.finished:
        recorder.write(session.step())
    recorder.end()
    found = replay_session(tmp_path / "s")
    assert (found.how, found.difference) == ("simulation", None)


def test_numbers_are_those_of_the_wait_however_long_one_looks_on() -> None:
    step = {"until": {"after_s": 2.0}, "remember": {"name": "seconds", "of": "seconds", "statistic": "last"}}
    blocks = [{"name": "b", "kind": "baseline", "duration_s": 60.0}]
    runner = LessonRunner(validate(_lesson(step=step, actor="nobody", blocks=blocks), Lesson))
    session, sinks = runner.prepare()
    while session.time_s < 5.0:
        tick = session.step()
        for sink in sinks:
            sink.write(tick)
    runner.finish()
    assert runner.numbers["seconds"] == pytest.approx(2.0)


def _lesson(**changes: Any) -> dict[str, Any]:
    step = {"name": "a", "text": "Look.", "until": {"after_s": 1.0}}
    return {"title": "T", "question": "Why?", "minutes": 1, "step": [step | changes.pop("step", {})]} | changes


def test_all_mistakes_are_told_at_once_with_their_places() -> None:
    data = _lesson(
        colour="red",
        step={
            "text": "word " * (MOST_WORDS + 1),
            "until": {"feature": "alpha", "above": 1.0},
            "do": [{"command": "plai"}, {"command": "event", "kind": "blonk"}, {"command": "show", "view": "moon"}],
            "choice": [{"text": "yes"}],
        },
    )
    with pytest.raises(ConfigError) as error:
        validate(data, Lesson, "mine.toml")
    said = str(error.value)
    for part in (
        "mine.toml: colour: unknown key",
        "step[0].text: must have at most 60 words, got 61",
        "step[0].until: a wait must end: give at_most_s",
        "step[0].do[0].command: unknown command 'plai'; did you mean 'play'?",
        "step[0].do[1].kind: unknown event 'blonk'; did you mean 'blink'?",
        "step[0].do[2]",
        "step[0].choice[0].reply: is missing",
    ):
        assert part in said


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"step": {"text": "{swing:.0f} beats"}}, "step[0].text: nothing called 'swing' is remembered before"),
        ({"step": {"text": "{0.__class__}"}}, "step[0].text: nothing called '0.__class__' is remembered before"),
        ({"step": {"expect": {"name": "x", "at_least": 1}}}, "step[0].expect[0].name: nothing called 'x'"),
        ({"step": {"drawn": 1}}, "step[0].drawn: there are 0 conditions, got 1"),
        ({"step": {"question": "Which?"}}, "step[0]: a question needs choices"),
        ({"table": "ten_session"}, "table: no table 'ten_session'; did you mean 'ten_sessions'?"),
        (
            {"table": "ten_sessions", "step": {"remember": {"name": "x", "column": "gain"}}},
            "step[0].remember[0]: the table has no column 'gain'",
        ),
    ],
)
def test_what_cannot_be_told_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as error:
        validate(_lesson(**changes), Lesson)
    assert message in str(error.value)


def test_a_lesson_that_tells_what_is_not_so_fails() -> None:
    """Opening eyes that are open changes nothing: alpha does not become tenfold, and the wait ends all the same."""
    step = {
        "until": {"feature": "alpha", "above": 1000.0, "at_most_s": 4.0},
        "remember": {"name": "alpha", "feature": "alpha"},
        "expect": {"name": "alpha", "at_least": 500.0},
    }
    blocks = [{"name": "b", "kind": "baseline", "duration_s": 60.0}]
    runner = rehearse(validate(_lesson(step=step, actor="nobody", blocks=blocks), Lesson))
    assert len(runner.failures) == 2
    assert "was expected" in runner.failures[0]
    assert runner.failures[1] == "a: what it waits for did not come"


def test_what_was_not_measured_is_no_number_in_a_text() -> None:
    lesson = load_lesson("alpha_and_eyes")
    runner = LessonRunner(lesson)
    runner.advance()  # before anything ran
    assert "about ? µV" in runner.taken[-1].text


def test_a_hint_comes_after_its_time() -> None:
    step = {"until": {"feature": "alpha", "above": 1000.0, "at_most_s": 9.0}, "hint": "Wait.", "hint_after_s": 2.0}
    blocks = [{"name": "b", "kind": "baseline", "duration_s": 60.0}]
    runner = LessonRunner(validate(_lesson(step=step, actor="nobody", blocks=blocks), Lesson))
    session, sinks = runner.prepare()
    while not runner.ready:
        tick = session.step()
        assert (runner.hint == "Wait.") == (runner.taken[-1].seconds >= 2.0)
        for sink in sinks:
            sink.write(tick)
    assert session.time_s == pytest.approx(9.0)


def test_a_sheet_is_one_file_with_predictions_and_numbers(tmp_path: Path) -> None:
    runner = rehearse(load_lesson("tense_forehead"))
    write_sheet(tmp_path / "mine.html", [runner], student="A & B", pictures={"The window": b"\x89PNG"})
    write_sheet(tmp_path / "all.html", [runner], instructor=True)
    mine, full = ((tmp_path / f"{name}.html").read_text(encoding="utf-8") for name in ("mine", "all"))
    assert "A &amp; B" in mine
    assert "My prediction: Rise several times within a second (right)" in mine
    assert "Protocol emg_frontalis, subject tension_headache, seed 8" in mine
    assert f"<td>loose</td><td>{runner.numbers['loose']:.4g} µV</td>" in mine
    assert 'src="data:image/png;base64,' in mine
    assert "<svg" in mine
    assert "http" not in mine
    assert "Right: " in full
    assert "Right: " not in mine
    german = sheet_page([runner], instructor=True, language="de")
    assert '<html lang="de">' in german
    assert "Meine Vorhersage: " in german
    assert "Protokoll emg_frontalis" in german
    english = "My prediction", "(right)", "Right: ", "Took ", "over the lesson", "not medical advice", "Protocol "
    assert not [words for words in english if words in german]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_number_has_its_unit(name: str) -> None:
    """Of a lesson that ships no number is without one: shares are in per cent."""
    lesson = load_lesson(name)
    sessions: dict[str, Session] = {}
    for number, step in enumerate(lesson.step):
        setting = lesson.setting(number)
        for remember in step.remember:
            if repr(setting) not in sessions:
                sessions[repr(setting)] = setting.prepare()
            assert remember.number_unit(sessions[repr(setting)]) not in ("", "1", MIXED), remember.name


def test_units_are_those_of_what_is_looked_at() -> None:
    session = load_lesson("alpha_and_eyes").prepare()
    looks = {
        "uV": Remember(name="x", feature="alpha", statistic="sd"),
        "%": Remember(name="x", of="met", scale=100.0),
        "1/min": Remember(name="x", of="reward", statistic="rate_per_min"),
        "s": Remember(name="x", of="seconds"),
        "1": Remember(name="x", of="met"),
    }
    assert {unit: look.number_unit(session) for unit, look in looks.items()} == {unit: unit for unit in looks}
    assert Remember(name="x", of="threshold").number_unit(session) == "uV"
    assert Remember(name="x", stream="temperature").number_unit(load_lesson("warm_hands").prepare("all")) == "degC"


def test_labs_last_as_long_as_their_lessons() -> None:
    assert load_lab("first_lab").minutes == load_lab("field_lab").minutes == 45
    for name in kind_names("lab"):
        for part in load_lab(name).part:
            assert not part.lesson or load_lesson(part.lesson).minutes <= part.minutes
