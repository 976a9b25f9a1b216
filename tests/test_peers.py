"""The programs that benchmarks compare with: all find the same bands, and can be timed elsewhere."""

import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.peers import BANDS_HZ, FS, N_CHANNELS, N_TIMES, PEERS
from benchmarks.second_environment import PeerError, make_environment, time_with


@pytest.mark.parametrize("name", ["NumPy sliding FFT", "SciPy filters", "SciPy Welch", "MNE Welch"])
def test_a_sine_is_found_in_its_band(name: str) -> None:
    process = PEERS[name].make()
    t = np.arange(round(6 * FS)) / FS
    x = np.sin(2 * np.pi * 10 * t) * np.arange(1.0, N_CHANNELS + 1)[:, None]
    for start in range(0, t.size, N_TIMES):
        powers = process(np.ascontiguousarray(x[:, start : start + N_TIMES]))
    assert np.shape(powers) == (len(BANDS_HZ), N_CHANNELS)
    assert (np.argmax(powers, axis=0) == list(BANDS_HZ).index("alpha")).all()
    np.testing.assert_allclose(powers[2] / powers[2][0], np.arange(1.0, N_CHANNELS + 1) ** 2, rtol=1e-6)


def test_timed_by_another_python() -> None:
    times_s = time_with(Path(sys.executable), "NumPy sliding FFT")
    assert len(times_s) == PEERS["NumPy sliding FFT"].rounds
    assert min(times_s) > 0.0


def test_what_cannot_be_installed_or_run_says_why(tmp_path: Path) -> None:
    with pytest.raises(PeerError, match="nowhere"):
        make_environment(tmp_path / "environment", [str(tmp_path / "nowhere.whl")])
    with pytest.raises(PeerError, match="KeyError: 'nobody'"):
        time_with(Path(sys.executable), "nobody")
