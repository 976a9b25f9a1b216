"""What `spec.delay_s` says of stages that wait for events or look at a window, against what it takes.

Each kind has an experiment of its own: events whose times are known, or a step of what the stage measures, both ways,
at many places relative to its beats, breaths and updates. Latency is the median from the event to its report, or from
the step to half of the change of the median output; of a step it is the mean of both ways.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal

from neurosim.core.chain import Chain
from neurosim.core.drive import NEUTRAL
from neurosim.core.registry import find_kind, kind_names
from neurosim.core.spec import SignalSpec
from neurosim.core.stage import StageConfig
from neurosim.core.timeline import TickGrid
from neurosim.dsp import (
    IBI,
    RMSSD,
    RSA,
    SCL,
    SDNN,
    AlphaFrequency,
    AperiodicExponent,
    BreathHeartPhase,
    BreathingPhase,
    BreathingRate,
    Breaths,
    CoherenceRatio,
    ECGBeats,
    ElectrodeQuality,
    EMGMedianFrequency,
    HeartRate,
    HRVPower,
    InRange,
    KurtosisGate,
    MuscleGate,
    PeakToPeak,
    PhaseAmplitudeCoupling,
    PPGBeats,
    RMSGate,
    SCRAmplitude,
    SCRRate,
    TemperatureRate,
    TrialBaseline,
    TrustedBeats,
)
from neurosim.signals import Body

Array = NDArray[np.float64]
Steps = Callable[[int], tuple[Array, Array]]
Measured = tuple[float, float]

_BEAT_ROWS = ("h.ibi_s", "h.since_beat_s", "h.raw_ibi_s")


def _rng(*seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def _coloured(shape: tuple[int, ...], fs: float, gain: Callable[[Any], Any], seed: int) -> Array:
    """Return Gaussian noise of SD 1 whose amplitude over frequency is as `gain` says ``(..., time)``."""
    hz = np.fft.rfftfreq(shape[-1], 1 / fs)
    noise = np.fft.irfft(np.fft.rfft(_rng(seed).normal(size=shape)) * gain(hz), shape[-1])
    return np.asarray(noise / noise.std())


def _half_way_s(y: Array, at: NDArray[np.int64], fs: float) -> float:
    """Return how long after its step, at a sample of its own, the median of the rows ``(n, time)`` is half way [s]."""
    n_after = y.shape[1] - int(at.max())
    aligned = np.median([row[i - 1 : i + n_after] for row, i in zip(y, at, strict=True)], axis=0)
    before = np.median([np.median(row[i - i // 4 : i]) for row, i in zip(y, at, strict=True)])
    after = np.median(aligned[-(n_after // 4) :])
    # Where chance takes it back and forth: between the first time past the middle and the last one short of it.
    past = (aligned - before) / (after - before) >= 0.5
    return (int(past.argmax()) + int(len(past) - (~past)[::-1].argmax())) / 2.0 / fs


def _both_ways(
    stage: StageConfig, spec: SignalSpec, make: Callable[[float, float], tuple[Array, NDArray[np.int64]]],
    low: float, high: float,
) -> Measured:  # fmt: skip
    """Measure steps up and down; `make` gives signals ``(n, channel, time)`` and the sample of each one's step."""
    found = []
    for first, second in ((low, high), (high, low)):
        x, at = make(first, second)
        prepared = stage.prepare(SignalSpec(spec.fs, spec.ch_names, spec.unit, (len(x),)))
        found.append(_half_way_s(prepared.process(x)[:, 0], at, spec.fs))
    return float(np.mean(found)), prepared.spec.delay_s


def _steps_at(n: int, first_s: float, over_s: float, fs: float) -> NDArray[np.int64]:
    """Return n samples that lie evenly over a while."""
    return np.round((first_s + over_s * (np.arange(n) + 0.5) / n) * fs).astype(np.int64)


# --- beats -----------------------------------------------------------------------------------------------------------


def _waves(at: Array, duration_s: float, fs: float, width_s: float = 0.012) -> Array:
    """Return waves of height 1 at these times, with a little noise."""
    x = 0.005 * _rng(1).normal(size=round(duration_s * fs))
    reach = round(6 * width_s * fs)
    for time_s in at:
        i = np.arange(max(0, round(time_s * fs) - reach), min(len(x), round(time_s * fs) + reach))
        x[i] += np.exp(-(((i / fs - time_s) / width_s) ** 2) / 2)
    return x


