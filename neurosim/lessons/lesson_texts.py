"""A lesson in another language: its texts by step, with the same numbers as the English ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from pydantic import Field

from neurosim.core.errors import ConfigError, Loc, Problem, did_you_mean
from neurosim.lessons.lesson import Choice, Lesson, ShortText, Step
from neurosim.lessons.translation import ENGLISH, Texts, load_translated, with_texts


class PlotTexts(Texts):
    """What stands at the plot of the table."""

    title: str = Field("", description="a plain sentence")
    x_label: str = Field("", description="with its unit")
    y_label: str = Field("", description="with its unit")
    y: dict[str, str] = Field({}, description="names in the legend, by column")


class ConditionTexts(Texts):
    """What a condition is called in the answer."""

    name: str = Field(description="which condition")
    title: str = Field(description="what it is")


class ChoiceTexts(Texts):
    """An answer that can be chosen, and what is said to it."""

    text: str = Field(description="the answer")
    reply: str = Field(description="what is said to it")


class StepTexts(Texts):
    """What a step says; what is left out stays English."""

    name: str = Field(description="which step")
    text: ShortText = Field("", description="Markdown, with the same numbers as the English text")
    hint: str = Field("", description="what helps those who wait")
    question: str = Field("", description="asked before the thing is shown")
    choice: tuple[ChoiceTexts, ...] = Field((), description="all choices, in the same order")
    notes: str = Field("", description="for the presenter alone")


class LessonTexts(Texts):
    """The texts of a lesson in another language, as one TOML file."""

    title: str = Field("", description="what it is about")
    question: str = Field("", description="the question that it answers")
    plot: PlotTexts = Field(PlotTexts(), description="what stands at the plot")
    condition: tuple[ConditionTexts, ...] = Field((), description="what conditions are called")
    step: tuple[StepTexts, ...] = Field((), description="what steps say")


def load_lesson(name: str | Path, language: str = ENGLISH) -> Lesson:
    """Read a lesson by its name or from a file, in a language, as `load_translated` does."""
    return load_translated("lesson", name, language, Lesson, LessonTexts, translated)


def translated(lesson: Lesson, texts: LessonTexts) -> Lesson:
    """Return a lesson with other texts.

    Raises
    ------
    ConfigError
        With everything in which they do not fit it.
    """
    if problems := list(_problems(lesson, texts)):
        raise ConfigError(problems)
    by_step = {told.name: told for told in texts.step}
    by_condition = {told.name: told for told in texts.condition}
    plot = lesson.plot
    if plot is not None:
        plot = with_texts(plot, texts.plot, "title", "x_label", "y_label").model_copy(
            update={"y": plot.y | texts.plot.y}
        )
    conditions = (with_texts(c, by_condition.get(c.name), "title") for c in lesson.condition)
    update = {
        "plot": plot,
        "condition": tuple(conditions),
        "step": tuple(_translated_step(step, by_step.get(step.name)) for step in lesson.step),
    }
    return with_texts(lesson, texts, "title", "question").model_copy(update=update)


def _translated_step(step: Step, texts: StepTexts | None) -> Step:
    if texts is None or not texts.choice:
        return with_texts(step, texts, "text", "hint", "question", "notes")
    choices = tuple(with_texts(c, t, "text", "reply") for c, t in zip(step.choice, texts.choice, strict=True))
    return with_texts(step, texts, "text", "hint", "question", "notes").model_copy(update={"choice": choices})


def _problems(lesson: Lesson, texts: LessonTexts) -> Iterator[Problem]:
    """Go through what does not fit the lesson."""
    plot = {} if lesson.plot is None else lesson.plot.y
    for column in texts.plot.y.keys() - plot.keys():
        yield Problem(("plot", "y", column), f"the plot has no such column; {did_you_mean(column, plot)}")
    conditions = [condition.name for condition in lesson.condition]
    for i, condition in enumerate(texts.condition):
        if condition.name not in conditions:
            yield Problem(("condition", i, "name"), _unknown("condition", condition.name, conditions))
    steps = {step.name: step for step in lesson.step}
    for i, told in enumerate(texts.step):
        if told.name not in steps:
            yield Problem(("step", i, "name"), _unknown("step", told.name, list(steps)))
        else:
            yield from (Problem(("step", i, *p.loc), p.message) for p in _step_problems(steps[told.name], told))


def _step_problems(step: Step, texts: StepTexts) -> Iterator[Problem]:
    for name in ("text", "hint", "question", "notes"):
        yield from _same_numbers((name,), getattr(step, name), getattr(texts, name))
    if texts.choice and len(texts.choice) != len(step.choice):
        n = len(step.choice)
        yield Problem(("choice",), f"the lesson has {n} choices here, got {len(texts.choice)}; give all in their order")
        return
    pairs: zip[tuple[Choice, ChoiceTexts]] = zip(step.choice, texts.choice, strict=False)
    for i, (choice, told) in enumerate(pairs):
        for name in ("text", "reply"):
            yield from _same_numbers(("choice", i, name), getattr(choice, name), getattr(told, name))


def _same_numbers(place: Loc, english: str, other: str) -> Iterator[Problem]:
    """Tell where a text does not have the numbers of the English one, written as there."""
    if not other:
        return
    if not english:
        yield Problem(place, "there is no such text in English; leave it out")
        return
    wanted, got = _numbers(english), _numbers(other)
    if got != wanted:
        told, found = (", ".join(sorted(numbers)) or "none" for numbers in (wanted, got))
        yield Problem(place, f"must have the numbers of the English text: {told}; got {found}")


def _numbers(text: str) -> set[str]:
    try:
        found = [(name, spec) for _, name, spec, _ in Formatter().parse(text) if name is not None]
    except ValueError as error:
        return {f"braces: {error}"}
    return {f"{{{name}:{spec}}}" if spec else f"{{{name}}}" for name, spec in found}


def _unknown(what: str, name: str, known: list[str]) -> str:
    return f"the lesson has no {what} '{name}'; {did_you_mean(name, known)}"
