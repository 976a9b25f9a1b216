"""The field as a map: what there is in each of its six branches, for whom, and how good the evidence is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from neurosim.cohort.shown import shown_session
from neurosim.cohort.treatments import BRANCHES, Branch, find_patient, patients
from neurosim.core.actor import ActorConfig
from neurosim.core.registry import kind_names
from neurosim.feedback.protocol import TrainingProtocol, load_protocol
from neurosim.modulation import Coil, Drug, Stimulator

#: Of what is trained only that is on the map whose evidence is as good.
_LEAST_LEVEL = 3


@dataclass(frozen=True)
class Place:
    """A technique for somebody, or a protocol that shows one.

    Parameters
    ----------
    branch
        Which of the six.
    name
        Of the technique, or of the protocol.
    patient
        The subject that techniques are compared in; empty for a protocol alone.
    whom
        Who that is, or what the protocol is used for, in a few words.
    level, evidence
        How strong the evidence is, with what speaks against it.
    protocol
        The protocol that does it by itself; empty where it is a device beside the patient's own.
    devices
        What acts.
    """

    branch: Branch
    name: str
    patient: str
    whom: str
    level: int | None
    evidence: str
    protocol: str
    devices: tuple[ActorConfig, ...]

    def shown(self) -> TrainingProtocol:
        """Return the session that shows it."""
        if self.protocol:
            return load_protocol(self.protocol)
        return shown_session(find_patient(self.patient), self.name)


def places() -> dict[Branch, list[Place]]:
    """Return what there is in each branch, techniques that are compared in patients first."""
    found: dict[Branch, list[Place]] = {branch: [] for branch in BRANCHES}
    for who, patient in patients().items():
        for name, technique in patient.techniques.items():
            level, evidence = technique.grade()
            devices = patient.watched(technique).devices
            place = Place(technique.branch, name, who, patient.title, level, evidence, technique.protocol, devices)
            found[technique.branch].append(place)
    there = {place.protocol for group in found.values() for place in group}
    for protocol in map(load_protocol, kind_names("protocol")):
        branch = branch_of(protocol)
        if branch is None or protocol.name in there:
            continue
        if protocol.does == "treats" or (protocol.evidence_level or 0) >= _LEAST_LEVEL:
            level, evidence = protocol.evidence_level, protocol.evidence
            found[branch].append(
                Place(branch, protocol.name, "", protocol.purpose, level, evidence, protocol.name, protocol.devices)
            )
    return found


def branch_of(protocol: TrainingProtocol) -> Branch | None:
    """Return the branch that a protocol belongs to; None for an assessment.

    Examples
    --------
    >>> [branch_of(load_protocol(name)) for name in ("itbs", "pns", "alpha_up")]
    ['transcranial magnetic stimulation', 'peripheral nerve stimulation', 'neurofeedback']
    """
    if protocol.does == "assesses":
        return None
    if protocol.does == "treats":
        return next(_branches_of(protocol.devices), None)
    trained = next(feature for feature in protocol.features if feature.name == protocol.rule.trained)
    of_brain = any(source.stream == "eeg" for source in trained.sources.values())
    return "neurofeedback" if of_brain else "biofeedback"


def _branches_of(devices: tuple[ActorConfig, ...]) -> Iterator[Branch]:
    for device in devices:
        if isinstance(device, Coil):
            yield "transcranial magnetic stimulation"
        elif isinstance(device, Drug):
            yield "drugs"
        elif isinstance(device, Stimulator):
            at_nerve = device.pulses.site == "nerve"
            yield "peripheral nerve stimulation" if at_nerve else "electrical stimulation"


def does_the_same(place: Place, protocol: TrainingProtocol) -> bool:
    """Return whether a session of a protocol shows what is at a place: itself, or the same drug or coil."""
    if place.protocol:
        return protocol.name == place.protocol
    medicines = {device.medicine.name for device in place.devices if isinstance(device, Drug)}
    given = {device.medicine.name for device in protocol.devices if isinstance(device, Drug)}
    trains = {device.train for device in place.devices if isinstance(device, Coil)}
    pulsed = {device.train for device in protocol.devices if isinstance(device, Coil)}
    return bool(medicines & given or trains & pulsed)
