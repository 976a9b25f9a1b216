"""The form of a lesson: one TOML file, read into frozen values with all errors at once; nothing in it is executed."""

from __future__ import annotations

from collections.abc import Iterator
from string import Formatter
from typing import Annotated, Any, Self, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from neurosim.core.config import Config, refuse
from neurosim.core.errors import Problem, did_you_mean
from neurosim.core.noise import AddressedNoise
from neurosim.lessons.doing import Doing
from neurosim.lessons.quantity import Quantity, Statistic
from neurosim.lessons.rehearsal import Rehearse
from neurosim.lessons.setting import Setting
from neurosim.lessons.table import find_table, table_names
from neurosim.session.session import Session

MOST_WORDS = 60


def _one_or_several(value: Any) -> Any:
    return value if isinstance(value, (list, tuple)) else (value,)


def _few_words(text: str) -> str:
    if (n := len(text.split())) > MOST_WORDS:
        raise ValueError(f"must have at most {MOST_WORDS} words, got {n}; make two steps of it")
    return text


#: What is said at once: so much can be read while something is to be seen.
ShortText: TypeAlias = Annotated[str, AfterValidator(_few_words)]


class Choice(Config):
    """An answer that can be chosen."""

    text: str = Field(description="the answer")
    right: bool = Field(False, description="whether it is right")
    right_for: tuple[str, ...] = Field((), description="it is right where the drawn condition has one of these names")
    reply: str = Field(description="what is said to it; wrong answers get a reply too")


class Until(Quantity):
    """When a step has got where it should: after a time, or when something is seen; it always ends.

    Examples
    --------
    >>> Until(feature="alpha", above=2.0, times="open", for_s=2, at_most_s=60).ends_s
    60.0
    """

    after_s: float | None = Field(None, gt=0, description="after this time", json_schema_extra={"unit": "s"})
    above: float | None = Field(None, description="when it is above this")
    below: float | None = Field(None, description="when it is below this")
    times: str = Field("", description="that many times this remembered number")
    for_s: float = Field(0.0, ge=0, description="for so long without a break", json_schema_extra={"unit": "s"})
    command: str = Field("", description="when somebody has given this command, such as `event`")
    at_most_s: float | None = Field(
        None, gt=0, description="the step then offers to go on all the same", json_schema_extra={"unit": "s"}
    )

    @model_validator(mode="after")
    def _ends(self) -> Self:
        looks = self.above is not None or self.below is not None
        if (self.after_s is not None) + looks + bool(self.command) != 1:
            raise ValueError("waits for one thing: give after_s, a quantity with above or below, or a command")
        if looks and not self.named:
            raise ValueError("above and below need a quantity: feature, stream or of")
        if self.after_s is None and self.at_most_s is None:
            raise ValueError("a wait must end: give at_most_s")
        return self

    @property
    def ends_s(self) -> float:
        """After how long it ends in any case [s]."""
        return self.after_s or self.at_most_s or 0.0


class Remember(Quantity):
    """A number that is measured in a step, or read from a table; later texts may name it."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="how texts and `expect` call it")
    statistic: Statistic = Field("mean", description="what is made of the values")
    over_s: float | None = Field(
        None, gt=0, description="how far back from the end of the step; the whole of it by default",
        json_schema_extra={"unit": "s"},
    )  # fmt: skip
    column: str = Field("", description="instead: a column of the lesson's table")
    where: dict[str, str | float] = Field({}, description="the row of the table, by what stands in other columns")
    scale: float = Field(1.0, description="the number is multiplied by this, such as 100 for per cent")
    unit: str = Field("", description="of the number, where that of what is looked at is not it, as of a column")

    @model_validator(mode="after")
    def _looks_at_something(self) -> Self:
        if self.named + bool(self.column) != 1:
            raise ValueError("remembers one thing: give feature, stream, of, or a column of the lesson's table")
        return self

    def number_unit(self, session: Session) -> str:
        """Return the unit of the number: its own, or that of what is looked at."""
        if self.unit or self.column:
            return self.unit
        unit = self.measured_in(session)
        if self.statistic == "rate_per_min":
            return f"{unit}/min"
        return "%" if (unit, self.scale) == ("1", 100.0) else unit


class Expect(Config):
    """What must be true of a remembered number; else the lesson tells something that the simulation does not do."""

    name: str = Field(description="a remembered number")
    at_least: float | None = Field(None, description="lower limit")
    at_most: float | None = Field(None, description="upper limit")
    times: str = Field("", description="limits are that many times this remembered number")

    @model_validator(mode="after")
    def _expects_something(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("needs at_least or at_most")
        return self

    def failure(self, numbers: dict[str, float]) -> str:
        """Return in words how numbers are not as expected; empty when they are."""
        found, unit = numbers[self.name], numbers[self.times] if self.times else 1.0
        low = None if self.at_least is None else self.at_least * unit
        high = None if self.at_most is None else self.at_most * unit
        if (low is None or found >= low) and (high is None or found <= high):
            return ""
        limits = [f"at least {low:.4g}"] if low is not None else []
        limits += [f"at most {high:.4g}"] if high is not None else []
        return f"{self.name} is {found:.4g}, and {' and '.join(limits)} was expected"


class Plot(Config):
    """How the lesson's table is drawn."""

    x: str = Field(description="the column along the axis")
    x_label: str = Field(description="with its unit")
    y: dict[str, str] = Field(min_length=1, max_length=2, description="columns, each with its name in the legend")
    y_label: str = Field(description="with its unit")
    error: str = Field("", description="the column of standard errors or half intervals of the first curve")
    title: str = Field(description="a plain sentence")


