"""What can be set while the session runs, and what is fixed: all from the models' own descriptions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic.fields import FieldInfo
from PySide6.QtWidgets import QDoubleSpinBox, QFormLayout, QLabel, QWidget

from neurosim.core.config import Config
from neurosim.core.errors import ConfigError
from neurosim.session.commands import Command, SetParameter, SetThreshold
from neurosim.session.session import Session
from neurosim_gui.look import Look
from neurosim_gui.panels.panel import Panel
from neurosim_gui.rings import History
from neurosim_gui.texts import text
from neurosim_gui.units import named, unit_words
from neurosim_gui.widgets import number_field, scrolling, show_silently

_WIDEST = 1e6
#: Endings of names that tell the unit, which stands behind the number.
_UNITS = ("_s", "_hz", "_uv", "_per_min")
_EVERY_S = 0.25


@dataclass(frozen=True)
class Setting:
    """A number of a model.

    Parameters
    ----------
    place
        Where it stands in the protocol, such as ``rule.dwell_s``.
    value
        What it is now.
    description, unit
        As the model says.
    low, high
        Limits; None for none.
    """

    place: str
    value: float
    description: str
    unit: str
    low: float | None = None
    high: float | None = None


def settings_of(config: Config, place: str) -> Iterator[Setting]:
    """Yield every number of a model and of those inside it."""
    for name, info in type(config).model_fields.items():
        yield from _settings_in(getattr(config, name), f"{place}.{name}", info)


def _settings_in(value: Any, place: str, info: FieldInfo) -> Iterator[Setting]:
    if isinstance(value, Config):
        yield from settings_of(value, place)
    elif isinstance(value, tuple):
        for i, each in enumerate(value):
            if isinstance(each, Config):
                yield from settings_of(each, f"{place}[{i}]")
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
        low, high = (_limit(info, names) for names in (("ge", "gt"), ("le", "lt")))
        yield Setting(place, float(value), info.description or "", str(extra.get("unit", "")), low, high)


def _limit(info: FieldInfo, names: tuple[str, str]) -> float | None:
    found = [getattr(part, name) for part in info.metadata for name in names if getattr(part, name, None) is not None]
    return float(found[0]) if found else None


def may_change(session: Session, setting: Setting) -> bool:
    """Return whether a number may change while the session runs: the rule is asked with another value."""
    other = setting.value + 0.5 if setting.high is None or setting.value + 0.5 <= setting.high else setting.value / 2.0
    try:
        SetParameter(parameter=setting.place, value=other).check(session)
    except ConfigError:
        return False
    return True


class SettingsPanel(Panel):
    """The numbers of the rule, and the thresholds that are set by hand.

    Parameters
    ----------
    look
        Theme and sizes.
    session
        The session.
    submit
        Hands a command to the session; returns False when it was refused.

    Attributes
    ----------
    fields
        What can be changed, by its place in the protocol; manual thresholds by ``threshold:NAME``.
    """

    tab = "settings"

    def __init__(self, look: Look, session: Session, submit: Callable[[Command], bool]) -> None:
        super().__init__(look, text("settings.title"))
        self._session, self._submit = session, submit
        self.fields: dict[str, QDoubleSpinBox] = {}
        self._names: list[QLabel] = []
        page = QWidget()
        form = QFormLayout(page)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.FieldsStayAtSizeHint)
        self._form = form
        fixed = []
        units = session.pipeline.specs
        for condition in getattr(session.protocol.rule, "conditions", ()):
            if condition.called in session.rule.manual:
                unit = units[condition.feature].unit
                start = Setting("", float(condition.threshold.value), "", unit)
                field = self._field(f"threshold:{condition.called}", start)
                self._row(text("settings.threshold", name=condition.called), "", field)
        for setting in settings_of(session.protocol.rule, "rule"):
            if may_change(session, setting):
                short = setting.place.removeprefix("rule.")
                self._row(short, setting.description, self._field(setting.place, setting))
            else:
                fixed.append(setting)
        if fixed:
            told = QLabel(text("settings.fixed"))
            self._names.append(told)
            form.addRow(told)
        for setting in fixed:
            unit = unit_words(setting.unit) if setting.unit else ""
            self._row(setting.place.removeprefix("rule."), setting.description, QLabel(f"{setting.value:g} {unit}"))
        self.body.addWidget(scrolling(page), 1)
        self.set_look(look)

    def _row(self, name: str, description: str, field: QWidget) -> None:
        label = QLabel(self._words_of(name))
        label.setToolTip(description)
        field.setToolTip(description)
        field.setStatusTip(text("settings.sentence", name=name, what=description) if description else name)
        self._names.append(label)
        self._form.addRow(label, field)

    def _words_of(self, place: str) -> str:
        """Return what a number of the rule is called: ``refractory``, ``alpha: threshold, percentile``."""
        for i, condition in enumerate(getattr(self._session.protocol.rule, "conditions", ())):
            place = place.replace(f"conditions[{i}].", f"{named('name', condition.called)}: ")
        for ending in _UNITS:
            place = place.removesuffix(ending)
        return place.replace(".", ", ").replace("_", " ")

    def _field(self, place: str, setting: Setting) -> QDoubleSpinBox:
        low, high = -_WIDEST if setting.low is None else setting.low, _WIDEST if setting.high is None else setting.high
        step = max(0.05, round(0.1 * abs(setting.value), 2))
        field = number_field(setting.value, low, high, step, 3, unit_words(setting.unit))
        field.valueChanged.connect(lambda value, place=place: self._change(place, value))
        self.fields[place] = field
        return field

    def _change(self, place: str, value: float) -> None:
        _, found, condition = place.partition("threshold:")
        command = (
            SetThreshold(condition=condition, value=value) if found else SetParameter(parameter=place, value=value)
        )
        self._submit(command)

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        for field in self.fields.values():
            field.setFont(look.font())

    def refresh(self, history: History) -> None:
        if not self.due("fields", _EVERY_S):
            return
        now = {s.place: s.value for s in settings_of(self._session.protocol.rule, "rule")}
        names = self._session.rule.condition_names
        with history.lock:
            thresholds = history.thresholds.newest(1)
        for place, field in self.fields.items():
            name = place.removeprefix("threshold:")
            if place in now:
                value = now[place]
            elif thresholds.shape[1]:
                value = float(thresholds[names.index(name), 0])
            else:
                continue
            if not field.hasFocus() and abs(field.value() - value) > 0.5e-3:
                show_silently(field, value)
