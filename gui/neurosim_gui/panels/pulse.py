"""One pulse of a stimulator to scale in time, what it carries, and what of it can be set while it runs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QDoubleSpinBox, QFormLayout, QLabel, QWidget

from neurosim.core.errors import ConfigError
from neurosim.modulation.pulses import Pulses
from neurosim.modulation.stimulator import StimulatorActor
from neurosim.session.commands import PULSE_SETTINGS, Command, Stimulate
from neurosim_gui.devices import device_name
from neurosim_gui.look import Look
from neurosim_gui.panels.panel import PlotPanel, fill_down
from neurosim_gui.panels.settings import settings_of
from neurosim_gui.rings import History
from neurosim_gui.texts import text
from neurosim_gui.units import unit_words
from neurosim_gui.widgets import number_field, scrolling, show_silently

_EVERY_S = 0.25
#: How much of the time from pulse to pulse is drawn: so that the next pulse is seen, at its place.
_PERIODS = 1.25
#: What is written, in order.
_FIGURES = ("charge", "density", "shannon", "most", "duty")
_SWITCHES = ("program", "on", "off")
#: Smallest steps of the settings.
_STEPS = {"current_ma": 0.1, "width_us": 10.0, "frequency_hz": 5.0}
_WIDTH_PX = 330


def figures_of(pulses: Pulses) -> dict[str, str]:
    """Return what pulses carry, in words with units: charge, density, Shannon's k with its limit, and the rest."""
    contact, charge = pulses.contact, pulses.charge_uc
    flows = 2e-6 * pulses.width_us * pulses.frequency_hz
    return {
        "charge": text("pulse.charge_is", charge=charge),
        "density": text("pulse.density_is", density=contact.density_uc_per_cm2(charge), area=contact.area_mm2),
        "shannon": text("pulse.shannon_is", k=contact.shannon(charge), limit=contact.shannon_k),
        "most": text("pulse.most_is", most=1000.0 * contact.most_charge_uc / pulses.width_us, width=pulses.width_us),
        "duty": text("pulse.duty_is", share=100.0 * flows),
    }


