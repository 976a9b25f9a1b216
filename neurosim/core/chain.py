"""Pipelines are values: stages one after the other (`Chain`), or side by side (`Fork`)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import reduce
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from neurosim.core.calibrated import Calibrating
from neurosim.core.errors import ConfigError, Problem
from neurosim.core.spec import Bool, Samples, SignalSpec, branch_names, join_channels
from neurosim.core.stage import AnyStage, Baseline, Stage, StageConfig, both, known_of, waits_for_events
from neurosim.core.tape import BaselineTape

#: A stage has forgotten what is older than so many of its delays: exp(-3), 5 %, of a one-pole smoother.
SETTLE = 3.0


class _Compound(Stage):
    """A stage made of stages; what is asked of it is asked of each."""

    def __init__(self, stages: list[Stage], spec: SignalSpec) -> None:
        super().__init__(spec)
        self.stages = stages

    def reset(self) -> None:
        for stage in self.stages:
            stage.reset()

    def restart(self) -> None:
        for stage in self.stages:
            stage.restart()


def single_stages(stage: Stage) -> Iterator[Stage]:
    """Yield the stages that a pipeline is made of, first to last, none of them a chain or a fork."""
    if isinstance(stage, _Compound):
        for each in stage.stages:
            yield from single_stages(each)
    else:
        yield stage


def is_calibrated(stage: Stage) -> bool:
    """Return whether a stage, or one inside it, is fitted to the baseline."""
    return any(isinstance(each, Calibrating) for each in single_stages(stage))


class ChainStage(_Compound):
    """Runs stages one after the other.

    What stands behind a calibrated stage sees the baseline anew, as that stage gives it once it is fitted: a z-score
    behind an envelope compares like with like.

    Parameters
    ----------
    stages
        First to last.
    before
        Spec of the input of each.
    memories
        For how long each remembers what stood in before its input had a value [samples].
    spec
        Of the output.
    """

    def __init__(self, stages: list[Stage], before: list[SignalSpec], memories: list[int], spec: SignalSpec) -> None:
        self._delays_s = [each.delay_s for each in before]  # of the inputs, as the stages were prepared for
        self._after = [_Afterwards(n, spec) for n in memories]
        self._next_valid: Bool | None = None
        super().__init__(stages, spec)

    def mark_valid(self, valid: Bool) -> None:
        self._next_valid = valid

    def calibrate(self) -> Baseline | None:
        anew: Baseline | None = None
        for stage, after in zip(self.stages, self._after, strict=True):
            if anew is not None:
                samples, valid = anew
                stage.reset()
                after.reset()
                stage.mark_valid(valid)
                anew = stage.process(samples), both(valid, stage.known)
            anew = stage.calibrate() or anew
        self._add_delays()
        return anew

    def reset(self) -> None:
        super().reset()
        for after in self._after:
            after.reset()
        self._add_delays()

    def restart(self) -> None:
        super().restart()
        for after in self._after:
            after.reset()

    def _add_delays(self) -> None:
        """Take note of the delays of stages that have been fitted, or are so no longer."""
        added = [stage.spec.delay_s - before_s for stage, before_s in zip(self.stages, self._delays_s, strict=True)]
        if added:
            self.spec = self.spec.replace(added_delay_s=self._delays_s[0] + sum(added) - self.spec.delay_s)

    def process(self, x: Samples) -> Samples:
        self.known, valid, self._next_valid = None, self._next_valid, None
        for stage, after in zip(self.stages, self._after, strict=True):
            trusted = both(valid, self.known)
            if trusted is not None:
                stage.mark_valid(trusted)
            self.known = after(self.known, x.shape[-1])
            x = stage.process(x)
            self.known = both(self.known, stage.known)
        return x


class _Afterwards:
    """Where a stage has forgotten what stood in for its input before that had a value.

    Parameters
    ----------
    memory
        For how long it remembers [samples].
    spec
        Of the subjects.
    """

    def __init__(self, memory: int, spec: SignalSpec) -> None:
        self._memory, self._batch_shape = memory, spec.batch_shape
        self.reset()

    def reset(self) -> None:
        self._owed: NDArray[np.int64] | None = None

    def __call__(self, known: Bool | None, n_times: int) -> Bool | None:
        """Return the mask of the next chunk's output from that of its input, both ``(*batch, time)``."""
        if not self._memory or not n_times or (known is None and self._owed is None):
            return known
        if known is None:
            known = np.ones((*self._batch_shape, n_times), dtype=np.bool_)
        owed = np.zeros(self._batch_shape, dtype=np.int64) if self._owed is None else self._owed
        # The last sample without a value so far, counted from the chunk's first.
        now = np.arange(n_times)
        before = owed[..., None] - self._memory - 1
        last = np.maximum(np.maximum.accumulate(np.where(known, -self._memory - 1, now), axis=-1), before)
        owed = np.maximum(self._memory - (n_times - 1 - last[..., -1]), 0)
        self._owed = owed if owed.any() else None
        settled: Bool = now - last > self._memory
        return settled


