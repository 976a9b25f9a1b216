"""Recordings in the place of the body, bad ones above all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from neurosim.core.errors import ConfigError, RecordingError
from neurosim.session import simulate
from neurosim.session.result import Result
from neurosim.signals import Recorded

FS = 250.0
Float = NDArray[np.float64]


def alpha(duration_s: float = 60.0) -> Float:
    """Noise with a 10 Hz rhythm whose amplitude changes, two channels ``(channel, time)`` [uV]."""
    rng = np.random.default_rng(1)
    t = np.arange(int(duration_s * FS)) / FS
    rhythm = 8.0 * (1.0 + np.sin(2 * np.pi * 0.2 * t)) * np.sin(2 * np.pi * 10.0 * t)
    return rng.normal(0.0, 4.0, (2, t.size)) + rhythm


def play(folder: Path, data: Float, channels: tuple[str, ...] = ("O1", "Fp1"), protocol: str = "alpha_up") -> Result:
    np.save(folder / "data.npy", data)
    table = "\n".join(f'[[channels]]\nname = "{name}"\ncolumn = {i}' for i, name in enumerate(channels))
    (folder / "data.toml").write_text(f"fs = {FS}\n{table}\n", encoding="utf-8")
    source = Recorded(path=str(folder / "data.npy"), sidecar=str(folder / "data.toml"))
    return simulate(protocol, source=source, seed=1)


def test_plays_sample_by_sample_at_its_own_rate(tmp_path: Path) -> None:
    data = alpha()
    result = play(tmp_path, data)
    assert result.streams["eeg"].fs == FS
    # What comes from outside stands on the grid of the recording: 31.25 nV, so that a replay decides on the same.
    np.testing.assert_array_equal(result.samples(), np.round(data / 0.03125) * 0.03125)
    assert result.protocol.duration_s == pytest.approx(60.0)
    assert result.n_rewards > 10


def test_nans_are_not_trusted_and_do_not_spread(tmp_path: Path) -> None:
    data = alpha()
    clean = play(tmp_path, data)
    broken = data.copy()
    broken[0, int(20 * FS) : int(21 * FS)] = np.nan
    broken[1, int(25 * FS)] = np.inf
    result = play(tmp_path, broken)
    table = result.features.set_index("time_s")
    assert np.isfinite(table.alpha).all()
    assert not table[20.0:20.95].valid.any()
    assert not table[20.0:20.95].reward.any()
    assert not table[25.0:25.0].valid.any()
    assert table[35.0:].valid.all()
    # Twenty of its longest time constants later (0.32 s of the 0.5 Hz high-pass) nothing is left of it.
    before = clean.features.set_index("time_s").alpha[35.0:]
    np.testing.assert_allclose(table.alpha[35.0:], before, rtol=1e-6)


def test_a_flat_channel_is_never_trusted(tmp_path: Path) -> None:
    data = alpha()
    data[0] = 12.0
    result = play(tmp_path, data)
    assert result.n_rewards == 0
    assert result.features.valid[result.features.time_s > 1.0].sum() == 0


def test_a_flat_channel_that_nobody_uses_does_not_matter(tmp_path: Path) -> None:
    data = np.vstack([alpha(), np.zeros(int(60 * FS))])
    result = play(tmp_path, data, ("O1", "Fp1", "T8"))
    assert result.features.valid.mean() > 0.9


def test_a_missing_channel_is_named_with_what_is_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"features\[0\]\.channels: none of Cz, C3, C4 is in the signal \(O1, Fp1\)"):
        play(tmp_path, alpha(), protocol="smr_up")


def test_none_of_the_channels(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none of Oz, .* is in the signal \(A1, A2\); name one with --channel"):
        play(tmp_path, alpha(), ("A1", "A2"))


def test_a_band_above_half_the_rate(tmp_path: Path) -> None:
    np.save(tmp_path / "slow.npy", alpha()[:, ::2])
    (tmp_path / "slow.toml").write_text('fs = 125.0\n[[channels]]\nname = "Cz"\ncolumn = 0\n', encoding="utf-8")
    source = Recorded(path=str(tmp_path / "slow.npy"), sidecar=str(tmp_path / "slow.toml"))
    with pytest.raises(ConfigError) as caught:
        simulate("smr_up", source=source)
    assert str(caught.value) == "smr_up.toml: features[2].stages[1].high_hz: must be below fs/2 = 62.5 Hz, got 100"


def test_no_samples(tmp_path: Path) -> None:
    with pytest.raises(RecordingError):
        play(tmp_path, np.zeros((2, 0)))


def test_every_subject_of_a_batch_gets_the_same_recording(tmp_path: Path) -> None:
    play(tmp_path, alpha(10.0))
    source = Recorded(path=str(tmp_path / "data.npy"), sidecar=str(tmp_path / "data.toml"))
    result = simulate("alpha_up", source=source, subjects=3, seed=1, keep="all")
    x = result.samples()
    assert x.shape == (3, 2, 2500)
    assert np.array_equal(x[0], x[2])
