"""Pictures of every view of a running session, for documents and lectures; without a display too."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QApplication, QWidget

from neurosim.core.errors import OutputError, UserError
from neurosim.session.tick import Sink, Tick
from neurosim_gui.engine import Engine, Status
from neurosim_gui.key_sheet import KeySheet

if TYPE_CHECKING:
    from neurosim.session.session import Session
    from neurosim_gui.console import Console

_OVER = (Status.FINISHED, Status.STOPPED, Status.FAILED)
_PATIENCE_S = 300.0
#: How much of the session may pass until there is a feedback to be seen, and how long it may stay away then [s].
_UNTIL_FEEDBACK_S, _DARK_S = 310.0, 30.0
#: The feedback that makes a picture: less looks like none.
_SEEN = 0.4
#: How long the participant's picture moves before it is taken, and in which steps [s].
_MOVES_S, _FRAME_S = 6.0, 1.0 / 30.0
_LESSON, _LESSON_S = "alpha_and_eyes", 12.0


@dataclass(frozen=True)
class View:
    """What can be seen of a session.

    Parameters
    ----------
    name
        What its picture is called.
    widget
        The window.
    settle
        Draws at once what else would come over the next frames.
    """

    name: str
    widget: QWidget
    settle: Callable[[], None]


def take_screenshots(window: Console, folder: Path, seconds: float) -> int:
    """Run the session for some of its seconds, write one PNG of every view, close, and return the exit status.

    Parameters
    ----------
    window
        The Console, not yet shown; its size is that of all pictures.
    folder
        Where to write; it is made if need be.
    seconds
        How much of the session is to be seen [s]; the participant and the comparison are taken when there is a
        feedback, which may be later.

    Raises
    ------
    OutputError
        When a picture cannot be written.
    UserError
        When the session does not get so far in five minutes.
    """
    engine, size = window.engine, window.size()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot be made: {error.strerror}", str(folder)) from None
    for view in every_view(window, seconds):
        fit(view, size)
        path = folder / f"{view.name}.png"
        if not view.widget.grab().save(str(path)):
            raise OutputError("cannot be written", str(path))
        print(path)
    window.keep_recording = True
    window.close()
    if engine.failure is not None:
        print(f"neurosim: {engine.failure.line}", file=sys.stderr)
        return 2 if engine.failure.expected else 1
    return 0


def every_view(window: Console, seconds: float) -> Iterator[View]:
    """Run a session in its window, and go through all its views, each open and held still; none after a failure.

    The lesson comes last, for it ends the session.
    """
    engine, screens = window.engine, window.screens
    hold = Hold(engine)
    window.show()
    engine.start()
    hold.run_until(lambda tick: tick.start_s >= seconds)
    session, history = engine.session, engine.history
    if engine.failure is not None or session is None or history is None:
        return
    yield View("console", window, window.settle)

    screens.palettes["stage"] = window.look.palette
    screens.do_stage()
    if (stage := screens.stage) is not None:
        yield View("stage", stage, lambda: stage.settle(history))
        stage.close()

    hold.run_until_feedback()
    screens.do_participant()
    if (participant := screens.participant) is not None:
        from neurosim_gui.participant.window import PICTURES

        def move() -> None:
            for _ in range(round(_MOVES_S / _FRAME_S)):
                participant.advance(engine.participant or history, _FRAME_S, 0.0)

        for kind in PICTURES:
            participant.set_kind(kind)
            yield View(f"participant_{kind}", participant, move)
        participant.close()

    # Tabs of the window, and what stands over it.
    for name in ("compare_now", "course", "start"):
        if window.offers(name) and engine.status is Status.RUNNING:
            getattr(window, f"do_{name}")()
            yield View(name.removesuffix("_now"), window, window.poll)
    window.field.do_field()
    yield View("field", window, window.poll)
    window.field.show_some()
    yield View("treat", window, window.poll)
    window.commands["keys"].trigger()
    sheet = window.findChildren(KeySheet)[-1]
    yield View("keys", sheet, lambda: None)
    sheet.close()

    window.take_lesson(_lesson_on(session.protocol.name))
    Hold(window.engine).run_until(lambda tick: tick.start_s >= _LESSON_S)
    if window.engine.failure is None:
        yield View("lesson", window, window.settle)


def fit(view: View, size: QSize) -> None:
    """Give a view a size, and let it draw everything."""
    view.widget.showNormal()
    view.widget.resize(size)
    for _ in range(3):  # what is laid out anew draws with the next frame
        _process()
        view.settle()
    _process()


class Hold(Sink):
    """Holds the session at a moment to be pictured, however fast it runs.

    Parameters
    ----------
    engine
        Runs the session.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._there: Callable[[Tick], bool] | None = None
        engine.follow(self)

    def write(self, tick: Tick) -> None:
        if self._there is not None and self._there(tick):
            self._there = None
            self._engine.clock.pause()

    def run_until(self, there: Callable[[Tick], bool]) -> None:
        """Let the session run to its first tick of which something is true, or to its end.

        Raises
        ------
        UserError
            When it does not get there in time.
        """
        engine, deadline = self._engine, time.monotonic() + _PATIENCE_S
        self._there = there
        engine.clock.play()
        while self._there is not None and engine.status not in _OVER and time.monotonic() < deadline:
            _process()
        engine.clock.pause()
        _process()
        if self._there is not None and engine.status not in _OVER:
            raise UserError(f"the session did not get there in {_PATIENCE_S:.0f} s; ask for fewer", "--seconds")

    def run_until_feedback(self) -> None:
        """Let the session run until a feedback is seen, if one comes soon; one that stays away is a picture too."""
        session = self._engine.session
        assert session is not None
        if (wait_s := _feedback_in(session)) is None or wait_s > _UNTIL_FEEDBACK_S:
            return
        dt_s, delay = session.protocol.update_interval_s, session.grid.n_ticks(session.protocol.display_delay_s)
        seen, dark_s = 0, 0.0

        def lit(tick: Tick) -> bool:
            nonlocal seen, dark_s
            cue = tick.feedback.cue
            fed = cue.block == "training" or bool(cue.pacer_per_min)
            seen = seen + 1 if fed and float(tick.feedback.shown) >= _SEEN else 0
            dark_s += dt_s if fed else 0.0
            return seen > delay or dark_s >= _DARK_S

        self.run_until(lit)


def _feedback_in(session: Session) -> float | None:
    """Return how long it takes until a block with feedback or a pacer [s]; None where none comes."""
    schedule = session.schedule
    for number, (block, end) in enumerate(zip(schedule.blocks, schedule.ends, strict=True)):
        if end > session.tick_index and (block.kind == "training" or block.pacer_per_min):
            return max(0.0, session.grid.start_s(schedule.start(number)) - session.time_s)
    return None


def _lesson_on(protocol: str) -> str:
    """Return the first lesson on a protocol, or one that everybody begins with."""
    from neurosim.core.registry import kind_names
    from neurosim.lessons import load_lesson

    return next((name for name in kind_names("lesson") if load_lesson(name).protocol == protocol), _LESSON)


def _process() -> None:
    """Let the window draw for a moment."""
    until = time.monotonic() + 0.02
    while time.monotonic() < until:
        QApplication.processEvents()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # without exec() nobody else does
        time.sleep(0.002)