def _beats(rate_hz: Array, fs: float) -> Array:
    """Return when the integral of a rate, from a random part of a beat on, passes whole numbers [s]."""
    turns = np.concatenate([[0.0], np.cumsum(rate_hz) / fs]) + _rng(len(rate_hz), int(1e6 * rate_hz[0])).random()
    return np.interp(np.arange(np.ceil(turns[0]), turns[-1]), turns, np.arange(len(turns)) / fs)


def _rows(at: Array, fs: float, duration_s: float) -> Array:
    """Return rows of beats ``(3, time)``, as a detector without delay gives them."""
    t = np.arange(round(duration_s * fs)) / fs
    last = np.searchsorted(at, t, side="right") - 1
    ibi = np.where(last > 0, at[last] - at[np.maximum(last - 1, 0)], 0.0)
    return np.stack([ibi, np.where(last >= 0, t - at[last], t), ibi])


def _reported(since_s: Array, fs: float, at: Array) -> float:
    """Return the median time from an event to its report [s]."""
    reports = (np.flatnonzero(np.diff(since_s) < 0) + 1) / fs
    behind = reports[:, None] - at
    behind = behind[
        (behind > 0) & (behind < 3.0) & (behind == np.where(behind > 0, behind, np.inf).min(axis=1)[:, None])
    ]
    return float(np.median(behind))


def _ecg_beats() -> Measured:
    at = np.cumsum(_rng(1).uniform(0.7, 1.0, size=60))
    stage = ECGBeats().prepare(SignalSpec(250.0, ("ECG",), "mV"))
    return _reported(stage.process(_waves(at, 50.0, 250.0)[None])[1], 250.0, at), stage.spec.delay_s


def _ppg_beats() -> Measured:
    # Of a body's pulses, where they rise fastest, looked up afterwards in the signal itself.
    body = Body().prepare(TickGrid(1.0), 1, (0,), ())
    body.select({"ppg"})
    spec = body.specs["ppg"]
    x = np.concatenate([body.generate(k, NEUTRAL)["ppg"] for k in range(60)], axis=-1)
    slope = np.gradient(x[0])
    fastest, _ = signal.find_peaks(slope, height=0.5 * np.percentile(slope, 99), distance=round(0.4 * spec.fs))
    stage = PPGBeats().prepare(spec)
    return _reported(stage.process(x)[1], spec.fs, fastest / spec.fs), stage.spec.delay_s


def _rate_step(stage: StageConfig) -> Measured:
    # Rates about the usual 75/min; a step of a tenth is no ectopic beat.
    fs = 250.0

    def make(first: float, second: float) -> tuple[Array, NDArray[np.int64]]:
        at = _steps_at(60, 15.0, 1.0, fs)
        rates = np.where(np.arange(round(25 * fs)) < at[:, None], first, second) / 60.0
        phases = _rng(7).random(60)
        rates[:, 0] += phases * fs  # so that beats fall anywhere
        return np.array([_waves(_beats(rate, fs), 25.0, fs) for rate in rates])[:, None], at

    return _both_ways(Chain.of(ECGBeats(), stage), SignalSpec(fs, ("ECG",), "mV"), make, 71.0, 79.0)


def _variability_step(stage: StageConfig) -> Measured:
    fs, window_s = 16.0, 30.0

    def make(first: float, second: float) -> tuple[Array, NDArray[np.int64]]:
        at = _steps_at(300, 40.0, 5.0, fs)
        rows = []
        for i, step in enumerate(at):
            rng, times = _rng(int(1000 * first), i), [0.0]
            while times[-1] < 110.0:
                spread = first if times[-1] < step / fs else second
                times.append(times[-1] + max(0.3, 0.8 + spread * rng.normal()))
            rows.append(_rows(np.array(times), fs, 105.0))
        return np.array(rows), at

    assert isinstance(stage, (RMSSD, SDNN))
    return _both_ways(
        stage.model_copy(update={"window_s": window_s}), SignalSpec(fs, _BEAT_ROWS, "s"), make, 0.02, 0.08
    )


