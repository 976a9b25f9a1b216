"""The panels of what acts on the body from outside: they come from the devices of the session."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from neurosim.core.errors import ConfigError
from neurosim.modulation.drug import DrugActor
from neurosim.modulation.lasting import Lasting
from neurosim.modulation.magnetic import CoilActor
from neurosim.modulation.stimulator import StimulatorActor
from neurosim.session.commands import Command
from neurosim.session.session import Session
from neurosim_gui.devices import Device, devices_of
from neurosim_gui.look import Look
from neurosim_gui.panels.by_hand import CoilByHand, DrugByHand
from neurosim_gui.panels.evoked import EvokedPanel, answers_of
from neurosim_gui.panels.feature import FeaturePanel
from neurosim_gui.panels.given import GivenPanel
from neurosim_gui.panels.panel import Panel
from neurosim_gui.panels.pulse import PulsePanel
from neurosim_gui.panels.rate import RatePanel
from neurosim_gui.panels.reach import ReachPanel
from neurosim_gui.panels.signals import SignalsPanel
from neurosim_gui.panels.target import Target, TargetPanel
from neurosim_gui.texts import text
from neurosim_gui.units import named, unit_words

if TYPE_CHECKING:
    from neurosim_gui.arrangement import Arrangement

#: Where the state of the body is told, which slow treatments move.
_STATE = "truth/state"
#: An adaptive device is looked at closely, for it is on for seconds at most [s].
_CLOSELY_S = 20.0
#: Streams of circuits: a feature of one is what its treatment is for; else the state comes first.
_CIRCUITS = {"lfp", "ieeg", "pain", "hand_emg"}
#: What of the state a person or a doctor would name.
_FELT = ("mood", "attention", "arousal", "excitability", "cortical_excitability")


def add_technique(found: Arrangement, session: Session, look: Look, submit: Callable[[Command], bool]) -> None:
    """Put the panels of a session's devices where they are seen; change nothing where no device acts.

    Where devices act and nobody trains, what they give and what it is to change take the place of the rewards.
    """
    devices = devices_of(session)
    if not devices:
        return
    targets = TargetPanel(look, targets_of(session, devices), devices, session.protocol.blocks[0].duration_s)
    given = _given(look, devices, submit)
    shapes = [panel for device in devices for panel in _shapes(look, device, session, submit)]
    if any(isinstance(device.actor, CoilActor) for device in devices) and answers_of(session):
        shapes.insert(0, EvokedPanel(look, session))
    if session.protocol.does != "treats":
        found.tabs += [*given, targets, *shapes]
        return
    adaptive = any(isinstance(d.actor, StimulatorActor) and d.actor.config.mode == "adaptive" for d in devices)
    features = [panel for panel in found.trained if isinstance(panel, FeaturePanel)]
    others = [panel for panel in found.trained if not isinstance(panel, (FeaturePanel, RatePanel))]
    shown = features[:1] if adaptive else []
    found.trained = [*shown, *given, targets]
    found.folding = [panel for panel in found.folding if panel not in features and panel not in others]
    if adaptive:
        found.folding.append(targets)
    displaced = [*found.below, *others, *(panel for panel in features if panel not in shown)]
    found.below, found.tabs = shapes[:2], [*shapes[2:], *displaced, *found.tabs]
    found.name, found.first = "technique_", shapes[0].tab if shapes else SignalsPanel.tab


def _given(look: Look, devices: list[Device], submit: Callable[[Command], bool]) -> list[Panel]:
    """Return a panel for each stimulator and drug, and one for all coils together."""
    coils = [device for device in devices if isinstance(device.actor, CoilActor)]
    first = coils[0].actor if coils else None
    panels: list[Panel] = []
    if isinstance(first, CoilActor):
        panels.append(GivenPanel(look, coils, by_hand=CoilByHand(submit, first)))
    for device in devices:
        actor = device.actor
        if isinstance(actor, StimulatorActor):
            panels.append(GivenPanel(look, [device], _CLOSELY_S if actor.config.mode == "adaptive" else None))
        elif isinstance(actor, DrugActor):
            panels.append(GivenPanel(look, [device], by_hand=DrugByHand(submit, actor)))
    return panels


def _shapes(look: Look, device: Device, session: Session, submit: Callable[[Command], bool]) -> list[Panel]:
    """Return what shows a pulse and what it reaches."""
    if not isinstance(device.actor, StimulatorActor):
        return []

    def refusal(command: Command) -> str:
        try:
            command.check(session)
        except ConfigError as error:
            return str(error)
        return ""

    return [PulsePanel(look, device.actor, submit, refusal), ReachPanel(look, device.actor)]


def targets_of(session: Session, devices: list[Device]) -> list[Target]:
    """Return what the devices are to change: the trained feature, the other features, and the state they move."""
    specs, trained = session.pipeline.specs, session.protocol.rule.trained
    names = list(specs)
    features = []
    for name in sorted(names, key=lambda each: each != trained):
        words = named("name", name)
        unit = unit_words(specs[name].unit, name)
        label = text("stage.feature", name=words, unit=unit)
        feature = next(each for each in session.protocol.features if each.name == name)
        discharges = any(source.stream == "ieeg" for source in feature.sources.values())
        features.append(Target(words, label, unit, "", names.index(name), discharges))
    if _STATE not in session.source.specs:
        return features
    moved = [name for device in devices for name in _moved_by(device)]
    known = session.source.specs[_STATE].ch_names
    states, unit = [], unit_words("0 to 1")
    for name in dict.fromkeys(name for name in moved if name in _FELT and name in known):
        words = text("target.true", name=named("name", name))
        states.append(Target(words, text("target.state", name=words, unit=unit), unit, _STATE, known.index(name)))
    treated = {source.stream for f in session.protocol.features for source in f.sources.values()}
    return [*features, *states] if treated & _CIRCUITS else [*states, *features]


def _moved_by(device: Device) -> list[str]:
    """Return the latents that a device moves, as its description names them."""
    config = device.actor.config
    found: list[str] = []
    lasting = getattr(config, "lasting", None)
    if isinstance(lasting, Lasting):
        found += lasting.effects
    if isinstance(device.actor, DrugActor):
        medicine = device.actor.config.medicine
        found += [*medicine.slow_effects, *medicine.effects]
    return [*found, *getattr(config, "reaches", {})]
