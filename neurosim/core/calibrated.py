"""Stages that are fitted to the baseline block and then stay as they are."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from neurosim.core.spec import Bool, Samples, SignalSpec
from neurosim.core.stage import Baseline, BaselineNeed, Stage, StageConfig, both
from neurosim.core.tape import BaselineTape


class CalibratedStageConfig(StageConfig):
    """The description of a stage that needs a baseline."""

    def baseline_need(self) -> BaselineNeed | None:
        """Return the trusted baseline needed; some at least, where the description names no `least_s`."""
        return BaselineNeed(float(getattr(self, "least_s", 0.0)))

    @abstractmethod
    def uncalibrated(self, spec: SignalSpec) -> Stage:
        """Return the stage that stands in until the baseline has been seen."""

    @abstractmethod
    def fit(self, spec: SignalSpec, baseline: Samples, valid: Bool) -> Stage:
        """Return the stage fitted to a baseline.

        Parameters
        ----------
        spec
            Of the input.
        baseline
            The input during the baseline block ``(*batch, channel, time)``.
        valid
            Which of its samples can be trusted ``(*batch, time)``.
        """

    def fitting(self, spec: SignalSpec) -> Fitting:
        """Return how it is fitted: at the baseline's end, where the description does not work ahead."""
        return Fitting(self, spec)

    def prepare(self, spec: SignalSpec) -> Stage:
        """Return the stage; it collects its input until ``calibrate()`` is called."""
        return Calibrating(self, spec)


class Fitting:
    """How a stage comes to be fitted: what is worked out while the baseline goes on, and the rest at its end.

    The tick in which a baseline ends is no longer than others; what takes long is better done by and by.

    Parameters
    ----------
    config
        Of the stage.
    spec
        Of its input.
    """

    def __init__(self, config: CalibratedStageConfig, spec: SignalSpec) -> None:
        self.config, self.spec = config, spec

    def follow(self, baseline: Samples, valid: Bool) -> None:
        """Look at all that has come so far, as of `CalibratedStageConfig.fit`; called for each chunk."""

    def fit(self, baseline: Samples, valid: Bool) -> Stage:
        """Return the fitted stage; the outcome must not depend on how often `follow` was called."""
        return self.config.fit(self.spec, baseline, valid)


class Calibrating(Stage):
    """Runs the stand-in while it collects the baseline, then the fitted stage.

    The fitted stage is run over the baseline once, so that its state and its sample count go on as if it
    had been there from the first sample.

    Attributes
    ----------
    config
        As given.
    stage
        The stand-in, or the fitted stage.
    """

    def __init__(self, config: CalibratedStageConfig, spec: SignalSpec) -> None:
        self.config = config
        self._input_spec = spec
        self.reset()

    def reset(self) -> None:
        self.stage = self.config.uncalibrated(self._input_spec)
        self.spec = self.stage.spec
        self._learning: tuple[BaselineTape, Fitting] | None = BaselineTape(), self.config.fitting(self._input_spec)
        self._next_valid: Bool | None = None

    def restart(self) -> None:
        self.stage.restart()
        self._next_valid = None

    def mark_valid(self, valid: Bool) -> None:
        self._next_valid = valid

    def process(self, x: Samples) -> Samples:
        if self._learning is not None and x.shape[-1]:
            baseline, fitting = self._learning
            everything = np.ones((*x.shape[:-2], x.shape[-1]), dtype=np.bool_)
            baseline.extend(x, both(everything, self._next_valid))
            fitting.follow(*baseline.all)
        self._next_valid = None
        out = self.stage.process(x)
        self.known = self.stage.known
        return out

    def calibrate(self) -> Baseline | None:
        if self._learning is None or not self._learning[0]:
            return None
        (tape, fitting), self._learning = self._learning, None
        baseline, valid = tape.all
        self.stage = fitting.fit(baseline, valid)
        self.spec = self.stage.spec
        output = self.stage.process(baseline)
        return output, both(valid, self.stage.known)
