"""What a magnetic pulse over the motor cortex evokes in the EEG: a sequence of waves, which drugs change."""

from __future__ import annotations

import csv
import math
from functools import cache
from importlib.resources import files

import numpy as np

from neurosim.core.noise import SESSION_STRIDE
from neurosim.core.spec import Float
from neurosim.signals.body.organ import Given
from neurosim.signals.body.span import Span

LASTS_S = 0.4
_USUAL = 1.2  # resting motor thresholds
_JITTER_S = 0.0015
#: What moves the size of a wave, besides excitability: each a latent from 0 to 1.
RECEPTORS = ("gaba_a", "gaba_a1", "gaba_b")


@cache
def waves() -> tuple[dict[str, str], ...]:
    """Return the waves and what moves them (``data/evoked.csv``)."""
    text = (files("neurosim.signals.eeg") / "data" / "evoked.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


class Evoked:
    """Adds the potential that each magnetic pulse evokes: a sum of Gaussians, larger with stronger pulses.

    Its size follows excitability, and of each wave the receptors that Premoli et al. 2014,
    PMC6608220, told apart with drugs: what enhances GABA-A raises the N45, and the N100 falls
    unless it is the alpha-1 unit alone; what activates GABA-B raises the N100. It is a function of absolute time.

    Parameters
    ----------
    fs
        Sampling rate [Hz].
    given
        Who it belongs to.
    weights
        How it reaches the sensors, 1 at the strongest ``(1, channel)``.
    """

    def __init__(self, fs: float, given: Given, weights: Float) -> None:
        self._fs, self._n, self._weights = fs, given.n, weights[0]
        table = waves()
        self._size, self._at, self._sd = (
            np.array([float(row[column]) for row in table]) for column in ("amplitude_uv", "latency_ms", "sd_ms")
        )
        self._gain = np.array([[float(row[receptor]) for receptor in RECEPTORS] for row in table])
        self._noise = given.noise("eeg/evoked", [row["wave"] for row in table])

    def start(self, session: int) -> None:
        """Begin a session."""
        self._base = session * SESSION_STRIDE

    def add(self, x: Float, start: int, span: Span) -> None:
        """Draw what the pulses of a span evoke into ``x (time, subject, channel)`` [uV], from a sample on."""
        for event in span.of_kind("tms_pulse"):
            first = max(math.ceil(event.onset_s * self._fs) - start, 0)
            stop = min(math.ceil((event.onset_s + LASTS_S) * self._fs) - start, len(x))
            if first >= stop:
                continue
            n_times = stop - first
            t_ms = 1000.0 * (np.arange(start + first, start + stop) / self._fs - event.onset_s)
            moved = [
                span.rows(name, start + first, n_times, self._fs) for name in ("cortical_excitability", *RECEPTORS)
            ]
            jitter = self._noise.normal(self._base + round(event.onset_s * 1e6), 1).reshape(-1, self._n)
            strength = (event.amplitude or 0.0) / _USUAL
            for b in range(self._n) if event.subject is None else (event.subject,):
                late_ms = self._at + 1000.0 * _JITTER_S * jitter[:, b]
                shape = np.exp(-0.5 * ((t_ms[:, None] - late_ms) / self._sd) ** 2)
                size = np.ones_like(shape)
                for gain, receptor in zip(self._gain.T, moved[1:], strict=True):
                    size += gain * receptor[:, b, None]
                size *= strength * self._size * np.exp(moved[0][:, b, None])
                wave = np.zeros(n_times)
                for k in range(len(self._size)):  # in a fixed order: sums along an axis change with the shape
                    wave += shape[:, k] * size[:, k]
                x[first:stop, b] += wave[:, None] * self._weights
