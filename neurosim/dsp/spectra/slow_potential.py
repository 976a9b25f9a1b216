"""Slow cortical potentials: DC-coupled moving average, eye movements taken away, against the start of each trial."""

from __future__ import annotations

import sys
from typing import ClassVar, Literal, Self

import numpy as np
from pydantic import Field

from neurosim.core.calibrated import CalibratedStageConfig, Calibrating
from neurosim.core.errors import ConfigError, Problem
from neurosim.core.spec import Bool, Float, Samples, SignalSpec
from neurosim.core.stage import Stage, StageConfig
from neurosim.dsp.arithmetic import channel_index
from neurosim.dsp.held import HeldStage, WindowedConfig, WindowMean
from neurosim.dsp.lanes import LaneStage


class SlowPotential(CalibratedStageConfig, WindowedConfig):
    """Slow potential of one channel: a moving average, with the share of the eyes' channels taken away.

    How much of each eye channel is in the signal is found by least squares in the baseline block, from what changes
    from one update to the next, so that electrodes' drifts do not count (regression after Gratton, Coles and Donchin
    1983, doi:10.1016/0013-4694(83)90135-9); nothing is taken away before that, or with too little baseline. There
    must be no high-pass before this stage. Half a second and 16 updates a second are those of the Thought Translation
    Device (Hinterberger et al. 2004, doi:10.1109/TBME.2004.827062).
    """

    kind: Literal["slow_potential"] = "slow_potential"
    channel: str = Field("Cz", description="channel whose slow potential is wanted")
    eyes: tuple[str, ...] = Field((), description="channels beside the eyes, such as vertical and horizontal EOG")
    window_s: float = Field(0.5, gt=0, le=10, description="length of the moving average",
                            json_schema_extra={"unit": "s"})  # fmt: skip
    least_s: float = Field(5.0, gt=0, description="trusted baseline needed for taking the eyes away",
                           json_schema_extra={"unit": "s"})  # fmt: skip

    @classmethod
    def examples(cls) -> list[Self]:
        """Return one without and one with an eye channel."""
        return [cls(), cls(eyes=("Pz",))]

    def _channels(self, spec: SignalSpec) -> list[int]:
        """Return where the channel and the eyes' channels stand."""
        eyes = [channel_index(spec, name, "eyes", i) for i, name in enumerate(self.eyes)]
        return [channel_index(spec, self.channel, "channel"), *eyes]

    def prepare(self, spec: SignalSpec) -> Stage:
        """Look the channels up; the eyes' share is found when the baseline has ended."""
        if len(set(self._channels(spec))) <= len(self.eyes):
            raise ConfigError([Problem(("eyes",), f"must differ from each other and from channel, '{self.channel}'")])
        if not self.eyes:
            return self.uncalibrated(spec)
        return Calibrating(self, spec)

    def uncalibrated(self, spec: SignalSpec) -> Stage:
        """Return the moving average of the channel as it is."""
        return SlowPotentialStage(self, self._channels(spec), np.zeros((spec.n_subjects, len(self.eyes))), spec)

    def fit(self, spec: SignalSpec, baseline: Samples, valid: Bool) -> Stage:
        """Find how much of each eye channel is in the signal."""
        channels, n_update = self._channels(spec), self.n_update(spec.fs)
        by_subject = baseline.reshape(spec.n_subjects, spec.n_channels, -1)
        trusted = valid.reshape(spec.n_subjects, -1)
        shares = np.zeros((spec.n_subjects, len(self.eyes)))
        for subject, (samples, keep) in enumerate(zip(by_subject, trusted, strict=True)):
            n_blocks = samples.shape[-1] // n_update
            blocks = np.ascontiguousarray(samples[channels, : n_blocks * n_update]).reshape(-1, n_blocks, n_update)
            good: Bool = np.asarray(keep[: n_blocks * n_update].reshape(n_blocks, n_update).all(axis=1))
            both = good[1:] & good[:-1]
            if both.sum() * n_update >= self.least_s * spec.fs:
                shares[subject] = _regress(np.diff(blocks.mean(axis=2), axis=1)[:, both])
        return SlowPotentialStage(self, channels, shares, spec)


def _regress(changes: Float) -> Float:
    """Return the least-squares share of the later rows ``(eye + 1, change)`` in the first one ``(eye,)``."""
    centred = changes - changes.mean(axis=1, keepdims=True)
    y, x = centred[0], centred[1:]
    covariance = np.array([[np.sum(a * b) for b in x] for a in x])
    usable = np.diag(covariance) > 0.0
    shares = np.zeros(len(x))
    if usable.any():
        inner = covariance[np.ix_(usable, usable)]
        # A touch of a ridge, so that two eye channels that are the same share the effect.
        inner = inner + 1e-9 * np.diag(np.diag(inner))
        shares[usable] = np.linalg.solve(inner, np.array([np.sum(a * y) for a in x[usable]]))
    return shares


class SlowPotentialStage(HeldStage):
    """See `SlowPotential`.

    Parameters
    ----------
    config
        Window.
    channels
        Indices of the channel and of the eyes' channels.
    shares
        Of the eyes' channels in the channel ``(subject, eye)``.
    spec
        Of the input.

    Attributes
    ----------
    shares
        As given.
    """

    def __init__(self, config: SlowPotential, channels: list[int], shares: Float, spec: SignalSpec) -> None:
        self.shares, self._channels, self._n_channels = shares, channels, spec.n_channels
        self._n_blocks = config.n_blocks(spec.fs)
        out = spec.replace(ch_names=(config.channel,), added_delay_s=config.window_delay_s(spec.fs))
        super().__init__(config.n_update(spec.fs), 0.0, out)

    def reset(self) -> None:
        super().reset()
        self._mean = WindowMean(self.n_update, self._n_blocks, self.spec.n_lanes)

    def estimate(self, x: Float, estimates: Float) -> None:
        corrected = np.ascontiguousarray(x[:, self._channels[0] :: self._n_channels])
        for i, eye in enumerate(self._channels[1:]):
            corrected = corrected - self.shares[:, i] * x[:, eye :: self._n_channels]
        estimates[:] = self._mean(corrected, self.index, len(estimates))


