"""Pipelines are values: stages one after the other (`Chain`), or side by side (`Fork`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Self

from pydantic import Field

from neurosim.core.calibrated import Calibrating
from neurosim.core.errors import ConfigError, Problem
from neurosim.core.spec import Bool, Samples, SignalSpec, branch_names, concatenate, join_channels
from neurosim.core.stage import AnyStage, Baseline, Stage, StageConfig


class _Compound(Stage):
    """A stage made of stages; what is asked of it is asked of each."""

    def __init__(self, stages: list[Stage], spec: SignalSpec) -> None:
        super().__init__(spec)
        self.stages = stages

    def reset(self) -> None:
        for stage in self.stages:
            stage.reset()

    def mark_valid(self, valid: Bool) -> None:
        for stage in self.stages:
            stage.mark_valid(valid)


def is_calibrated(stage: Stage) -> bool:
    """Return whether a stage, or one inside it, is fitted to the baseline."""
    return any(map(is_calibrated, stage.stages)) if isinstance(stage, _Compound) else isinstance(stage, Calibrating)


class ChainStage(_Compound):
    """Runs stages one after the other.

    What stands behind a calibrated stage sees the baseline anew, as that stage gives it once it is fitted: a z-score
    behind an envelope compares like with like.
    """

    def __init__(self, stages: list[Stage], before: list[SignalSpec], spec: SignalSpec) -> None:
        self._delays_s = [each.delay_s for each in before]  # of the inputs, as the stages were prepared for
        super().__init__(stages, spec)

    def calibrate(self) -> Baseline | None:
        anew: Baseline | None = None
        for stage in self.stages:
            if anew is not None:
                samples, valid = anew
                stage.reset()
                stage.mark_valid(valid)
                anew = stage.process(samples), valid
            anew = stage.calibrate() or anew
        self._add_delays()
        return anew

    def reset(self) -> None:
        super().reset()
        self._add_delays()

    def _add_delays(self) -> None:
        """Take note of the delays of stages that have been fitted, or are so no longer."""
        added = [stage.spec.delay_s - before_s for stage, before_s in zip(self.stages, self._delays_s, strict=True)]
        if added:
            self.spec = self.spec.replace(added_delay_s=self._delays_s[0] + sum(added) - self.spec.delay_s)

    def process(self, x: Samples) -> Samples:
        for stage in self.stages:
            x = stage.process(x)
        return x


class ForkStage(_Compound):
    """Runs stages side by side on the same input and joins their channels."""

    def __init__(self, stages: list[Stage], spec: SignalSpec) -> None:
        super().__init__(stages, spec)
        self._start()

    def _start(self) -> None:
        # Where one branch is fitted to the baseline and gives it anew, the others are asked for what they gave.
        self._outputs: list[list[Samples]] = [[] for _ in self.stages]
        self._collects = is_calibrated(self)
        longest = max(stage.spec.delay_s for stage in self.stages)
        self.spec = self.spec.replace(added_delay_s=longest - self.spec.delay_s)

    def reset(self) -> None:
        super().reset()
        self._start()

    def process(self, x: Samples) -> Samples:
        parts = [stage.process(x) for stage in self.stages]
        if self._collects:
            for outputs, part in zip(self._outputs, parts, strict=True):
                outputs.append(part)
        return join_channels(parts)

    def calibrate(self) -> Baseline | None:
        found = [stage.calibrate() for stage in self.stages]
        before = self._outputs
        self._start()
        self._collects = False
        valid = next((each[1] for each in found if each is not None), None)
        if valid is None:
            return None
        parts = [each[0] if each is not None else concatenate(before[i]) for i, each in enumerate(found)]
        return join_channels(parts), valid


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
        before: list[SignalSpec] = []
        for i, config in enumerate(self.stages):
            try:
                stage = config.prepare(spec)
            except ConfigError as error:
                raise error.within("stages", i) from error
            prepared.append(stage)
            before.append(spec)
            spec = stage.spec
        return ChainStage(prepared, before, spec)


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
        names = branch_names(dict(zip(self.branches, specs, strict=True)))
        longest = max(part.delay_s for part in specs)
        joined = specs[0].replace(ch_names=names, added_delay_s=longest - specs[0].delay_s)
        return ForkStage(stages, joined)

    def _require_same(self, specs: list[SignalSpec], what: str, of: Callable[[SignalSpec], Any]) -> None:
        found = {name: of(spec) for name, spec in zip(self.branches, specs, strict=True)}
        if len(set(found.values())) > 1:
            each = ", ".join(f"{name}: {value}" for name, value in found.items())
            raise ConfigError([Problem(("branches",), f"must agree in {what}, got {each}")])
