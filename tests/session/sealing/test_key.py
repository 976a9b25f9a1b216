"""Keys: drawn by the weights, bound by the commitment, written once, read only by their owner."""

import hashlib
import json
import os
import stat
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from neurosim.core.errors import ConfigError, OutputError
from neurosim.feedback import YokedSham
from neurosim.session import draw_key, parse_arms, read_key, write_key
from neurosim.session.sealing.key import Arm, Key

ARMS = parse_arms(["real", "shifted:shift_s=5"])
NONCE = "0123456789abcdef" * 4


def test_the_commitment_is_the_hash_of_the_canonical_text() -> None:
    key = Key(arms=ARMS, drawn=1, nonce=NONCE)
    text = (
        '{"arms":[{"name":"real","sham":null,"weight":1},'
        '{"name":"shifted:shift_s=5","sham":{"kind":"shifted","shift_s":5.0},"weight":1}],'
        f'"drawn":1,"nonce":"{NONCE}","version":1}}'
    )
    assert key.commitment == hashlib.sha256(text.encode()).hexdigest()


def test_whatever_is_changed_changes_the_commitment() -> None:
    key = Key(arms=ARMS, drawn=1, nonce=NONCE)
    others = [
        key.model_copy(update={"drawn": 0}),
        key.model_copy(update={"nonce": NONCE[::-1]}),
        key.model_copy(update={"arms": parse_arms(["real", "shifted:shift_s=6"])}),
        key.model_copy(update={"arms": parse_arms(["real", "shifted:shift_s=5"], [2, 1])}),
    ]
    assert len({key.commitment, *(other.commitment for other in others)}) == 5


def test_arms_are_drawn_by_their_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    arms = parse_arms(["real", "random", "reversed"], [3, 1, 2])
    drawn = []
    for place in range(6):
        monkeypatch.setattr("secrets.randbelow", lambda n, place=place: place if n == 6 else 1 / 0)
        drawn.append(draw_key(arms).arm.name)
    assert Counter(drawn) == {"real": 3, "random": 1, "reversed": 2}


def test_nonces_differ_and_have_256_bits() -> None:
    nonces = {draw_key(ARMS).nonce for _ in range(50)}
    assert len(nonces) == 50
    assert {len(bytes.fromhex(nonce)) for nonce in nonces} == {32}


def test_a_key_is_read_back_and_never_overwritten(tmp_path: Path) -> None:
    arms = (Arm(name="real"), Arm(name="yoked", sham=YokedSham(donors={1: 0, 3: 2})))
    key = Key(arms=arms, drawn=0, nonce=NONCE)
    write_key(key, tmp_path / "k.json")
    again = read_key(tmp_path / "k.json")
    assert again == key
    assert again.commitment == key.commitment
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "k.json").stat().st_mode) == 0o600
    with pytest.raises(OutputError, match=r"k\.json: exists already; a key is never overwritten"):
        write_key(draw_key(ARMS), tmp_path / "k.json")
    assert read_key(tmp_path / "k.json") == key
    with pytest.raises(OutputError, match="cannot be written"):
        write_key(key, tmp_path / "nowhere" / "k.json")


def test_paths_are_kept_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    arms: Any = parse_arms(["real", "replay:path=a.tsv:at_end=loop", "yoked:folder=donor"])
    assert arms[1].sham.path == str(tmp_path / "a.tsv")
    assert arms[2].sham.folder == str(tmp_path / "donor")


@pytest.mark.parametrize(
    ("names", "ratio", "sentence"),
    [
        (["real"], [], "--arms: arms: "),
        (["real", "real"], [], "an arm stands twice"),
        (["real", "shiftd"], [], "unknown sham 'shiftd'; did you mean 'shifted'?"),
        (["real", "random"], [1], "--ratio: has 1 parts for 2 arms"),
        (["real", "random"], [1, 0], "--ratio: weight: must be greater than or equal to 1, got 0"),
    ],
)
def test_arms_that_cannot_be_drawn(names: list[str], ratio: list[int], sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        draw_key(parse_arms(names, ratio))
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", '{"a": 1}', json.dumps({"nonce": "12"}), json.dumps({"nonce": NONCE, "arms": [], "drawn": 3})],
)
def test_a_file_that_is_no_key_is_told_without_its_arm(tmp_path: Path, text: str) -> None:
    (tmp_path / "k.json").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_key(tmp_path / "k.json")
    assert all(line.startswith(str(tmp_path)) for line in str(caught.value).splitlines())
    assert "drawn" not in str(caught.value) or "'drawn'" not in text