class TrialBaseline(StageConfig):
    """Take the mean over the baseline of each trial away, channel by channel.

    Trials are those of the session's blocks. Without a session they come one after the other: trial k begins at
    ``first_trial_s + k period_s`` and has a baseline of ``baseline_s``. From the end of its baseline on the output is
    the difference from that, until the next trial's baseline has ended. 0 before the first.
    Time is that of the stream as it arrives, from its first sample on.

    Examples
    --------
    Ten-second trials: two of baseline, eight in which the potential is to move.

    >>> stage = TrialBaseline(period_s=10.0, baseline_s=2.0).prepare(SignalSpec(16.0, ("Cz",), "uV"))
    >>> drift = np.arange(320.0)[None]
    >>> out = stage.process(drift)
    >>> out[0, [31, 32, 159, 160, 192]].tolist()
    [15.5, 16.5, 143.5, 144.5, 16.5]
    """

    kind: Literal["trial_baseline"] = "trial_baseline"
    #: Changes within a trial are seen at once; one that is slower than trials is taken away, not delayed.
    delay_is_latency: ClassVar[bool] = True
    first_trial_s: float = Field(0.0, ge=0, description="when the first trial begins", json_schema_extra={"unit": "s"})
    period_s: float | None = Field(
        None, gt=0, description="from trial to trial; by default the session's trials", json_schema_extra={"unit": "s"}
    )  # fmt: skip
    baseline_s: float = Field(2.0, gt=0, description="at the start of each trial; the session's have their own",
                              json_schema_extra={"unit": "s"})  # fmt: skip

    @classmethod
    def examples(cls) -> list[Self]:
        """Return short trials."""
        return [cls(first_trial_s=0.3, period_s=1.5, baseline_s=0.5)]

    def prepare(self, spec: SignalSpec) -> Stage:
        """Count the trials in samples.

        Raises
        ------
        ConfigError
            For a baseline longer than its trial, and where there are no trials, or trials without a baseline.
        """
        if self.period_s is None:
            if not spec.trials_s:
                raise ConfigError([Problem(("period_s",), "is missing: no block of the session has trials")])
            if any(task_s <= start_s for start_s, task_s in spec.trials_s):
                raise ConfigError("needs trials with a baseline; set baseline_s of the blocks' trials above 0")
        elif not self.baseline_s < self.period_s:
            message = f"must be shorter than period_s = {self.period_s:g} s, got {self.baseline_s:g}"
            raise ConfigError([Problem(("baseline_s",), message)])
        return TrialBaselineStage(self, spec)


class TrialBaselineStage(LaneStage):
    """See `TrialBaseline`.

    Parameters
    ----------
    config
        The times.
    spec
        Of the output.
    """

    def __init__(self, config: TrialBaseline, spec: SignalSpec) -> None:
        self._config = config
        super().__init__(spec)

    def reset(self) -> None:
        self._index, self._trial = 0, -1
        self._total, self._level = np.zeros((2, self.spec.n_lanes))
        self._n_summed = self._n_baseline = 0
        self._started = False

    def run(self, x: Float, out: Float) -> None:
        from neurosim.core.kernels.blocks import add_up

        at = 0
        while at < len(x):
            index = self._index + at
            begin, n_baseline = self._begin(self._trial + 1)
            if index == begin:
                self._trial += 1
                self._n_summed, self._n_baseline, self._total[:] = 0, n_baseline, 0.0
                begin, _ = self._begin(self._trial + 1)
            stop = min(len(x), begin - self._index)
            if self._n_summed < self._n_baseline:
                # The last sample of the baseline already has the new level.
                stop = min(stop, at + self._n_baseline - self._n_summed)
                n_before = min(stop - at, self._n_baseline - 1 - self._n_summed)
                self._subtract(x[at : at + n_before], out[at : at + n_before])
                add_up(x[at:stop], self._total)
                self._n_summed += stop - at
                if self._n_summed == self._n_baseline:
                    np.divide(self._total, self._n_baseline, out=self._level)
                    self._started = True
                self._subtract(x[at + n_before : stop], out[at + n_before : stop])
            else:
                self._subtract(x[at:stop], out[at:stop])
            at = stop
        self._index += len(x)

    def _begin(self, trial: int) -> tuple[int, int]:
        """Return the sample with which a trial begins, and the length of its baseline.

        No rounding adds up over a session. Behind the last trial of a session comes none.
        """
        config, fs = self._config, self.spec.fs
        if config.period_s is not None:
            start_s = config.first_trial_s + trial * config.period_s
            return round(start_s * fs), max(1, round(config.baseline_s * fs))
        if trial >= len(self.spec.trials_s):
            return sys.maxsize, 0
        start_s, task_s = self.spec.trials_s[trial]
        return round(start_s * fs), max(1, round((task_s - start_s) * fs))

    def _subtract(self, x: Float, out: Float) -> None:
        if self._started:
            np.subtract(x, self._level, out=out)
        else:
            out[:] = 0.0
