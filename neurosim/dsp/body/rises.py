"""Rises of a slow signal, such as breaths, as they happen."""

from __future__ import annotations

import math
from abc import abstractmethod
from dataclasses import dataclass

import numpy as np

from neurosim.core.spec import Float, Samples, SignalSpec, as_lanes, from_lanes
from neurosim.core.stage import Stage
from neurosim.dsp.design import one_pole_gain


@dataclass(frozen=True)
class RiseFinder:
    """What counts as a rise, and how the signal is made ready; see the kernel.

    Parameters
    ----------
    smooth_s
        Time constant of the smoothing, which is applied twice [s].
    report_s
        From the beginning of a rise to its report [s].
    least, share, back, foot
        Of the threshold.
    before
        How much earlier than at the foot a rise began, as a share of the time from there to the threshold.
    late_s
        How late the smoothing makes the foot [s].
    creep_per_s
        Drift that is no rise [unit of the signal per second].
    learn_s
        How long sizes are only learnt [s].
    quiet_s, fade_s
        Without a rise, typical sizes fade after a time and with a time constant [s].
    """

    smooth_s: float
    report_s: float
    least: float = 0.0
    share: float = 0.0
    back: float = 1.0
    foot: float = 0.2
    before: float = 0.0
    late_s: float = 0.0
    creep_per_s: float = 0.0
    learn_s: float = 0.0
    quiet_s: float = 15.0
    fade_s: float = 5.0


class RiseStage(Stage):
    """Finds rises; subclasses say what is told about them.

    Parameters
    ----------
    finder
        What counts as a rise.
    before
        Spec of the input.
    spec
        Of the output, without the delay.
    added_delay_s
        Beyond that of the report [s].
    """

    def __init__(self, finder: RiseFinder, before: SignalSpec, spec: SignalSpec, added_delay_s: float = 0.0) -> None:
        fs, self._n_in = before.fs, before.n_lanes
        self._gain = one_pole_gain(finder.smooth_s, fs)
        n_report = math.ceil(finder.report_s * fs)
        self._parameters = (
            fs, finder.least, finder.share, finder.back, finder.foot, finder.creep_per_s / fs,
            finder.before, finder.late_s * fs, n_report,
            round(finder.learn_s * fs), finder.quiet_s * fs, math.exp(-1.0 / (finder.fade_s * fs)),
        )  # fmt: skip
        super().__init__(spec.replace(added_delay_s=n_report / fs + added_delay_s))
        self.reset()

    def reset(self) -> None:
        from neurosim.core.kernels import rises as k

        self._index, self._first = 0, np.zeros(self._n_in)
        self._smoothed = np.zeros((2, self._n_in))
        self._state = np.zeros((k.N_ROWS, self._n_in))
        self._state[k.PENDING_AT] = -1.0
        self._sizes, self._room = np.zeros((self._n_in, k.SIZES)), np.zeros(k.SIZES)

    @abstractmethod
    def run(self, rises: Float, start: int, out: Float) -> None:
        """Fill ``out (time, lane of the output)`` from ``rises (time, 3 lane)``: interval and time since [s], size."""

    def process(self, x: Samples) -> Samples:
        from neurosim.core.kernels.filters import one_pole
        from neurosim.core.kernels.rises import find_rises

        lanes = as_lanes(x)
        out = np.empty((len(lanes), self.spec.n_lanes))
        self.known = None
        if len(lanes):
            if self._index == 0:
                self._first = lanes[0].copy()
            y = lanes - self._first  # so that the smoothing has nowhere to come from
            for state in self._smoothed:
                one_pole(y, self._gain, state, y)
            rises = np.empty((len(lanes), 3 * self._n_in))
            find_rises(y, self._index, *self._parameters, self._state, self._sizes, self._room, rises)
            self.run(rises, self._index, out)
            self._index += len(lanes)
        return from_lanes(out, self.spec.batch_shape, self.spec.n_channels)