def _rhythm_step(stage: StageConfig) -> Measured:
    """A step of the part that a rhythm of 0.1 Hz has in the heart rate."""
    fs = 4.0

    def make(first: float, second: float) -> tuple[Array, NDArray[np.int64]]:
        at = _steps_at(200, 200.0, 5.0, fs)
        rows = []
        for i, step in enumerate(at):
            rng, times = _rng(int(1000 * first), i), [0.0]
            phase = rng.random()
            while times[-1] < 410.0:
                swing = first if times[-1] < step / fs else second
                rhythm = swing * np.sin(2 * np.pi * (0.1 * times[-1] + phase))
                times.append(times[-1] + 0.8 + rhythm + 0.02 * rng.normal())
            rows.append(_rows(np.array(times), fs, 400.0))
        return np.array(rows), at

    return _both_ways(stage, SignalSpec(fs, _BEAT_ROWS, "s"), make, 0.01, 0.05)


def _trusted_beats() -> Measured:
    early = 10 + 8 * np.arange(10)
    at = 0.5 + 0.8 * np.arange(100.0)
    at[early] -= 0.3
    stage = Chain.of(ECGBeats(), TrustedBeats()).prepare(SignalSpec(250.0, ("ECG",), "mV"))
    trusted = stage.process(_waves(at, 80.0, 250.0)[None])[0]
    closed = (np.flatnonzero((trusted[:-1] == 1) & (trusted[1:] == 0)) + 1) / 250.0
    assert len(closed) == len(early)
    return float(np.median(closed - at[early])), stage.spec.delay_s


# --- breaths ---------------------------------------------------------------------------------------------------------


def _belt(begun: Array, duration_s: float, fs: float) -> Array:
    """Return a volume that is lowest where breaths begin."""
    t = np.arange(round(duration_s * fs)) / fs
    turns = np.interp(t, begun, np.arange(len(begun)))
    return 0.25 - 0.25 * np.cos(2 * np.pi * turns) + 0.001 * _rng(2).normal(size=t.size)


def _breaths() -> Measured:
    begun = np.cumsum(_rng(1).uniform(3.4, 4.6, size=50))
    stage = Breaths().prepare(SignalSpec(32.0, ("RESP",), "L"))
    return _reported(stage.process(_belt(begun, 190.0, 32.0)[None])[1], 32.0, begun), stage.spec.delay_s


def _breathing_phase() -> Measured:
    # Between reports it goes on evenly; each one puts it right.
    begun = np.cumsum(np.where(np.arange(50) % 2, 3.4, 4.6))
    stage = BreathingPhase().prepare(SignalSpec(32.0, ("RESP",), "L"))
    phase = stage.process(_belt(begun, 190.0, 32.0)[None])[0]
    steps = np.diff(phase)
    jumps = (np.flatnonzero(np.abs(steps - np.round(steps)) > 0.05) + 1) / 32.0
    behind = np.array([(jump - begun[begun < jump]).min() for jump in jumps if jump > begun[4]])
    return float(np.median(behind)), stage.spec.delay_s


def _breathing_rate() -> Measured:
    fs = 32.0

    def make(first: float, second: float) -> tuple[Array, NDArray[np.int64]]:
        at = _steps_at(40, 60.0, 4.0, fs)
        rates = np.where(np.arange(round(90 * fs)) < at[:, None], first, second) / 60.0
        return np.array([_belt(np.concatenate([[0.0], _beats(rate, fs)]), 90.0, fs) for rate in rates])[:, None], at

    return _both_ways(BreathingRate(), SignalSpec(fs, ("RESP",), "L"), make, 14.0, 16.0)


