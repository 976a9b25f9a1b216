"""The reveal: the key must fit, the rule decides again as it did, and what was shown stands beside it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neurosim.cli.app import app
from neurosim.core.dataset import find_session
from neurosim.core.errors import UserError
from neurosim.feedback import YokedSham
from neurosim.session import blinding_indices, read_session, reveal_session
from neurosim.session.sealing.guess import Guesses, write_guesses
from neurosim.session.sealing.reveal import MATCHED_WITHIN, Revealed


@pytest.fixture
def sealed(clinic: Any, tmp_path: Path) -> Path:
    """Return the folder of a session with reversed feedback; the key is beside it."""
    clinic.seal(tmp_path / "k.json", "reversed")
    clinic.play(blind=tmp_path / "k.json", out=tmp_path / "s")
    return tmp_path / "s"


# The noise of random and phase-randomised shams comes from the key: they have no twin without one.
@pytest.mark.parametrize("number", [0, 2, 3, 5, 6])
def test_the_contingent_reward_comes_out_as_the_engine_had_it(clinic: Any, tmp_path: Path, number: int) -> None:
    drawn = clinic.shams[number]
    key = clinic.seal(tmp_path / "k.json", drawn)
    clinic.play(blind=tmp_path / "k.json", out=tmp_path / "s")
    open_session = clinic.play(sham=key.arm.sham)
    revealed = reveal_session(tmp_path / "s", [tmp_path / "k.json"])
    table, memory = read_session(tmp_path / "s").features, open_session.memory
    for name in ("met", "reward", "shown"):
        np.testing.assert_array_equal(table[name], memory.column(name))
    np.testing.assert_array_equal(table["earned"], clinic.play().memory.column("shown"))
    assert revealed.reward_rate == pytest.approx(open_session.reward_rate, abs=1e-12)
    assert revealed.shown_rate == pytest.approx(open_session.shown_rate, abs=1e-12)
    assert (revealed.agreement == 1.0) == (drawn == "real")
    assert revealed.matched == (abs(revealed.shown_rate - revealed.earned_rate) <= MATCHED_WITHIN)
    assert revealed.sham == (None if key.arm.sham is None else key.arm.sham.kind)


def test_rates_that_do_not_match_are_told(sealed: Path) -> None:
    revealed = reveal_session(sealed, [sealed.parent / "k.json"])
    assert revealed.earned_rate == revealed.reward_rate > 0.2
    # Where the signal is trusted, either the one is on or the other; elsewhere neither, and so they agree.
    assert revealed.agreement == pytest.approx(1.0 - revealed.earned_rate - revealed.shown_rate, abs=1e-12)
    assert not revealed.matched
    assert (
        json.loads((find_session(sealed).results / "revealed.json").read_text(encoding="utf-8")) == revealed.summary()
    )


def test_a_session_that_was_ended_early_is_revealed_too(clinic: Any, tmp_path: Path) -> None:
    clinic.seal(tmp_path / "k.json", "real")
    left = iter(range(700))
    clinic.play(blind=tmp_path / "k.json", out=tmp_path / "s", stop=lambda: next(left, None) is None)
    revealed = reveal_session(tmp_path / "s", [tmp_path / "k.json"])
    assert len(read_session(tmp_path / "s").features) == 700
    assert revealed.agreement == 1.0


def test_the_key_that_fits_is_found_among_several(clinic: Any, sealed: Path) -> None:
    clinic.seal(sealed.parent / "other.json", "random")
    keys = [sealed.parent / "other.json", sealed.parent / "k.json"]
    assert reveal_session(sealed, keys).arm == "reversed"
    with pytest.raises(UserError, match="s: the key does not fit its commitment"):
        reveal_session(sealed, keys[:1])


def _changed(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_key_with_another_arm_does_not_fit(sealed: Path) -> None:
    _changed(sealed.parent / "k.json", '"drawn": 2', '"drawn": 0')
    with pytest.raises(UserError, match="the key does not fit its commitment: it is another session's, or was changed"):
        reveal_session(sealed, [sealed.parent / "k.json"])
    assert not (find_session(sealed).results / "revealed.tsv").exists()


def test_changed_features_are_found_out(sealed: Path) -> None:
    stem = find_session(sealed).stem_of("feedback")
    table = stem.with_name(f"{stem.name}.tsv.gz")
    header = json.loads(stem.with_name(f"{stem.name}.json").read_text(encoding="utf-8"))["Columns"]
    rows = [line.split("\t") for line in gzip.decompress(table.read_bytes()).decode().splitlines()]
    feature, threshold, valid = header.index("alpha"), header.index("threshold_alpha"), header.index("valid")
    met = [r[valid] == "1" and r[1] == "again" and float(r[feature]) > float(r[threshold]) for r in rows]

    def written(line: int, column: int, text: str) -> None:
        changed = [list(row) for row in rows]
        changed[line][column] = text
        table.write_bytes(gzip.compress(("\n".join(map("\t".join, changed)) + "\n").encode()))

    written(len(met) - met[::-1].index(True) - 1, feature, "0.0")
    with pytest.raises(UserError, match=r"what is earned does not come out as the engine had it|threshold does not"):
        reveal_session(sealed, [sealed.parent / "k.json"])
    written(len(rows) - 5, threshold, "12.5")
    with pytest.raises(UserError, match=r"tick \d+: the threshold does not come out as recorded"):
        reveal_session(sealed, [sealed.parent / "k.json"])


@pytest.mark.parametrize("name", ["../k.s.shown.tsv", "/etc/passwd", "k.json", "a/b.shown.tsv"])
def test_the_record_is_a_name_beside_the_key(sealed: Path, name: str) -> None:
    _changed(find_session(sealed).facts, '"k.s.shown.tsv"', json.dumps(name))
    with pytest.raises(UserError, match=r"the record in session\.json must be the name of a \.shown\.tsv file"):
        reveal_session(sealed, [sealed.parent / "k.json"])


def test_records_that_are_missing_or_of_another_session(sealed: Path) -> None:
    record = sealed.parent / "k.s.shown.tsv"
    whole = record.read_text(encoding="utf-8")
    record.write_text("onset\twhat\n0\t1\n", encoding="utf-8")
    with pytest.raises(UserError, match="is not what the engine wrote"):
        reveal_session(sealed, [sealed.parent / "k.json"])
    record.write_text(whole, encoding="utf-8")
    _changed(record, "\n0.015625\t", "\n0.0157\t")
    with pytest.raises(UserError, match="its times are not those of the session"):
        reveal_session(sealed, [sealed.parent / "k.json"])
    record.unlink()
    with pytest.raises(UserError, match=r"k\.s\.shown\.tsv: no such file"):
        reveal_session(sealed, [sealed.parent / "k.json"])


def test_what_was_never_sealed(clinic: Any, tmp_path: Path) -> None:
    clinic.seal(tmp_path / "k.json", "real")
    for folder, sentence in ((clinic.folder / "donor", "is not sealed"), (tmp_path, "is no session folder")):
        with pytest.raises(UserError, match=sentence):
            reveal_session(folder, [tmp_path / "k.json"])


def test_a_sealed_donor_waits_for_the_reveal(clinic: Any, sealed: Path, tmp_path: Path) -> None:
    def prepare(folder: Path) -> None:
        clinic.play(sham=YokedSham(folder=str(folder)))

    with pytest.raises(UserError, match="is sealed; a donor must be known to have had real feedback"):
        prepare(sealed)
    reveal_session(sealed, [tmp_path / "k.json"])
    with pytest.raises(UserError, match="had a sham"):
        prepare(sealed)
    clinic.seal(tmp_path / "real.json", "real")
    clinic.play(blind=tmp_path / "real.json", out=tmp_path / "r")
    reveal_session(tmp_path / "r", [tmp_path / "real.json"])
    np.testing.assert_array_equal(
        clinic.play(sham=YokedSham(folder=str(tmp_path / "r"))).memory.column("shown"),
        clinic.play().memory.column("shown"),
    )


def _guessed(sham: str | None, participant: Any, operator: Any = None) -> Revealed:
    return Revealed(
        "f", sham or "real", sham, "", 0.5, 0.5, 0.5, 1.0, Guesses(participant=participant, operator=operator)
    )


def test_indices_are_those_of_the_guesses() -> None:
    # The participants of CRISP (Bang et al. 2004, table 7).
    told = {("real", None): 82, ("sham", None): 25, ("unknown", None): 170,
            ("real", "random"): 27, ("sham", "random"): 29, ("unknown", "random"): 83}  # fmt: skip
    revealed = [_guessed(sham, guess) for (guess, sham), n in told.items() for _ in range(n)]
    indices = blinding_indices([*revealed, _guessed(None, None, "sham")], "participant")
    assert indices["bang, real"].value == pytest.approx((82 - 25) / 277)
    assert indices["bang, sham"].value == pytest.approx((29 - 27) / 139)
    assert indices["james"].n == 416
    assert blinding_indices([_guessed(None, None, "sham")], "operator")["bang, real"].value == -1.0


def test_reveal_of_several_on_the_command_line(
    clinic: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    drawn = {"a": "real", "b": "reversed", "c": "real", "d": "reversed"}
    for name, arm in drawn.items():
        clinic.seal(tmp_path / f"{name}.json", arm)
        clinic.play(blind=f"{name}.json", out=name)
        write_guesses(Path(name), Guesses(participant="real", operator="unknown"))
    words = [*drawn, *(w for name in drawn for w in ("--key", f"{name}.json"))]
    with pytest.raises(SystemExit):
        app(["reveal", *words, "--json"])
    said = capsys.readouterr()
    data = json.loads(said.out)
    assert [s["arm"] for s in data["sessions"]] == list(drawn.values())
    assert data["blinding"]["participant"]["james"]["value"] == pytest.approx(0.5)
    assert data["blinding"]["operator"]["james"]["value"] == 1.0
    with pytest.raises(SystemExit):
        app(["reveal", *words])
    text = capsys.readouterr().out
    assert "participant, bang, sham: -1.00" in text
    assert "not medical advice" in text


def test_seal_prints_the_commitment_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from neurosim.session import read_key

    monkeypatch.chdir(tmp_path)

    def seal(*words: str) -> tuple[Any, str, str]:
        with pytest.raises(SystemExit) as left:
            app(["seal", *words])
        said = capsys.readouterr()
        return left.value.code, said.out, said.err

    status, out, err = seal("--arms", "real, random", "--ratio", "2:1", "--out", "k.json")
    assert (status, err) == (0, "")
    assert out == read_key(tmp_path / "k.json").commitment + "\n"
    for words, sentence in (
        (("--arms", "real,random"), "k.json: exists already; a key is never overwritten"),
        (("--arms", "real,randm"), "unknown sham 'randm'; did you mean 'random'?"),
        (("--arms", "real,yoked"), "one subject has no donor; name a recorded session with `folder`"),
        (("--arms", "real,random", "--ratio", "a"), "--ratio: must be whole numbers such as 2:1, got 'a'"),
    ):
        status, out, err = seal(*words, "--out", "k.json")
        assert (status, out, len(err.splitlines())) == (2, "", 1)
        assert sentence in err
