"""What a window remembers: its place, sizes of its parts, text, theme and units, by view and screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QRect, QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QSplitter, QWidget


def placed(wanted: QRect, screens: Sequence[QRect]) -> QRect:
    """Return a place as large as wanted where all of it can be seen.

    Parameters
    ----------
    wanted
        Where a window was, or would like to be.
    screens
        What windows may take of each screen, the main one first.

    Returns
    -------
    QRect
        On the screen that has most of the wanted place, on the first one if none has any: moved and shrunk into it.
    """

    def seen(screen: QRect) -> int:
        common = wanted.intersected(screen)
        return max(common.width(), 0) * max(common.height(), 0)

    screen = max(screens, key=seen)
    width, height = min(wanted.width(), screen.width()), min(wanted.height(), screen.height())
    x = min(max(wanted.x(), screen.x()), screen.x() + screen.width() - width)
    y = min(max(wanted.y(), screen.y()), screen.y() + screen.height() - height)
    return QRect(x, y, width, height)


def screens() -> list[QRect]:
    """Return what windows may take of each screen, the main one first."""
    main = QGuiApplication.primaryScreen()
    return [screen.availableGeometry() for screen in sorted(QGuiApplication.screens(), key=lambda s: s is not main)]


@dataclass(frozen=True)
class Place:
    """Where a window is.

    Parameters
    ----------
    at
        Its place while it does not fill the screen.
    filled
        Whether it fills the screen, and whether its frame does too.
    """

    at: QRect
    filled: Qt.WindowState = Qt.WindowState.WindowNoState

    def seen(self) -> bool:
        """Return whether any of it is where a screen is."""
        return any(screen.intersects(self.at) for screen in screens())

    def take(self, window: QWidget) -> None:
        """Put a window there, or where as much of it can be seen; one as large as its screen fills that."""
        at = placed(self.at, screens())
        window.setGeometry(at)
        if self.filled:
            window.setWindowState(self.filled)
        elif at.size() in [screen.size() for screen in screens()]:
            window.setWindowState(Qt.WindowState.WindowMaximized)  # the frame needs room too


_FILLED = {"1": Qt.WindowState.WindowMaximized, "2": Qt.WindowState.WindowFullScreen}


class Memory:
    """Remembers for one view, in the user's settings.

    Parameters
    ----------
    view
        Its name.
    kept
        Whether it outlives the window. Pictures for documents look the same at everybody's, and change nothing.
    """

    def __init__(self, view: str, *, kept: bool = True) -> None:
        self._view = view
        scope = QSettings.Format.IniFormat, QSettings.Scope.UserScope
        self._settings = QSettings(*scope, "neurosim", "window") if kept else None

    def beside(self, view: str) -> Memory:
        """Return what is remembered of another view; it is kept where this is."""
        return Memory(view, kept=self._settings is not None)

    def _value(self, key: str, otherwise: object = None) -> object:
        return otherwise if self._settings is None else self._settings.value(key, otherwise)

    def _set_value(self, key: str, value: object) -> None:
        if self._settings is not None:
            self._settings.setValue(key, value)

    def _key(self, window: QWidget, what: str) -> str:
        screen = window.screen()
        name = "screen" if screen is None else screen.name() or "screen"
        return f"{self._view}/{name.replace('/', '_')}/{what}"

    def recall_words(self, window: QWidget, what: str, otherwise: str) -> str:
        """Return words that were kept."""
        return str(self._value(self._key(window, what), otherwise))

    def recall_number(self, window: QWidget, what: str, otherwise: float) -> float:
        """Return a number that was kept."""
        try:
            return float(self.recall_words(window, what, str(otherwise)))
        except ValueError:
            return otherwise

    def keep(self, window: QWidget, what: str, value: float | str) -> None:
        """Keep a number or words."""
        self._set_value(self._key(window, what), value)

    def recall_place(self) -> Place | None:
        """Return where the view was last, on whichever screen; None for never."""
        kept = str(self._value(f"{self._view}/place", "")).split()
        try:
            x, y, width, height = map(int, kept[:4])
        except ValueError:
            return None
        if width <= 0 or height <= 0:
            return None
        return Place(QRect(x, y, width, height), _FILLED.get("".join(kept[4:]), Qt.WindowState.WindowNoState))

    def keep_place(self, window: QWidget) -> None:
        """Keep where a window is, and whether it fills its screen."""
        filled = next((name for name, state in _FILLED.items() if window.windowState() & state), "0")
        at = window.geometry() if filled == "0" else window.normalGeometry()
        if filled != "0" and (screen := window.screen()) is not None and not screen.geometry().intersects(at):
            at = screen.geometry()  # it was never anything else there
        self._set_value(f"{self._view}/place", f"{at.x()} {at.y()} {at.width()} {at.height()} {filled}")

    def recall_splitter(self, window: QWidget, what: str, splitter: QSplitter) -> None:
        """Let a splitter be as it was kept; one that has other parts now stays as it is."""
        kept = self._value(self._key(window, f"{what}_{splitter.count()}"))
        if isinstance(kept, QByteArray):
            splitter.restoreState(kept)

    def keep_splitter(self, window: QWidget, what: str, splitter: QSplitter) -> None:
        """Keep the sizes of a splitter's parts."""
        self._set_value(self._key(window, f"{what}_{splitter.count()}"), splitter.saveState())

    def forget(self) -> None:
        """Forget everything about this view, on every screen."""
        if self._settings is not None:
            self._settings.remove(self._view)