class PulsePanel(PlotPanel):
    """The pulses of a stimulator: their shape, their charge, and fields for what can be set.

    Parameters
    ----------
    look
        Theme and sizes.
    actor
        The stimulator.
    submit
        Hands a command to the session; returns False when it was refused.
    check
        Says why the session refuses a command; nothing when it does not.

    Attributes
    ----------
    fields
        What can be set, by its name in `Pulses`.
    switch
        Whether it is on, off or follows its program.
    refusal
        Why the newest wish was not granted.
    figures
        The words beside the pulse, by name.
    """

    tab = "pulse"

    def __init__(
        self, look: Look, actor: StimulatorActor, submit: Callable[[Command], bool], check: Callable[[Command], str]
    ) -> None:
        super().__init__(look, text("pulse.title"), text("pulse.time"), text("pulse.current"))
        self._actor, self._submit, self._check = actor, submit, check
        self._shown: Pulses | None = None
        self._switched = actor.switch
        self._wished = actor.config.pulses  # what has been asked for, also while the session is held
        self.fields: dict[str, QDoubleSpinBox] = {}
        self.figures = {name: QLabel() for name in _FIGURES}
        self.refusal, self.switch = QLabel(), QComboBox()
        self.refusal.setWordWrap(True)
        self._curve = pg.PlotCurveItem()
        self.plot.addItem(self._curve)
        self.plot.enableAutoRange("y", False)
        page = QWidget()
        self._columns = QBoxLayout(QBoxLayout.Direction.TopToBottom, page)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._fields, self._told = self._new_form(), self._new_form()
        self._add_fields()
        for name, label in self.figures.items():
            label.setWordWrap(True)
            self._row(self._told, text(f"pulse.{name}"), label, text(f"pulse.{name}_tip"))
        config = actor.config
        if config.on_s is not None:
            turns = text("pulse.turns_are", on=config.on_s, off=config.off_s, share=config.duty)
            self._row(self._told, text("pulse.turns"), QLabel(turns), text("pulse.turns_tip"))
        self._fields.addRow(self.refusal)
        self.refusal.hide()
        self._side = scrolling(page)
        self.put_beside(self._side)
        self.set_look(look)

    @property
    def tab_words(self) -> str:
        return text("pulse.tab", name=device_name(self._actor))

    def _new_form(self) -> QFormLayout:
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._columns.addLayout(form)
        return form

    def _add_fields(self) -> None:
        pulses = self._actor.config.pulses
        for setting in settings_of(pulses, "pulses"):
            name = setting.place.removeprefix("pulses.")
            if name not in PULSE_SETTINGS:
                continue
            decimals = 2 if name == "current_ma" else 0
            low, high = setting.low or 0.0, setting.high or 1e6
            field = number_field(setting.value, low, high, _STEPS[name], decimals, unit_words(setting.unit))
            field.valueChanged.connect(lambda value, name=name: self._ask(**{name: value}))
            self.fields[name] = field
            self._row(self._fields, text(f"pulse.{name}"), field, setting.description)
        self.switch.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.switch.addItems([text(f"pulse.switch_{name}") for name in _SWITCHES])
        self.switch.currentIndexChanged.connect(lambda at: self._ask(switch=_SWITCHES[at]))
        self._row(self._fields, text("pulse.switch"), self.switch, text("pulse.switch_tip"))

    def _row(self, form: QFormLayout, name: str, widget: QWidget, what: str) -> None:
        label = QLabel(name)
        label.setToolTip(what)
        widget.setToolTip(what)
        widget.setStatusTip(text("settings.sentence", name=name, what=what))
        form.addRow(label, widget)

    def _ask(self, **wish: object) -> None:
        """Hand a wish to the session, or say why it is refused, with the figure."""
        try:
            command = Stimulate.model_validate({"site": self._actor.config.pulses.site, **wish})
            refused = self._check(command)
        except ConfigError as error:
            refused = str(error)
        self.refusal.setText(text("settings.refused", line=refused) if refused else "")
        self.refusal.setVisible(bool(refused))
        if refused:
            self._put(self._wished)  # the fields tell what is so, and not what was wished
        else:
            self._wished = command.pulses(self._wished)
            self._submit(command)

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        colors = look.palette
        fill_down(self._curve, colors.signal)
        for widget in (*self.fields.values(), self.switch):
            widget.setFont(look.font())
        self.refusal.setStyleSheet(f"color: {colors.invalid};")
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 Qt's name
        """Put the fields beside the figures where there is width for both, and less has to be scrolled."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        width = round(_WIDTH_PX * max(1.0, self.look.text_scale))
        aside = self.width() >= 3 * width
        direction = QBoxLayout.Direction.LeftToRight if aside else QBoxLayout.Direction.TopToBottom
        self._columns.setDirection(direction)
        for column in range(self._columns.count()):
            self._columns.setStretch(column, int(aside))  # as wide as each other, and never higher than they need
        self._side.setFixedWidth(2 * width if aside else width)

    def refresh(self, history: History) -> None:
        if not self.due("pulse", _EVERY_S):
            return
        actor = self._actor
        pulses = actor.config.pulses
        if pulses != self._shown:
            self._shown = pulses
            self._wished = pulses
            self._draw(pulses)
            for name, words in figures_of(pulses).items():
                self.figures[name].setText(words)
            self._put(pulses)
        if actor.switch != self._switched:  # somebody else may have done it
            self._switched = actor.switch
            show_silently(self.switch, _SWITCHES.index(actor.switch))

    def _put(self, pulses: Pulses) -> None:
        """Let the fields tell pulses, without asking for them."""
        for name, field in self.fields.items():
            show_silently(field, getattr(pulses, name))

    def _draw(self, pulses: Pulses) -> None:
        """Draw two phases that give back what they took, and the next pulse at its distance."""
        period, width = 1000.0 / pulses.frequency_hz, pulses.width_us / 1000.0
        step = np.array([0.0, 0.0, width, width, 2.0 * width, 2.0 * width])
        height = np.array([0.0, -1.0, -1.0, 1.0, 1.0, 0.0]) * pulses.current_ma
        t = np.concatenate([[-0.1 * period], step, step + period, [period + max(2.0 * width, 0.2 * period)]])
        self._curve.setData(t, np.concatenate([[0.0], height, height, [0.0]]))
        self.plot.setXRange(t[0], _PERIODS * period, padding=0)
        most = 1.2 * max(pulses.current_ma, 0.1)
        self.plot.setYRange(-most, most, padding=0)
