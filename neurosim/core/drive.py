"""What acts on the nervous system right now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from neurosim.core.errors import ConfigError, did_you_mean
from neurosim.core.spec import Float


@dataclass(frozen=True, slots=True)
class Latent:
    """A quantity of the body that a drive can offset; neutral is 0."""

    unit: str
    meaning: str


#: Everything that a drive may move. Rhythm drives are natural-log units of the burst on-rate's argument.
LATENTS: dict[str, Latent] = {
    "eyes_closed": Latent("0 to 1", "eyes: 0 leaves the body's own state, 1 closes them"),
    "theta_drive": Latent("ln", "regulation of frontal-midline theta"),
    "alpha_drive": Latent("ln", "regulation of posterior alpha"),
    "mu_drive": Latent("ln", "regulation of the central mu rhythm"),
    "smr_drive": Latent("ln", "regulation of the sensorimotor rhythm"),
    "beta_drive": Latent("ln", "regulation of frontal beta"),
}


@dataclass(frozen=True, slots=True)
class DriveEvent:
    """Something that happens at one moment, such as a blink.

    Parameters
    ----------
    kind
        What happens; the body decides what it does.
    onset_s
        When, in seconds from the start of the session.
    amplitude
        How strongly, in the unit that the kind says (a blink: uV at the forehead).
    duration_s
        How long [s].
    """

    kind: str
    onset_s: float
    amplitude: float = 1.0
    duration_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Drive:
    """Named offsets of latent quantities, each ``(*batch,)`` or a number, and timed events.

    The drives of all actors add up.

    Raises
    ------
    ConfigError
        For a name that is not in `LATENTS`.

    Examples
    --------
    >>> total = Drive({"alpha_drive": 0.25}) + Drive({"alpha_drive": 0.25, "eyes_closed": 1.0})
    >>> float(total["alpha_drive"]), float(total["theta_drive"])
    (0.5, 0.0)
    """

    offsets: Mapping[str, Float | float] = field(default_factory=dict)
    events: tuple[DriveEvent, ...] = ()

    def __post_init__(self) -> None:
        for name in self.offsets:
            if name not in LATENTS:
                raise ConfigError(f"unknown latent '{name}' in a drive; {did_you_mean(name, LATENTS)}")

    def __getitem__(self, name: str) -> Float | float:
        return self.offsets.get(name, 0.0)

    def __add__(self, other: Drive) -> Drive:
        if not self.offsets and not self.events:
            return other
        offsets = dict(self.offsets)
        for name, offset in other.offsets.items():
            offsets[name] = np.add(offsets[name], offset) if name in offsets else offset
        return Drive(offsets, self.events + other.events)


#: Nothing acts.
NEUTRAL = Drive()


def total_drive(drives: Iterable[Drive]) -> Drive:
    """Add up the drives of all actors."""
    return sum(drives, NEUTRAL)