def _heart_in_breath(stage: StageConfig, low: float, high: float) -> Measured:
    """A step of how much the heart swings [1/min], or of how late it does [turns], at 15 breaths a minute."""
    fs, breath_s = 100.0, 4.0

    def make(first: float, second: float) -> tuple[Array, NDArray[np.int64]]:
        at = _steps_at(80, 60.0, 4.0, fs)
        t = np.arange(round(90 * fs)) / fs
        x = []
        for step in at:
            now = np.where(np.arange(t.size) < step, first, second)
            swing, late = (now, 0.3) if stage.kind == "rsa" else (8.0, now)
            rate = 75.0 + swing * np.cos(2 * np.pi * (t / breath_s - late))
            begun = np.arange(0.0, 96.0, breath_s)
            x.append([_waves(_beats(rate / 60.0, fs), 90.0, fs), _belt(begun, 90.0, fs)])
        return np.array(x), at

    return _both_ways(stage, SignalSpec(fs, ("ECG", "RESP"), "mV"), make, low, high)


# --- skin, temperature -----------------------------------------------------------------------------------------------


def _eda(onsets: Array, heights: Array, duration_s: float, fs: float) -> Array:
    t = np.arange(round(duration_s * fs)) / fs
    eda = 5.0 + 0.001 * _rng(1).normal(size=t.size)
    for onset, height in zip(onsets, heights, strict=True):
        since = np.clip(t - onset, 0, None)
        eda += height * (np.exp(-since / 2) - np.exp(-since / 0.75)) / 0.344  # the highest is 0.344
    return eda


def _scr_amplitude() -> Measured:
    fs, onsets = 50.0, 20.0 + 15.0 * np.arange(16) + _rng(1).random(16)
    heights = np.where(np.arange(16) % 2, 0.8, 0.2)
    stage = SCRAmplitude().prepare(SignalSpec(fs, ("palm",), "uS"))
    y = stage.process(_eda(onsets, heights, 270.0, fs)[None])[0]
    found = []
    for onset in onsets[1:]:
        before, after = y[round(onset * fs)], y[round((onset + 10) * fs)]
        found.append(((y[round(onset * fs) :] - before) / (after - before) >= 0.5).argmax() / fs)
    return float(np.median(found)), stage.spec.delay_s


def _scr_rate() -> Measured:
    fs = 10.0

    def make(first: float, second: float) -> tuple[Array, NDArray[np.int64]]:
        at = _steps_at(30, 100.0, 10.0, fs)
        rates = np.where(np.arange(round(220 * fs)) < at[:, None], first, second) / 60.0
        onsets = [_beats(rate, fs) for rate in rates]
        return np.array([_eda(each, np.full(len(each), 0.5), 220.0, fs) for each in onsets])[:, None], at

    # Counts are whole numbers, and 8.5 lies between two.
    return _both_ways(SCRRate(), SignalSpec(fs, ("palm",), "uS"), make, 5.0, 12.0)


def _behind_wave_s(y: Array, reference: Array, fs: float, period_s: float) -> float:
    turn = np.exp(-2j * np.pi * np.arange(len(y)) / fs / period_s)
    angle = np.angle(np.mean((reference - reference.mean()) * turn) / np.mean((y - y.mean()) * turn))
    return float(angle) * period_s / (2 * np.pi)


def _slow_wave(stage: StageConfig, fs: float, unit: str, *, of_slope: bool) -> Measured:
    """A slow wave: these follow a change as filters do, but one not evenly, and one its slope."""
    period_s, n = 1000.0, round(1000 * fs)
    turns = np.arange(2 * n) / n
    prepared = stage.prepare(SignalSpec(fs, ("a",), unit))
    y = prepared.process(30.0 + np.sin(2 * np.pi * turns)[None])[0, n:]
    reference = np.cos(2 * np.pi * turns[n:]) if of_slope else np.sin(2 * np.pi * turns[n:])
    return _behind_wave_s(y, reference, fs, period_s), prepared.spec.delay_s


# --- windows over the EEG and EMG ------------------------------------------------------------------------------------


def _switch(first: Array, second: Array, at: NDArray[np.int64]) -> Array:
    return np.where(np.arange(first.shape[-1]) < at[:, None], first, second)[:, None]


