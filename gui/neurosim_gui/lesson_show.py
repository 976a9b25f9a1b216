"""What a lesson's step shows: panels of the Console, plots and question of the Stage; notes never."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from neurosim.core.errors import ConfigError
from neurosim_gui.texts import text

if TYPE_CHECKING:
    from neurosim.lessons import LessonRunner
    from neurosim.session.session import Session
    from neurosim_gui.lesson_panel import LessonPanel
    from neurosim_gui.stage import Question, Stage

#: What stands in a place of its own beside the panels: no panel is looked for.
_BESIDE = ("strategy",)


class LessonShow:
    """Follows a lesson; asked many times a second, it changes something only where the lesson has.

    Parameters
    ----------
    look_at
        Puts what shows some features and streams above everything else in the Console.
    tell
        Tells a line at the bottom.
    """

    def __init__(self, look_at: Callable[[Sequence[str]], None], tell: Callable[[str], None]) -> None:
        self._look_at, self._tell = look_at, tell
        self._in_console: tuple[object, ...] = ()
        self._on_stage: tuple[object, ...] = ()
        self._asked: tuple[object, ...] = ()

    def in_console(self, runner: LessonRunner, session: Session, panels: object) -> None:
        """Bring what the step looks at to the Console with these panels."""
        state = (panels, runner.lesson, runner.number)
        if state != self._in_console:
            self._in_console = state
            names = [name for name in runner.lesson.looks(runner.number) if name not in _BESIDE]
            try:
                self._look_at(names)
            except ConfigError as error:
                self._tell(str(error))

    def on_stage(self, panel: LessonPanel, stage: Stage, session: Session) -> None:
        """Bring plots and question of the step that is looked at to the Stage."""
        runner, taken = panel.runner, panel.taken
        if runner is None or taken is None:
            return
        state = (stage, session, runner.lesson, panel.shown)
        if state != self._on_stage:
            self._on_stage, self._asked = state, ()
            stage.title.setText(runner.lesson.title)
            self._plot(stage, runner.lesson.staged(panel.shown), session)
        asked = (panel.shown, taken.answer)
        if asked != self._asked:
            self._asked = asked
            stage.ask(question_of(runner, panel.shown))

    def _plot(self, stage: Stage, names: Sequence[str], session: Session) -> None:
        try:
            if names and [plot.trace.name for plot in stage.plots] != [*names]:
                stage.show_plots(names)
            features = [name for name in names if name in session.pipeline.specs]
            stage.show_number(features[0] if features else None)
        except ConfigError as error:  # an earlier step may have looked at what this session does not have
            self._tell(str(error))


def question_of(runner: LessonRunner, number: int) -> Question:
    """Return the question of a step as the room gets it, or else that of the whole lesson.

    Answer and hands are there once the question is answered.
    """
    from neurosim_gui.stage import Question

    taken, lesson = runner.taken[number], runner.lesson
    if not taken.step.question:
        return Question(lesson.question)
    right = next((i for i, choice in enumerate(taken.step.choice) if lesson.is_right(number, choice)), None)
    choices = tuple(runner.fill(choice.text) for choice in taken.step.choice)
    words = runner.fill(taken.step.question)
    return Question(words, choices, right, taken.hands, revealed=taken.answer is not None)


def hands_words(hands: Sequence[int]) -> str:
    """Say how many hands were counted; empty where there were none."""
    return text("lesson.hands_counted", n=sum(hands)) if any(hands) else ""
