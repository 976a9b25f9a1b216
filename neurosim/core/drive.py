"""What acts on the nervous system right now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated

import numpy as np
from pydantic import AfterValidator

from neurosim.core.errors import ConfigError, did_you_mean
from neurosim.core.spec import Float


@dataclass(frozen=True, slots=True)
class Latent:
    """A quantity of the body that a drive can offset; neutral is 0."""

    unit: str
    meaning: str


#: Where pulses of current can be given, one stimulator at a time: each has a current, a width and a frequency.
SITES: dict[str, str] = {
    "stn": "the subthalamic nucleus",
    "vagus": "the vagus nerve in the neck",
    "cord": "the dorsal columns of the spinal cord",
    "nerve": "a peripheral nerve",
}

#: Everything that a drive may move. Rhythm drives are natural-log units of the burst on-rate's argument; how the
#: others follow and what they move in turn stands in the tables of `neurosim.signals.body`.
LATENTS: dict[str, Latent] = {
    "eyes_closed": Latent("0 to 1", "eyes: 0 leaves the body's own state, 1 closes them"),
    "arousal": Latent("0 to 1", "sympathetic arousal, 0.5 at rest: negative relaxes, positive is stress"),
    "vagal_tone": Latent("0 to 1", "activity of the vagus on the heart, 0.5 at rest"),
    "attention": Latent("0 to 1", "attention to a task, 0.5 at rest"),
    "vasomotor_tone": Latent("0 to 1", "constriction of the vessels of the skin, 0.5 at rest"),
    "frontalis": Latent("0 to 1", "voluntary contraction of the forehead, 1 the strongest"),
    "trapezius": Latent("0 to 1", "voluntary contraction of the shoulder, 1 the strongest"),
    "frontalis_tension": Latent("ln", "tension that the forehead keeps by itself, more or less than the body's own"),
    "trapezius_tension": Latent("ln", "tension that the shoulder keeps by itself, more or less than the body's own"),
    "breathing_rate": Latent("1/min", "faster or slower breathing than the body's own"),
    "breathing_depth": Latent("ln", "deeper or shallower breathing than the body's own"),
    "breathing_pace": Latent("1/min", "a pacer that breathing follows; 0 for none"),
    "breath": Latent("-1 to 1", "breath at will: above 0.5 the lungs fill and stay full, below -0.5 they empty"),
    "theta_drive": Latent("ln", "regulation of frontal-midline theta"),
    "alpha_drive": Latent("ln", "regulation of posterior alpha"),
    "mu_drive": Latent("ln", "regulation of the central mu rhythm"),
    "smr_drive": Latent("ln", "regulation of the sensorimotor rhythm"),
    "beta_drive": Latent("ln", "regulation of frontal beta"),
    "alpha_asymmetry": Latent("ln", "alpha of the right half of the head over that of the left"),
    "slow_potential": Latent("uV", "slow potential at the vertex; negative is alert and expecting"),
    "theta_level": Latent("ln", "amplitude of theta, raised or lowered from outside"),
    "alpha_level": Latent("ln", "amplitude of alpha, raised or lowered from outside"),
    "beta_level": Latent("ln", "amplitude of beta, raised or lowered from outside"),
    "heart_period_level": Latent("ms", "beat interval, longer or shorter by what acts on the heart itself"),
    "pressure_level": Latent("mmHg", "systolic pressure, raised or lowered from outside"),
    "dopamine_loss": Latent("0 to 1", "share of the dopamine of the basal ganglia that is lost; 0 is healthy"),
    "levodopa": Latent("0 to 1", "effect of a dopamine substitute on the basal ganglia"),
    "excitability": Latent("1", "nearness of a focus of the cortex to a seizure; negative is farther"),
    "nociception": Latent("0 to 1", "firing of the thin fibres that report harm"),
    "mood": Latent("0 to 1", "mood, 0.5 in health"),
    "cortical_excitability": Latent("ln", "answer of the motor cortex to a magnetic pulse"),
    "gaba_a": Latent("0 to 1", "enhancement of all GABA-A receptors, as by benzodiazepines"),
    "gaba_a1": Latent("0 to 1", "enhancement of GABA-A receptors with the alpha-1 unit alone, as by zolpidem"),
    "gaba_b": Latent("0 to 1", "activation of GABA-B receptors, as by baclofen"),
}
LATENTS |= {
    f"{site}_{what}": Latent(unit, f"{meaning} of the pulses at {place}")
    for site, place in SITES.items()
    for what, (unit, meaning) in {"ma": ("mA", "current"), "us": ("us", "width"), "hz": ("Hz", "frequency")}.items()
}


def _known(offsets: dict[str, float]) -> dict[str, float]:
    for name in offsets:
        if name not in LATENTS:
            raise ValueError(f"unknown latent '{name}'; {did_you_mean(name, LATENTS)}")
    return offsets


#: Offsets of latents by name, as a field of a model.
Offsets = Annotated[dict[str, float], AfterValidator(_known)]


@dataclass(frozen=True, slots=True)
class Happening:
    """A kind of event that a drive can bring about."""

    unit: str
    meaning: str


#: Everything that can happen at a moment; typical sizes and rates stand in the table of `neurosim.signals.body`.
EVENTS: dict[str, Happening] = {
    "blink": Happening("uV", "blink of both eyes, at the forehead"),
    "saccade": Happening("uV", "eyes jump to the right, or to the left if negative; at F8"),
    "jaw_clench": Happening("uV", "rms of the temporal muscles at T7 and T8"),
    "forehead_tension": Happening("uV", "rms of the forehead's muscle at Fp1 and Fp2, and more in its EMG"),
    "mains": Happening("uV", "hum of the power line in the EEG"),
    "electrode_pop": Happening("uV", "an electrode jumps and settles"),
    "drift": Happening("uV", "SD of slow electrode drifts, as from sweat"),
    "heartbeat": Happening("uV", "height of the heart's R wave in the EEG"),
    "loose_electrode": Happening("uV", "an electrode with poor contact: hum and slow swings"),
    "flat_electrode": Happening("uV", "an electrode that has come off gives a constant"),
    "ectopic_beat": Happening("1", "a premature beat of the ventricle, with its pause"),
    "missed_beat": Happening("1", "share of an R wave that the electrodes lose"),
    "extra_beat": Happening("1", "a spike in the ECG as high as that share of an R wave"),
    "ppg_motion": Happening("1", "movement of the finger, in pulse heights"),
    "ecg_in_emg": Happening("uV", "height of the heart's R wave in the trapezius EMG"),
    "detached_thermistor": Happening("1", "the thermometer hangs in the air of the room"),
    "sigh": Happening("1", "one deep breath, in usual depths"),
    "startle": Happening("uS", "a response of the skin to something sudden"),
    "tms_pulse": Happening("1", "a magnetic pulse over the hand area, in resting motor thresholds"),
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
        How strongly, in the unit that `EVENTS` gives; None for what is typical.
    duration_s
        How long [s]; None for what is typical.
    where
        The channel it happens at, where there is a choice; empty for any.
    subject
        Which subject of a batch, by position; None for all.
    """

    kind: str
    onset_s: float
    amplitude: float | None = None
    duration_s: float | None = None
    where: str = ""
    subject: int | None = None


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
