"""Law 3, second part: `spec.delay_s` is the measured delay of a slow modulation."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from neurosim.core.config import Config
from neurosim.core.join import Join
from neurosim.core.spec import Float, SignalSpec, time_last
from neurosim.core.stage import StageConfig
from neurosim.testing.inputs import LAW_FS, law_spec
from neurosim.testing.memory import bands_hz, cutoffs_hz, longest_time_s

_DEPTH = 0.3  # of the modulation
_LEVEL_UV = 20.0
_PERIODS = 2
_MOST_SAMPLES = 2_000_000
_SLOW_S = 100.0  # period of the sine that joins are measured with


def usual_carrier_hz(config: StageConfig, fs: float = LAW_FS) -> float | None:
    """Return what a stage's delay is measured with: the middle of its narrowest band, None for a slow sine.

    A stage with a corner frequency and no band (a high-pass) is measured at 20 times the highest one.
    """
    bands = bands_hz(config)
    if bands:
        low, high = min(bands, key=lambda band: band[1] - band[0])
        return math.sqrt(low * high)
    corners = cutoffs_hz(config)
    return min(20.0 * max(corners), fs / 4.0) if corners else None


def measured_delay_s(config: StageConfig, carrier_hz: float | None = None, spec: SignalSpec | None = None) -> Float:
    """Measure how long a slow modulation takes through a stage, channel by channel [s].

    The modulation is so slow that its curvature costs less than a quarter of a sample. A stage whose output is
    still the carrier is measured by the carrier's sidebands (group delay), one whose output is an amplitude, a power
    or a smoothed value by the modulation itself. Bands beside the carrier, and wider ones around it, get a steady
    tone, so that a ratio of two bands has something to divide by.

    Parameters
    ----------
    config
        The stage.
    carrier_hz
        Frequency that is modulated; 0 for none, then the signal itself is a slow sine above zero. By default as
        `usual_carrier_hz` says.
    spec
        What it stands behind, of one subject; by default the laws' signal.

    Returns
    -------
    Float
        ``(channel,)`` of the output; NaN for a channel that does not follow the modulation (a gate).
    """
    return measure_delay(config, carrier_hz, spec)[0]


def measure_delay(
    config: StageConfig, carrier_hz: float | None = None, spec: SignalSpec | None = None
) -> tuple[Float, float]:
    """Return the measured delays, as `measured_delay_s` does, and what the stage says; calibrated by then [s]."""
    spec = law_spec() if spec is None else spec
    fs_in = spec.fs
    if carrier_hz is None:
        carrier_hz = usual_carrier_hz(config, fs_in) or 0.0
    longest = longest_time_s(config)
    turn = math.sqrt(0.75 / (fs_in * longest**3))
    n_period = min(math.ceil(2.0 * math.pi / turn * fs_in), _MOST_SAMPLES // (_PERIODS + 1))

    def whole(hz: float) -> float:  # cycles in a period of the modulation: components are orthogonal then
        return round(hz * n_period / fs_in) * fs_in / n_period

    carrier_hz = whole(carrier_hz)
    n_settle = min(math.ceil(20.0 * longest * fs_in), n_period * math.ceil(20.0 * longest * fs_in / n_period))
    n_times = n_settle + _PERIODS * n_period
    cycles = np.arange(n_times) / n_period
    modulation = 1.0 + _DEPTH * np.sin(2.0 * np.pi * cycles)
    carrier = np.sin(2.0 * np.pi * carrier_hz * np.arange(n_times) / fs_in) if carrier_hz else 1.0
    signal = modulation * carrier
    for low, high in set(bands_hz(config)) if carrier_hz else ():
        edge = min((h for n, h in bands_hz(config) if n <= carrier_hz <= h), default=high)
        if low <= carrier_hz <= high:
            low = edge  # of the narrowest band around the carrier
        if low < high:
            signal += np.sin(2.0 * np.pi * whole(math.sqrt(low * high)) * np.arange(n_times) / fs_in)
    x = time_last(np.repeat(_LEVEL_UV * signal[:, None], spec.n_channels, axis=1))

    stage = config.prepare(spec)
    half = n_settle // 2
    first = stage.process(x[:, :half])
    stage.calibrate()
    y = np.concatenate((first, stage.process(x[:, half:])), axis=-1)
    fs = stage.spec.fs
    y = y[:, round(n_settle * fs / fs_in) :]
    at = np.arange(y.shape[-1]) / fs + n_settle / fs_in
    slow_hz = fs_in / n_period
    return np.array([_delay_s(row, at, slow_hz, carrier_hz) for row in y]), stage.spec.delay_s


def _delay_s(y: Float, t: Float, slow_hz: float, carrier_hz: float) -> float:
    at_slow = _component(y, t, slow_hz)
    whole = float(np.sqrt(np.mean(y**2)))
    if carrier_hz and abs(_component(y, t, carrier_hz)) > abs(at_slow):
        sidebands = _component(y, t, carrier_hz + slow_hz), _component(y, t, carrier_hz - slow_hz)
        if min(map(abs, sidebands)) <= 1e-6 * whole:
            return math.nan
        # The sidebands of (1 + m sin) sin enter with opposite signs.
        shift = float(np.angle(-sidebands[0] / sidebands[1]))
        return -shift / (2.0 * math.pi * 2.0 * slow_hz)
    if whole == 0.0 or abs(at_slow) <= 1e-6 * whole:
        return math.nan
    return -float(np.angle(at_slow * 1j)) / (2.0 * math.pi * slow_hz)


def _component(y: Float, t: Float, frequency_hz: float) -> complex:
    """Return the complex amplitude of a frequency; that of a cosine is real."""
    wave: NDArray[np.complex128] = np.exp(-2j * np.pi * frequency_hz * t)
    return complex(2.0 * np.mean(y * wave))


def measured_hold_s(join: Join, inputs: Mapping[str, SignalSpec]) -> dict[str, float]:
    """Measure how long a slow sine takes through a join, input by input [s].

    Parameters
    ----------
    join
        As made; it is reset afterwards.
    inputs
        The specs of its inputs.
    """
    slow_hz = 1.0 / _SLOW_S
    for name, spec in inputs.items():
        n_times = round(_PERIODS * _SLOW_S * spec.fs)
        sine = np.sin(2.0 * np.pi * slow_hz * np.arange(n_times) / spec.fs)
        join.push(name, time_last(np.repeat(sine[:, None], spec.n_channels, axis=1)), np.ones(n_times, np.bool_))
    joined = join.take()[0]
    join.reset()
    at = np.arange(joined.shape[-1]) / join.spec.fs
    first = np.cumsum([0, *(spec.n_channels for spec in inputs.values())])
    return {name: _delay_s(joined[c], at, slow_hz, 0.0) for name, c in zip(inputs, first[:-1], strict=True)}


def waits_for_events(config: StageConfig) -> bool:
    """Return whether a stage's delay is a median latency, because it or a stage inside it waits for events."""
    return config.delay_is_latency or any(map(waits_for_events, stages_inside(config)))


