"""The map of the field: nothing is missing on it, and everything on it can be opened."""

from __future__ import annotations

import pytest

from neurosim.cohort.field_map import Place, branch_of, does_the_same, places
from neurosim.cohort.shown import shown_session
from neurosim.cohort.treatments import BRANCHES, find_patient, patients
from neurosim.feedback import load_protocol
from neurosim.modulation import Coil, Drug
from neurosim.session.plan import plan_sessions

_ALL = [place for group in places().values() for place in group]


def _place(name: str, patient: str = "") -> Place:
    return next(place for place in _ALL if (place.name, place.patient) == (name, patient))


def test_every_branch_and_every_technique_is_on_it() -> None:
    assert list(places()) == list(BRANCHES)
    assert all(places().values())
    there = {(place.patient, place.name) for place in _ALL if place.patient}
    assert there == {(who, name) for who, patient in patients().items() for name in patient.techniques}


def test_the_evidence_is_that_of_the_treatments() -> None:
    for place in _ALL:
        if place.patient:
            level, evidence = find_patient(place.patient).techniques[place.name].grade()
            assert (place.level, place.evidence) == (level, evidence)
        assert place.level is None or 1 <= place.level <= 5


def test_a_protocol_that_treats_nobody_in_particular_is_there_too() -> None:
    itbs = _place("itbs")
    assert itbs.branch == "transcranial magnetic stimulation"
    assert [place.name for place in _ALL].count("dbs") == 1  # as a technique, and not once more


@pytest.mark.parametrize("place", _ALL, ids=lambda place: f"{place.name}-{place.patient}")
def test_everything_can_be_opened(place: Place) -> None:
    protocol = place.shown()
    assert not protocol.problems()
    assert branch_of(protocol) == place.branch
    if place.devices:
        assert protocol.does == "treats"
        kinds = [device.kind for device in protocol.devices]
        assert kinds == [device.kind for device in place.devices]


def test_a_device_beside_the_patients_protocol_begins_after_a_minute() -> None:
    shown = shown_session(find_patient("depression"), "rtms_10hz")
    (coil,) = shown.devices
    assert isinstance(coil, Coil)
    assert coil.start_s == shown.blocks[0].duration_s == 60.0
    # 3000 pulses at 10 Hz, 4 s of every 30 s: 75 trains (Blumberger et al. 2018: 37.5 min).
    assert shown.duration_s - 60.0 == pytest.approx(37.5 * 60.0, abs=30.0)
    assert [block.name for block in shown.blocks] == ["before", "rtms 10hz"]


@pytest.mark.parametrize("name", ["levodopa", "lamotrigine", "diazepam", "sertraline", "methylphenidate"])
def test_the_hours_of_a_drug_are_pressed_until_its_effect_is_there(name: str) -> None:
    """Usual doses at the plateau have the usual effect, 1, by the definition of a medicine's effects."""
    from neurosim.core.timeline import TickGrid

    drug = Drug(medicine=name).pressed(60.0, 240.0)
    actor = drug.prepare(TickGrid(0.5), 1, (0,), ())
    seen = []
    for k in range(600):
        actor.act(k)
        seen.append(float(actor.strength[0]))
    assert max(seen[:119]) == 0.0  # nothing is taken before
    assert sum(seen[-120:]) / 120 == pytest.approx(1.0, abs=0.15)
    assert actor.taken_h[0] == pytest.approx(60.0 * drug.hours_per_s)
    assert len(actor.taken_h) >= 8
    gaps = {round(gap, 9) for gap in (actor.taken_h[1:] - actor.taken_h[:-1]).tolist()}
    assert gaps == {drug.medicine.usual_interval_h}


def test_lessons_are_found_by_what_their_protocol_does() -> None:
    assert does_the_same(_place("dbs", "parkinson"), load_protocol("dbs"))
    assert not does_the_same(_place("adaptive_dbs", "parkinson"), load_protocol("dbs"))
    assert not does_the_same(_place("levodopa", "parkinson"), load_protocol("dbs"))
    with_drug = shown_session(find_patient("parkinson"), "levodopa")
    assert does_the_same(_place("levodopa", "parkinson"), with_drug)
    assert not does_the_same(_place("lamotrigine", "epilepsy"), with_drug)


def test_a_session_of_it_shows_the_drug() -> None:
    plan = plan_sessions(_place("levodopa", "parkinson").shown(), "parkinson", seed=1)
    assert plan.source.specs["truth/devices"].ch_names == ("levodopa_blood", "levodopa_effect")
