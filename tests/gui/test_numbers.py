"""Numbers and words keep their place: as wide as before when they change a little, and whole where there is room."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from neurosim_gui.console import Console
from neurosim_gui.look import Look
from neurosim_gui.panels.axis import EvenAxis, even
from neurosim_gui.panels.color_bar import ColorBar
from neurosim_gui.panels.minutes import MinutesPanel, difference
from neurosim_gui.panels.panel import PlotPanel
from neurosim_gui.panels.rate import RatePanel
from neurosim_gui.panels.signals import scale_words
from neurosim_gui.panels.spectrum import SpectrumPanel
from neurosim_gui.rings import History
from neurosim_gui.texts import text
from neurosim_gui.units import Units, sentence, steady, unit_words
from neurosim_gui.widgets import Elided, Tabs
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QSplitter, QWidget
from pytestqt.qtbot import QtBot

from neurosim.core.spec import SignalSpec
from neurosim.session.minutes import Minutes, Stretch


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (4.4, "4.40"), (9.996, "10.0"), (0.0123, "0.0123"), (-3.456, "-3.46"), (0.0, "0.00"), (123.4, "123"),
        (8512.0, "8512"), (1.25e9, "1.25e+09"), (2e-7, "2.00e-07"), (float("nan"), "nan"),
    ],
)  # fmt: skip
def test_a_number_has_its_zeros(value: float, words: str) -> None:
    assert steady(value) == words


def test_a_number_can_have_more_digits() -> None:
    assert steady(29.5, 4) == "29.50"


def test_numbers_of_an_axis_have_as_many_decimals() -> None:
    assert even(["29.4", "29.45", "-0.5"]) == ["29.40", "29.45", "-0.50"]
    assert even(["Fp1", "1.5"]) == ["Fp1", "1.5"]
    assert even([]) == []


@pytest.mark.parametrize(
    ("size", "words"), [(1000.0, "1000 µV"), (2e6, "2000000 µV"), (50.0, "50 µV"), (0.05, "0.05 µV")]
)
def test_a_scale_bar_has_no_power_of_ten(size: float, words: str) -> None:
    assert scale_words(size, " µV") == words


@pytest.mark.parametrize("mean", [0.3, -1.7, 1e-7, 31.25])
def test_what_rounding_makes_of_the_baseline_is_no_change(mean: float, qtbot: QtBot) -> None:
    """Sums of the same numbers in another order may differ in the last place: that is +0, and not +2e-16."""
    baseline = float(np.nextafter(mean, np.inf))
    assert mean != baseline
    assert difference(mean, baseline) == 0.0
    panel = MinutesPanel(Look(), Minutes(), [("alpha", "uV")])
    qtbot.addWidget(panel)
    row = Stretch("baseline", 1, False, 0.0, np.zeros(1))
    row.add(0.0, np.array([mean]), True)
    assert panel._cells(row, np.array([baseline]))[5] == "+0"
    assert panel._cells(row, np.array([mean - 0.25]))[5] == "+0.25"
    assert panel._cells(row, None)[5] == text("minutes.none")


def test_a_spectrum_has_its_axis_before_it_has_data(qtbot: QtBot) -> None:
    """Tens alone are numbered, all in one way, and nothing is told of a peak."""
    panel = SpectrumPanel(Look(), "eeg", 256.0, "uV", 0, "Pz", [(8.0, 12.0)])
    history = History({"eeg": SignalSpec(256.0, ("Pz",), "uV")}, ("alpha",), ("alpha",), 1 / 64)
    qtbot.addWidget(panel)
    panel.refresh(history)
    (numbered, between) = panel.plot.getAxis("left")._tickLevels
    assert numbered == [(-2.0, "0.01"), (-1.0, "0.1"), (0.0, "1"), (1.0, "10"), (2.0, "100")]
    assert {words for _, words in between} == {""}
    assert panel.plot.viewRange()[1] == pytest.approx([-2.0, 2.0])
    assert panel.peak.text() == ""
    assert not panel._curve.getData()[0].size


class _Plot(PlotPanel):
    def refresh(self, history: History) -> None:
        """Draw nothing."""


def test_an_axis_in_two_grids_writes_both_alike(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    panel = _Plot(Look(), "a title", "time [s]", "temperature [°C]")
    qtbot.addWidget(panel)
    panel.set_look(Look())
    panel.resize(500, 300)
    panel.plot.setYRange(29.33, 29.57, padding=0)
    written: list[str] = []
    drawn = EvenAxis.generateDrawSpecs

    def generate(axis: EvenAxis, painter: object) -> object:
        specs = drawn(axis, painter)
        written[:] = [words for *_, words in specs[2]] if specs else []
        return specs

    monkeypatch.setattr(EvenAxis, "generateDrawSpecs", generate)
    panel.show()
    panel.grab()
    assert len(written) >= 3
    assert len({len(words.partition(".")[2]) for words in written}) == 1
    assert {float(words) for words in written} <= {round(29.3 + 0.05 * k, 2) for k in range(7)}


def test_a_title_begins_with_a_capital(qtbot: QtBot) -> None:
    panel = _Plot(Look(), "heart swing", "time [s]")
    qtbot.addWidget(panel)
    assert panel.title == "Heart swing"
    assert sentence("µV") == sentence("µV")
    assert sentence("") == ""


def test_what_stands_before_a_colon_is_enough_where_there_is_little_room(qtbot: QtBot) -> None:
    words, short = Elided("Alpha: above the line it earns a reward"), Elided("Alpha")
    for label in (words, short):
        qtbot.addWidget(label)
        label.resize(80, 20)
    assert words.grab().toImage() == short.grab().toImage()
    assert words.toolTip() == "Alpha: above the line it earns a reward"
    words.resize(600, 20)
    wide = words.grab().toImage()
    background = QColor(wide.pixel(599, 0))
    assert any(QColor(wide.pixel(x, y)) != background for x in range(100, 300) for y in range(20))


def test_a_title_has_a_shorter_form_for_little_room(qtbot: QtBot) -> None:
    panel = _Plot(Look(), "breathing rate: rewarded below the line|breathing rate: rewarded below", "time [s]")
    qtbot.addWidget(panel)
    label = panel._title
    assert panel.title == label.toolTip() == "Breathing rate: rewarded below the line"
    for words, less, shown in (
        ("Breathing rate: rewarded below the line", 0, "Breathing rate: rewarded below the line"),
        ("Breathing rate: rewarded below the line", 1, "Breathing rate: rewarded below"),
        ("Breathing rate: rewarded below", 1, "Breathing rate"),
    ):
        label.resize(label.fontMetrics().horizontalAdvance(words) - less, 20)
        assert label.shown == shown


def test_a_label_of_an_axis_has_a_shorter_form_and_then_its_unit(qtbot: QtBot) -> None:
    panel = _Plot(Look(), "a title", "time [s]", "change of the answer [%]|answer [%]")
    qtbot.addWidget(panel)
    panel.show()
    axis, shown = panel.plot.getAxis("left"), []
    for height in (110, 130, 400, 130, 110):
        panel.resize(500, height)
        panel.grab()
        shown.append(axis.labelText)
        label = axis.label.mapRectToScene(axis.label.boundingRect())
        assert label.center().y() == pytest.approx(axis.mapRectToScene(axis.boundingRect()).center().y(), abs=2.0)
    assert shown == ["[%]", "answer [%]", "change of the answer [%]", "answer [%]", "[%]"]
    assert panel.axis_labels["left"] == "change of the answer [%]"


def test_a_color_bar_has_no_zero_below_zero(qtbot: QtBot) -> None:
    bar = ColorBar(Look(), np.zeros((2, 4), np.uint8), "dB")
    qtbot.addWidget(bar)
    bar.set_range(-40.0, -0.0)
    assert bar._words() == ("-40", "-20", "0")


def test_the_title_of_the_session_comes_before_the_late_ticks(open_console: Callable[..., Console]) -> None:
    head = open_console().head
    head.set_title("Theta bursts of a magnetic coil that strengthen")
    head._forms = ("measured 83 ms late · late ticks 0 of 288", "measured 83 ms late")
    shown = []
    for width in (1400, 890, 400):
        head.resize(width, head.height())
        head._make_room()
        shown.append(head.timing.text() if head.timing.isVisible() else "")
    assert shown == [*head._forms, ""]


def test_a_rate_says_of_what() -> None:
    assert unit_words("1/min", "heart_rate") == Units().words("1/min", "heart_rate") == "beats/min"
    assert unit_words("1/min", "breathing_rate") == "breaths/min"
    assert unit_words("1/min", "mine") == unit_words("1/min") == "1/min"
    assert unit_words("uV^2", "heart_rate") == "µV²"


def test_a_panel_that_is_made_shows_no_window_of_its_own(qtbot: QtBot) -> None:
    """A part that is made visible before it has a parent would be a window, and take the keys."""
    before = set(QApplication.topLevelWidgets())
    panels = [RatePanel(Look(), 0.1, 0.6, rewarding=rewarding) for rewarding in (True, False)]
    for panel in panels:
        qtbot.addWidget(panel)
    assert not [widget for widget in QApplication.topLevelWidgets() if widget not in before and widget.isVisible()]
    assert [panel.rate.isHidden() for panel in panels] == [False, True]


class _Painted(QObject):
    """Counts how often a widget is painted."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.times = 0
        widget.installEventFilter(self)

    def eventFilter(self, _: QObject, event: QEvent) -> bool:  # noqa: N802 Qt's name
        self.times += event.type() == QEvent.Type.Paint
        return False