class ForkStage(_Compound):
    """Runs stages side by side on the same input and joins their channels."""

    def __init__(self, stages: list[Stage], spec: SignalSpec) -> None:
        super().__init__(stages, spec)
        self._start()

    def mark_valid(self, valid: Bool) -> None:
        for stage in self.stages:
            stage.mark_valid(valid)

    def _start(self) -> None:
        # Where one branch is fitted to the baseline and gives it anew, the others are asked for what they gave.
        asked = [stage for stage in self.stages if not is_calibrated(stage)] if is_calibrated(self) else []
        self._outputs = {stage: BaselineTape() for stage in asked}
        longest = max(stage.spec.delay_s for stage in self.stages)
        self.spec = self.spec.replace(added_delay_s=longest - self.spec.delay_s)

    def reset(self) -> None:
        super().reset()
        self._start()

    def process(self, x: Samples) -> Samples:
        parts = [stage.process(x) for stage in self.stages]
        self.known = reduce(both, [stage.known for stage in self.stages])
        for stage, part in zip(self.stages, parts, strict=True):
            if stage in self._outputs:
                self._outputs[stage].extend(part, known_of(stage, part))
        return join_channels(parts)

    def calibrate(self) -> Baseline | None:
        found = [stage.calibrate() for stage in self.stages]
        before = self._outputs
        self._start()
        self._outputs = {}
        if all(each is None for each in found):
            return None
        parts = [each or before[stage].all for stage, each in zip(self.stages, found, strict=True)]
        return join_channels([samples for samples, _ in parts]), np.logical_and.reduce([valid for _, valid in parts])


def _merged(stages: list[Stage]) -> list[Stage]:
    """Let neighbours that can be run as one be one."""
    merged = stages[:1]
    for stage in stages[1:]:
        both = merged[-1].beside(stage)
        if both is None:
            merged.append(stage)
        else:
            merged[-1] = both
    return merged


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

    def first_value_s(self) -> float:
        """Return the sum: each stage waits for those before it."""
        return sum(stage.first_value_s() for stage in self.stages)

    def prepare(self, spec: SignalSpec) -> ChainStage:
        """Prepare each stage for the output of the one before."""
        prepared: list[Stage] = []
        before: list[SignalSpec] = []
        memories: list[int] = []
        for i, config in enumerate(self.stages):
            try:
                stage = config.prepare(spec)
            except ConfigError as error:
                raise error.within("stages", i) from error
            prepared.append(stage)
            before.append(spec)
            # What waits for events, or for its window to be full, says itself when it has a value.
            late_s = 0.0 if waits_for_events(config) else stage.spec.delay_s - spec.delay_s
            memories.append(math.ceil(SETTLE * late_s * spec.fs))
            spec = stage.spec
        return ChainStage(prepared, before, memories, spec)


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

    def first_value_s(self) -> float:
        """Return the longest."""
        return max(stage.first_value_s() for stage in self.branches.values())

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
        return ForkStage(_merged(stages), joined)

    def _require_same(self, specs: list[SignalSpec], what: str, of: Callable[[SignalSpec], Any]) -> None:
        found = {name: of(spec) for name, spec in zip(self.branches, specs, strict=True)}
        if len(set(found.values())) > 1:
            each = ", ".join(f"{name}: {value}" for name, value in found.items())
            raise ConfigError([Problem(("branches",), f"must agree in {what}, got {each}")])
