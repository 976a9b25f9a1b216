"""You are the subject: keys that are held move the simulated body, whichever widget has the focus."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

if TYPE_CHECKING:
    from neurosim.session.session import Session
    from neurosim.subject.person import Key

#: The keys of the keyboard, and what a person in a session calls them.
KEYS: dict[int, Key] = {
    Qt.Key.Key_Space: "space",
    Qt.Key.Key_Up: "up",
    Qt.Key.Key_Down: "down",
    Qt.Key.Key_Left: "left",
    Qt.Key.Key_Right: "right",
    Qt.Key.Key_E: "e",
}

#: A key that is let go and pressed again within this time was held all along: X11 sends such pairs, and not every
#: server says that they are repeats. A finger needs several times as long.
_REPEAT_MS = 15

_TYPING = (QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox)
_LEAVING = (QEvent.Type.WindowDeactivate, QEvent.Type.ApplicationDeactivate)
_COMMAND_KEYS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class BodyKeys(QObject):
    """Turns keys into strokes of the session's command log.

    One filter for the whole application, installed with ``app.installEventFilter``: it sees a key before the widget
    with the focus does, for Space would press a button there. Text fields, menus and dialogs keep their keys. Repeats
    of a key that is held are swallowed in both directions; losing the focus lets go of everything.

    Parameters
    ----------
    sessions
        The sessions that are moved, asked at each stroke; those that no person moves take none.

    Attributes
    ----------
    held
        The keys that are down, as the sessions know it.
    stroke
        Sent when a key goes down or up: its name, and whether it is down.
    """

    stroke = Signal(str, bool)

    def __init__(self, sessions: Callable[[], Sequence[Session]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sessions = sessions
        self.held: set[Key] = set()
        self._going: set[Key] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_REPEAT_MS)
        self._timer.timeout.connect(self._go)

    @property
    def listening(self) -> bool:
        """Whether there is a body that keys move."""
        return bool(self._moved())

    def _moved(self) -> list[Session]:
        """Return the sessions that a person moves."""
        from neurosim.session.commands import persons  # sessions are loaded after the first frame

        return [session for session in self._sessions() if persons(session)]

    def press(self, key: Key) -> None:
        """Press a key; one that is down stays so."""
        self._going.discard(key)
        if key not in self.held:
            self.held.add(key)
            self._tell(key, True)

    def release(self, key: Key) -> None:
        """Let go of a key, unless it is pressed again at once."""
        if key in self.held:
            self._going.add(key)
            self._timer.start()

    def let_go(self) -> None:
        """Let go of all keys now."""
        self._going |= self.held
        self._go()

    def _go(self) -> None:
        for key in sorted(self._going):
            self._going.discard(key)
            self.held.discard(key)
            self._tell(key, False)

    def _tell(self, key: Key, pressed: bool) -> None:
        from neurosim.session.commands import Stroke

        for session in self._moved():
            session.submit(Stroke(key=key, pressed=pressed))
        self.stroke.emit(key, pressed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 Qt's name
        """Take the body's keys out of the events of the application."""
        kind = event.type()
        if kind == QEvent.Type.KeyPress or kind == QEvent.Type.KeyRelease:
            assert isinstance(event, QKeyEvent)
            return self._take(event, pressed=kind == QEvent.Type.KeyPress)
        if kind in _LEAVING and self.held:
            self.let_go()
        return False

    def _take(self, event: QKeyEvent, *, pressed: bool) -> bool:
        key = KEYS.get(event.key())
        if key is None:
            return False
        if not pressed:
            taken = key in self.held
            if taken and not event.isAutoRepeat():
                self.release(key)
            return taken
        if event.modifiers() & _COMMAND_KEYS or _keys_are_wanted() or not self.listening:
            return False
        if not event.isAutoRepeat():
            self.press(key)
        return True


def _keys_are_wanted() -> bool:
    """Return whether a text field, a menu or a dialog has the keyboard."""
    if QApplication.activePopupWidget() is not None or QApplication.activeModalWidget() is not None:
        return True
    focus: QWidget | None = QApplication.focusWidget()
    return isinstance(focus, _TYPING) or (isinstance(focus, QComboBox) and focus.isEditable())