def stages_inside(value: object) -> Iterator[StageConfig]:
    """Go through the stages that a description, or a collection in one, holds."""
    fields = (each for _, each in value) if isinstance(value, Config) else ()
    for each in (*fields, *(value.values() if isinstance(value, Mapping) else ()),
                 *(value if isinstance(value, tuple) else ())):  # fmt: skip
        if isinstance(each, StageConfig):
            yield each
        else:
            yield from stages_inside(each)


def delay_agrees(config: StageConfig, *, carrier_hz: float | None = None) -> None:
    """Law 3, second part: `spec.delay_s` is the measured delay of a slow modulation, within one sample.

    Where channels differ (a fork) the longest counts. Passed over are a stage none of whose outputs follows a slow
    modulation, such as a gate, and one that waits for events: ``delay_is_latency``, here or in a stage inside it.

    Raises
    ------
    AssertionError
        With both numbers.
    """
    if waits_for_events(config):
        return
    measured, said = measure_delay(config, carrier_hz)
    if np.isnan(measured).all():
        return
    longest = float(np.nanmax(measured))
    message = f"{config.kind}: spec.delay_s is {said:.4f} s, a slow modulation takes {longest:.4f} s"
    assert abs(longest - said) <= 1.0 / config.prepare(law_spec()).spec.fs, message