class Condition(Config):
    """One of several settings whose order the seed draws."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="lower case, no spaces")
    title: str = Field(description="what it is, for the answer")
    setting: Setting = Field(description="what is different from the lesson")


class Step(Config):
    """A step: something is said, shown, asked or done, and then waited for."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="lower case, no spaces")
    text: ShortText = Field(
        description=f"Markdown, at most {MOST_WORDS} words; `{{name:.0f}}` is a number remembered before"
    )
    look: tuple[str, ...] = Field((), description="features and streams to look at")
    stage: tuple[str, ...] = Field((), max_length=2, description="the one or two of them that the room sees")
    begin: Setting | None = Field(None, description="begin another session: what is different from the lesson")
    drawn: int | None = Field(None, ge=1, description="begin the condition that was drawn for this place")
    do: tuple[Doing, ...] = Field((), description="commands that are given when the step begins")
    until: Until | None = Field(None, description="what is waited for; left out, the reader goes on")
    hint: str = Field("", description="what helps those who wait")
    hint_after_s: float = Field(30.0, gt=0, description="when it comes", json_schema_extra={"unit": "s"})
    question: str = Field("", description="asked before the thing is shown")
    choice: tuple[Choice, ...] = Field((), description="what can be answered")
    remember: Annotated[tuple[Remember, ...], BeforeValidator(_one_or_several)] = Field(
        (), description="numbers that are measured in this step"
    )
    expect: Annotated[tuple[Expect, ...], BeforeValidator(_one_or_several)] = Field(
        (), description="what must be true when it ends"
    )
    rehearse: Rehearse = Field(Rehearse(), description="what a scripted person does, so that `until` is met")
    notes: str = Field("", description="for the presenter alone")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.question) != bool(self.choice):
            raise ValueError("a question needs choices, and choices need a question")
        if self.choice and not any(choice.right or choice.right_for for choice in self.choice):
            raise ValueError("none of the choices is right; say `right = true` in one")
        if self.begin is not None and self.drawn is not None:
            raise ValueError("begins one session: give begin or drawn")
        return self

    def texts(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Go through everything that is said, each with its place."""
        for key in ("text", "hint", "question", "notes"):
            yield (key,), getattr(self, key)
        for i, choice in enumerate(self.choice):
            yield ("choice", i, "text"), choice.text
            yield ("choice", i, "reply"), choice.reply


class Lesson(Setting):
    """A lesson: a question, a session, and steps that lead through it."""

    title: str = Field(description="what it is about")
    question: str = Field(description="the question that it answers")
    minutes: float = Field(gt=0, description="how long it takes", json_schema_extra={"unit": "min"})
    sources: tuple[str, ...] = Field((), description="DOIs of what it tells")
    table: str = Field("", description="a course that was computed beforehand")
    plot: Plot | None = Field(None, description="how the table is drawn")
    condition: tuple[Condition, ...] = Field((), description="settings whose order the seed draws")
    step: tuple[Step, ...] = Field(min_length=1, description="the steps")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        refuse([*self._wrong_steps(), *self._wrong_table()])
        return self

    def _wrong_steps(self) -> Iterator[Problem]:
        known = {f"drawn_{i + 1}" for i in range(len(self.condition))}
        seen: set[str] = set()
        for i, step in enumerate(self.step):
            if step.name in seen:
                yield Problem(("step", i, "name"), f"the name '{step.name}' stands twice; names must differ")
            seen.add(step.name)
            if step.drawn is not None and step.drawn > len(self.condition):
                yield Problem(("step", i, "drawn"), f"there are {len(self.condition)} conditions, got {step.drawn}")
            names = {condition.name for condition in self.condition}
            for k, choice in enumerate(step.choice):
                for name in set(choice.right_for) - names:
                    yield Problem(
                        ("step", i, "choice", k, "right_for"), f"no condition '{name}'; {did_you_mean(name, names)}"
                    )
            for place, text in step.texts():
                for message in _wrong_names(text, known):
                    yield Problem(("step", i, *place), message)
            if step.until is not None and step.until.times and step.until.times not in known:
                yield Problem(("step", i, "until", "times"), _unknown(step.until.times, known))
            known |= {remember.name for remember in step.remember}
            for k, expect in enumerate(step.expect):
                for key in ("name", "times"):
                    if (name := getattr(expect, key)) and name not in known:
                        yield Problem(("step", i, "expect", k, key), _unknown(name, known))

    def _wrong_table(self) -> Iterator[Problem]:
        if not self.table:
            for i, step in enumerate(self.step):
                if any(remember.column for remember in step.remember):
                    yield Problem(("step", i, "remember"), "reads a column, and the lesson has no table")
        elif self.table not in table_names():
            yield Problem(("table",), f"no table '{self.table}'; {did_you_mean(self.table, table_names())}")
        else:
            table = find_table(self.table)
            if self.plot is not None:
                for name in filter(None, (self.plot.x, *self.plot.y, self.plot.error)):
                    if name not in table.rows[0]:
                        yield Problem(
                            ("plot",), f"the table has no column '{name}'; {did_you_mean(name, table.rows[0])}"
                        )
            for i, step in enumerate(self.step):
                for k, remember in enumerate(step.remember):
                    if remember.column and (wrong := table.problem(remember.column, remember.where)):
                        yield Problem(("step", i, "remember", k), wrong)

    @property
    def order(self) -> tuple[Condition, ...]:
        """The conditions in the order that the seed draws."""
        if not self.condition:
            return ()
        names = [f"condition {i}" for i in range(len(self.condition))]
        draws = AddressedNoise(self.seed, "lesson/order", (0,), names).uniform(0)
        return tuple(self.condition[i] for i in draws.reshape(-1)[: len(names)].argsort().tolist())

    def drawn(self, number: int) -> Condition | None:
        """Return the condition that a step is in, if it is in one."""
        for step in reversed(self.step[: number + 1]):
            if step.begin is not None:
                return None
            if step.drawn is not None:
                return self.order[step.drawn - 1]
        return None

    def is_right(self, number: int, choice: Choice) -> bool:
        """Return whether an answer is right in a step; it may depend on what the seed has drawn."""
        condition = self.drawn(number)
        return choice.right or (condition is not None and condition.name in choice.right_for)

    def looks(self, number: int) -> tuple[str, ...]:
        """Return what is looked at in a step; one that says nothing goes on with what was looked at before."""
        return next((step.look for step in reversed(self.step[: number + 1]) if step.look), ())

    def staged(self, number: int) -> tuple[str, ...]:
        """Return what the room sees in a step, in the same way."""
        return next((step.stage for step in reversed(self.step[: number + 1]) if step.stage), ())

    def setting(self, number: int) -> Setting:
        """Return what the session of a step is made of."""
        base = Setting(**{name: getattr(self, name) for name in Setting.model_fields})
        for step in reversed(self.step[: number + 1]):
            if step.begin is not None:
                return base.changed(step.begin)
            if step.drawn is not None:
                return base.changed(self.order[step.drawn - 1].setting)
        return base


def _wrong_names(text: str, known: set[str]) -> Iterator[str]:
    try:
        names = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError as error:
        yield f"braces: {error}; double those that are no number"
        return
    for name in names:
        if name not in known:
            yield _unknown(name, known)


def _unknown(name: str, known: set[str]) -> str:
    return f"nothing called '{name}' is remembered before; {did_you_mean(name, known)}"
