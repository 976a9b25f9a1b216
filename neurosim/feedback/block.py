"""The course of a session: blocks, and the trials in them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, TypeAlias

from pydantic import Field, field_validator

from neurosim.core.config import Config, refuse
from neurosim.core.drive import Drive
from neurosim.core.errors import ConfigError
from neurosim.core.rule import Allotted

#: Which way the first condition is to go.
Target: TypeAlias = Literal["up", "down"]


class Trials(Config):
    """Trials that fill a block, one after the other: a baseline, the task, a pause.

    Targets come in random order, each as often as the others; the order is the same in every session.
    """

    baseline_s: float = Field(2.0, ge=0, description="rest before the task", json_schema_extra={"unit": "s"})
    task_s: float = Field(8.0, gt=0, description="the task", json_schema_extra={"unit": "s"})
    pause_s: float = Field(2.0, ge=0, description="rest after the task", json_schema_extra={"unit": "s"})
    targets: tuple[Target, ...] = Field(
        ("up",), min_length=1, max_length=2, description="which way the first condition is to go"
    )
    transfer_every: int = Field(0, ge=0, description="every so many trials is one without feedback; 0 for none")
    instructions: dict[Target, str] = Field({}, description="what the subject is told by target")

    @property
    def period_s(self) -> float:
        """From trial to trial [s]."""
        return self.baseline_s + self.task_s + self.pause_s


class Stressor(Config):
    """Something that is done to the subject while a block lasts: a task, a noise, a memory.

    It acts on the body as any actor does; on a recording it does nothing.
    """

    name: str = Field(description="how blocks call it")
    drive: dict[str, float] = Field(min_length=1, description="what it adds to the latents of the body")

    @field_validator("drive")
    @classmethod
    def _known(cls, drive: dict[str, float]) -> dict[str, float]:
        try:
            Drive(dict(drive))
        except ConfigError as error:
            refuse(error.problems)
        return drive


class Block(Config):
    """A stretch of a session."""

    name: str = Field(description="as it stands in tables and on screens")
    kind: Literal["baseline", "training", "transfer", "rest"] = Field(
        description="baseline calibrates, training gives feedback, transfer trains without it, rest does nothing"
    )
    duration_s: float = Field(gt=0, description="length", json_schema_extra={"unit": "s"})
    instruction: str = Field("", description="what the subject is told")
    eyes: Literal["open", "closed"] | None = Field(None, description="eyes, where it matters")
    pacer_per_min: float | None = Field(
        None, ge=1, le=30, description="rate of a breathing pacer", json_schema_extra={"unit": "1/min"}
    )
    stressor: str = Field("", description="what is done to the subject: the name of one of the protocol's stressors")
    trials: Trials | None = Field(None, description="trials that fill a training block")


def allotted(blocks: Sequence[Block]) -> Allotted:
    """Return the time that blocks give to a rule."""
    training = [i for i, block in enumerate(blocks) if block.kind == "training"]
    before = blocks[: training[0]] if training else blocks
    trials = [blocks[i].trials for i in training]
    return Allotted(
        baseline_s=sum(block.duration_s for block in before if block.kind == "baseline"),
        training_s=sum(blocks[i].duration_s for i in training),
        stretch_s=min((_stretch_s(blocks[i]) for i in training), default=math.inf),
        active_s=sum(block.duration_s for block in blocks if block.kind != "rest"),
        both_ways=any(each is not None and len(set(each.targets)) > 1 for each in trials),
    )


def _stretch_s(block: Block) -> float:
    return block.duration_s if block.trials is None else min(block.trials.task_s, block.duration_s)
