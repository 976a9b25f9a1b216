"""``neurosim lesson``: a lesson in the window, or without one, where it is checked."""

from __future__ import annotations

from pathlib import Path

from neurosim.cli.console import make_console
from neurosim.core.errors import UserError


def take_lessons(names: list[str], sheet: Path | None, instructor: bool, language: str) -> bool:
    """Take lessons without a window, in a language, and print what they tell; returns whether all they tell is so.

    Raises
    ------
    UserError
        For what cannot be used or written.
    """
    from neurosim.lessons import LessonRunner, Taken, load_lesson, rehearse, write_sheet
    from neurosim.lessons.sheet_words import sheet_words

    console, words = make_console(), sheet_words(language)

    def tell(taken: Taken) -> None:
        console.print(f"\n{taken.step.name.replace('_', ' ')} ({taken.seconds:.0f} s)", style="bold")
        console.print(taken.text)
        if taken.step.question:
            console.print(f"{taken.step.question} {taken.answer.text if taken.answer else ''}")
        for name, value in taken.numbers.items():
            console.print(f"    {name} = {words.number(value, taken.units[name])}")
        for failure in taken.failures:
            console.print(f"    NOT SO: {failure}", style="bold red")

    runners: list[LessonRunner] = []
    for name in names:
        lesson = load_lesson(name, language)
        console.print(f"{lesson.title}: {lesson.question}", style="bold")
        runners.append(rehearse(lesson, tell))
    if sheet is not None:
        write_sheet(sheet, runners, instructor=instructor, language=language)
        console.print(f"\nThe sheet is {sheet}")
    failures = [failure for runner in runners for failure in runner.failures]
    console.print("\nSimulation of group averages, not medical advice.")
    if failures:
        console.print(f"{len(failures)} of the things told are not so.", style="bold red")
    return not failures


def lessons_of_lab(name: str) -> list[str]:
    """Return the lessons of a lab.

    Raises
    ------
    UserError
        When there is no such lab, or no lesson in it.
    """
    from neurosim.lessons import load_lab

    lessons = [part.lesson for part in load_lab(name).part if part.lesson]
    if not lessons:
        raise UserError("has no lesson", name)
    return lessons
