"""The body's keys on the screen, for the mouse or a finger."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from neurosim.subject.person import Key
from neurosim_gui.body_keys import BodyKeys
from neurosim_gui.look import Look
from neurosim_gui.texts import text

#: Row, column and columns of each button.
_PLACES: dict[Key, tuple[int, int, int]] = {
    "up": (0, 1, 1),
    "left": (1, 0, 1),
    "e": (1, 1, 1),
    "right": (1, 2, 1),
    "down": (2, 1, 1),
    "space": (3, 0, 3),
}


class BodyPad(QWidget):
    """Buttons that do what the keys do, and light up when the keys are pressed.

    Parameters
    ----------
    look
        Theme and sizes.
    keys
        Where strokes go.
    """

    def __init__(self, look: Look, keys: BodyKeys) -> None:
        super().__init__()
        self.setWindowFlag(Qt.WindowType.Tool)
        self.setWindowTitle(text("pad.title"))
        self._keys = keys
        grid = QGridLayout(self)
        self.buttons: dict[Key, QPushButton] = {}
        for key, (row, column, columns) in _PLACES.items():
            button = QPushButton(text(f"pad.{key}"))
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setAutoDefault(False)
            button.pressed.connect(partial(keys.press, key))
            button.released.connect(partial(keys.release, key))
            grid.addWidget(button, row, column, 1, columns)
            self.buttons[key] = button
        self._notice = QLabel(text("window.notice"))
        self._notice.setWordWrap(True)
        grid.addWidget(self._notice, 4, 0, 1, 3)
        keys.stroke.connect(self._light)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        """Take another theme or size."""
        self.setPalette(look.qt_palette())
        self.setAutoFillBackground(True)
        side = round(4.2 * look.size_px("words"))
        for button in self.buttons.values():
            button.setFont(look.font())
            button.setMinimumHeight(side)
        self._notice.setFont(look.font("ticks"))

    def _light(self, key: Key, pressed: bool) -> None:
        self.buttons[key].setDown(pressed)
