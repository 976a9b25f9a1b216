"""A protocol in words: its stages, gates, rule and blocks. Names of the file stand between backticks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from neurosim.core.config import KindConfig
from neurosim.core.stage import StageConfig
from neurosim.feedback.block import Block
from neurosim.feedback.protocol import Feature, TrainingProtocol
from neurosim.testing.budget import Budget, Step

#: Of the table of levels by AAPB and ISNR (La Vaque et al. 2002).
LEVELS = {
    1: "not empirically supported",
    2: "possibly efficacious",
    3: "probably efficacious",
    4: "efficacious",
    5: "efficacious and specific",
}


@dataclass(frozen=True)
class DescribedStage:
    """A stage with its settings, and what it adds to the delay as it says and as measured [s]."""

    name: str
    settings: str
    said_s: float
    measured_s: float


def described_stages(budget: Budget, feature: Feature) -> list[DescribedStage]:
    """Return the stages of a feature, inputs first."""
    found = []
    for way, source in zip(budget.inputs, feature.sources.values(), strict=True):
        found += _described(way.steps, source.stages, f"{way.name}: " if way.name else "")
    return found + _described(budget.steps, feature.stages, "")


def _described(steps: Sequence[Step], stages: Sequence[StageConfig], where: str) -> list[DescribedStage]:
    settings = [settings_of(stage) for stage in stages] + ["held samples"]
    return [
        DescribedStage(where + step.kind, words, step.said_s, step.measured_s)
        for step, words in zip(steps, settings, strict=False)
    ]


def settings_of(config: KindConfig) -> str:
    """Return what a file sets in a stage or threshold, with the stages inside it."""
    data = config.model_dump(exclude_unset=True)
    return ", ".join(f"{key} {shown(value)}" for key, value in data.items() if key != "kind")


def shown(value: Any) -> str:
    """Return a value of a file in words."""
    if isinstance(value, dict) and value.get("kind") == "chain":
        return " -> ".join(map(shown, value["stages"]))
    if isinstance(value, dict):
        inner = ", ".join(f"{k} {shown(v)}" for k, v in value.items() if k != "kind")
        return f"{value['kind']} ({inner})" if "kind" in value and inner else value.get("kind", inner)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(shown, value)) + "]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def places(budget: Budget, feature: Feature) -> str:
    """Return the streams and channels that a feature is made from."""
    found = "; ".join(f"{way.stream}: {', '.join(way.channels)}" for way in budget.inputs)
    first = next(iter(feature.sources.values()))
    return f"{found} (the first that is there of {', '.join(first.channels)})" if first.choose == "first" else found


def gates_of(protocol: TrainingProtocol) -> list[str]:
    """Return what makes a tick invalid, a line each."""
    lines = []
    for gate in protocol.gates:
        also = f" and {', '.join(gate.also)}" if gate.also else ""
        stage = shown(gate.stage.model_dump(exclude_unset=True))
        lines.append(f"{gate.stream}, the channels of the features{also}: {stage}")
    return lines


#: What is rewarded where no condition is: by what a protocol does.
NOTHING = {
    "trains": "Nothing: there is no condition.",
    "assesses": "Nothing: this is an assessment.",
    "treats": "Nothing: devices act on the subject, who trains nothing.",
}


def lead_of(protocol: TrainingProtocol) -> str:
    """Return what happens while the conditions hold, as the line above them."""
    if protocol.does == "treats":
        return "No reward; the device acts while all of these hold:"
    return "A reward while all of these hold:"


def devices_of(protocol: TrainingProtocol) -> list[str]:
    """Return what acts on the body besides the subject, a line each."""
    return [f"{device.kind}: {settings_of(device)}" for device in protocol.devices]


def conditions_of(protocol: TrainingProtocol) -> list[str]:
    """Return what must hold for a reward, a line each; none for an assessment."""
    lines = []
    for c in getattr(protocol.rule, "conditions", ()):
        settings = settings_of(c.threshold)
        besides = c.model_dump(exclude_defaults=True, exclude={"feature", "direction", "threshold"})
        more = ", ".join(f"{key} {shown(value)}" for key, value in besides.items())
        asked = f"`{c.feature}` {c.direction} a {c.threshold.kind.replace('_', ' ')} threshold ({settings})"
        lines.append(f"{asked}; {more}" if more else asked)
    return lines


def timing_of(protocol: TrainingProtocol) -> str:
    """Return dwell and refractory time of a rule with conditions, in words."""
    rule = protocol.rule.model_dump()
    first = f"They must hold for {rule['dwell_s']:g} s first. " if rule["dwell_s"] else ""
    if protocol.does == "treats":
        return first.rstrip()
    return f"{first}Rewards come {rule['refractory_s']:g} s apart at least."


def grading_of(protocol: TrainingProtocol) -> str:
    """Return how much is shown, in words."""
    graded = protocol.rule.model_dump().get("graded")
    if graded is None:
        return "While they are met 1 is shown, else 0."
    unit = "standard deviations of the baseline" if graded["unit"] == "sd" else "units of the feature"
    return (
        f"What is shown is graded, {graded['shape']}: one half at the threshold of the first condition, over a span of "
        f"{graded['span']:g} {unit}."
    )


def details_of(block: Block) -> str:
    """Return what goes on in a block besides its kind: eyes, stressor, pacer, trials."""
    said = [f"eyes {block.eyes}" if block.eyes else "", f"stressor: {block.stressor}" if block.stressor else ""]
    said.append(f"pacer {block.pacer_per_min:g}/min" if block.pacer_per_min else "")
    if block.trials is not None:
        t = block.trials
        said.append(f"trials of {t.baseline_s:g} + {t.task_s:g} + {t.pause_s:g} s, {' and '.join(t.targets)}"
                    + (f", one in {t.transfer_every} without feedback" if t.transfer_every else ""))  # fmt: skip
    return "; ".join(filter(None, said))
