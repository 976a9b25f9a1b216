"""``neurosim live``: finds the window by its entry point, for nothing here may import Qt."""

from __future__ import annotations

import re
from importlib.metadata import entry_points
from typing import Any

import typer

from neurosim.cli.run import parse_speed
from neurosim.core.errors import UserError, did_you_mean

_GROUP = "neurosim.window"
_THEMES = ("light", "dark")


def open_window(*, speed: str, theme: str, size: str, **options: Any) -> None:
    """Open the window; the options are those of the command.

    Raises
    ------
    UserError
        For what cannot be used, or when there is no window to open.
    """
    window = load_window()
    if theme not in _THEMES:
        raise UserError(f"unknown theme '{theme}'; {did_you_mean(theme, _THEMES)}", "--theme")
    measures = re.fullmatch(r"(\d+)x(\d+)", size)
    if measures is None or not all(200 <= int(m) <= 10000 for m in measures.groups()):
        raise UserError(f"must be like 1920x1080, got {size}", "--size")
    width, height = map(int, measures.groups())
    request = window.LiveRequest(speed=parse_speed(speed), theme=theme, size=(width, height), **options)
    raise typer.Exit(window.open_window(request))


def load_window() -> Any:
    """Return the module that opens the window.

    Raises
    ------
    UserError
        When it is not installed.
    """
    found = entry_points(group=_GROUP)
    if not found:
        raise UserError("the window is not installed; install neurosim with PySide6-Essentials and pyqtgraph")
    return next(iter(found)).load()
