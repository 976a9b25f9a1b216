"""What is done to the devices of a session: a stimulator is set, a coil gives a pulse, a dose is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from neurosim.core.config import in_unit, validate
from neurosim.core.drive import SITES
from neurosim.core.errors import ConfigError, did_you_mean
from neurosim.modulation.drug import DrugActor
from neurosim.modulation.magnetic import CoilActor, CoilSwitch
from neurosim.modulation.pulses import Pulses
from neurosim.modulation.stimulator import StimulatorActor, Switch
from neurosim.session.commands.command import Command, acting

if TYPE_CHECKING:
    from neurosim.session.session import Session

#: What of pulses can be set while they are given.
PULSE_SETTINGS = ("current_ma", "width_us", "frequency_hz")


class Stimulate(Command):
    """Sets a stimulator from now on: its pulses, or whether it is on; the next session begins as the protocol says.

    Pulses past the electrode's limit are refused with the figure, as they are in a file.
    """

    command: Literal["stimulate"] = "stimulate"
    site: str = Field(description="where its pulses are given; `neurosim list latents` has the sites")
    current_ma: float | None = in_unit("mA", None, "current")
    width_us: float | None = in_unit("us", None, "width of a phase")
    frequency_hz: float | None = in_unit("Hz", None, "frequency")
    switch: Switch | None = Field(None, description="on, off, or program: as the protocol says")

    def pulses(self, now: Pulses) -> Pulses:
        """Return the pulses that are asked for, of a stimulator that gives others now.

        Raises
        ------
        ConfigError
            When they cannot be given.
        """
        asked = self.model_dump(include=set(PULSE_SETTINGS), exclude_none=True)
        return validate(now.model_dump() | asked, Pulses, f"the stimulator at {SITES[now.site]}")

    def check(self, session: Session) -> None:
        found = stimulators(session)
        if self.site not in found:
            there = did_you_mean(self.site, found) if found else "there is none here"
            raise ConfigError(f"no stimulator at the site '{self.site}'; {there}")
        now = found[self.site].config.pulses
        for command in session.pending:  # what waits for the same border of a tick comes first
            if isinstance(command, Stimulate) and command.site == self.site:
                now = command.pulses(now)
        self.pulses(now)

    def apply(self, session: Session) -> None:
        actor = stimulators(session)[self.site]
        actor.set(self.pulses(actor.config.pulses), self.switch)


def stimulators(session: Session) -> dict[str, StimulatorActor]:
    """Return the stimulators of a session by site."""
    return {actor.config.pulses.site: actor for actor in acting(session, StimulatorActor)}


class SetCoil(Command):
    """Sets a magnetic coil from now on, or gives a pulse by hand; the next session begins as the protocol says."""

    command: Literal["coil"] = "coil"
    intensity: float | None = Field(None, ge=0, le=2, description="of a pulse, in resting motor thresholds")
    switch: CoilSwitch | None = Field(None, description="off, or program: as its train says")
    pulse: bool = Field(False, description="give a pulse at once, whatever the train says")

    def check(self, session: Session) -> None:
        if not acting(session, CoilActor):
            raise ConfigError("there is no coil here; a protocol with one is tms_single, or give yours a device 'coil'")

    def apply(self, session: Session) -> None:
        for coil in acting(session, CoilActor):
            coil.set(self.intensity, self.switch)
            if self.pulse:
                coil.pulse()


class Dose(Command):
    """Gives a dose of a drug of the session at once, besides those of its schedule."""

    command: Literal["dose"] = "dose"
    medicine: str = Field(description="its name; `neurosim list drugs`")
    dose_mg: float | None = in_unit("mg", None, "how much; a dose of its schedule if left out", gt=0)

    def check(self, session: Session) -> None:
        found = drugs(session)
        if self.medicine not in found:
            there = did_you_mean(self.medicine, found) if found else "none is taken here"
            raise ConfigError(f"nobody here takes '{self.medicine}'; {there}")

    def apply(self, session: Session) -> None:
        drug = drugs(session)[self.medicine]
        drug.take(self.dose_mg or drug.dose_mg)


def drugs(session: Session) -> dict[str, DrugActor]:
    """Return the drugs of a session by name."""
    return {actor.config.medicine.name: actor for actor in acting(session, DrugActor)}
