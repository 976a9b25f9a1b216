"""The panels of devices over real sessions: what they draw is what the devices give, and what they set is logged."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import numpy as np
import pytest
from neurosim_gui.console import Console
from neurosim_gui.devices import devices_of
from neurosim_gui.field_views import prepare_place
from neurosim_gui.panels.by_hand import CoilByHand, DrugByHand
from neurosim_gui.panels.evoked import EvokedPanel
from neurosim_gui.panels.given import WINDOWS_S, GivenPanel
from neurosim_gui.panels.panel import Panel
from neurosim_gui.panels.pulse import PulsePanel, figures_of
from neurosim_gui.panels.rate import RatePanel
from neurosim_gui.panels.reach import ReachPanel
from neurosim_gui.panels.target import TargetPanel
from neurosim_gui.stage_trace import usual_traces
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from neurosim.cohort.field_map import places
from neurosim.core.timeline import TickGrid
from neurosim.feedback import load_protocol
from neurosim.modulation import Drug, Stimulator, load_medicine
from neurosim.session import Command, Dose, Session, SetCoil, Stimulate
from neurosim.session.metered import DEVICES
from neurosim.session.plan import plan_sessions
from neurosim.session.tick import Sink

_WAIT_MS = 60_000

Opener = Callable[..., Console]


def _short(protocol: str, length_s: float) -> tuple[Session, list[Sink]]:
    plan = plan_sessions(load_protocol(protocol).fit(length_s), seed=1)
    return plan.session(), []


def _at(window: Console, qtbot: QtBot, time_s: float) -> Session:
    """Play as fast as it goes until a moment of the session, and draw everything."""
    qtbot.waitUntil(lambda: window.arrangement is not None, timeout=_WAIT_MS)
    session = window.engine.session
    assert session is not None
    window.engine.clock.step(session.grid.n_ticks(time_s) - session.tick_index)
    qtbot.waitUntil(lambda: session.time_s >= time_s, timeout=_WAIT_MS)
    window.settle()
    return session


def _panels(window: Console, kind: type[Panel]) -> list[Panel]:
    assert window.arrangement is not None
    return [panel for panel in window.arrangement.panels if isinstance(panel, kind)]


def _draw(window: Console, panel: Panel) -> None:
    assert window.engine.history is not None
    panel.hurry()
    panel.refresh(window.engine.history)


def test_a_stimulator_has_its_panels_and_they_show_what_it_gives(open_console: Opener, qtbot: QtBot) -> None:
    window = open_console("dbs", prepared=lambda: _short("dbs", 20.0))
    session = _at(window, qtbot, 8.0)
    (given,), (target,) = _panels(window, GivenPanel), _panels(window, TargetPanel)
    assert isinstance(given, GivenPanel)
    assert isinstance(target, TargetPanel)
    assert len(_panels(window, PulsePanel)) == len(_panels(window, ReachPanel)) == 1
    assert not _panels(window, RatePanel)  # nobody earns anything
    history = window.engine.history
    assert history is not None
    given.choice.setCurrentIndex(WINDOWS_S.index(20.0))
    _draw(window, given)
    t, current = given._curve.getData()
    np.testing.assert_array_equal(current, history.streams[DEVICES].newest(len(current))[0])
    assert len(current) == session.tick_index
    given.choice.setCurrentIndex(WINDOWS_S.index(None))
    _draw(window, given)
    t, means = given._curve.getData()
    np.testing.assert_allclose(means, current.reshape(-1, 64).mean(axis=1))
    np.testing.assert_allclose(t, np.arange(8) + 0.5)
    shares = history.streams[DEVICES].newest(session.tick_index)[0] > 0.0
    assert given.told.text().endswith(f"on {shares.mean():.0%} of the last minute")
    _draw(window, target)
    beta = history.features.newest(session.tick_index)[0].reshape(-1, 64).mean(axis=1)
    np.testing.assert_allclose(target._curve.getData()[1], beta)
    assert target._before.value() == pytest.approx(beta[:4].mean())  # the first block of 20 s lasts 4 s
    assert [trace.name for trace in usual_traces(session)] == ["truth/devices:stn_current", "beta"]


@pytest.mark.parametrize("size", [(1280, 720), (1366, 768), (1920, 1080)])
def test_a_stimulator_is_told_whole_at_every_size(size: tuple[int, int], open_console: Opener, qtbot: QtBot) -> None:
    window = open_console("dbs", size, lambda: _short("dbs", 20.0))
    _at(window, qtbot, 8.0)
    (given,), (target,), (pulse,) = (_panels(window, kind) for kind in (GivenPanel, TargetPanel, PulsePanel))
    assert isinstance(pulse, PulsePanel)
    assert isinstance(target, TargetPanel)
    assert given._title.shown == "Current (subthalamic nucleus)"
    qtbot.waitUntil(lambda: pulse._side.verticalScrollBar().maximum() == 0, timeout=_WAIT_MS)
    assert re.fullmatch(r"before \d\.\d+ · now \d\.\d+ µV, [+-]\d+ %", target.told.text())


def test_a_pulse_is_told_with_its_charge_and_the_limit() -> None:
    """2.5 mA for 60 us are 0.15 uC; Shannon's k is log10(0.15) + log10(0.15 / 0.06 cm2)."""
    (device,) = load_protocol("dbs").devices
    assert isinstance(device, Stimulator)
    k = math.log10(0.15) + math.log10(0.15 / 0.06)
    told = figures_of(device.pulses)
    assert told["charge"] == "0.15 µC"
    assert told["density"] == "2.5 µC/cm² on 6 mm²"
    assert told["shannon"] == f"{k:.2f}, limit 1.85"
    assert told["duty"].startswith("1.6 %")  # two phases of 60 us, 130 times a second


