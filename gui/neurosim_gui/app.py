"""Opens the window: the entry point that the command line finds without knowing Qt."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from neurosim.core.errors import UserError
from neurosim.core.pace import PacedClock
from neurosim.core.spec import Float
from neurosim_gui.request import LiveRequest, prepare
from neurosim_gui.system import has_screen, make_app
from neurosim_gui.texts import choose_language

if TYPE_CHECKING:
    from neurosim_gui.scenes import Talk

__all__ = ["LiveRequest", "has_screen", "make_app", "measure_display", "open_window", "prepare"]


def measure_display() -> tuple[float, Float]:
    """Return the screen's rate [Hz], and how long changes took until they were painted [s]."""
    from neurosim_gui.display import measure_display as measure

    return measure()


def open_window(request: LiveRequest) -> int:
    """Open the Console on a session, and return the exit status when it is closed."""
    app = make_app()
    from PySide6.QtCore import QLocale

    from neurosim_gui.console import Console
    from neurosim_gui.engine import Engine
    from neurosim_gui.look import Look
    from neurosim_gui.memory import Memory

    choose_language(request.language or QLocale.system().name())
    look = Look.themed(request.theme or "light")
    scenes = None if request.scenes is None else _read_scenes(request)
    engine = Engine(lambda: prepare(request), PacedClock(request.speed))
    window = Console(engine, request.name, look, Memory("console", kept=request.screenshots is None))
    window.request = window.running = request
    if scenes is not None and request.scenes is not None:
        window.bookmarks.take(request.scenes, scenes)
    if request.free_play:
        from neurosim_gui.hints import show_hints

        show_hints(window, "free_play")
    if request.course is not None:
        window.show_course(request.course)
    if request.field:
        window.field.do_field()
    window.appearance.place(request.size)
    if request.theme is not None:  # what is asked for goes before what is remembered
        window.appearance.set_palette(look.palette)
    if request.theme == "stage":  # its size of words too
        window.set_look(look)
    if request.screenshots is not None:
        from neurosim_gui.screenshots import take_screenshots

        return take_screenshots(window, request.screenshots, request.seconds)
    window.show()
    app.processEvents()  # the first frame comes before the session is prepared
    if request.lesson:
        window.take_lesson(request.lesson)
    else:
        engine.start()
    status = app.exec()
    failure = window.engine.failure  # a lesson may have begun another session
    if failure is not None:
        print(f"neurosim: {failure.line}", file=sys.stderr)
        status = 2 if failure.expected else 1
    return status


def _read_scenes(request: LiveRequest) -> Talk:
    from neurosim_gui.scenes import read_talk

    assert request.scenes is not None
    if request.blind is not None:
        raise UserError("a sealed session has no scenes; give --blind or --scenes", "--scenes")
    return read_talk(request.scenes)
