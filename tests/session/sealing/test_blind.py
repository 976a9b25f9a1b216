"""Nothing on the operator's side tells the arm: everything there is compared between all of them."""

from __future__ import annotations

import io
import json
import os
import re
import stat
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from neurosim.cli.app import app
from neurosim.cli.live import PlainView, TerminalView
from neurosim.core.dataset import find_session
from neurosim.core.errors import ConfigError, UserError
from neurosim.session import Session, read_session
from neurosim.session.plan import plan_sessions
from neurosim.session.sealing.veil import SealedSham, Veil

Said = tuple[int | str | None, str, str]


def neurosim(*words: str, capsys: pytest.CaptureFixture[str]) -> Said:
    """Run a command; return status, stdout and stderr."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as left:
        app(list(words))
    said = capsys.readouterr()
    return left.value.code, said.out, said.err


def _side_of_operator(folder: Path) -> dict[str, bytes]:
    """Return all the operator's files, the commitment taken out."""
    files = {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
    return {name: re.sub(rb"[0-9a-f]{64}", b"(commitment)", data) for name, data in files.items()}


def _run_in_every_arm(
    clinic: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str
) -> dict[str, tuple[Said, dict[str, bytes], list[bytes]]]:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr("neurosim.cli.warm._PATIENCE_S", 1e6)  # that a machine is slow tells nothing of an arm
    found = {}
    for i, drawn in enumerate(clinic.shams):
        here = tmp_path / str(i)
        (here / "engine").mkdir(parents=True)
        monkeypatch.chdir(here)
        clinic.seal(here / "engine" / "k.json", drawn)
        status, out, err = neurosim(*clinic.words, "--out", "s", "--blind", "engine/k.json", *words, capsys=capsys)
        said = (status, re.sub("[0-9a-f]{64}", "(commitment)", out), err)
        records = [path.read_bytes() for path in sorted((here / "engine").glob("*.shown.tsv"))]
        found[drawn] = said, _side_of_operator(here / "s"), records
        assert sorted(path.name for path in here.iterdir()) == ["engine", "s"]
    return found


@pytest.mark.parametrize("words", [("--guess", "unknown"), ("--json",)])
def test_every_file_and_every_word_is_the_same_in_every_arm(
    clinic: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
) -> None:  # fmt: skip
    found = _run_in_every_arm(clinic, tmp_path, monkeypatch, capsys, *words)
    real_said, real_files, real_records = found["real"]
    assert real_said[0] == 0
    endings = {"stim.tsv.gz", "events.tsv", "session.json", "summary.json", "summary.png", "eeg.bdf"}
    assert endings <= {re.split(r"[/\\]|_(?=[a-z]+\.)", name)[-1] for name in real_files}
    about = next(json.loads(data) for name, data in real_files.items() if name.endswith("feedback_stim.json"))
    assert "alpha" in about["Columns"]
    assert not {"met", "reward", "shown"} & set(about["Columns"])
    for drawn, (said, files, records) in found.items():
        assert said == real_said, drawn
        assert set(files) == set(real_files), drawn
        for name, data in files.items():
            assert data == real_files[name], f"{name} in the arm {drawn}"
        assert len(records) == 1
        assert drawn == "real" or records != real_records, drawn  # what was shown is not the same
    assert len({records[0] for _, _, records in found.values()}) == len(clinic.shams)


def test_no_word_of_an_arm_is_said(
    clinic: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    clinic.seal(tmp_path / "k.json", "reversed", ("real", "reversed"))
    _, out, err = neurosim(*clinic.words, "--out", "s", "--blind", "k.json", capsys=capsys)
    files = _side_of_operator(tmp_path / "s")
    for text in (out.encode(), err.encode(), *(data for name, data in files.items() if not name.endswith(".png"))):
        assert not re.search(b"reversed|real|reward_rate|n_rewards|shown_rate", text)
    assert read_session(tmp_path / "s").facts["sham"] == "sealed"


def test_what_is_wrong_with_an_arm_is_told_in_every_arm(
    clinic: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arms = ("real", "random", "replay:path=gone.tsv")
    said = set()
    for drawn in arms:
        here = tmp_path / drawn[:4]
        here.mkdir()
        monkeypatch.chdir(here)
        clinic.seal(here / "k.json", drawn, arms)
        said.add(neurosim(*clinic.words, "--blind", "k.json", capsys=capsys))
        assert [path.name for path in here.iterdir()] == ["k.json"]
    ((status, out, err),) = said
    assert (status, out, len(err.splitlines())) == (2, "", 1)
    assert "gone.tsv: no such file" in err


def test_a_replay_too_short_for_one_arm_is_too_short_for_all(clinic: Any, tmp_path: Path) -> None:
    arms = ("real", "replay:path=stream.tsv")
    for drawn in arms:
        clinic.seal(tmp_path / f"{drawn[:4]}.json", drawn, arms)
        with pytest.raises(ConfigError, match=r"sham: lasts 1\.5 s, the session 24\.0 s"):
            clinic.play(blind=tmp_path / f"{drawn[:4]}.json", out=tmp_path / f"s-{drawn[:4]}")


@pytest.mark.parametrize("view", [TerminalView, PlainView])
def test_the_screen_is_the_same_in_every_arm(
    clinic: Any, tmp_path: Path, view: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = set()
    for i, drawn in enumerate(clinic.shams):
        key = clinic.seal(tmp_path / f"{i}.json", drawn)
        plan = plan_sessions(clinic.protocol, "resting_adult", sham=SealedSham(key=key), seed=1)
        session = Session(plan.protocol, plan.source, plan.actors, sham=plan.sham)
        console = Console(file=io.StringIO(), width=90, height=30, force_terminal=True, color_system="standard")
        watching = view(session, console, [(0.0, "go")])
        pictures: list[str] = []
        if view is TerminalView:
            watching.show = lambda tick, w=watching, c=console, p=pictures: _picture(w, c, p, tick)
        veil = Veil(watching)
        while not session.finished:
            veil.write(session.step())
        seen.add("".join(pictures) + capsys.readouterr().out)
    assert len(seen) == 1
    assert "sealed" in (text := seen.pop())
    # Nor is there what a tone that is heard could be held against.
    assert not re.search("reward rate|alpha|threshold", text)
    assert "trusted" in text


def _picture(view: Any, console: Console, pictures: list[str], tick: Any) -> None:
    if tick.index % 32 == 0:
        with console.capture() as captured:
            console.print(view._panel(tick))
        pictures.append(captured.get())


def test_a_replay_without_the_key_says_the_same_in_every_arm(
    clinic: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is played from the recording is compared with what the recording has: not with what was earned or shown."""
    monkeypatch.setattr("neurosim.cli.warm._PATIENCE_S", 1e6)
    said = set()
    for i, drawn in enumerate(clinic.shams):
        (here := tmp_path / str(i)).mkdir()
        monkeypatch.chdir(here)
        clinic.seal(here / "k.json", drawn)
        clinic.play(blind=here / "k.json", out=here / "s")
        said.add(neurosim("replay", "s", capsys=capsys))
    ((status, out, _),) = said
    assert status == 0
    assert not any(word in out for word in ("reward", "met", "shown"))


def test_a_sealed_result_has_nothing_to_tell(clinic: Any, tmp_path: Path) -> None:
    clinic.seal(tmp_path / "k.json", "reversed")
    result = clinic.play(blind=tmp_path / "k.json", out=tmp_path / "s")
    assert not {"met", "reward", "shown"} & set(result.features.columns)
    assert result.reward_rate is None
    assert result.shown_rate is None
    assert result.skill is None
    assert not result.memory.column("shown").any()
    assert not result.memory.column("met").any()
    assert not any(block.n_shown.any() or block.n_met.any() for block in result.blocks)
    with pytest.raises(UserError, match="the session is sealed; reveal it first"):
        _ = result.n_rewards
    assert read_session(tmp_path / "s").facts["commitment"] == result.commitment


@pytest.mark.skipif(os.name != "posix", reason="file modes")
def test_the_record_is_the_owners_alone(clinic: Any, tmp_path: Path) -> None:
    clinic.seal(tmp_path / "k.json", "random")
    clinic.play(blind=tmp_path / "k.json", out=tmp_path / "s")
    assert stat.S_IMODE((tmp_path / "k.s.shown.tsv").stat().st_mode) == 0o600
    with pytest.raises(UserError, match=r"k\.s\.shown\.tsv: exists already"):
        clinic.play(blind=tmp_path / "k.json", out=tmp_path / "elsewhere" / "s")


def test_the_seed_does_not_give_a_random_sham_away(clinic: Any, tmp_path: Path) -> None:
    clinic.seal(tmp_path / "k.json", "random")
    clinic.play(blind=tmp_path / "k.json", out=tmp_path / "s")
    shown = np.loadtxt(tmp_path / "k.s.shown.tsv", skiprows=1)[:, -1]
    guessed = clinic.play(sham="random").memory.column("shown")
    assert shown.shape == guessed.shape
    assert (shown != guessed).any()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"sham": "random"}, "blind: names the sham itself"),
        ({"out": None}, "needs a folder"),
        ({"subjects": 3}, "a key seals the arm of one subject"),
        ({"blind": "nowhere.json"}, r"nowhere\.json: no such file"),
    ],
)
def test_what_cannot_be_sealed(clinic: Any, tmp_path: Path, options: dict[str, Any], sentence: str) -> None:
    clinic.seal(tmp_path / "k.json", "random")
    with pytest.raises(UserError, match=sentence):
        clinic.play(**({"blind": tmp_path / "k.json", "out": tmp_path / "s"} | options))


def test_guesses_are_asked_in_a_terminal_only(
    clinic: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def guesses(stdin: io.StringIO, *words: str) -> Any:
        here = tmp_path / str(len(list(tmp_path.iterdir())))
        here.mkdir()
        monkeypatch.chdir(here)
        monkeypatch.setattr(sys, "stdin", stdin)
        clinic.seal(here / "k.json", "real")
        sealed = ("--blind", "k.json", "--out", "s", "--json")
        status, out, _ = neurosim(*clinic.words, *sealed, *words, capsys=capsys)
        assert status == 0
        json.loads(out)  # the questions stay out of it
        file = find_session(here / "s").results / "guesses.json"
        return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None

    assert guesses(Terminal("perhaps\nsham\n\n")) == {"participant": "sham", "operator": None}
    assert guesses(Terminal("unknown\n"), "--guess", "real") == {"participant": "real", "operator": "unknown"}
    assert guesses(Terminal("\n\n")) is None
    assert guesses(io.StringIO("sham\nsham\n")) is None


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--guess", "real"), "--guess: is about a blind session; give its key with --blind"),
        (("--blind", "k.json", "--guess", "shan"), "--guess: 'shan' is no guess; did you mean 'sham'?"),
        (("--blind", "k.json", "--sham", "random"), "blind: names the sham itself"),
    ],
)
def test_options_that_do_not_fit(
    clinic: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...], sentence: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    clinic.seal(tmp_path / "k.json", "real")
    status, out, err = neurosim(*clinic.words, *words, capsys=capsys)
    assert (status, out, len(err.splitlines())) == (2, "", 1)
    assert sentence in err
    assert [path.name for path in tmp_path.iterdir()] == ["k.json"]