def test_what_is_set_is_a_command_and_what_is_past_the_limit_is_refused(open_console: Opener, qtbot: QtBot) -> None:
    window = open_console("dbs", prepared=lambda: _short("dbs", 20.0))
    session = _at(window, qtbot, 1.0)
    (panel,) = _panels(window, PulsePanel)
    assert isinstance(panel, PulsePanel)
    _draw(window, panel)
    assert panel.fields["current_ma"].suffix() == " mA"
    assert (panel.fields["current_ma"].minimum(), panel.fields["current_ma"].maximum()) == (0.0, 100.0)  # `Pulses`
    panel.fields["current_ma"].setValue(3.0)
    panel.switch.setCurrentIndex(1)
    panel.fields["current_ma"].setValue(80.0)
    assert "Shannon's k" in panel.refusal.text()
    assert "at most 34.3 mA at this width" in panel.refusal.text()  # 2.06 uC in 60 us
    assert panel.fields["current_ma"].value() == 3.0
    _at(window, qtbot, 4.0)
    assert [logged.command for logged in session.command_log] == [
        Stimulate(site="stn", current_ma=3.0),
        Stimulate(site="stn", switch="on"),
    ]
    history = window.engine.history
    assert history is not None
    assert history.streams[DEVICES].newest(1)[0, 0] == pytest.approx(3.0)  # after a ramp of two seconds
    _draw(window, panel)
    assert panel.figures["charge"].text() == "0.18 µC"
    (reach,) = _panels(window, ReachPanel)
    assert isinstance(reach, ReachPanel)
    _draw(window, reach)
    assert [x.tolist() for x in reach._now.getData()] == [[60.0], [3.0]]


def test_an_adaptive_stimulator_stands_below_the_threshold_it_follows(open_console: Opener, qtbot: QtBot) -> None:
    window = open_console("adaptive_dbs", (1920, 1080), lambda: _short("adaptive_dbs", 20.0))
    _at(window, qtbot, 2.0)
    assert window.arrangement is not None
    feature, given, target = window.arrangement.trained
    assert "the device acts" in feature.title
    window.resize(1366, 768)
    qtbot.wait(50)
    assert feature.width() < 700
    assert feature._title.shown == "Beta: above the line the device acts"
    assert isinstance(given, GivenPanel)
    assert given.window_s == 20.0
    assert isinstance(target, TargetPanel)
    stage = window.screens.open_stage()
    assert stage is not None
    assert [plot.trace.words for plot in stage.plots] == ["current, subthalamic nucleus [mA]", "beta [µV]"]
    assert "▲ pulses" in stage.legend.text()
    assert "reward" not in stage.legend.text()  # nobody earns anything


