"""One broken stage for each law: the laws can fail."""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pytest

from neurosim.core.spec import Samples, SignalSpec
from neurosim.core.stage import Baseline, Stage, StageConfig
from neurosim.testing import LAWS, check_stage


class _Any(Stage):
    """A stage with a process function; `state` is all it remembers."""

    def __init__(self, spec: SignalSpec, process: Callable[["_Any", Samples], Any]) -> None:
        super().__init__(spec)
        self._process = process
        self.reset()

    def reset(self) -> None:
        self.state = np.zeros((*self.spec.batch_shape, self.spec.n_channels, 1))

    def process(self, x: Samples) -> Samples:
        out: Samples = self._process(self, x)
        return out


class Broken(StageConfig):
    """A plug-in."""

    kind: Literal["broken"] = "broken"

    def prepare(self, spec: SignalSpec) -> Stage:
        return _Any(spec, type(self).run)

    @staticmethod
    def run(stage: _Any, x: Samples) -> Any:
        return x


class ChunkMean(Broken):
    @staticmethod
    def run(stage: _Any, x: Samples) -> Any:
        return x - x.mean(axis=-1, keepdims=True) if x.shape[-1] else x


class BatchMean(Broken):
    @staticmethod
    def run(stage: _Any, x: Samples) -> Any:
        return x - x.mean(axis=0, keepdims=True) if x.ndim == 3 else x - x


class CommonAverage(Broken):
    @staticmethod
    def run(stage: _Any, x: Samples) -> Any:
        return x - x.mean(axis=-2, keepdims=True)


class Backwards(Broken):
    @staticmethod
    def run(stage: _Any, x: Samples) -> Any:
        return np.cumsum(x[..., ::-1], axis=-1)[..., ::-1]


class NoneWhenEmpty(Broken):
    @staticmethod
    def run(stage: _Any, x: Samples) -> Any:
        return x if x.shape[-1] else None


class Single(Broken):
    @staticmethod
    def run(stage: _Any, x: Samples) -> Any:
        return x.astype(np.float32)


class LosesSamples(Broken):
    @staticmethod
    def run(stage: _Any, x: Samples) -> Any:
        return x[..., ::2]


class WrongShape(Broken):
    @staticmethod
    def run(stage: _Any, x: Samples) -> Any:
        return x[..., :1, :]


class WritesInput(Broken):
    @staticmethod
    def run(stage: _Any, x: Samples) -> Any:
        x *= 2.0
        return x


class ChangesSpec(Broken):
    @staticmethod
    def run(stage: _Any, x: Samples) -> Any:
        stage.spec = stage.spec.replace(unit=f"{stage.spec.unit}!")
        return x


class GlobalNoise(Broken):
    @staticmethod
    def run(stage: _Any, x: Samples) -> Any:
        return x + np.random.standard_normal(x.shape)  # noqa: NPY002


_CALLS = iter(range(10**9))


class CountsAllCalls(Broken):
    """Stands for a clock or a counter that all instances share."""

    @staticmethod
    def run(stage: _Any, x: Samples) -> Any:
        return x + next(_CALLS)


class _KeepsAfterReset(_Any):
    def reset(self) -> None:
        if not hasattr(self, "state"):
            super().reset()


def _integrate(stage: _Any, x: Samples) -> Any:
    # One sample at a time, so that the chunks cannot matter; forgets with 0.9 a sample.
    out = np.empty_like(x)
    for i in range(x.shape[-1]):
        stage.state = 0.9 * stage.state + x[..., i : i + 1]
        out[..., i : i + 1] = stage.state
    return out


class ForgetsToReset(Broken):
    def prepare(self, spec: SignalSpec) -> Stage:
        return _KeepsAfterReset(spec, _integrate)


class _OneMemory(_Any):
    def __deepcopy__(self, memo: Any) -> "_OneMemory":
        return self


class SharedByCopies(Broken):
    def prepare(self, spec: SignalSpec) -> Stage:
        return _OneMemory(spec, _integrate)


class NeverForgets(Broken):
    @staticmethod
    def run(stage: _Any, x: Samples) -> Any:
        out = np.maximum.accumulate(np.concatenate((stage.state, x), axis=-1), axis=-1)
        stage.state = out[..., -1:]
        return out[..., 1:]


