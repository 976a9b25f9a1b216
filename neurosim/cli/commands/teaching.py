"""Lessons, labs, and a subject that a class has to find out about."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from neurosim.cli.options import Language

commands = typer.Typer()


@commands.command()
def lesson(
    name: Annotated[str, typer.Argument(help="Name (see `list lessons`) or TOML file.")],
    headless: Annotated[bool, typer.Option("--headless", help="Without a window, by a scripted person.")] = False,
    sheet: Annotated[Path | None, typer.Option(help="Write the sheet, one HTML file (headless).")] = None,
    instructor: Annotated[bool, typer.Option("--instructor", help="With answers, notes and timing.")] = False,
    language: Language = None,
) -> None:
    """Take a lesson in the window; headless, check everything it tells (status 1 when something is not so)."""
    from neurosim.cli.lesson import take_lessons

    if headless:
        raise typer.Exit(0 if take_lessons([name], sheet, instructor, language or "en") else 1)
    from neurosim.cli.window import open_window

    open_window(lesson=name, speed="1", theme=None, size=None, language=language)


@commands.command()
def lab(
    name: Annotated[str, typer.Argument(help="Name (see `list labs`) or TOML file.")] = "first_lab",
    sheet: Annotated[Path | None, typer.Option(help="Write the sheet of all its lessons, one HTML file.")] = None,
    instructor: Annotated[bool, typer.Option("--instructor", help="With answers, notes and timing.")] = False,
    language: Language = None,
) -> None:
    """Take all lessons of a lab by a scripted person, and write the sheet: what an instructor does beforehand."""
    from neurosim.cli.lesson import lessons_of_lab, take_lessons

    raise typer.Exit(0 if take_lessons(lessons_of_lab(name), sheet, instructor, language or "en") else 1)


@commands.command("hide-subject")
def hide_subject(
    key: Annotated[Path, typer.Argument(help="File of the key; must be new.")],
    number: Annotated[int | None, typer.Option(min=0, help="This one of the candidates; drawn by default.")] = None,
) -> None:
    """Draw a subject for a class to find out about; `live --subject-key` shows it, `reveal-subject` tells."""
    from neurosim.lessons.hidden_subject import CANDIDATES, draw_subject

    draw_subject(key, number)
    print(f"{key}: one of {len(CANDIDATES)} subjects. Next: neurosim live --subject-key {key}")
    for i, candidate in enumerate(CANDIDATES):
        print(f"    {i}  {candidate.title}")


@commands.command("reveal-subject")
def reveal_subject(key: Annotated[Path, typer.Argument(help="Key from `hide-subject`.")]) -> None:
    """Tell which subject a key stands for."""
    from neurosim.lessons.hidden_subject import read_subject_key

    print(f"{key}: {read_subject_key(key).drawn.title}")
