"""Lines above the panels that say what to press."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QToolBar

from neurosim_gui.texts import text
from neurosim_gui.window import SessionWindow


def show_hints(window: SessionWindow, name: str) -> QToolBar:
    """Show the three lines of a name in a bar of their own, which the user can close."""
    bar = QToolBar(text(f"{name}.title"))
    bar.setMovable(False)
    for line in ("first", "second", "third"):
        label = QLabel(text(f"{name}.{line}"))
        label.setFont(window.look.font("title", bold=True))
        label.setContentsMargins(12, 4, 24, 4)
        bar.addWidget(label)
    window.addToolBar(bar)
    return bar
