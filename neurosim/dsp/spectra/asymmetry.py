"""Right against left: the difference of two channels' log powers."""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.errors import ConfigError, Problem
from neurosim.core.spec import Samples, SignalSpec, time_first, time_last
from neurosim.core.stage import Stage, StageConfig
from neurosim.dsp.arithmetic import channel_index

_TINY = 1e-12  # what a power of 0 counts as


class Asymmetry(StageConfig):
    """ln(right) - ln(left) of two channels' powers, such as alpha at F4 and F3 behind a band power.

    More alpha means less activity: frontal asymmetry above 0 is read as more activity on the left (Allen, Coan and
    Nazarian 2004, doi:10.1016/j.biopsycho.2004.03.002). Of envelopes it is half as large.

    Examples
    --------
    >>> spec = SignalSpec(256.0, ("F3", "F4"), "uV^2")
    >>> Asymmetry(right="F4", left="F3").prepare(spec).process(np.array([[2.0], [2.0 * np.e]])).round(6).tolist()
    [[1.0]]
    """

    kind: Literal["asymmetry"] = "asymmetry"
    right: str = Field(description="channel over the right half of the head")
    left: str = Field(description="channel over the left half of the head")
    name: str = Field("asymmetry", description="name of the resulting channel")

    @classmethod
    def examples(cls) -> list[Self]:
        """Return the asymmetry of the channels of the laws' signal."""
        return [cls(right="Cz", left="Pz")]

    def prepare(self, spec: SignalSpec) -> Stage:
        """Look the channels up."""
        right, left = channel_index(spec, self.right, "right"), channel_index(spec, self.left, "left")
        if right == left:
            raise ConfigError([Problem(("left",), f"must be another channel than right, got '{self.left}' twice")])
        if spec.unit.startswith("ln"):
            raise ConfigError(f"takes powers and makes their logarithms itself, got {spec.unit}; leave 'log' out")
        return AsymmetryStage(right, left, spec.replace(ch_names=(self.name,), unit="ln(1)"))


class AsymmetryStage(Stage):
    """See `Asymmetry`; what is not positive counts as 1e-12.

    Parameters
    ----------
    right, left
        Indices of the channels.
    spec
        Of the output.
    """

    def __init__(self, right: int, left: int, spec: SignalSpec) -> None:
        super().__init__(spec)
        self._right, self._left = right, left

    def process(self, x: Samples) -> Samples:
        by_time = time_first(x)
        right, left = (np.log(np.maximum(by_time[..., c], _TINY)) for c in (self._right, self._left))
        return time_last((right - left)[..., None])

    def reset(self) -> None:
        """Do nothing: there is no state."""