def test_a_new_number_paints_nothing_but_itself(qtbot: QtBot) -> None:
    """Qt's own tabs paint all that is in them when anything in them asks for a layout, as a new number does."""
    tabs, page, number, beside = Tabs(), QWidget(), QLabel("9.99 µV"), QLabel("stays")
    row = QHBoxLayout(page)
    row.addWidget(beside, 1)
    row.addWidget(number)
    tabs.addTab(page, "page")
    tabs.resize(400, 200)
    qtbot.addWidget(tabs)
    tabs.show()
    qtbot.waitExposed(tabs)
    qtbot.wait(20)
    painted, other = _Painted(number), _Painted(beside)
    number.setText("8.88 µV")
    qtbot.waitUntil(lambda: painted.times > 0)
    qtbot.wait(20)
    assert number.width() >= number.sizeHint().width()
    assert other.times == 0


def test_pages_that_need_more_room_get_it(qtbot: QtBot) -> None:
    tabs, page, number = Tabs(), QWidget(), QLabel("9")
    QHBoxLayout(page).addWidget(number)
    tabs.addTab(page, "page")
    split = QSplitter()
    split.setChildrenCollapsible(False)
    split.addWidget(tabs)
    split.addWidget(QWidget())
    split.resize(600, 200)
    qtbot.addWidget(split)
    split.show()
    qtbot.waitExposed(split)
    split.setSizes([100, 500])
    qtbot.wait(20)
    assert tabs.width() < 200
    number.setText("as many words as there is no room for in a hundred pixels, or two")
    qtbot.waitUntil(lambda: number.width() >= number.sizeHint().width() > 200)
