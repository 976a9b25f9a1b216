"""Lessons in another language: a file beside a lesson changes texts and nothing else."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner

from neurosim.cli.app import app
from neurosim.core.config import load_toml
from neurosim.core.errors import ConfigError
from neurosim.core.registry import kind_names
from neurosim.lessons import Lesson, LessonRunner, load_lab, load_lesson
from neurosim.lessons.lesson import MOST_WORDS
from neurosim.lessons.lesson_texts import LessonTexts, translated

_LESSON = """
title = "Short"
question = "Is alpha there?"
minutes = 1

[[step]]
name = "look"
text = "Look."
until = { after_s = 2.0 }
remember = { name = "alpha", feature = "alpha" }

[[step]]
name = "ask"
text = "It was {alpha:.1f} uV."
question = "Which?"

    [[step.choice]]
    text = "this"
    right = true
    reply = "Yes, {alpha:.0f}."

    [[step.choice]]
    text = "that"
    reply = "Not quite."
"""

_SHIPPED = sorted(
    file.name.removesuffix(".toml")
    for file in files("neurosim.lessons.library").iterdir()
    if file.name.count(".") == 2 and file.name.endswith(".toml")
)


def _beside(folder: Path, texts: str) -> Path:
    (folder / "short.toml").write_text(_LESSON, encoding="utf-8")
    (folder / "short.de.toml").write_text(texts, encoding="utf-8")
    return folder / "short.toml"


def test_german_is_there_and_no_lesson_of_its_own() -> None:
    assert "breathing_at_resonance.de" in _SHIPPED
    assert not [name for name in kind_names("lesson") if "." in name]


@pytest.mark.parametrize("shipped", _SHIPPED)
def test_every_text_that_ships_has_its_translation_with_the_same_numbers(shipped: str) -> None:
    name, language = shipped.split(".")
    english, other = load_lesson(name), load_lesson(name, language)  # loading compares the numbers
    for ours, theirs in zip(english.step, other.step, strict=True):
        assert len(theirs.text.split()) <= MOST_WORDS
        for (place, text), (_, told) in zip(ours.texts(), theirs.texts(), strict=True):
            assert bool(text) == bool(told)
            assert not text or text != told, f"{ours.name}: {place} is not translated"
    # With the English words put back nothing is left that differs: sessions, waits and checks are the same.
    back = LessonTexts.model_validate(
        {
            "title": english.title,
            "question": english.question,
            "step": [
                {"name": s.name, **{k: v for k, v in s if k in ("text", "hint", "question", "notes")}}
                | {"choice": [{"text": c.text, "reply": c.reply} for c in s.choice]}
                for s in english.step
            ],
        }
    )
    assert translated(other, back) == english


def test_what_is_left_out_stays_english(tmp_path: Path) -> None:
    file = _beside(tmp_path, 'title = "Kurz"\n[[step]]\nname = "ask"\ntext = "Es waren {alpha:.1f} uV."\n')
    lesson = load_lesson(file, "de")
    assert (lesson.title, lesson.question) == ("Kurz", "Is alpha there?")
    runner = LessonRunner(lesson)
    runner.numbers["alpha"] = 3.21
    assert runner.fill(lesson.step[1].text) == "Es waren 3.2 uV."
    assert lesson.step[0] == load_lesson(file).step[0]
    assert load_lesson(file, "fr") == load_lesson(file)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ("seed = 2", "short.de.toml: seed: is no text; a language's file changes texts alone, here: title, question"),
        ('[[step]]\nname = "look"\ndo = []', "step[0].do: is no text"),
        ('[[step]]\nname = "ask"\nchoice = [{ text = "a", reply = "b", right = true }]', "step[0].choice[0].right: is"),
        ('[[step]]\nname = "loook"', "step[0].name: the lesson has no step 'loook'; did you mean 'look'?"),
        (
            '[[step]]\nname = "ask"\ntext = "Es waren {alpha:.0f} uV."',
            "step[0].text: must have the numbers of the English text: {alpha:.1f}; got {alpha:.0f}",
        ),
        ('[[step]]\nname = "ask"\ntext = "Viel."', "the English text: {alpha:.1f}; got none"),
        ('[[step]]\nname = "look"\nhint = "Schau."', "step[0].hint: there is no such text in English; leave it out"),
        (
            '[[step]]\nname = "ask"\nchoice = [{ text = "dies", reply = "Ja, {alpha:.0f}." }]',
            "step[0].choice: the lesson has 2 choices here, got 1; give all in their order",
        ),
        (f'[[step]]\nname = "look"\ntext = "{"Wort " * 61}"', "step[0].text: must have at most 60 words, got 61"),
    ],
)
def test_what_is_no_text_or_does_not_fit_is_refused_in_one_line(tmp_path: Path, texts: str, message: str) -> None:
    file = _beside(tmp_path, texts)
    with pytest.raises(ConfigError) as error:
        load_lesson(file, "de")
    assert message in str(error.value)
    assert len(str(error.value).splitlines()) == 1
    checked = CliRunner().invoke(app, ["check", str(tmp_path / "short.de.toml")])
    assert checked.exit_code == 2


def test_the_command_line_takes_a_language(tmp_path: Path) -> None:
    file = _beside(tmp_path, 'title = "Kurz"\n[[step]]\nname = "look"\ntext = "Schau."\n')
    said = CliRunner().invoke(app, ["lesson", str(file), "--headless", "--language", "de"])
    assert said.exit_code == 0
    assert "Kurz: Is alpha there?" in said.stdout
    assert "Schau." in said.stdout
    checked = CliRunner().invoke(app, ["check", str(tmp_path / "short.de.toml")])
    assert checked.exit_code == 0
    assert "the texts of short.toml in another language" in checked.stdout


def test_the_file_is_read_like_any_other() -> None:
    folder = files("neurosim.lessons.library")
    for shipped in _SHIPPED:
        assert isinstance(load_toml(folder / f"{shipped}.toml", LessonTexts), LessonTexts)
        assert isinstance(load_lesson(shipped.split(".")[0]), Lesson)


@pytest.mark.parametrize("name", kind_names("lab"))
def test_every_lab_has_german_words_for_all_that_it_says(name: str) -> None:
    english, german = load_lab(name), load_lab(name, "de")
    assert german.title != english.title
    assert german.text != english.text
    for ours, theirs in zip(english.part, german.part, strict=True):
        assert (ours.lesson, ours.minutes) == (theirs.lesson, theirs.minutes)
        assert ours.lesson or (ours.title != theirs.title and ours.text != theirs.text)


def test_a_labs_language_names_all_its_parts_without_a_lesson(tmp_path: Path) -> None:
    parts = '[[part]]\ntitle = "Play"\nminutes = 1\n' * 2
    (tmp_path / "mine.toml").write_text(f'title = "Mine"\n{parts}', encoding="utf-8")
    (tmp_path / "mine.de.toml").write_text('[[part]]\ntitle = "Spiel"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="2 parts of the lab have no lesson, got 1; give all in their order"):
        load_lab(tmp_path / "mine.toml", "de")
    (tmp_path / "mine.de.toml").write_text('title = "Meine"\n', encoding="utf-8")
    mine = load_lab(tmp_path / "mine.toml", "de")
    assert (mine.title, mine.part[1].title) == ("Meine", "Play")  # what is left out is English
