"""A lab: a list of lessons with their minutes, and of what is done without one."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import Field, field_validator, model_validator

from neurosim.core.config import Config
from neurosim.core.errors import ConfigError, Problem, did_you_mean
from neurosim.core.registry import kind_names
from neurosim.lessons.lesson import Lesson, ShortText, Step, Until
from neurosim.lessons.lesson_texts import load_lesson
from neurosim.lessons.setting import free_play
from neurosim.lessons.translation import ENGLISH, Texts, load_translated, with_texts


class Part(Config):
    """A part of a lab: a lesson, or something to do without one."""

    minutes: float = Field(gt=0, description="how long", json_schema_extra={"unit": "min"})
    lesson: str = Field("", description="name of a lesson")
    title: str = Field("", description="what to do where there is no lesson")
    text: ShortText = Field("", description="how")

    @field_validator("lesson")
    @classmethod
    def _known(cls, lesson: str) -> str:
        if lesson and lesson not in (known := kind_names("lesson")):
            raise ValueError(f"no lesson '{lesson}'; {did_you_mean(lesson, known)}")
        return lesson

    @model_validator(mode="after")
    def _something(self) -> Self:
        if bool(self.lesson) == bool(self.title):
            raise ValueError("is one thing: give lesson, or title and text")
        return self

    def as_lesson(self, language: str = ENGLISH) -> Lesson:
        """Return the lesson in a language; where the part has none, free play for its minutes, as a lesson of one step.

        Raises
        ------
        UserError
            When something is wrong in the lesson.
        """
        if self.lesson:
            return load_lesson(self.lesson, language)
        step = Step(name="play", text=self.text, until=Until(after_s=60.0 * self.minutes))
        told = {"title": self.title, "question": self.text or self.title, "minutes": self.minutes, "step": (step,)}
        return Lesson(**told, **dict(free_play()))


class Lab(Config):
    """A lab, as one frozen value or one TOML file."""

    title: str = Field(description="what it is about")
    text: str = Field("", description="what the class should know before")
    part: tuple[Part, ...] = Field(min_length=1, description="its parts, in order")

    @property
    def minutes(self) -> float:
        """How long it takes [min]."""
        return sum(part.minutes for part in self.part)


class PartTexts(Texts):
    """What is said in a part without a lesson."""

    title: str = Field("", description="what to do")
    text: ShortText = Field("", description="how")


class LabTexts(Texts):
    """The texts of a lab in another language, as one TOML file."""

    title: str = Field("", description="what it is about")
    text: str = Field("", description="what the class should know before")
    part: tuple[PartTexts, ...] = Field((), description="the parts that have no lesson, in their order")


def load_lab(name: str | Path, language: str = ENGLISH) -> Lab:
    """Read a lab by its name or from a file, in a language, as `load_translated` does."""
    return load_translated("lab", name, language, Lab, LabTexts, _translated)


def _translated(lab: Lab, texts: LabTexts) -> Lab:
    free = [part for part in lab.part if not part.lesson]
    if texts.part and len(texts.part) != len(free):
        told = f"{len(free)} parts of the lab have no lesson, got {len(texts.part)}; give all in their order"
        raise ConfigError([Problem(("part",), told)])
    told_in = iter(texts.part or [PartTexts()] * len(free))
    parts = tuple(part if part.lesson else with_texts(part, next(told_in), "title", "text") for part in lab.part)
    return with_texts(lab, texts, "title", "text").model_copy(update={"part": parts})
