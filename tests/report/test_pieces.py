"""Intervals from one session's half minutes: by SciPy where nothing is correlated, by their coverage where it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from neurosim import load_protocol, simulate
from neurosim.feedback import Block
from neurosim.report.make import report_on
from neurosim.report.pieces import PIECE_S, difference, piece_mean
from neurosim.session import read_session

_NONE = np.zeros(20)


def test_without_correlation_it_is_students_interval() -> None:
    x = np.tile([1.0, 3.0, 2.0, 5.0, 1.5], 4)  # neighbours are anything but alike
    found = piece_mean(x, _NONE)
    assert found.n_effective == found.n == 20
    np.testing.assert_allclose(found.interval(), stats.t.interval(0.95, 19, x.mean(), stats.sem(x)), rtol=1e-12)
    y = x[:10] + 1.0
    mean, low, high = difference(found, piece_mean(y, _NONE[:10]))
    welch = stats.ttest_ind(x, y, equal_var=False).confidence_interval(0.95)
    np.testing.assert_allclose((mean, low, high), (x.mean() - y.mean(), welch.low, welch.high), rtol=1e-9)


def test_what_goes_one_way_all_the_time_has_no_interval() -> None:
    found = piece_mean(np.arange(20.0), _NONE)
    assert found.n_effective < 2
    assert np.isnan(found.interval()).all()
    assert np.isnan(piece_mean(np.array([1.0, 2.0, 1.5]), _NONE[:3]).interval()).all()  # too few


def test_pieces_on_both_sides_of_a_border_are_no_neighbours() -> None:
    x = np.array([1.0, 1.1, 0.9, 1.0, 5.0, 5.1, 4.9, 5.0])
    together, apart = piece_mean(x, np.zeros(8)), piece_mean(x, np.arange(8.0))
    assert together.n_effective < 2.0
    assert apart.n_effective == 8


@pytest.mark.parametrize(("tau_s", "least"), [(2.0, 0.93), (20.0, 0.91)])
def test_as_often_as_it_says_the_true_mean_lies_within(tau_s: float, least: float) -> None:
    """Ten minutes of first-order noise of mean 0, 2000 times: nominal 95 %.

    With 20 half minutes an estimated correlation is too small by some (1 + 3 r) / 20 (Marriott & Pope 1954), and so the
    interval is somewhat too short where half minutes are alike; without the correction it would hold it in 83 of 100.
    """
    n_sessions, dt, n_pieces = 2000, 0.5, 20
    rng, a = np.random.default_rng(1), np.exp(-dt / tau_s)
    x = np.empty((n_pieces * round(PIECE_S / dt), n_sessions))
    x[0] = rng.normal(size=n_sessions)
    for k in range(1, len(x)):
        x[k] = a * x[k - 1] + np.sqrt(1 - a * a) * rng.normal(size=n_sessions)
    means = x.reshape(n_pieces, -1, n_sessions).mean(axis=1).T
    ends = np.array([piece_mean(each, _NONE).interval() for each in means])
    held = np.mean((ends[:, 0] < 0) & (ends[:, 1] > 0) | np.isnan(ends[:, 0]))
    assert least < held < 0.97


def test_a_report_has_them_and_says_how(tmp_path: Path) -> None:
    blocks = (Block(name="baseline", kind="baseline", duration_s=120), Block(name="t", kind="training", duration_s=160))
    simulate(load_protocol("alpha_up").with_blocks(*blocks), seed=1, out=tmp_path / "s")
    page, data = report_on(tmp_path / "s")
    table = read_session(tmp_path / "s").features
    training = table[table.block == "t"]
    piece = ((training.onset - 120) // 30).astype(int)
    met = training[piece < 5].groupby(piece).met.mean().to_numpy()  # the last ten seconds are no half minute
    row = next(r for r in data["intervals"] if (r["what"], r["of"]) == ("training", "met"))
    assert (row["n"], row["mean"]) == (5, pytest.approx(met.mean(), abs=1e-12))
    assert row["low"] < row["mean"] < row["high"]
    change = next(r for r in data["intervals"] if r["what"] == "training less baseline")
    of = {r["what"]: r["mean"] for r in data["intervals"] if r["of"] == "alpha"}
    assert change["mean"] == pytest.approx(of["training"] - of["baseline"], abs=1e-12)
    text = page.read_text(encoding="utf-8")
    assert "Student" in text
    assert "says nothing of other people or days" in text