@pytest.mark.parametrize("name", ["dbs", "adaptive_dbs", "levodopa_day", "tens"])
def test_where_nobody_trains_no_view_speaks_of_training(name: str, open_console: Opener, qtbot: QtBot) -> None:
    window = open_console(name, (1366, 768), lambda: _short(name, 30.0))
    _at(window, qtbot, 12.0)  # while the treatment goes on
    stage = window.screens.open_stage()
    window.screens.do_participant()
    participant, history = window.screens.participant, window.engine.history
    assert stage is not None
    assert participant is not None
    assert history is not None
    assert window.arrangement is not None
    stage.settle(history)
    participant.advance(history, 1.0)
    assert participant.words.large in ("Rest", "+")  # there is nothing to follow
    panels = window.arrangement.panels
    labels = [label for widget in (window.head, stage, *panels) for label in widget.findChildren(QLabel)]
    told = [label.text() for label in labels]
    told += [words for panel in panels for words in (panel.tab_words, panel.statusTip())]
    told += [participant.words.told, participant.words.left]
    wrong = [words for words in told if any(word in words.lower() for word in ("reward", "goal", "earn", "feedback"))]
    assert not wrong


def test_a_coil_shows_its_pulses_and_what_they_evoke(open_console: Opener, qtbot: QtBot) -> None:
    plain = load_protocol("itbs")
    blocks = tuple(block.model_copy(update={"duration_s": 12.0}) for block in plain.blocks[:1])
    rest = plain.blocks[1].model_copy(update={"duration_s": 12.0})

    def prepared() -> tuple[Session, list[Sink]]:
        return plan_sessions(plain.with_blocks(*blocks, rest), seed=1, signals=["eeg"]).session(), []

    window = open_console("itbs", prepared=prepared)
    _at(window, qtbot, 11.0)
    (panel,), (given,) = _panels(window, EvokedPanel), _panels(window, GivenPanel)
    assert isinstance(panel, EvokedPanel)
    assert isinstance(given, GivenPanel)
    _draw(window, panel)
    history = window.engine.history
    assert history is not None
    # Single pulses at 0, 5 and 10 s; before the first there is no signal to take off.
    fs, ring = panel.average.answer.fs, history.streams["hand_emg"]
    x = ring.read(0)[1][0]
    around = [x[round((s - 0.05) * fs) : round((s + 0.08) * fs)] for s in (5.0, 10.0)]
    expected = np.mean([each - each[: round(0.05 * fs)].mean() for each in around], axis=0)
    (curve,) = panel._curves
    np.testing.assert_allclose(curve.getData()[1], expected)
    assert panel.average.counts == {"before": 2}
    assert "n = 2" in panel.told.text()
    _draw(window, given)
    assert given.told.text().startswith("3 pulses")
    assert given.plot.getAxis("left").labelText.endswith("[pulses/s]")


def _set_by_hand(open_console: Opener, qtbot: QtBot, protocol: str) -> tuple[Console, Session, GivenPanel]:
    """Return a session after its first second, and the panel of its device."""
    window = open_console(protocol, prepared=lambda: _short(protocol, 20.0))
    session = _at(window, qtbot, 1.0)
    (given,) = _panels(window, GivenPanel)
    assert isinstance(given, GivenPanel)
    return window, session, given


def test_a_coil_is_set_by_hand(open_console: Opener, qtbot: QtBot) -> None:
    window, session, given = _set_by_hand(open_console, qtbot, "tms_single")
    hand = given.by_hand
    assert isinstance(hand, CoilByHand)
    assert (hand.intensity.value(), hand.intensity.maximum()) == (1.2, 2.0)  # tms_single.toml, `Coil`
    hand.intensity.setValue(1.5)
    hand.button.click()
    hand.switch.setCurrentIndex(1)
    _draw(window, given)  # while it is held: what waits for the next tick stays in the fields
    assert (hand.intensity.value(), hand.switch.currentIndex()) == (1.5, 1)
    _at(window, qtbot, 4.0)
    assert [logged.command for logged in session.command_log] == [
        SetCoil(intensity=1.5),
        SetCoil(pulse=True),
        SetCoil(switch="off"),
    ]
    history = window.engine.history
    assert history is not None
    with history.lock:
        given_with = history.streams[DEVICES].read(0)[1][1]  # thresholds
    assert given_with[given_with > 0.0].tolist() == [1.5]
    session.submit(SetCoil(intensity=1.1, switch="program"))  # somebody else
    _at(window, qtbot, 6.0)
    _draw(window, given)
    assert (hand.intensity.value(), hand.switch.currentIndex()) == (1.1, 0)
    assert len(session.command_log) == 4  # what the fields were told is no wish


