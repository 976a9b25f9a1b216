"""The map of the field and the techniques side by side, as views of a window, and what is opened from them."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from neurosim.core.pace import PacedClock
from neurosim_gui.engine import Engine
from neurosim_gui.look import Look
from neurosim_gui.texts import text
from neurosim_gui.units import named

if TYPE_CHECKING:
    from neurosim.cohort.field_map import Place
    from neurosim.session.session import Session
    from neurosim.session.tick import Sink
    from neurosim_gui.classroom import Classroom
    from neurosim_gui.field_view import FieldView
    from neurosim_gui.treat_view import TreatView


_PATIENCE_S = 120.0


class FieldViews:
    """Has the commands that open the two views, and opens what is asked for in them.

    Parameters
    ----------
    window
        The window that they are views of.

    Attributes
    ----------
    map, treat
        The views, once they have been opened.
    """

    def __init__(self, window: Classroom) -> None:
        self._window = window
        self.map: FieldView | None = None
        self.treat: TreatView | None = None

    def do_field(self) -> None:
        """Show the map of the field."""
        from neurosim_gui.field_view import FieldView

        if self.map is None:
            self.map = FieldView(self._window.look)
            self.map.open_asked.connect(self.open)
            self.map.lesson_asked.connect(lambda name: self._window.begin("lesson", name))
            self.map.compare_asked.connect(self.compare)
        self._window.show_view(self.map, text("command.field"))

    def do_treat(self) -> None:
        """Show the techniques side by side."""
        from neurosim_gui.treat_view import TreatView

        if self.treat is None:
            self.treat = TreatView(self._window.look)
        self._window.show_view(self.treat, text("treat.tab"))

    def show_some(self) -> None:
        """Compute two patients under one technique, and wait for them; for pictures."""
        from neurosim_gui.treat_job import TreatRequest

        self.do_treat()
        assert self.treat is not None
        self.treat.run(TreatRequest("chronic_pain", ("scs_tonic", "scs_10khz"), patients=2))
        deadline = time.monotonic() + _PATIENCE_S
        while self.treat.job is not None and time.monotonic() < deadline:
            QApplication.processEvents()
            time.sleep(0.02)

    def compare(self, patient: str) -> None:
        """Show the techniques side by side, with somebody chosen."""
        self.do_treat()
        if self.treat is not None and self.treat.job is None:
            self.treat.choose(patient)

    def open(self, place: Place) -> None:
        """Begin the session that shows what is at a place of the map."""
        if not place.patient:
            self._window.begin("protocol", place.name)
            return
        if not self._window.may_leave():
            return
        name = text("field.session", patient=place.whom, technique=named("technique", place.name))
        self._window.begin_engine(Engine(lambda: prepare_place(place), PacedClock(1.0)), name, None)

    def set_look(self, look: Look) -> None:
        """Take another theme or size."""
        for view in (self.map, self.treat):
            if view is not None:
                view.set_look(look)

    def close(self) -> None:
        """End what is computed."""
        if self.treat is not None:
            self.treat.stop()


def prepare_place(place: Place) -> tuple[Session, Sequence[Sink]]:
    """Make the session that shows a technique in a patient, who does nothing but be treated or trained."""
    from neurosim.session.plan import plan_sessions
    from neurosim.session.recorder import Recorder
    from neurosim.subject.subject import load_subject

    person, protocol = load_subject(place.patient), place.shown()
    if protocol.does == "treats":  # as those whom techniques are compared in
        person = person.model_copy(update={"actors": ()})
    plan = plan_sessions(protocol, person.by_hand(), signals="all")
    return plan.session(), [Recorder(plan)]
