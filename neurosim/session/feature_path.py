"""The way of one feature: from its streams through a join to a number."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from neurosim.core.chain import Chain, is_calibrated
from neurosim.core.errors import ConfigError, Problem
from neurosim.core.join import Join
from neurosim.core.spec import MIXED, Bool, Float, Samples, SignalSpec
from neurosim.core.stage import Stage, both
from neurosim.core.tape import BaselineTape
from neurosim.feedback.protocol import Feature, Input


class FeaturePath:
    """Stages on each input, the join of what they give, and the feature's stages behind it.

    Parameters
    ----------
    feature
        Says what is measured.
    inputs
        The specs of its inputs, with the channels that it is made from.

    Attributes
    ----------
    spec
        Of the feature; calibration may change its delay.

    Raises
    ------
    ConfigError
        With everything that does not fit.
    """

    def __init__(self, feature: Feature, inputs: Mapping[str, SignalSpec]) -> None:
        problems: list[Problem] = []
        self._branches: dict[str, Stage] = {}
        for name, source in feature.sources.items():
            try:
                self._branches[name] = _prepare(source, inputs[name])
            except ConfigError as error:
                problems += error.within("inputs", name).problems
        if problems:
            raise ConfigError(problems)
        self._join = Join({name: branch.spec for name, branch in self._branches.items()}, feature.rate_of)
        self._stage = Chain(stages=feature.stages).prepare(self._join.spec)
        if self._stage.spec.n_channels != 1:
            n = self._stage.spec.n_channels
            message = f"must end with one channel, ends with {n}; add a mean, pick or ratio stage"
            raise ConfigError([Problem(("stages",), message)])
        if MIXED in self._stage.spec.unit:
            units = ", ".join(f"'{name}' in {branch.spec.unit}" for name, branch in self._branches.items())
            message = (
                f"join {units}, and what comes out has no unit; end with a stage that makes one of its own (rsa, "
                "ratio, zscore), or bring the inputs to one unit with stages of theirs"
            )
            raise ConfigError([Problem(("inputs",), message)])
        n = self._join.spec.n_subjects
        self._no_value: dict[str, Bool] = {name: np.ones(n, dtype=np.bool_) for name in (*self._branches, "")}
        self._delay_s = self._join.spec.delay_s  # that the stages behind the join were prepared for
        # Where one input is fitted to the baseline and gives it anew, the others are asked for what they gave.
        fitted = {name for name, branch in self._branches.items() if is_calibrated(branch)}
        self._given = {name: BaselineTape() for name in self._branches if fitted and name not in fitted}

    @property
    def spec(self) -> SignalSpec:
        """Of the feature."""
        delay_s = self._join.spec_of({name: branch.spec for name, branch in self._branches.items()}).delay_s
        return self._stage.spec.replace(added_delay_s=delay_s - self._delay_s)

    def push(self, name: str, x: Samples, valid: Bool) -> None:
        """Take the next samples of an input, and whether they can be trusted ``(*batch, time)``."""
        branch = self._branches[name]
        branch.mark_valid(valid)
        out = branch.process(x)
        if out.shape[-1]:
            self._note(name, branch)
        valid = both(valid, branch.known)
        self._join.push(name, out, valid)
        if name in self._given:
            self._given[name].extend(out, valid)

    def take(self, piece: int | None) -> Float | None:
        """Return the feature's newest value ``(*batch,)``; None when no sample has come."""
        x, valid = self._join.take()
        n_times = x.shape[-1]
        newest = None
        piece = piece or max(n_times, 1)
        for start in range(0, n_times, piece):
            self._stage.mark_valid(valid[..., start : start + piece])
            out = self._stage.process(x[..., start : start + piece])
            if out.shape[-1]:
                newest = out[..., 0, -1]
                self._note("", self._stage)
        return newest

    @property
    def stages(self) -> list[Stage]:
        """What it is made of: the stages of each input, and those behind the join."""
        return [*self._branches.values(), self._stage]

    @property
    def unknown(self) -> Bool:
        """Which subjects' newest value stands in for one that is not there yet ``(subject,)``."""
        unknown: Bool = np.logical_or.reduce([*self._no_value.values()])
        return unknown

    def restart(self) -> None:
        """Begin again at another place of the signal, with what the baseline has taught."""
        for stage in self.stages:
            stage.restart()
        self._join.reset()
        for no_value in self._no_value.values():
            no_value[:] = True

    def _note(self, name: str, stage: Stage) -> None:
        known = stage.known
        self._no_value[name][:] = False if known is None else ~known[..., -1].reshape(-1)

    def calibrate(self) -> None:
        """Fit what is calibrated to the baseline seen so far; what stands behind sees the baseline anew."""
        anew = {name: branch.calibrate() for name, branch in self._branches.items()}
        given, self._given = self._given, {}
        if any(each is not None for each in anew.values()):
            self._join.reset()
            for name, baseline in anew.items():
                if baseline is None and given.get(name):
                    baseline = given[name].all
                if baseline is not None:
                    self._join.push(name, *baseline)
            x, valid = self._join.take()
            self._stage.reset()
            self._stage.mark_valid(valid)
            self._stage.process(x)
        self._stage.calibrate()


def _prepare(source: Input, spec: SignalSpec) -> Stage:
    stage = Chain(stages=source.stages).prepare(spec)
    if stage.spec.fs != spec.fs:
        message = f"must keep the sampling rate of {spec.fs:g} Hz until the join, got {stage.spec.fs:g}"
        raise ConfigError([Problem(("stages",), message)])
    return stage