def test_a_dose_is_given_by_hand(open_console: Opener, qtbot: QtBot) -> None:
    window, session, given = _set_by_hand(open_console, qtbot, "levodopa_day")
    hand = given.by_hand
    assert isinstance(hand, DrugByHand)
    assert (hand.dose.value(), hand.dose.suffix()) == (100.0, " mg")  # levodopa_day.toml
    hand.dose.setValue(150.0)
    hand.button.click()
    _at(window, qtbot, 4.0)
    assert [logged.command for logged in session.command_log] == [Dose(medicine="levodopa", dose_mg=150.0)]
    _draw(window, given)
    assert len(given._doses.getData()[0]) == 1
    assert given._curve.getData()[1].max() > 0.0


@pytest.mark.parametrize("usual_mg", [0.02, 1.0, 5.0, 250.0])
def test_the_least_dose_is_one(usual_mg: float, qtbot: QtBot) -> None:
    asked: list[Command] = []
    drug = Drug(medicine=load_medicine("diazepam"), dose_mg=usual_mg).prepare(TickGrid(0.25), 1, (0,), ())

    def submit(command: Command) -> bool:
        asked.append(command)
        return True

    hand = DrugByHand(submit, drug)
    qtbot.addWidget(hand)
    hand.dose.setValue(0.0)
    hand.button.click()
    assert asked == [Dose(medicine="diazepam", dose_mg=usual_mg / 100.0)]


def test_a_drug_shows_its_hours_and_doses(open_console: Opener, qtbot: QtBot) -> None:
    place = next(p for p in places()["drugs"] if p.name == "levodopa")
    window = open_console("levodopa", prepared=lambda: prepare_place(place))
    session = _at(window, qtbot, 100.0)
    (given,) = _panels(window, GivenPanel)
    assert isinstance(given, GivenPanel)
    _draw(window, given)
    (device,) = devices_of(session)
    t, blood = given._curve.getData()
    per_s = 8 * 4.0 / 240.0  # eight doses, four hours apart, in four minutes (levodopa.toml)
    np.testing.assert_allclose(t, (np.arange(100) + 0.5) * per_s)
    assert blood[:60].max() == 0.0
    assert blood[60:].max() > 0.5
    np.testing.assert_allclose(given._doses.getData()[0], [60.0 * per_s, 60.0 * per_s + 4.0], atol=1e-9)
    assert "half-life 1.5 h" in given.told.text()
    assert "a minute shows 8 h" in given.told.text()
    assert given.axis_labels["bottom"] == "time of the drug [h]"
    assert device.rows == (0, 1)
    assert not _panels(window, PulsePanel)


def test_who_is_scored_by_a_state_has_it_as_the_first_target(open_console: Opener, qtbot: QtBot) -> None:
    place = next(p for p in places()["drugs"] if p.name == "sertraline")
    window = open_console("sertraline", prepared=lambda: prepare_place(place))
    _at(window, qtbot, 2.0)
    (target,) = _panels(window, TargetPanel)
    assert isinstance(target, TargetPanel)
    assert target.target.name == "mood"
    assert target.axis_labels["left"] == "mood [0 to 1]"
    _draw(window, target)
    assert target._curve.getData()[1] == pytest.approx(0.25, abs=0.01)  # the depressed body


def test_nobody_reads_devices_where_there_are_none(open_console: Opener, qtbot: QtBot) -> None:
    window = open_console("alpha_up")
    session = _at(window, qtbot, 0.25)
    assert devices_of(session) == []
    assert not _panels(window, GivenPanel)
    assert _panels(window, RatePanel)
