"""What can be done by hand to a coil or a drug, in one row: a number, and a button that gives it."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from neurosim.modulation.drug import DrugActor
from neurosim.modulation.magnetic import CoilActor, CoilSwitch
from neurosim.session.commands import Command, Dose, SetCoil
from neurosim_gui.look import Look
from neurosim_gui.panels.settings import settings_of
from neurosim_gui.texts import text
from neurosim_gui.widgets import number_field, show_silently, small_button

_SWITCHES: tuple[CoilSwitch, ...] = ("program", "off")
#: So many usual doses are the most that the field takes.
_MOST_DOSES = 10.0


class ByHand(QWidget):
    """A row of fields."""

    def __init__(self) -> None:
        super().__init__()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)

    def add(self, widget: QWidget, tip: str) -> None:
        """Put a field at the end, and say what it is when the mouse is over it."""
        widget.setToolTip(tip)
        widget.setStatusTip(tip)
        self._row.addWidget(widget)

    def tell(self) -> None:
        """Show what is set now: a log that is repeated sets it, too."""

    def set_look(self, look: Look) -> None:
        """Take the size of words."""
        for widget in self.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            widget.setFont(look.font())


class CoilByHand(ByHand):
    """Intensity of all coils of a session, whether their train goes on, and a pulse at once.

    Parameters
    ----------
    submit
        Hands a command to the session.
    coil
        The first of them.
    """

    def __init__(self, submit: Callable[[Command], bool], coil: CoilActor) -> None:
        super().__init__()
        self._coil, self._told = coil, (coil.config.intensity, coil.switch)
        (setting,) = (each for each in settings_of(coil.config, "coil") if each.place == "coil.intensity")
        low, high = setting.low or 0.0, setting.high or 2.0
        self.intensity = number_field(setting.value, low, high, 0.05, 2, text("by_hand.mt"))
        self.intensity.valueChanged.connect(lambda value: submit(SetCoil(intensity=value)))
        self.switch = QComboBox()
        self.switch.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.switch.addItems([text(f"by_hand.switch_{name}") for name in _SWITCHES])
        self.switch.currentIndexChanged.connect(lambda at: submit(SetCoil(switch=_SWITCHES[at])))
        self.button = small_button(text("by_hand.pulse"), text("by_hand.pulse_tip"))
        self.button.clicked.connect(lambda: submit(SetCoil(pulse=True)))
        self.add(self.intensity, text("by_hand.intensity_tip"))
        self.add(self.switch, text("by_hand.switch_tip"))
        self.add(self.button, text("by_hand.pulse_tip"))

    def tell(self) -> None:
        now = self._coil.config.intensity, self._coil.switch
        if now != self._told:  # else the fields may tell what waits for the next tick
            self._told = now
            show_silently(self.intensity, now[0])
            show_silently(self.switch, _SWITCHES.index(now[1]))


class DrugByHand(ByHand):
    """How much of a drug, and such a dose at once.

    Parameters
    ----------
    submit
        Hands a command to the session.
    drug
        The drug.
    """

    def __init__(self, submit: Callable[[Command], bool], drug: DrugActor) -> None:
        super().__init__()
        name, usual = drug.config.medicine.name, drug.dose_mg
        decimals = max(1, 2 - math.floor(math.log10(usual)))  # for a hundredth of a dose of micrograms, too
        self.dose = number_field(usual, usual / 100.0, _MOST_DOSES * usual, usual / 4.0, decimals, "mg")
        self.button = small_button(text("by_hand.give"), text("by_hand.give_tip"))
        self.button.clicked.connect(lambda: submit(Dose(medicine=name, dose_mg=self.dose.value())))
        self.add(self.dose, text("by_hand.dose_tip"))
        self.add(self.button, text("by_hand.give_tip"))