class Overflows(Broken):
    @staticmethod
    def run(stage: _Any, x: Samples) -> Any:
        return np.where(np.abs(x) > 3000.0, np.nan, x)


class HidesDelay(Broken):
    """A smoother that says it has no delay."""

    @staticmethod
    def run(stage: _Any, x: Samples) -> Any:
        return _integrate(stage, x)


class PretendsDelay(Broken):
    def prepare(self, spec: SignalSpec) -> Stage:
        return _Any(spec.replace(added_delay_s=0.01), Broken.run)


class _FittedOnce(_Any):
    """Takes the mean of the baseline away, and knows of it no more when it begins again."""

    def reset(self) -> None:
        super().reset()
        self.seen: list[Samples] = []

    def calibrate(self) -> Baseline | None:
        baseline = np.concatenate(self.seen, axis=-1)
        self.state = baseline.mean(axis=-1, keepdims=True)
        return baseline - self.state, np.ones(baseline.shape[-1], dtype=np.bool_)


def _centre(stage: _FittedOnce, x: Samples) -> Any:
    stage.seen.append(x)
    return x - stage.state


class ForgetsItsFit(Broken):
    def prepare(self, spec: SignalSpec) -> Stage:
        return _FittedOnce(spec, _centre)  # type: ignore[arg-type]


class _NeverRestarts(_Any):
    def restart(self) -> None:
        """Forget nothing."""


class RemembersThePlaceBefore(Broken):
    def prepare(self, spec: SignalSpec) -> Stage:
        return _NeverRestarts(spec, _integrate)


_CAUGHT: list[tuple[type[Broken], str, str]] = [
    (ChunkMean, "chunking", "broken: cut into .*, not whole: .* numbers differ"),
    (BatchMean, "batch", "subject 17 as number .* not alone"),
    (CommonAverage, "channels", "channel Cz beside others"),
    (Backwards, "causal within a chunk", "changes from sample .* the output before it"),
    (NoneWhenEmpty, "time", "a chunk of 0 samples: gives NoneType"),
    (Single, "time", "gives float32"),
    (LosesSamples, "time", "samples came out after"),
    (WrongShape, "time", "gives the shape"),
    (WritesInput, "time", "writes into its input"),
    (ChangesSpec, "time", "fixed for a session"),
    (GlobalNoise, "noise", "prepared again"),
    (CountsAllCalls, "noise", "prepared again"),
    (ForgetsToReset, "reset", r"after reset\(\)"),
    (SharedByCopies, "reset", "deep copy"),
    (ForgetsItsFit, "another place", "the baseline once more, after a restart: .* numbers differ"),
    (RemembersThePlaceBefore, "another place", "after a restart, what came before it: .* numbers differ"),
    (NeverForgets, "finite", "a second without samples is still there"),  # the entrance lets no spike of 1e5 in
    (Overflows, "finite", "saturation at 3200|a spike of 1e5.*not finite"),
    (HidesDelay, "delay", "spec.delay_s is 0.0000 s, a slow modulation takes 0.035"),  # 9 samples of 1/256 s
    (PretendsDelay, "delay", "spec.delay_s is 0.0100 s, a slow modulation takes -?0.0000 s"),
]


@pytest.mark.parametrize(("config", "law", "message"), _CAUGHT, ids=lambda v: getattr(v, "__name__", None))
def test_law_catches(config: type[Broken], law: str, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        LAWS["stage"][law](config())


@pytest.mark.parametrize("config", [case[0] for case in _CAUGHT])
def test_check_stage_catches(config: type[Broken]) -> None:
    with pytest.raises((AssertionError, AttributeError)):
        check_stage(config())


def test_sound_plug_in_passes() -> None:
    class Sound(Broken):
        def prepare(self, spec: SignalSpec) -> Stage:
            return _Any(spec.replace(added_delay_s=9 / 256), _integrate)  # pole 0.9: 0.9/(1 - 0.9) samples

    check_stage(Sound())


def test_every_law_of_stages_has_a_broken_stage() -> None:
    laws = {law for _, law, _ in _CAUGHT} | {"causal"}  # across steps: in test_broken_others.py
    assert laws == set(LAWS["stage"])
