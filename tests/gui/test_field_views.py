"""The map of the field opens each technique; the techniques side by side are what ``neurosim treat`` computes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from neurosim_gui.console import Console
from neurosim_gui.field_view import FieldView, PlaceRow, lessons_on
from neurosim_gui.look import Look
from neurosim_gui.start import cards
from neurosim_gui.treat_job import TreatRequest
from neurosim_gui.treat_view import TreatView
from pytestqt.qtbot import QtBot

from neurosim.cohort.field_map import places
from neurosim.cohort.side_by_side import treat
from neurosim.cohort.treatments import BRANCHES
from neurosim.lessons import load_lesson
from neurosim.report.words import LEVELS

_PATIENCE_MS = 180_000
_SMALL = TreatRequest("chronic_pain", ("scs_10khz",), patients=2, seed=3)

Opener = Callable[..., Console]


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[TreatView]:
    view = TreatView(Look())
    qtbot.addWidget(view)
    view.show()
    yield view
    view.stop()


def _row(view: FieldView, name: str, patient: str) -> PlaceRow:
    rows = (row for frame in view.branches for row in frame.rows)
    return next(row for row in rows if (row.place.name, row.place.patient) == (name, patient))


def test_the_map_says_who_acts_for_whom_and_how_good_the_evidence_is(qtbot: QtBot) -> None:
    view = FieldView(Look())
    qtbot.addWidget(view)
    assert len(view.branches) == len(BRANCHES) == 6
    for frame, (branch, meaning) in zip(view.branches, BRANCHES.items(), strict=True):
        assert frame._name.text() == branch.capitalize()
        assert frame._what.text() == meaning
        assert len(frame.rows) == len(places()[branch])
        for row in frame.rows:
            said, place = row._words.text(), row.place
            assert place.whom in said
            assert place.level is None or f"evidence {place.level} of 5, {LEVELS[place.level]}" in said
            assert row._words.toolTip() == place.evidence  # with what speaks against it
            assert ("compare" in row.buttons) == bool(place.patient)
            assert ("lesson" in row.buttons) == bool(lessons_on(place))
    assert "not medical advice" in view._grade.text()


def test_lessons_are_looked_up_by_the_protocol_they_use() -> None:
    breathing = next(place for place in places()["biofeedback"] if place.name == "hrv_resonance")
    found = lessons_on(breathing)
    assert found
    assert all(load_lesson(name).protocol == "hrv_resonance" for name in found)


def test_each_button_opens_what_it_says(open_console: Opener, qtbot: QtBot) -> None:
    window = open_console("alpha_up")
    qtbot.waitUntil(lambda: window.arrangement is not None, timeout=_PATIENCE_MS)
    assert ("field", "") in [(card.kind, card.name) for _, group in cards() for card in group]
    window.begin("field", "")
    assert window.views.currentWidget() is window.field.map
    assert window.field.map is not None
    _row(window.field.map, "dbs", "parkinson").buttons["compare"].click()
    assert window.views.currentWidget() is window.field.treat
    assert window.field.treat is not None
    assert window.field.treat.patient.currentData() == "parkinson"
    window.commands["field"].trigger()
    _row(window.field.map, "levodopa", "parkinson").buttons["open"].click()
    qtbot.waitUntil(lambda: window.engine.session is not None, timeout=_PATIENCE_MS)
    session = window.engine.session
    assert session is not None
    assert session.protocol.title == "Parkinsonism off medication: levodopa"
    assert window.views.currentIndex() == 0
    window.engine.clock.pause()
    lesson = _row(window.field.map, "hrv_resonance", "anxious").buttons["lesson"]
    lesson.click()
    assert window.lesson is not None
    assert window.runner is not None
    assert window.runner.lesson.protocol == "hrv_resonance"


def test_side_by_side_is_what_treat_computes(view: TreatView, qtbot: QtBot) -> None:
    view.run(_SMALL)
    assert not view.run_button.isEnabled()
    assert view.progress.maximum() == 2  # the untreated and one technique
    qtbot.waitUntil(lambda: view.job is None, timeout=_PATIENCE_MS)
    assert view.found is not None
    found = treat("chronic_pain", techniques=("scs_10khz",), n=2, seed=3)
    assert view.found == found.summary()
    arm = found.arms[-1]
    treated = view.course.plot.listDataItems() or [item for item in view.course.plot.items if hasattr(item, "xData")]
    t, pain = treated[-1].getData()
    np.testing.assert_allclose(t, arm.signal.time_s / 60.0, rtol=1e-4)
    np.testing.assert_allclose(pain, arm.signal.trace, rtol=1e-4)
    assert view.course.axis_labels["left"] == "pain [0 to 10]"
    assert view.scores.axis_labels["bottom"] == "rating of pain [0 to 10]"
    said = view.arms.text()
    assert f"by expectation {arm.nonspecific:+.1f}, by the technique {arm.specific.mean():+.1f}" in said
    assert f"Evidence {arm.level} of 5" in said
    assert arm.evidence in said
    assert all(latent.replace("_", " ") in said for latent in arm.moved)
    assert found.patient.set in said


def test_computing_can_be_ended(view: TreatView) -> None:
    view.run(TreatRequest(patients=50))
    job = view.job
    assert job is not None
    assert view.stop_button.isEnabled()
    view.stop()
    assert not job.running
    assert job.failure is None
    assert job.found is None
    assert view.message.text() == "Stopped."
    assert view.run_button.isEnabled()


def test_what_cannot_be_computed_is_told(view: TreatView, qtbot: QtBot) -> None:
    view.run(TreatRequest("chronic_pain", ("scs_10kh",)))
    qtbot.waitUntil(lambda: view.job is None, timeout=_PATIENCE_MS)
    assert "did you mean 'scs_10khz'" in view.message.text()
