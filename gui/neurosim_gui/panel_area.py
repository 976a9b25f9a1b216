"""The place of the panels in a window: folded as its size asks for, with sizes that are remembered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from neurosim_gui.look import Look
from neurosim_gui.memory import Memory

if TYPE_CHECKING:
    from neurosim.session.session import Session
    from neurosim_gui.arrangement import Arrangement
    from neurosim_gui.panels.panel import Panel


class PanelArea(QWidget):
    """Holds the panels of a session, once there are any.

    Parameters
    ----------
    memory
        What is remembered of the view.

    Attributes
    ----------
    arrangement
        The panels by place; None while a session is being prepared.
    """

    def __init__(self, memory: Memory) -> None:
        super().__init__()
        self._memory = memory
        self.arrangement: Arrangement | None = None
        self._splitters: list[tuple[str, QSplitter]] = []
        self._folded: tuple[bool, bool] | None = None
        self._body = QWidget()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._body)

    @property
    def panels(self) -> list[Panel]:
        """All of them."""
        return [] if self.arrangement is None else self.arrangement.panels

    def take(self, arrangement: Arrangement | None, look: Look) -> None:
        """Hold other panels; None for none."""
        self.keep_layout()
        self.arrangement = arrangement
        self._folded, self._splitters = None, []
        if arrangement is None:
            self._put(QWidget())
        self.fold(look)

    def look_at(self, names: Sequence[str], session: Session, look: Look) -> None:
        """Put the panels that show some features and streams above everything else.

        Raises
        ------
        ConfigError
            For what the session does not have.
        """
        arrangement = self.arrangement
        if arrangement is not None and arrangement.focus.look_at(names, arrangement.panels, session, look):
            self.keep_layout()
            self._folded, self._splitters = None, []
            self.fold(look)

    def fold(self, look: Look) -> None:
        """Put the panels where the size of the window asks for; large words need room as a small screen does."""
        if self.arrangement is None:
            return
        from neurosim_gui.arrangement import LOW_PX, NARROW_PX

        scale, window = max(1.0, look.text_scale), self.window()
        narrow, low = window.width() < NARROW_PX * scale, window.height() < LOW_PX * scale
        if (narrow, low) == self._folded:
            return
        self.keep_layout()
        self._folded = narrow, low
        body, self._splitters = self.arrangement.build(narrow=narrow, low=low)
        self._put(body)
        for name, splitter in self._splitters:
            self._memory.recall_splitter(self, self._key(name), splitter)
        for panel in self.panels:
            panel.set_look(look)

    def _put(self, body: QWidget) -> None:
        self._column.replaceWidget(self._body, body)
        body.show()  # else it comes with the next turn of the event loop
        self._body.deleteLater()
        self._body = body

    def _key(self, splitter: str) -> str:
        narrow, low = self._folded or (False, False)
        kind = self.arrangement.name if self.arrangement is not None else ""
        return f"{kind}{'narrow' if narrow else 'wide'}_{'low' if low else 'high'}_{splitter}"

    def keep_layout(self) -> None:
        """Remember the sizes of the parts."""
        for name, splitter in self._splitters:
            self._memory.keep_splitter(self, self._key(name), splitter)

    def forget(self) -> None:
        """Let the parts be as large as at first when they are next placed."""
        self._memory.forget()
        self._folded, self._splitters = None, []