def _emg_median_frequency() -> Measured:
    fs = 1000.0

    def muscle(slowing: float, seed: int) -> Array:
        # The spectrum of Stulen & De Luca 1981.
        low, high = 60.0 * slowing, 120.0 * slowing
        return _coloured((30, 12000), fs, lambda hz: hz / (np.sqrt(hz**2 + low**2) * (hz**2 + high**2)), seed)

    def make(first: float, second: float) -> tuple[Array, NDArray[np.int64]]:
        at = _steps_at(30, 6.0, 0.5, fs)
        return _switch(10 * muscle(first, 1), 10 * muscle(second, 2), at), at

    return _both_ways(EMGMedianFrequency(), SignalSpec(fs, ("m",), "uV"), make, 0.75, 1.0)


def _pink(n: int, n_times: int, seed: int, exponent: float = 1.5) -> Array:
    return _coloured(
        (n, n_times), 256.0, lambda hz: np.where(hz > 0.5, np.maximum(hz, 0.5) ** (-exponent / 2), 0.0), seed
    )


def _alpha_frequency() -> Measured:
    def make(first: float, second: float) -> tuple[Array, NDArray[np.int64]]:
        at = _steps_at(40, 20.0, 1.0, 256.0)
        hz = np.where(np.arange(48 * 256) < at[:, None], first, second)
        return (10 * _pink(40, 48 * 256, 1) + 6 * np.sin(2 * np.pi * np.cumsum(hz, axis=1) / 256.0))[:, None], at

    return _both_ways(AlphaFrequency(), SignalSpec(256.0, ("Oz",), "uV"), make, 9.0, 11.0)


def _aperiodic_exponent() -> Measured:
    # The two densities cross inside the range of the fit, as those of a steeper and a flatter background do.
    def make(first: float, second: float) -> tuple[Array, NDArray[np.int64]]:
        at = _steps_at(60, 15.0, 0.5, 256.0)
        one, other = (_pink(60, 36 * 256, seed, exponent) for seed, exponent in ((1, first), (2, second)))
        return _switch(10 * one, 10 * other, at), at

    return _both_ways(AperiodicExponent(), SignalSpec(256.0, ("Oz",), "uV"), make, 1.0, 1.6)


def _phase_amplitude() -> Measured:
    def make(first: float, second: float) -> tuple[Array, NDArray[np.int64]]:
        at = _steps_at(8, 20.0, 0.5, 256.0)
        t = np.arange(40 * 256) / 256.0
        slow = np.cos(2 * np.pi * 6.1 * t)
        depth = np.where(np.arange(t.size) < at[:, None], first, second)
        return (slow + (1 + depth * slow) * np.sin(2 * np.pi * 45.3 * t))[:, None], at

    return _both_ways(PhaseAmplitudeCoupling(), SignalSpec(256.0, ("Fz",), "uV"), make, 0.0, 0.5)


def _electrode_quality() -> Measured:
    # Out of the hand and into it again; a channel alone has no neighbour to be compared with.
    def make(first: float, second: float) -> tuple[Array, NDArray[np.int64]]:
        at = _steps_at(40, 10.0, 0.25, 256.0)
        noise = _pink(40, 24 * 256, 1)
        return _switch(first * noise, second * noise, at), at

    return _both_ways(ElectrodeQuality(), SignalSpec(256.0, ("Cz",), "uV"), make, 0.1, 20.0)


def _trial_baseline() -> Measured:
    x = np.zeros((1, 256 * 10))
    x[0, 256 * 5 :] = 7.0
    stage = TrialBaseline(period_s=10.0).prepare(SignalSpec(256.0, ("Cz",), "uV"))
    return (stage.process(x)[0] >= 3.5).argmax() / 256.0 - 5.0, stage.spec.delay_s


def _in_range() -> Measured:
    x = np.where(np.arange(256 * 10) < 256 * 5, 3.0, 0.0)[None]
    stage = InRange().prepare(SignalSpec(256.0, ("z",), "SD"))
    return float((stage.process(x)[0] >= 0.5).argmax()) / 256.0 - 5.0, stage.spec.delay_s


# --- gates -----------------------------------------------------------------------------------------------------------


def _gate(stage: StageConfig, quiet: Array, artifact: Callable[[int], Array]) -> Measured:
    """An artifact that begins at any place in a block."""
    found = []
    prepared = stage.prepare(SignalSpec(256.0, ("Cz",), "uV"))
    for at in range(1024, 1024 + 256, 3):
        x = quiet.copy()
        x[at:] += artifact(len(x) - at)
        prepared.reset()
        open_ = prepared.process(x[None])[0]
        assert open_[:at].all()
        found.append((int((open_[at:] == 0).argmax()) + 0.5) / 256.0)  # the change fell between two samples
    return float(np.median(found)), prepared.spec.delay_s


