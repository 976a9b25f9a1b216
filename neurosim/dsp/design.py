"""Filter design: SciPy designs, the project's kernels run."""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from neurosim.core.errors import ConfigError, Problem
from neurosim.core.spec import Float


def check_band(low_hz: float, high_hz: float, fs: float) -> None:
    """Refuse a band that the sampling rate cannot hold.

    Raises
    ------
    ConfigError
        Naming ``low_hz`` or ``high_hz``.
    """
    problems = []
    if high_hz >= fs / 2:
        problems.append(Problem(("high_hz",), f"must be below fs/2 = {fs / 2:g} Hz, got {high_hz:g}"))
    if low_hz >= high_hz:
        problems.append(Problem(("low_hz",), f"must be below high_hz = {high_hz:g} Hz, got {low_hz:g}"))
    if problems:
        raise ConfigError(problems)


@cache
def butter_bandpass(order: int, low_hz: float, high_hz: float, fs: float) -> tuple[Float, float]:
    """Design a Butterworth band-pass.

    Returns
    -------
    sos : (section, 6)
        As `scipy.signal.butter`.
    delay_s
        Delay of a slow modulation of a carrier in the middle of the band: the group delay there [s].
    """
    from scipy import signal

    sos = np.ascontiguousarray(signal.butter(order, (low_hz, high_hz), "bandpass", fs=fs, output="sos"))
    centre = math.sqrt(low_hz * high_hz)
    step = 1e-3 * (high_hz - low_hz)
    _, response = signal.freqz_sos(sos, [centre - step, centre + step], fs=fs)
    delay_s = -float(np.angle(response[1] / response[0])) / (2.0 * math.pi * 2.0 * step)
    sos.setflags(write=False)
    return sos, delay_s


def energy_delay_s(sos: Float, fs: float, of: float = 0.0) -> float:
    """Return how late the power of noise is behind a filter: its group delay, weighted by what it lets through [s].

    Parameters
    ----------
    sos
        Second-order sections.
    fs
        Sampling rate [Hz].
    of
        Exponent of the noise, whose power is proportional to 1/f^exponent.
    """
    from scipy import signal

    hz, response = signal.freqz_sos(sos, 2**14, fs=fs)
    delay_s = -np.diff(np.unwrap(np.angle(response[1:]))) / (2.0 * np.pi * (hz[1] - hz[0]))
    middle = 0.5 * (hz[1:-1] + hz[2:])
    let_through = np.interp(middle, hz, np.abs(response) ** 2) * middle**-of
    return float(np.sum(delay_s * let_through) / np.sum(let_through))


def one_pole_gain(tau_s: float, fs: float) -> float:
    """Return the gain of ``y += gain (x - y)`` for a time constant [s]."""
    return 1.0 - math.exp(-1.0 / (fs * tau_s))


def one_pole_delay_s(tau_s: float, fs: float) -> float:
    """Return the delay of a slow change through a one-pole smoother [s]; tau less half a sample."""
    gain = one_pole_gain(tau_s, fs)
    return (1.0 - gain) / gain / fs
