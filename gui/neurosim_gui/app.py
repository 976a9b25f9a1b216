"""Opens the window: the entry point that the command line finds without knowing Qt."""

from __future__ import annotations

import sys

from neurosim.core.pace import PacedClock
from neurosim_gui.request import LiveRequest, prepare
from neurosim_gui.system import has_screen, make_app

__all__ = ["LiveRequest", "has_screen", "make_app", "open_window", "prepare"]


def open_window(request: LiveRequest) -> int:
    """Open the Console on a session, and return the exit status when it is closed."""
    app = make_app()
    from neurosim_gui.console import Console
    from neurosim_gui.engine import Engine
    from neurosim_gui.look import Look

    look = Look.themed(request.theme)
    app.setPalette(look.qt_palette())
    engine = Engine(lambda: prepare(request), PacedClock(request.speed))
    window = Console(engine, request.name, look)
    window.request = request
    if request.free_play:
        from neurosim_gui.hints import show_hints

        show_hints(window, "free_play")
    if request.course is not None:
        window.show_course(request.course)
    window.resize(*request.size)
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
