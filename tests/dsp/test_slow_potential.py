"""Slow potentials: the moving average against NumPy, eyes against MNE's regression, trials against MNE's baseline."""

import numpy as np
import pytest
from numpy.typing import NDArray

from neurosim.core.calibrated import Calibrating
from neurosim.core.chain import Chain
from neurosim.core.errors import ConfigError
from neurosim.core.spec import SignalSpec
from neurosim.dsp import SlowPotential, TrialBaseline
from neurosim.dsp.spectra.slow_potential import SlowPotentialStage
from neurosim.testing import partitions

_FS = 256.0
_SPEC = SignalSpec(_FS, ("Cz", "VEOG", "HEOG"), "uV")


def _recording(
    n_times: int = 60 * 256, shares: tuple[float, float] = (0.25, -0.1), brain_uv: float = 10.0
) -> NDArray[np.float64]:
    """Drifting EEG with blinks and saccades in it ``(channel, time)``, whose eye channels drift as well."""
    rng = np.random.default_rng(1)
    t = np.arange(n_times) / _FS
    eyes = np.zeros((2, n_times))
    for start in rng.integers(0, n_times - 64, size=n_times // 1024):
        eyes[0, start : start + 64] += rng.uniform(100, 300) * np.hanning(64)
    eyes[1] = 80 * np.cumsum(rng.normal(size=n_times) * (rng.uniform(size=n_times) < 0.003))
    # Electrodes drift on their own, all in one direction: no reason to think of the eyes.
    drift = np.array([40 * t / 60, 300 * t / 60, 200 * t / 60])
    noise = rng.normal(size=(3, n_times))
    brain = brain_uv * np.sin(2 * np.pi * 0.1 * t) + 5 * noise[0]
    own = np.array([brain + np.array(shares) @ eyes, eyes[0] + noise[1], eyes[1] + noise[2]])
    own += drift + np.array([[4e4], [-1e4], [5e3]])
    return own


def _fitted(x: NDArray[np.float64], config: SlowPotential) -> SlowPotentialStage:
    stage = config.prepare(_SPEC)
    stage.process(x)
    stage.calibrate()
    assert isinstance(stage, Calibrating)
    assert isinstance(stage.stage, SlowPotentialStage)
    return stage.stage


def test_moving_average_is_numpys() -> None:
    x = _recording()
    stage = SlowPotential(window_s=0.5, update_s=1 / 16).prepare(_SPEC)
    y = stage.process(x)[0]
    ends = np.arange(128, x.shape[1] + 1, 16)
    expected = np.array([x[0, end - 128 : end].mean() for end in ends])
    np.testing.assert_allclose(y[ends - 1], expected, rtol=1e-13)
    np.testing.assert_array_equal(y[ends[3] - 1 : ends[4] - 1], y[ends[3] - 1])  # held
    assert stage.spec.delay_s == (127 / 2 + 15 / 2) / _FS
    assert stage.spec.ch_names == ("Cz",)


def test_eyes_share_is_known() -> None:
    # The increments of 1/16 s means: of 60 s of blinks of 200 uV and noise of 5 uV / sqrt(16) a mean.
    shares = _fitted(_recording(), SlowPotential(eyes=("VEOG", "HEOG"))).shares[0]
    np.testing.assert_allclose(shares, [0.25, -0.1], atol=0.01)


def test_eyes_share_is_mnes_without_drift() -> None:
    import mne

    # MNE's regression is of the samples: slow waves and drifts that happen to go with the eyes count there.
    x = _recording(brain_uv=0.0)
    t = np.arange(x.shape[1]) / _FS
    x -= np.array([[40 / 60], [300 / 60], [200 / 60]]) * t
    info = mne.create_info(list(_SPEC.ch_names), _FS, ["eeg", "eog", "eog"])
    raw = mne.io.RawArray(1e-6 * x, info, verbose="error").set_eeg_reference([], verbose="error")
    model = mne.preprocessing.EOGRegression(picks="eeg", picks_artifact="eog").fit(raw)
    np.testing.assert_allclose(
        _fitted(x, SlowPotential(eyes=("VEOG", "HEOG"))).shares[0], model.coef_[0], atol=0.015
    )  # the saccades' steps are rare in increments: of 200 uV, with a noise of 1.25 uV sqrt(2)


def test_eyes_are_taken_away() -> None:
    x, clean = _recording(), _recording(shares=(0.0, 0.0))
    config = SlowPotential(eyes=("VEOG", "HEOG"))
    got = _fitted(x, config).process(x)[0]
    plain, truth = (SlowPotential().prepare(_SPEC).process(each)[0] for each in (x, clean))
    # The eye channels' own drift comes in with their share; what moves within seconds is compared.
    ends = np.arange(255, x.shape[1], 256)
    changes = [np.diff(each[ends]) for each in (got, plain, truth)]
    assert np.std(changes[0] - changes[2]) < 0.1 * np.std(changes[1] - changes[2])


def test_baseline_that_is_not_trusted_is_left_out() -> None:
    x = _recording()
    bad = x.copy()
    bad[0, 5000:5500] += 3e3 * np.random.default_rng(3).normal(size=500)
    valid = np.ones(x.shape[1], dtype=np.bool_)
    valid[4990:5510] = False
    config = SlowPotential(eyes=("VEOG", "HEOG"))
    stage = config.fit(_SPEC, bad, valid)
    assert isinstance(stage, SlowPotentialStage)
    np.testing.assert_allclose(stage.shares[0], [0.25, -0.1], atol=0.015)
    nothing = config.fit(_SPEC, x, np.zeros_like(valid))
    assert isinstance(nothing, SlowPotentialStage)
    assert not nothing.shares.any()


@pytest.mark.parametrize("eye", [0.0, 1.0], ids=["flat", "twice the same"])
def test_eye_channels_that_cannot_be_told_apart(eye: float) -> None:
    x = _recording(shares=(0.25, 0.0))
    x[2] = eye * x[1]
    shares = _fitted(x, SlowPotential(eyes=("VEOG", "HEOG"))).shares[0]
    assert shares.sum() == pytest.approx(0.25, abs=0.01)


def test_trial_baseline_is_mnes() -> None:
    import mne

    x = _recording()
    out = TrialBaseline(first_trial_s=1.0, period_s=10.0, baseline_s=2.0).prepare(_SPEC).process(x)
    assert not out[:, : 3 * 256 - 1].any()
    times = np.arange(10 * 256) / _FS
    for trial in range(5):
        start = (1 + 10 * trial) * 256
        epoch = mne.baseline.rescale(
            x[:, start : start + 2560], times, (0, 2 - 1 / _FS), mode="mean", copy=True, verbose="error"
        )
        np.testing.assert_allclose(out[:, start + 512 : start + 2560], epoch[:, 512:], atol=1e-8)


def test_trials_keep_time_over_a_session() -> None:
    # 0.7 s are 179.2 samples: rounded anew for each trial, 1000 of them take 700 s and not 699.2.
    n = 700 * 256
    x = np.arange(n, dtype=np.float64)[None]
    out = TrialBaseline(period_s=0.7, baseline_s=0.1).prepare(SignalSpec(_FS, ("a",), "uV")).process(x)[0]
    falls = np.flatnonzero(np.diff(out) < 0) + 1
    np.testing.assert_array_equal(falls, [round(0.7 * k * 256) + 25 for k in range(1, 1000)])


def test_change_within_a_trial_is_seen_at_once() -> None:
    stage = TrialBaseline(period_s=10.0, baseline_s=2.0).prepare(_SPEC)
    x = np.zeros((3, 2560))
    x[:, 1000:] = 7.0
    y = stage.process(x)
    np.testing.assert_array_equal(y, x)
    assert stage.spec.delay_s == 0.0


def test_whole_of_it_does_not_depend_on_chunks() -> None:
    x = _recording(4000)
    config = Chain.of(SlowPotential(), TrialBaseline(first_trial_s=0.5, period_s=3.0, baseline_s=1.0))
    whole = config.prepare(_SPEC).process(x)
    for name, lengths in partitions(4000).items():
        stage, at, parts = config.prepare(_SPEC), 0, []
        for n in lengths:
            parts.append(stage.process(x[:, at : at + n]))
            at += n
        np.testing.assert_array_equal(np.concatenate(parts, axis=-1), whole, err_msg=name)


def test_what_does_not_fit_is_named() -> None:
    for config, place in (
        (SlowPotential(channel="Fz"), "channel"),
        (SlowPotential(eyes=("VEOG", "Cz")), "eyes"),
        (SlowPotential(eyes=("VEOG", "VEOG")), "eyes"),
        (TrialBaseline(period_s=1.0), "baseline_s"),
    ):
        with pytest.raises(ConfigError) as error:
            config.prepare(_SPEC)
        assert [problem.loc[0] for problem in error.value.problems] == [place]
