"""Everything that happened, newest last."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QListWidget

from neurosim.core.event import SessionEvent
from neurosim_gui.look import Look
from neurosim_gui.panels.panel import Panel
from neurosim_gui.rings import History
from neurosim_gui.texts import text
from neurosim_gui.widgets import clock_words

_EVERY_S = 0.25
_MOST = 500


class EventsPanel(Panel):
    """The list of events.

    Attributes
    ----------
    withheld
        Kinds that are not told yet, for somebody is asked what they are.
    """

    tab = "events"
    withheld: frozenset[str] = frozenset()

    def __init__(self, look: Look) -> None:
        super().__init__(look, text("events.title"))
        self._read = 0
        self.list = QListWidget()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.list.setUniformItemSizes(True)
        self.body.addWidget(self.list, 1)
        self.set_look(look)

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        self.list.setFont(look.font())

    def tell_all(self) -> None:
        """Tell what was withheld too, each in its place."""
        self.withheld = frozenset()
        self._read = 0
        self.list.clear()
        self.hurry()

    def refresh(self, history: History) -> None:
        if not self.due("events", _EVERY_S):
            return
        with history.lock:
            new = history.events[self._read :]
        if not new:
            return
        self._read += len(new)
        told = [event for event in new if event.kind not in self.withheld]
        self.list.addItems([event_line(event) for event in told[-_MOST:]])
        while self.list.count() > _MOST:
            self.list.takeItem(0)
        self.list.scrollToBottom()


def event_line(event: SessionEvent) -> str:
    """Write an event as one line: when, what, how long."""
    lasts = f" ({event.duration_s:.3g} s)" if event.duration_s else ""
    return f"{clock_words(event.onset_s)}  {event.kind} {event.text}".rstrip() + lasts
