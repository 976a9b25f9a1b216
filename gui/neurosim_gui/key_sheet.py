"""Every command with its keys, from the table that the menus come from."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from neurosim_gui.commands import BODY_KEYS, COMMANDS, N_SCENES
from neurosim_gui.look import Look
from neurosim_gui.texts import text

_COLUMNS = 2


class KeySheet(QDialog):
    """A table of keys.

    Parameters
    ----------
    look
        Theme and sizes.
    parent
        The window it belongs to.
    """

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(text("keys.title"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        self.rows = [(keys, text(f"body_keys.{name}")) for keys, name in BODY_KEYS.items()]
        for command in COMMANDS:
            if command.number > 1:
                continue
            written = [QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in command.keys]
            if command.number:  # those that differ by a digit are one row
                last = next(c for c in COMMANDS if c.name == command.name and c.number == N_SCENES)
                words = text(f"command.{command.name}", number=f"1 … {N_SCENES}")
                self.rows.append((f"{written[0]} … {last.keys[0]}", words))
            else:
                self.rows.append((", ".join(written), command.words))
        page = QWidget()
        grid = QGridLayout(page)
        grid.setHorizontalSpacing(16)
        per_column = -(-len(self.rows) // _COLUMNS)
        for column in range(_COLUMNS):
            grid.setColumnStretch(2 * column + 1, 1)  # the words stand beside their keys
        for i, (keys, words) in enumerate(self.rows):
            column, row = divmod(i, per_column)
            for part, (what, bold) in enumerate(((keys, True), (words, False))):
                label = QLabel(what)
                label.setFont(look.font(bold=bold))
                grid.addWidget(label, row, 2 * column + part)
        scroll = QScrollArea()
        scroll.setWidget(page)
        scroll.setWidgetResizable(True)
        QVBoxLayout(self).addWidget(scroll)
        hint = page.sizeHint()
        screen = self.screen().availableGeometry()
        self.resize(min(hint.width() + 60, screen.width() - 40), min(hint.height() + 60, screen.height() - 80))
