"""Lines above the panels that say what to press."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QLabel, QSizePolicy, QToolBar

from neurosim_gui.texts import text
from neurosim_gui.window import SessionWindow


def show_hints(window: SessionWindow, name: str) -> QToolBar:
    """Show the three lines of a name in a bar of their own, which the user can close."""
    lines = [text(f"{name}.{line}") for line in ("first", "second", "third")]
    return show_lines(window, text(f"{name}.title"), lines)


def show_lines(window: SessionWindow, title: str, lines: Sequence[str]) -> QToolBar:
    """Show lines beside each other in a bar of their own, which the user can close by its title."""
    bar = QToolBar(title)
    bar.setMovable(False)
    for line in lines:
        label = QLabel(line)
        label.setFont(window.look.font("title", bold=True))
        label.setContentsMargins(12, 4, 24, 4)
        label.setWordWrap(True)
        label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(label)
    window.addToolBar(bar)
    return bar
