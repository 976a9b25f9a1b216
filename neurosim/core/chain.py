"""Pipelines are values: stages one after the other (`Chain`), or side by side (`Fork`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.errors import ConfigError, Problem
from neurosim.core.spec import Bool, Samples, SignalSpec, time_first, time_last
from neurosim.core.stage import AnyStage, Stage, StageConfig


class _Compound(Stage):
    """A stage made of stages; what is asked of it is asked of each."""

    def __init__(self, stages: list[Stage], spec: SignalSpec) -> None:
        super().__init__(spec)
        self.stages = stages

    def reset(self) -> None:
        for stage in self.stages:
            stage.reset()

    def calibrate(self) -> None:
        for stage in self.stages:
            stage.calibrate()

    def mark_valid(self, valid: Bool) -> None:
        for stage in self.stages:
            stage.mark_valid(valid)


class ChainStage(_Compound):
    """Runs stages one after the other."""

    def process(self, x: Samples) -> Samples:
        for stage in self.stages:
            x = stage.process(x)
        return x


class ForkStage(_Compound):
    """Runs stages side by side on the same input and joins their channels."""

    def process(self, x: Samples) -> Samples:
        parts = [time_first(stage.process(x)) for stage in self.stages]
        return time_last(np.concatenate(parts, axis=-1))


class Chain(StageConfig):
    """Stages one after the other.

    Examples
    --------
    >>> from neurosim.dsp import BandPower, Log
    >>> Chain.of(BandPower(low_hz=8, high_hz=12), Log()).stages[0].kind
    'band_power'
    """

    kind: Literal["chain"] = "chain"
    stages: tuple[AnyStage, ...] = Field(description="the stages, first to last")

    @classmethod
    def of(cls, *stages: StageConfig) -> Self:
        """Return the chain of these stages."""
        return cls(stages=stages)

    @classmethod
    def examples(cls) -> list[Self]:
        """Return the empty chain, which passes everything on."""
        return [cls(stages=())]

    def prepare(self, spec: SignalSpec) -> ChainStage:
        """Prepare each stage for the output of the one before."""
        prepared: list[Stage] = []
        for i, config in enumerate(self.stages):
            try:
                stage = config.prepare(spec)
            except ConfigError as error:
                raise error.within("stages", i) from error
            prepared.append(stage)
            spec = stage.spec
        return ChainStage(prepared, spec)


class Fork(StageConfig):
    """Stages side by side on the same input; the channels of the output carry the branches' names.

    Examples
    --------
    >>> from neurosim.dsp import BandPower
    >>> fork = Fork(branches={"theta": BandPower(low_hz=4, high_hz=8), "beta": BandPower(low_hz=13, high_hz=21)})
    >>> fork.prepare(SignalSpec(256.0, ("Cz",), "uV")).spec.ch_names
    ('theta', 'beta')
    """

    kind: Literal["fork"] = "fork"
    branches: dict[str, AnyStage] = Field(description="name and stage of each branch", min_length=1)

    @classmethod
    def examples(cls) -> list[Self]:
        """Return a fork of two that pass everything on."""
        return [cls(branches={"left": Chain(stages=()), "right": Chain(stages=())})]

    def prepare(self, spec: SignalSpec) -> ForkStage:
        """Prepare each branch; they must agree in rate and unit, the delay is the longest."""
        stages: list[Stage] = []
        problems: list[Problem] = []
        for name, config in self.branches.items():
            try:
                stages.append(config.prepare(spec))
            except ConfigError as error:
                problems += error.within("branches", name).problems
        if problems:
            raise ConfigError(problems)
        specs = [stage.spec for stage in stages]
        self._require_same(specs, "sampling rate", lambda s: s.fs)
        self._require_same(specs, "unit", lambda s: s.unit)
        names = tuple(
            name if part.n_channels == 1 else f"{name}.{channel}"
            for name, part in zip(self.branches, specs, strict=True)
            for channel in part.ch_names
        )
        longest = max(part.delay_s for part in specs)
        joined = specs[0].replace(ch_names=names, added_delay_s=longest - specs[0].delay_s)
        return ForkStage(stages, joined)

    def _require_same(self, specs: list[SignalSpec], what: str, of: Callable[[SignalSpec], Any]) -> None:
        found = {name: of(spec) for name, spec in zip(self.branches, specs, strict=True)}
        if len(set(found.values())) > 1:
            each = ", ".join(f"{name}: {value}" for name, value in found.items())
            raise ConfigError([Problem(("branches",), f"must agree in {what}, got {each}")])
