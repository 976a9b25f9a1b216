"""What acts on the body from outside in a session: each device with its place among the readings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from neurosim.modulation.drug import DrugActor
from neurosim.modulation.magnetic import CoilActor
from neurosim.modulation.stimulator import StimulatorActor
from neurosim.session.metered import DEVICES
from neurosim.session.session import Session
from neurosim_gui.texts import text
from neurosim_gui.units import named

DeviceActor: TypeAlias = StimulatorActor | CoilActor | DrugActor


@dataclass(frozen=True)
class Device:
    """A device of the session that runs.

    Parameters
    ----------
    actor
        The device itself, which only the engine's thread moves on.
    rows
        Where its readings stand in the stream of devices.
    """

    actor: DeviceActor
    rows: tuple[int, ...]

    @property
    def name(self) -> str:
        """What it is called on the screen."""
        return device_name(self.actor)


def device_name(actor: DeviceActor) -> str:
    """Return what a device is called on the screen."""
    if isinstance(actor, StimulatorActor):
        return text(f"device.{actor.config.pulses.site}")
    if isinstance(actor, CoilActor):
        return text("device.coil")
    return named("medicine", actor.config.medicine.name).capitalize()


def devices_of(session: Session) -> list[Device]:
    """Return the devices of a session, in the order of their readings; none where nobody may read them."""
    if DEVICES not in session.source.specs:
        return []
    found, first = list[Device](), 0
    for actor in session.actors:
        if isinstance(actor, DeviceActor):
            n = len(actor.config.readings)
            found.append(Device(actor, tuple(range(first, first + n))))
            first += n
    return found


def has_devices(session: Session) -> bool:
    """Return whether devices act in a session, and may be looked at."""
    return DEVICES in session.source.specs


@dataclass(frozen=True)
class Scale:
    """How the time of the session is written.

    Parameters
    ----------
    per_s
        Units that pass in a second of the session.
    label
        Of the axis.
    """

    per_s: float
    label: str


def scale_of(device: Device | None) -> Scale:
    """Return the scale of a device: a drug has hours of its own, everything else the session's seconds."""
    if device is None or not isinstance(device.actor, DrugActor):
        return Scale(1.0, text("given.seconds"))
    per_s = device.actor.config.hours_per_s
    return Scale(per_s / 24.0, text("given.days")) if per_s > 1.0 else Scale(per_s, text("given.hours"))
