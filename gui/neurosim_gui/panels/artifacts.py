"""Artifacts on demand: what can happen to the body, each with what it does."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from neurosim.core.drive import EVENTS
from neurosim.session.commands import Command, Happen
from neurosim_gui.look import Look
from neurosim_gui.panels.flow import FlowLayout
from neurosim_gui.panels.panel import Panel
from neurosim_gui.rings import History
from neurosim_gui.texts import text
from neurosim_gui.units import unit_words
from neurosim_gui.widgets import scrolling, small_button


class ArtifactsPanel(Panel):
    """A button for each kind of event; it happens at its typical size, at the next tick.

    Parameters
    ----------
    look
        Theme and sizes.
    submit
        Hands a command to the session.
    """

    tab = "artifacts"

    def __init__(self, look: Look, submit: Callable[[Command], bool]) -> None:
        super().__init__(look, text("artifacts.title"))
        page = QWidget()
        flow = FlowLayout()
        page.setLayout(flow)
        self.buttons = {}
        for kind, happening in EVENTS.items():
            tip = f"{happening.meaning} [{unit_words(happening.unit)}]"
            button = small_button(kind.replace("_", " "), tip)
            button.clicked.connect(lambda _=False, kind=kind: submit(Happen(kind=kind)))
            self.buttons[kind] = button
            flow.addWidget(button)
        self.body.addWidget(scrolling(page), 1)
        self.set_look(look)

    def refresh(self, history: History) -> None:
        """Draw nothing: the buttons stay."""
