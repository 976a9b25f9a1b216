"""``neurosim live``: finds the window by its entry point, for nothing here may import Qt."""

from __future__ import annotations

import math
import re
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import typer

from neurosim.cli.run import parse_speed
from neurosim.core.errors import UserError, did_you_mean

_GROUP = "neurosim.window"
_THEMES = ("light", "dark")


def open_window(
    *, speed: str | None, theme: str, size: str, record: bool = False, seconds: float | None = None,
    screenshots: Path | None = None, out: Path | None = None, **options: Any,
) -> None:  # fmt: skip
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
    if seconds is not None and screenshots is None:
        raise UserError("says when pictures are taken; name their folder with --screenshots", "--seconds")
    if seconds is not None and not 0 < seconds < math.inf:
        raise UserError(f"must be above 0 s, got {seconds:g}", "--seconds")
    width, height = map(int, measures.groups())
    # Nobody watches while pictures are taken.
    pace = parse_speed(speed or ("1" if screenshots is None else "max"))
    if out is None and (record or options.get("blind") is not None):
        from neurosim.session.fresh import fresh_folder

        out = fresh_folder(Path(options.get("protocol", "free_play")).stem)
    request = window.LiveRequest(
        speed=pace,
        theme=theme,
        size=(width, height),
        seconds=seconds or 20.0,
        screenshots=screenshots,
        out=out,
        **options,
    )
    raise typer.Exit(window.open_window(request))


def play_freely(seed: int | None, speed: str, out: Path | None) -> None:
    """Open free play.

    Raises
    ------
    UserError
        For what cannot be used.
    """
    open_window(speed=speed, theme=_THEMES[0], size="1280x720", seed=seed, out=out, free_play=True)


def has_window() -> bool:
    """Return whether a window is installed, and there is a display that could show it."""
    found = entry_points(group=_GROUP)
    return bool(found) and bool(next(iter(found)).load().has_screen())


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
