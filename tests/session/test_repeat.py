"""A session is repeatable from its folder alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from neurosim.cli.app import app
from neurosim.core.errors import UserError
from neurosim.session import (
    Logged,
    Push,
    SetParameter,
    draw_key,
    parse_arms,
    read_session,
    repeat_session,
    reveal_session,
    simulate,
    simulate_sessions,
    write_key,
)
from neurosim.subject import Learner, Population, load_subject


def _command(*words: str, capsys: pytest.CaptureFixture[str]) -> tuple[Any, str, str]:
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        app(list(words))
    said = capsys.readouterr()
    return left.value.code, said.out, said.err


def test_with_everything_that_can_be_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sham with settings, artifacts, band, channels, streams, tick: all options of the command that change bits."""
    monkeypatch.setattr("neurosim.cli.warm._PATIENCE_S", 1e6)
    monkeypatch.chdir(tmp_path)
    words = ("run", "alpha_up", "--seed", "4", "--duration", "10", "--sham", "shifted:shift_s=1.5", "--channel", "Pz",
             "--band", "9,13", "--artifacts", "blink=30,mains", "--update-interval", "0.03125", "--signals", "ecg",
             "--subject", "adhd_like", "--out", "s")  # fmt: skip
    assert _command(*words, capsys=capsys)[0] == 0
    made = json.loads((tmp_path / "s" / "session.json").read_text(encoding="utf-8"))["made_of"]
    assert made["sham"] == {"kind": "shifted", "shift_s": 1.5}
    assert made["subject"]["body"]["artifacts"]
    status, out, err = _command("repeat", "s", capsys=capsys)
    assert (status, err) == (0, "")
    assert out.startswith("The same to the bit: 320 ticks of alpha, threshold_alpha, valid, holding_alpha, ")
    # A cell that was changed is found.
    table = tmp_path / "s" / "features.tsv"
    lines = table.read_text(encoding="utf-8").splitlines()
    cells = lines[101].split("\t")
    cells[2] = repr(float(cells[2]) + 1e-12)
    lines[101] = "\t".join(cells)
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    status, out, _ = _command("repeat", "s", "--json", capsys=capsys)
    assert status == 1
    assert json.loads(out)["difference"].startswith("alpha at 3.125 s was ")


def test_the_second_session_of_a_learner_with_traits_of_his_own(tmp_path: Path) -> None:
    adult = load_subject("adult")
    traits = {"learning_rate_hz": 0.2, "strategy_given": True}
    actors = tuple(a.model_copy(update=traits) if isinstance(a, Learner) else a for a in adult.actors)
    log = [Logged(100, Push(offsets={"arousal": 0.3})), Logged(300, SetParameter(parameter="rule.dwell_s", value=0.1))]
    simulate_sessions("alpha_up", n_sessions=2, subject=adult.model_copy(update={"actors": actors}), seed=2,
                      duration_s=8, rest_s=3600.0, commands=log, out=tmp_path / "c")  # fmt: skip
    repeated = repeat_session(tmp_path / "c" / "session-02")
    assert (repeated.difference, repeated.n_ticks) == ("", 512)


def test_a_session_that_was_ended_early(tmp_path: Path) -> None:
    left = iter(range(200))
    simulate("alpha_up", seed=1, duration_s=8, out=tmp_path / "s", stop=lambda: next(left, None) is None)
    assert (repeat_session(tmp_path / "s").difference, repeat_session(tmp_path / "s").n_ticks) == ("", 200)


def test_a_batch_of_people_who_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ("run", "alpha_up", "--seed", "4", "--duration", "6", "--subjects", "3", "--spread", "0.7", "--out", "b")
    assert _command(*words, capsys=capsys)[0] == 0
    assert _command("repeat", "b", capsys=capsys)[:1] == (0,)
    with pytest.raises(UserError, match="b: holds a batch, of which only the summary is kept"):
        read_session("b")
    # Without the spread it would be others.
    facts = json.loads(Path("b/session.json").read_text(encoding="utf-8"))
    assert facts["made_of"]["subject"]["body"]["spread"] == 0.7
    facts["made_of"]["subject"]["body"]["spread"] = 0.0
    Path("b/session.json").write_text(json.dumps(facts), encoding="utf-8")
    assert _command("repeat", "b", capsys=capsys)[0] == 1


def test_one_of_a_population(tmp_path: Path) -> None:
    people = Population(5, seed=3)
    simulate("alpha_up", subject=people.subject, address=4, seed=1, duration_s=4, out=tmp_path / "s")
    assert repeat_session(tmp_path / "s").difference == ""


def test_a_sealed_session_needs_its_key(tmp_path: Path) -> None:
    for name in ("k", "other"):
        write_key(draw_key(parse_arms(["random", "reversed"])), tmp_path / f"{name}.json")
    simulate("alpha_up", seed=1, duration_s=6, blind=tmp_path / "k.json", out=tmp_path / "s")
    assert json.loads((tmp_path / "s" / "session.json").read_text(encoding="utf-8"))["made_of"]["sham"] == {
        "kind": "sealed"
    }
    with pytest.raises(UserError, match="s: is sealed; only who has its key can repeat it"):
        repeat_session(tmp_path / "s")
    with pytest.raises(UserError, match="the key does not fit its commitment"):
        repeat_session(tmp_path / "s", tmp_path / "other.json")
    assert repeat_session(tmp_path / "s", tmp_path / "k.json").difference == ""
    reveal_session(tmp_path / "s", [tmp_path / "k.json"])
    repeated = repeat_session(tmp_path / "s", tmp_path / "k.json")
    assert repeated.difference == ""
    assert {"met", "reward", "shown"} <= set(repeated.columns)


def test_a_folder_that_does_not_say(tmp_path: Path) -> None:
    simulate("alpha_up", seed=1, duration_s=2, out=tmp_path / "s")
    facts = tmp_path / "s" / "session.json"
    data = json.loads(facts.read_text(encoding="utf-8"))
    facts.write_text(json.dumps(data | {"made_of": None}), encoding="utf-8")
    with pytest.raises(UserError, match=r"session\.json does not say what the session was made of"):
        repeat_session(tmp_path / "s")
