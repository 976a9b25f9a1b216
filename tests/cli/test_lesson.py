"""``neurosim lesson`` and ``lab``, as a user types them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from neurosim.cli.app import app

_LESSON = """
title = "Short"
question = "Is alpha there?"
minutes = 1
actor = "nobody"
blocks = [{{ name = "rest", kind = "baseline", duration_s = 60.0 }}]

[[step]]
name = "look"
text = "Look."
until = {{ after_s = 3.0 }}
remember = {{ name = "alpha", feature = "alpha" }}
expect = {{ name = "alpha", at_least = {least} }}

[[step]]
name = "end"
text = "It was {{alpha:.1f}} µV."
"""


def _take(folder: Path, least: float, *words: str) -> tuple[int, str]:
    file = folder / "short.toml"
    file.write_text(_LESSON.format(least=least), encoding="utf-8")
    done = CliRunner().invoke(app, ["lesson", str(file), "--headless", *words])
    return done.exit_code, done.output


def test_a_lesson_prints_what_it_told_and_its_numbers(tmp_path: Path) -> None:
    status, output = _take(tmp_path, 0.1, "--sheet", str(tmp_path / "sheet.html"))
    assert status == 0
    assert "alpha = " in output
    assert "It was " in output
    assert "not medical advice" in output
    assert (tmp_path / "sheet.html").stat().st_size > 1000


def test_what_is_not_so_is_status_1(tmp_path: Path) -> None:
    status, output = _take(tmp_path, 1000.0)
    assert status == 1
    assert "NOT SO: alpha is" in output


@pytest.mark.parametrize(("kind", "name"), [("lessons", "breathing_at_resonance"), ("labs", "first_lab")])
def test_lessons_and_labs_are_listed(kind: str, name: str) -> None:
    done = CliRunner().invoke(app, ["list", kind])
    assert done.exit_code == 0
    assert name in done.output
    assert "min)" in done.output


def test_a_lesson_can_be_checked(tmp_path: Path) -> None:
    file = tmp_path / "short.toml"
    file.write_text(_LESSON.format(least=0.1), encoding="utf-8")
    done = CliRunner().invoke(app, ["check", str(file)])
    assert (done.exit_code, done.output) == (0, "short.toml: ok, a lesson\n")


_LAB = """
title = "Mine"

[[part]]
minutes = 5
title = "Play"
text = "Blink."
"""


def test_a_lab_is_checked_in_each_language_beside_it(tmp_path: Path) -> None:
    file, german, french = (tmp_path / f"mine{language}.toml" for language in ("", ".de", ".fr"))
    file.write_text(_LAB, encoding="utf-8")
    german.write_text('title = "Meines"\n[[part]]\ntitle = "Spiel"\n', encoding="utf-8")
    (tmp_path / "mine.draft.toml").write_text(_LAB, encoding="utf-8")  # no language
    told = "mine.de.toml: ok, the texts of mine.toml in another language\n"
    done = CliRunner().invoke(app, ["check", str(file)])
    assert (done.exit_code, done.output) == (0, f"mine.toml: ok, a lab\n{told}")
    done = CliRunner().invoke(app, ["check", str(german)])
    assert (done.exit_code, done.output) == (0, told)
    german.write_text('[[part]]\ntittle = "Spiel"\n', encoding="utf-8")
    french.write_text(f'[[part]]\ntext = "{"mot " * 61}"\n', encoding="utf-8")
    wrong = [
        "mine.de.toml: part[0].tittle: is no text; a language's file changes texts alone, here: title, text",
        "mine.fr.toml: part[0].text: must have at most 60 words, got 61; make two steps of it",
    ]
    done = CliRunner().invoke(app, ["check", str(file)])
    assert (done.exit_code, done.output.splitlines()) == (2, [f"neurosim: {line}" for line in wrong])
    done = CliRunner().invoke(app, ["check", str(german)])
    assert (done.exit_code, done.output.splitlines()) == (2, [f"neurosim: {wrong[0]}"])


def test_a_lesson_is_checked_in_each_language_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "short.toml"
    file.write_text(_LESSON.format(least=0.1), encoding="utf-8")
    (tmp_path / "short.de.toml").write_text('[[step]]\nname = "loook"\n', encoding="utf-8")
    done = CliRunner().invoke(app, ["check", str(file)])
    assert done.exit_code == 2
    assert "short.de.toml: step[0].name: the lesson has no step 'loook'; did you mean 'look'?" in done.output


def test_an_unknown_lesson_is_one_clear_line() -> None:
    done = CliRunner().invoke(app, ["lesson", "breathing_at_resonanse", "--headless"])
    assert done.exit_code == 2
    assert "did you mean 'breathing_at_resonance'?" in done.output


def test_a_subject_is_hidden_and_revealed(tmp_path: Path) -> None:
    key = tmp_path / "key"
    hidden = CliRunner().invoke(app, ["hide-subject", str(key), "--number", "1"])
    assert hidden.exit_code == 0
    revealed = CliRunner().invoke(app, ["reveal-subject", str(key)])
    assert revealed.output == f"{key}: A child with raised theta/beta\n"
