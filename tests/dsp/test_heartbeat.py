"""The heart out of the EMG: against closed forms, the truth of the body, and an EMG and an ECG of people."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal

from neurosim.core.drive import DriveEvent
from neurosim.core.errors import ConfigError
from neurosim.core.spec import SignalSpec
from neurosim.dsp import EMGMedianFrequency, EMGRms, HeartbeatSubtraction

Array = NDArray[np.float64]

_FS = 1000.0
_SPEC = SignalSpec(_FS, ("m",), "uV")
_BOTH = SignalSpec(_FS, ("m", "heart"), "uV")
_SECONDS = 120
BANDS = ((20.0, 400.0), (100.0, 200.0))


def _heart(seconds: int, seed: int = 1) -> Array:
    """Bumps of height 1 and 10 ms at irregular times, between samples, some 70 a minute."""
    rng = np.random.default_rng(seed)
    beats = np.cumsum(rng.uniform(0.75, 0.95, round(1.5 * seconds)))
    t = np.arange(round(seconds * _FS)) / _FS
    return np.asarray(np.sum([np.exp(-(((t - at) / 0.01) ** 2) / 2) for at in beats[beats < seconds]], axis=0))


def _clean(x: Array, spec: SignalSpec = _SPEC, **settings: Any) -> tuple[Array, int]:
    """Return what comes out, the delay taken away, and the delay in samples."""
    stage = HeartbeatSubtraction(**settings).prepare(spec)
    n = round(stage.spec.delay_s * spec.fs)
    return stage.process(x)[..., n:], n


def _rms(x: Array, band: tuple[float, float]) -> Array:
    """Return the rms of a band over everything but the first 10 s, lane by lane."""
    lanes = x.reshape(-1, x.shape[-1])
    spec = SignalSpec(_FS, tuple(f"m{i}" for i in range(len(lanes))), "uV")
    got = EMGRms(low_hz=band[0], high_hz=band[1]).prepare(spec).process(lanes)[:, 10000:]
    return np.asarray(np.sqrt(np.mean(got**2, axis=-1)))


def test_complexes_that_are_all_alike_go() -> None:
    """All but the first four; linear interpolation between samples leaves (1/10)^2 / 8 of the height, twice."""
    x = 100.0 * _heart(30)
    out, _ = _clean(x[None])
    assert np.abs(out[0, :3000]).max() > 90.0
    assert np.abs(out[0, 5000:-1000]).max() < 0.5


def test_a_complex_that_is_higher_or_lower_goes_too() -> None:
    x = 100.0 * _heart(60)
    out, n = _clean((x * np.linspace(0.8, 1.5, x.size))[None])
    assert np.abs(out[0, 5000 : -1000 - n]).max() < 1.0


def test_without_beats_it_is_a_delay_and_nothing_else() -> None:
    noise = np.random.default_rng(1).normal(size=60000)
    out, n = _clean(np.stack([noise, np.zeros(60000)]), _BOTH, heart="heart")
    assert n == 301  # 0.2 s until a beat is told, 0.1 s of complex before it, and a sample between samples
    np.testing.assert_array_equal(out[0], noise[:-n])


@pytest.fixture(scope="module")
def bodies(live: Callable[..., Any]) -> dict[float, Any]:
    """Four bodies, the heart in the trapezius 0, 20 and 100 uV high, all else alike."""
    made = {}
    for height in (0.0, 20.0, 100.0):
        event = {0: (DriveEvent("ecg_in_emg", 0.0, amplitude=height, duration_s=float(_SECONDS)),)} if height else {}
        streams, _ = live(_SECONDS, ("emg", "ecg"), events=event)
        made[height] = (streams["emg"][:, 1], np.repeat(streams["ecg"][:, 0], 4, axis=-1))  # held, as a join does
    return made


@pytest.mark.parametrize("band", BANDS)
@pytest.mark.parametrize("height", [0.0, 20.0, 100.0])
@pytest.mark.parametrize("heart", ["", "heart"])
def test_rms_is_that_of_the_muscle_alone(
    bodies: dict[float, Any], heart: str, height: float, band: tuple[float, float]
) -> None:
    """Within 1 % in both bands; of the wide one 100 uV of heart make half as much again, if they are left in."""
    muscle, (with_heart, ecg) = bodies[0.0][0], bodies[height]
    truth = _rms(muscle, band)
    if height == 100.0 and band == BANDS[0]:
        assert (_rms(with_heart, band) > 1.4 * truth).all()
    for i, (x, one) in enumerate(zip(with_heart, ecg, strict=True)):
        if heart:
            out, n = _clean(np.stack([x, one]), _BOTH, heart=heart)
        else:
            out, n = _clean(x[None])
        assert _rms(out, band) == pytest.approx(_rms(muscle[i, :-n], band), rel=0.01)


def test_a_muscle_without_a_heart_is_left_alone_where_an_ecg_tells_the_beats(bodies: dict[float, Any]) -> None:
    muscle, ecg = (each[0] for each in bodies[0.0])
    out, n = _clean(np.stack([muscle, ecg]), _BOTH, heart="heart")
    assert _rms(out, BANDS[0]) == pytest.approx(_rms(muscle[:-n], BANDS[0]), rel=0.001)


def test_median_frequency_is_that_of_the_muscle_alone(bodies: dict[float, Any]) -> None:
    muscle, with_heart = bodies[0.0][0][0], bodies[100.0][0][0]

    def median_hz(x: Array) -> float:
        return float(EMGMedianFrequency(window_s=50.0).prepare(_SPEC).process(x[None])[0, -1])

    assert median_hz(with_heart) < 0.7 * median_hz(muscle)
    assert median_hz(_clean(with_heart[None])[0][0]) == pytest.approx(median_hz(muscle), rel=0.02)


def _plux(path: Path, channel: str) -> Array:
    with h5py.File(path) as file:
        return np.asarray(file[next(iter(file))][f"raw/{channel}"], dtype=float).ravel()


@pytest.mark.parametrize("heart", ["", "heart"])
def test_a_real_heart_in_a_real_muscle(recording: Callable[[str, str], Path], heart: str) -> None:
    """The sum of two recordings; between contractions of 120 uV the arm rests at 5, where the heart counts."""
    emg = (_plux(recording("emg_biceps_bursts_plux", "emg_bursts.h5"), "channel_3") / 2**16 - 0.5) * 3e3
    emg -= emg.mean()
    ecg = _plux(recording("ecg_rest_5min_1khz_plux", "ecg_5_min.h5"), "channel_1")[60000 : 60000 + emg.size]
    ecg = signal.sosfilt(signal.butter(2, (1, 150), "bandpass", fs=_FS, output="sos"), ecg - np.median(ecg))
    both = emg + 100.0 * ecg / np.percentile(np.abs(ecg), 99.8)
    out, n = _clean(np.stack([both, ecg]), _BOTH, heart=heart) if heart else _clean(both[None])
    alone, disturbed, cleaned = (
        EMGRms().prepare(_SPEC).process(x[None])[0, 8000:] for x in (emg[:-n], both[:-n], out[0])
    )
    rest = alone < np.percentile(alone, 30)
    assert np.mean(np.abs(disturbed[rest] / alone[rest] - 1.0)) > 0.2
    assert np.mean(np.abs(cleaned[rest] / alone[rest] - 1.0)) < 0.015
    assert np.mean(np.abs(cleaned / alone - 1.0)) < 0.01


def test_channels_are_checked() -> None:
    with pytest.raises(ConfigError, match="heart: no channel 'ECG'"):
        HeartbeatSubtraction(heart="ECG").prepare(_SPEC)
    with pytest.raises(ConfigError, match="heart: is the only channel"):
        HeartbeatSubtraction(heart="m").prepare(_SPEC)
    assert HeartbeatSubtraction(heart="heart").prepare(_BOTH).spec.ch_names == ("m",)
