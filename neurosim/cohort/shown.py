"""A session that shows a technique by itself: nobody trains, and the weeks of a drug pass in it."""

from __future__ import annotations

from neurosim.cohort.treatments import Patient
from neurosim.core.actor import ActorConfig
from neurosim.feedback.block import Block
from neurosim.feedback.protocol import TrainingProtocol
from neurosim.modulation import Coil, Drug

#: How long nothing acts at first, how long a device acts at least, and what a coil's train leaves to be seen [s].
_BEFORE_S, _LEAST_S, _AFTER_S = 60.0, 240.0, 30.0


def shown_session(patient: Patient, name: str) -> TrainingProtocol:
    """Return the protocol of a technique; where it is a device beside the patient's own, one with blocks for it.

    The device then begins after a minute. The hours of a drug are pressed together, until its effect is there.
    """
    technique = patient.techniques[name]
    protocol = patient.watched(technique)
    if technique.devices is None:
        return protocol
    trains = [device.train.times_s()[-1] for device in technique.devices if isinstance(device, Coil)]
    length_s = max(_LEAST_S, *(last_s + _AFTER_S for last_s in trains), 0.0)
    words = name.replace("_", " ")
    blocks = (Block(name="before", kind="baseline", duration_s=_BEFORE_S),
              Block(name=words, kind="rest", duration_s=length_s))  # fmt: skip
    devices = tuple(_from_then_on(device, length_s) for device in technique.devices)
    shown = protocol.with_blocks(*blocks)
    return shown.model_copy(update={"devices": devices, "learns": {}, "title": f"{patient.title}: {words}"})


def _from_then_on(device: ActorConfig, length_s: float) -> ActorConfig:
    """Return a device that begins after the first block."""
    if isinstance(device, Drug):
        return device.pressed(_BEFORE_S, length_s)
    return device.model_copy(update={"start_s": _BEFORE_S})
