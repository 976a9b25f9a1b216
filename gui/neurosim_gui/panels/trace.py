"""One trace for itself: what a lesson looks at and no other panel shows."""

from __future__ import annotations

from PySide6.QtCore import QSize

from neurosim_gui.look import Look
from neurosim_gui.panels.panel import Panel
from neurosim_gui.rings import History
from neurosim_gui.stage_plot import StagePlot
from neurosim_gui.stage_trace import Trace


class TracePanel(Panel):
    """A sweep as on the Stage, as small as the Console is; the truth is covered until it is revealed.

    Parameters
    ----------
    look
        Theme and sizes.
    trace
        What is drawn.
    """

    def __init__(self, look: Look, trace: Trace) -> None:
        super().__init__(look, trace.words)
        self.sweep = StagePlot(look, trace)
        self.sweep.title.hide()
        self.shows = frozenset({trace.name, trace.stream})
        self.body.addWidget(self.sweep, 1)
        self.set_look(look)

    @property
    def tab_words(self) -> str:
        return self.title.partition(" [")[0]

    @property
    def truth(self) -> str:
        return self.sweep.trace.stream if self.sweep.trace.truth else ""

    @property
    def covered(self) -> bool:
        return self.sweep.covered

    def set_revealed(self, revealed: bool) -> None:
        if self.sweep.covered == revealed:
            self.sweep.set_covered(covered=not revealed)

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        self.sweep.set_look(look)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 Qt's name
        """Return room in which a curve can be seen."""
        return QSize(160, 100)

    def refresh(self, history: History) -> None:
        self.sweep.refresh(history)
