"""Streams of different rates as one, by integer arithmetic: each holds its newest sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from neurosim.core.spec import (
    MIXED,
    Bool,
    Samples,
    SignalSpec,
    branch_names,
    concatenate,
    join_channels,
    time_first,
    time_last,
)
from neurosim.core.stage import Baseline
from neurosim.core.timeline import exact


@dataclass
class _Input:
    """One of the streams, and what of it is still needed.

    Sample i of the joined stream holds sample ``i * p // q``. `first` is the index of the first sample that is kept,
    `end` of the next that will come.
    """

    p: int
    q: int
    first: int = 0
    end: int = 0
    samples: list[Samples] = field(default_factory=list)
    valid: list[Bool] = field(default_factory=list)

    def push(self, x: Samples, valid: Bool) -> None:
        self.samples.append(x)
        self.valid.append(valid)
        self.end += x.shape[-1]

    @property
    def n_ready(self) -> int:
        """How many samples of the joined stream this one is there for."""
        return -(-self.end * self.q // self.p)

    def held(self, index: NDArray[np.int64]) -> Baseline:
        """Return what the samples of the joined stream hold, and whether it can be trusted."""
        self.samples, self.valid = [concatenate(self.samples)], [np.concatenate(self.valid, axis=-1)]
        at = index * self.p // self.q - self.first
        return time_last(time_first(self.samples[0]).take(at, axis=0)), self.valid[0].take(at, axis=-1)

    def all_new(self) -> Baseline:
        """Return what has come, where it is all that is joined, and keep nothing."""
        samples, valid = self.samples, self.valid
        self.samples, self.valid = [], []
        return concatenate(samples), valid[0] if len(valid) == 1 else np.concatenate(valid, axis=-1)

    def forget(self, n_done: int) -> None:
        """Keep only what the samples after the first `n_done` of the joined stream may hold."""
        first = min(n_done * self.p // self.q, self.end)
        rest = slice(first - self.first, None)
        self.samples = [x[..., rest].copy(order="K") for x in self.samples]
        self.valid = [valid[..., rest].copy() for valid in self.valid]
        self.first = first


class Join:
    """Makes one stream of several; the channels carry the inputs' names, as those of a fork do.

    Sample i of the joined stream stands at ``i / fs`` and has of each input the newest sample that stands there or
    before. It comes out when all inputs have come so far, in whatever order and pieces. It can be trusted where all
    that it holds can be. A slower input is held, which delays it by up to a sample of its own, half of one on average;
    a faster one is thinned out, so let a stage smooth it before.

    Parameters
    ----------
    inputs
        The specs by name; of one subject or one batch.
    rate_of
        The input whose sampling rate the joined stream has; by default the fastest.

    Attributes
    ----------
    spec
        Of the joined stream. Its delay is the longest of the inputs, the mean of holding included; its unit that of
        them all; where they differ, each channel has its own.
    hold_s
        Mean delay of each input by being held [s].

    Examples
    --------
    A stream of 4 Hz beside one of 2 Hz:

    >>> join = Join({"fast": SignalSpec(4.0, ("a",), "mV"), "slow": SignalSpec(2.0, ("b",), "L")})
    >>> trusted = np.ones(4, dtype=bool)
    >>> join.push("fast", np.array([[0.0, 1.0, 2.0, 3.0]]), trusted)
    >>> join.push("slow", np.array([[10.0]]), trusted[:1])
    >>> join.take()[0]
    array([[ 0.,  1.],
           [10., 10.]])
    >>> join.push("slow", np.array([[11.0]]), trusted[:1])
    >>> join.take()[0]
    array([[ 2.,  3.],
           [11., 11.]])
    """

    def __init__(self, inputs: Mapping[str, SignalSpec], rate_of: str = "") -> None:
        self._specs = dict(inputs)
        fs = inputs[rate_of].fs if rate_of else max(spec.fs for spec in inputs.values())
        ratios = {name: exact(spec.fs) / exact(fs) for name, spec in inputs.items()}
        # Held samples are 0, 1/q, ... (q - 1)/q of a sample old, each as often.
        self.hold_s = {n: (r.denominator - 1) / (2.0 * r.denominator * inputs[n].fs) for n, r in ratios.items()}
        self._ratios, self._fs = ratios, fs
        self.spec = self.spec_of(inputs)
        self.reset()

    def spec_of(self, inputs: Mapping[str, SignalSpec]) -> SignalSpec:
        """Return the spec of the joined stream, where the delays of the inputs may have changed."""
        first = next(iter(inputs.values()))
        units = tuple(spec.unit for spec in inputs.values() for _ in spec.ch_names)
        differ = len(set(units)) > 1
        unit = MIXED if differ else first.unit
        delay_s = max(spec.delay_s + self.hold_s[name] for name, spec in inputs.items())
        return SignalSpec(self._fs, branch_names(inputs), unit, first.batch_shape, delay_s, first.trials_s,
                          units if differ else ())  # fmt: skip

    def reset(self) -> None:
        """Return to the state before the first sample."""
        self._n_done = 0
        self._inputs = {name: _Input(r.numerator, r.denominator) for name, r in self._ratios.items()}

    def push(self, name: str, x: Samples, valid: Bool) -> None:
        """Take the next samples of an input ``(*batch, channel, time)``, and whether they can be trusted."""
        self._inputs[name].push(x, valid)

    def take(self) -> Baseline:
        """Return the joined samples that are complete and have not been returned, and whether they can be trusted."""
        inputs = list(self._inputs.values())
        n_ready = min(each.n_ready for each in inputs)
        if n_ready == self._n_done:
            return self._nothing()
        if len(inputs) == 1:
            self._n_done = n_ready
            return inputs[0].all_new()
        index = np.arange(self._n_done, n_ready)
        held = [each.held(index) for each in inputs]
        for each in inputs:
            each.forget(n_ready)
        self._n_done = n_ready
        return join_channels([x for x, _ in held]), np.logical_and.reduce([valid for _, valid in held])

    def _nothing(self) -> Baseline:
        shape = self.spec.batch_shape
        return time_last(np.empty((0, *shape, self.spec.n_channels))), np.empty((*shape, 0), dtype=np.bool_)
