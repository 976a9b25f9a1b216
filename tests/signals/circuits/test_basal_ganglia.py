"""The loop of the basal ganglia by Welch's spectrum of SciPy, a test of the model (rows 38, 39: test_rows.py)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal

from neurosim.core.drive import Drive
from neurosim.signals import Body
from tools.modulation_rows import STN_FS, beta, beta_left, stn_rate

Float = NDArray[np.float64]
Record = Callable[..., dict[str, Float]]
FS = STN_FS


def test_beats_where_the_equations_do() -> None:
    """models.md 5.1, computed there with NumPy: 20.5 Hz when all dopamine is lost."""
    assert beta(stn_rate(1.0))[1] == pytest.approx(20.5, abs=1.0)


@pytest.mark.parametrize(
    ("setting", "low", "high"),
    [
        ({"stn_hz": 60.0}, 0.5, 0.9),  # models.md 5.1: .77 without the slow depression, which takes off more
        ({"stn_hz": 130.0, "stn_ma": 1.25}, 0.85, 1.05),  # A = 300: .99
        ({"stn_hz": 130.0, "stn_us": 20.0}, 0.7, 1.05),  # a shorter pulse does less
    ],
)
def test_stimulation_depends_on_frequency_current_and_width(setting: dict[str, float], low: float, high: float) -> None:
    assert low <= beta_left(**setting) <= high


def test_levodopa_takes_beta_away() -> None:
    """models.md 5.6: levodopa halves the loss; beta falls by 30 to 40 % and more (Neumann et al. 2017: direction)."""
    off, on = beta(stn_rate(0.7))[0], beta(stn_rate(0.7, levodopa=1.0))[0]
    assert on < 0.7 * off


def test_beta_comes_back_in_seconds(record: Record) -> None:
    """After stimulation human beta stays low for some twelve seconds (Kuehn et al. 2008), that of the model for more
    than the milliseconds of the bare equations."""
    on = Drive({"stn_ma": 2.5, "stn_us": 60.0, "stn_hz": 130.0})
    body = Body(rest={"dopamine_loss": 0.7})
    streams = record(("lfp",), 60, lambda k: on if 20 <= k < 40 else Drive(), body=body, n=16)
    filtered = np.abs(signal.hilbert(signal.sosfiltfilt(
        signal.butter(2, [13, 35], "bandpass", fs=FS, output="sos"), streams["truth/stn_rate"][:, 0]
    )))  # fmt: skip
    before, just_after, later = (filtered[:, a * FS : b * FS].mean() for a, b in ((5, 19), (41, 43), (52, 60)))
    assert just_after < 0.97 * before
    assert later == pytest.approx(before, rel=0.12)
