"""Sample-by-sample arithmetic, and the choice of channels."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.errors import ConfigError, Problem, did_you_mean
from neurosim.core.spec import (
    Float,
    Samples,
    SignalSpec,
    as_lanes,
    from_lanes,
    take_channels,
    time_first,
    time_last,
)
from neurosim.core.stage import Stage, StageConfig
from neurosim.dsp.lanes import Stateless

_TINY = 1e-12  # what a power of exactly 0 counts as, so that a ratio or logarithm stays finite


def channel_index(spec: SignalSpec, name: str, *loc: str | int) -> int:
    """Return where a channel stands in a stream.

    Raises
    ------
    ConfigError
        When it is not there, at the given place of the description.
    """
    if name not in spec.ch_names:
        raise ConfigError([Problem(loc, f"no channel '{name}'; {did_you_mean(name, spec.ch_names)}")])
    return spec.ch_names.index(name)


class Pick(StageConfig):
    """Keep some channels, in the order given."""

    kind: Literal["pick"] = "pick"
    ch_names: tuple[str, ...] = Field(min_length=1, description="the channels to keep")

    @classmethod
    def examples(cls) -> list[Self]:
        """Return the first channel of the laws' signal."""
        return [cls(ch_names=("Cz",))]

    def prepare(self, spec: SignalSpec) -> Stage:
        """Look the channels up."""
        chosen = [channel_index(spec, name, "ch_names", i) for i, name in enumerate(self.ch_names)]
        return PickStage(chosen, spec.of_channels(chosen))


class PickStage(Stage):
    """See `Pick`.

    Parameters
    ----------
    chosen
        Indices of the channels to keep.
    spec
        Of the output.
    """

    def __init__(self, chosen: list[int], spec: SignalSpec) -> None:
        super().__init__(spec)
        self._chosen = chosen

    def process(self, x: Samples) -> Samples:
        return take_channels(x, self._chosen)

    def reset(self) -> None:
        """Do nothing: there is no state."""


class Mean(StageConfig):
    """The mean over all channels."""

    kind: Literal["mean"] = "mean"
    name: str = Field("mean", description="name of the resulting channel")

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up the mean."""
        return MeanStage(spec.n_channels, spec.replace(ch_names=(self.name,)))


class MeanStage(Stage):
    """See `Mean`.

    Parameters
    ----------
    n_channels
        Of the input.
    spec
        Of the output.
    """

    def __init__(self, n_channels: int, spec: SignalSpec) -> None:
        super().__init__(spec)
        self._n_channels = n_channels

    def process(self, x: Samples) -> Samples:
        from neurosim.core.kernels.filters import average

        out = np.empty((x.shape[-1], self.spec.n_lanes))
        average(as_lanes(x), self._n_channels, out)
        return from_lanes(out, self.spec.batch_shape, 1)

    def reset(self) -> None:
        """Do nothing: there is no state."""


class Log(StageConfig):
    """Natural logarithm: a band power becomes nearly normal, and a doubling counts the same everywhere."""

    kind: Literal["log"] = "log"

    def prepare(self, spec: SignalSpec) -> Stage:
        """Set up the logarithm."""
        return LogStage(spec.replace(unit=f"ln({spec.unit})"))


class LogStage(Stateless):
    """See `Log`; what is not positive counts as 1e-12."""

    def run(self, x: Float, out: Float) -> None:
        np.log(np.maximum(x, _TINY, out=out), out=out)


class InRange(StageConfig):
    """Whether each channel lies between two limits, 1 or 0; the mean behind it is the share of metrics in range.

    Examples
    --------
    >>> stage = InRange(low=-2.0, high=2.0).prepare(SignalSpec(4.0, ("theta", "alpha"), "SD"))
    >>> stage.process(np.array([[0.5, -2.5], [2.0, 1.0]])).tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """

    kind: Literal["in_range"] = "in_range"
    #: A slow modulation within the limits changes nothing.
    delay_is_latency: ClassVar[bool] = True
    low: float = Field(-2.0, description="lower limit, in the unit of the input")
    high: float = Field(2.0, description="upper limit, in the unit of the input")

    def prepare(self, spec: SignalSpec) -> Stage:
        """Check the limits."""
        if not self.low < self.high:
            raise ConfigError([Problem(("high",), f"must be above low = {self.low:g}, got {self.high:g}")])
        return InRangeStage(self, spec.replace(unit="1"))


class InRangeStage(Stateless):
    """See `InRange`.

    Parameters
    ----------
    config
        The limits.
    spec
        Of the output.
    """

    def __init__(self, config: InRange, spec: SignalSpec) -> None:
        self._low, self._high = config.low, config.high
        super().__init__(spec)

    def run(self, x: Float, out: Float) -> None:
        out[:] = (x >= self._low) & (x <= self._high)


class Ratio(StageConfig):
    """One channel divided by another, such as theta by beta after a fork."""

    kind: Literal["ratio"] = "ratio"
    numerator: str = Field(description="channel above the line")
    denominator: str = Field(description="channel below the line; what is not positive counts as 1e-12")
    name: str = Field("ratio", description="name of the resulting channel")

    @classmethod
    def examples(cls) -> list[Self]:
        """Return the ratio of the channels of the laws' signal."""
        return [cls(numerator="Cz", denominator="Pz")]

    def prepare(self, spec: SignalSpec) -> Stage:
        """Look the channels up."""
        above = channel_index(spec, self.numerator, "numerator")
        below = channel_index(spec, self.denominator, "denominator")
        return RatioStage(above, below, spec.replace(ch_names=(self.name,), unit="1"))


class RatioStage(Stage):
    """See `Ratio`.

    Parameters
    ----------
    above, below
        Indices of the channels.
    spec
        Of the output.
    """

    def __init__(self, above: int, below: int, spec: SignalSpec) -> None:
        super().__init__(spec)
        self._above, self._below = above, below

    def process(self, x: Samples) -> Samples:
        by_time = time_first(x)
        ratio = by_time[..., self._above] / np.maximum(by_time[..., self._below], _TINY)
        return time_last(ratio[..., None])

    def reset(self) -> None:
        """Do nothing: there is no state."""
