"""Muscles under electrodes: how tense they are meant to be, and the spectrum of what they give off."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from pydantic import Field

from neurosim.core.config import Config
from neurosim.core.spec import Float
from neurosim.signals.body.organ import Given
from neurosim.signals.body.span import STEP_HZ, Span

MUSCLES = ("frontalis", "trapezius")
#: A burst of the forehead's muscle is this much larger above the muscle than in the EEG at Fp1 and Fp2.
_ABOVE_THE_MUSCLE = 3.0


class Muscle(Config):
    """A muscle under its electrodes."""

    rest_uv: float = Field(gt=0, description="rms at rest", json_schema_extra={"unit": "uV"})
    max_uv: float = Field(gt=0, description="rms that the strongest contraction adds", json_schema_extra={"unit": "uV"})


def muscle_filter(low_hz: float, high_hz: float, fs: float) -> tuple[Float, Float, float]:
    """Return a filter that turns white noise into an EMG of variance 1.

    The three poles of the analytic spectrum, at ``exp(-2 pi f / fs)``, a zero at 0 Hz, and two zeros against the
    flattening of a sampled spectrum towards fs/2, fitted for ``high_hz / fs`` up to 1/4. Up to 0.4 fs
    the spectrum is within 0.13 dB of the analytic one, at any rate from 500 Hz.

    Parameters
    ----------
    low_hz, high_hz
        Of the spectrum.
    fs
        Sampling rate [Hz].

    Returns
    -------
    poles, zeros
        ``(3,)`` each.
    gain
        For white noise of variance 1.

    Examples
    --------
    >>> poles, zeros, gain = muscle_filter(60.0, 120.0, 1000.0)
    >>> poles.round(3).tolist(), zeros.round(3).tolist()
    ([0.686, 0.47, 0.47], [1.0, -0.385, 0.063])
    """
    x = (high_hz / fs) ** 2
    zeros = np.array([1.0, -0.396 + x * (0.80 - 1.1 * x), 0.0607 + x * (0.16 - 0.4 * x)])
    poles = np.exp(-2.0 * np.pi * np.array([low_hz, high_hz, high_hz]) / fs)
    # With this many points the mean over the unit circle is the variance to the last bit.
    n = math.ceil(40.0 * fs / (2.0 * math.pi * low_hz))
    z = np.exp(-2j * np.pi * np.arange(n) / n)[:, None]
    power = np.abs(np.prod((1.0 - zeros * z) / (1.0 - poles * z), axis=1)) ** 2
    return poles, zeros, 1.0 / math.sqrt(float(power.mean()))


class Tension:
    """How tense each muscle is meant to be, lanes ``(muscle, subject)``.

    Parameters
    ----------
    muscles
        By name.
    given
        Whose they are.
    """

    def __init__(self, muscles: Mapping[str, Muscle], given: Given) -> None:
        self.muscles, self._n = tuple(muscles), given.n
        self._rest = np.concatenate([given.traits(name, muscle.rest_uv) for name, muscle in muscles.items()])
        self._most = np.repeat([muscle.max_uv for muscle in muscles.values()], given.n)
        self.n_lanes = self._rest.size

    def __call__(self, step: int, n_steps: int, span: Span) -> tuple[Float, Float]:
        """Return the rms [uV] where the muscles go, and the effort 0 to 1, ``(step, lane)`` each."""
        from neurosim.core.kernels.muscle import tension

        rows = slice(step - span.first, step - span.first + n_steps)
        tone = np.concatenate([span[f"{name}_tone"][rows] for name in self.muscles], axis=1)
        effort = np.concatenate([span[name][rows] for name in self.muscles], axis=1)
        rms = np.empty((n_steps, self.n_lanes))
        tension(tone, effort, self._bursts(step, n_steps, span), self._rest, self._most, rms)
        return rms, effort

    def _bursts(self, step: int, n_steps: int, span: Span) -> Float:
        extra = np.zeros((n_steps, len(self.muscles), self._n))
        if "frontalis" in self.muscles:
            forehead = extra[:, self.muscles.index("frontalis")]
            times = np.arange(step, step + n_steps) / STEP_HZ
            for event in span.of_kind("forehead_tension"):
                on = (times >= event.onset_s) & (times < event.onset_s + (event.duration_s or 0.0))
                who = slice(None) if event.subject is None else event.subject
                forehead[on, who] += _ABOVE_THE_MUSCLE * (event.amplitude or 0.0)
        return extra.reshape(n_steps, extra.shape[1] * extra.shape[2])
