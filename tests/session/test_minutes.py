"""The table a minute: against NumPy's mean, SD and least-squares line over the same ticks."""

from __future__ import annotations

import numpy as np

from neurosim.feedback.protocol import load_protocol
from neurosim.session import Session, Sink, Tick
from neurosim.session.minutes import Minutes
from neurosim.session.plan import plan_sessions
from neurosim.session.run import run


class _Kept(Sink):
    def __init__(self) -> None:
        self.ticks: list[Tick] = []

    def write(self, tick: Tick) -> None:
        self.ticks.append(tick)


def _run(protocol_name: str, duration_s: float) -> tuple[Minutes, list[Tick]]:
    plan = plan_sessions(load_protocol(protocol_name), seed=1, duration_s=duration_s)
    minutes, kept = Minutes(), _Kept()
    run(Session(plan.protocol, plan.source, plan.actors), sinks=[minutes, kept])
    return minutes, kept.ticks


def test_a_row_is_what_numpy_says_of_its_trusted_ticks() -> None:
    minutes, ticks = _run("hand_warming", 400.0)
    at = 0
    for row in minutes.rows:
        mine = ticks[at : at + row.n_ticks]
        at += row.n_ticks
        assert {tick.block.name for tick in mine} == {row.block}
        assert mine[-1].start_s - mine[0].start_s < 60.0
        good = [tick for tick in mine if tick.feedback.valid]
        assert row.n_valid == len(good)
        if len(good) < 3:
            continue
        t = np.array([tick.start_s for tick in good])
        x = np.array([tick.features[0] for tick in good])
        np.testing.assert_allclose(row.mean[0], x.mean(), rtol=1e-12)
        np.testing.assert_allclose(row.sd[0], x.std(ddof=1), rtol=1e-6)
        np.testing.assert_allclose(row.change_per_min[0], 60.0 * np.polyfit(t - t[0], x, 1)[0], rtol=1e-6)
    assert at == len(ticks)


def test_trials_have_rows_of_their_own() -> None:
    minutes, ticks = _run("slow_cortical_potentials", 200.0)
    told = {tick.feedback.cue.trial for tick in ticks} - {0}
    assert [row.number for row in minutes.rows if row.trial] == sorted(told)


def test_the_baseline_is_the_mean_over_its_ticks() -> None:
    minutes, ticks = _run("hand_warming", 400.0)
    first = [t.features[0] for t in ticks if t.block is ticks[0].block and t.feedback.valid]
    baseline = minutes.baseline()
    assert baseline is not None
    np.testing.assert_allclose(baseline[0], np.mean(first), rtol=1e-12)
