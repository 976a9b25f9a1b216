"""What a window remembers from one time to the next: sizes of its parts, text size; by view and screen."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QSplitter, QWidget


class Memory:
    """Remembers for one view, in the user's settings.

    Parameters
    ----------
    view
        Its name.
    """

    def __init__(self, view: str) -> None:
        self._view = view
        self._settings = QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, "neurosim", "window")

    def _key(self, window: QWidget, what: str) -> str:
        screen = window.screen()
        name = "screen" if screen is None else screen.name() or "screen"
        return f"{self._view}/{name.replace('/', '_')}/{what}"

    def recall_number(self, window: QWidget, what: str, otherwise: float) -> float:
        """Return a number that was kept."""
        try:
            return float(str(self._settings.value(self._key(window, what), otherwise)))
        except ValueError:
            return otherwise

    def keep_number(self, window: QWidget, what: str, value: float) -> None:
        """Keep a number."""
        self._settings.setValue(self._key(window, what), value)

    def recall_splitter(self, window: QWidget, what: str, splitter: QSplitter) -> None:
        """Let a splitter be as it was kept; one that has other parts now stays as it is."""
        kept = self._settings.value(self._key(window, f"{what}_{splitter.count()}"))
        if isinstance(kept, QByteArray):
            splitter.restoreState(kept)

    def keep_splitter(self, window: QWidget, what: str, splitter: QSplitter) -> None:
        """Keep the sizes of a splitter's parts."""
        self._settings.setValue(self._key(window, f"{what}_{splitter.count()}"), splitter.saveState())

    def forget(self) -> None:
        """Forget everything about this view, on every screen."""
        self._settings.remove(self._view)
