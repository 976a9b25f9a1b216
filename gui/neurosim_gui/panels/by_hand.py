"""What can be done by hand to a coil or a drug, in one row: a number, and a button that gives it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QHBoxLayout, QWidget

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
    """A row of fields.

    Parameters
    ----------
    submit
        Hands a command to the session; returns False when it was refused.
    """

    def __init__(self, submit: Callable[[Command], bool]) -> None:
        super().__init__()
        self.submit = submit
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
        As of `ByHand`.
    coil
        The first of them.
    """

    def __init__(self, submit: Callable[[Command], bool], coil: CoilActor) -> None:
        super().__init__(submit)
        self._coil = coil
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
        if not self.intensity.hasFocus():
            show_silently(self.intensity, self._coil.config.intensity)
        show_silently(self.switch, _SWITCHES.index(self._coil.switch))


class DrugByHand(ByHand):
    """How much of a drug, and such a dose at once.

    Parameters
    ----------
    submit
        As of `ByHand`.
    drug
        The drug.
    """

    def __init__(self, submit: Callable[[Command], bool], drug: DrugActor) -> None:
        super().__init__(submit)
        name, usual = drug.config.medicine.name, drug.dose_mg
        self.dose: QDoubleSpinBox = number_field(usual, usual / 100.0, _MOST_DOSES * usual, usual / 4.0, 1, "mg")
        self.button = small_button(text("by_hand.give"), text("by_hand.give_tip"))
        self.button.clicked.connect(lambda: submit(Dose(medicine=name, dose_mg=self.dose.value())))
        self.add(self.dose, text("by_hand.dose_tip"))
        self.add(self.button, text("by_hand.give_tip"))