def _sine(hz: float, amplitude: float) -> Callable[[int], Array]:
    return lambda n: amplitude * np.sin(2 * np.pi * hz * np.arange(n) / 256.0)


def _tone(n: int) -> Array:
    """Return a tone anywhere in the band of muscles that has 20 uV behind its filter.

    Of noise with that power half the bursts come later, for its power is above its mean for less than half of the time.
    """
    hz, turns = _rng(n).uniform((20.0, 0.0), (45.0, 1.0))
    filter_ = signal.butter(4, (20.0, 45.0), "bandpass", fs=256.0, output="sos")
    gain = abs(signal.sosfreqz(filter_, [hz], fs=256.0)[1][0])
    return np.asarray(20.0 * np.sqrt(2.0) / gain * np.sin(2 * np.pi * (hz * np.arange(n) / 256.0 + turns)))


_QUIET = _rng(5).normal(size=2560)


#: What is measured of each kind, with the settings that it has by default unless the experiment needs shorter ones.
_EXPERIMENTS: dict[str, Callable[[], Measured]] = {
    "alpha_frequency": _alpha_frequency,
    "aperiodic_exponent": _aperiodic_exponent,
    "breath_heart_phase": lambda: _heart_in_breath(BreathHeartPhase(heart="ECG", breath="RESP"), 0.1, 0.3),
    "breathing_phase": _breathing_phase,
    "breathing_rate": _breathing_rate,
    "breaths": _breaths,
    "coherence_ratio": lambda: _rhythm_step(CoherenceRatio()),
    "ecg_beats": _ecg_beats,
    "electrode_quality": _electrode_quality,
    "emg_median_frequency": _emg_median_frequency,
    "heart_rate": lambda: _rate_step(HeartRate()),
    "hrv_power": lambda: _rhythm_step(HRVPower()),
    "ibi": lambda: _rate_step(IBI()),
    "in_range": _in_range,
    "kurtosis": lambda: _gate(KurtosisGate(), _QUIET, lambda n: np.where(np.arange(n) < 4, 30.0, 0.0)),
    "muscle": lambda: _gate(MuscleGate(max_uv=10.0), _QUIET, _tone),
    "peak_to_peak": lambda: _gate(PeakToPeak(), _QUIET, lambda n: np.full(n, 200.0)),
    "phase_amplitude": _phase_amplitude,
    "ppg_beats": _ppg_beats,
    "rms": lambda: _gate(RMSGate(max_uv=30.0), _QUIET, _sine(30.0, 60.0 * np.sqrt(2))),
    "rmssd": lambda: _variability_step(RMSSD()),
    "rsa": lambda: _heart_in_breath(RSA(heart="ECG", breath="RESP"), 3.0, 9.0),
    "scl": lambda: _slow_wave(SCL(), 16.0, "uS", of_slope=False),
    "scr_amplitude": _scr_amplitude,
    "scr_rate": _scr_rate,
    "sdnn": lambda: _variability_step(SDNN()),
    "temperature_rate": lambda: _slow_wave(TemperatureRate(), 4.0, "degC", of_slope=True),
    "trial_baseline": _trial_baseline,
    "trusted_beats": _trusted_beats,
}


def _late_kinds() -> list[str]:
    return [name for name in kind_names("stage") if _says_latency(find_kind("stage", name))]


def _says_latency(kind: Any) -> bool:
    return bool(kind.delay_is_latency)


def test_every_kind_has_an_experiment() -> None:
    assert sorted(_EXPERIMENTS) == sorted(_late_kinds())


@pytest.mark.parametrize("kind", _late_kinds())
def test_latency_is_as_said_within_a_tenth(kind: str) -> None:
    measured_s, said_s = _EXPERIMENTS[kind]()
    # Half a sample is what no experiment tells; it counts where a report comes at once.
    assert measured_s == pytest.approx(said_s, rel=0.1, abs=0.5 / 256.0)
