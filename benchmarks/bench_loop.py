"""Subject-hours of closed-loop training that one core simulates in a second.

`alpha_up` with learners, one channel with all its rhythms, an update every 1/8 s. The goal at 1,000 subjects is 5,
better 15.
"""

from __future__ import annotations

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from neurosim import EEG, Body, Learner, Subject, load_protocol, simulate


@pytest.mark.benchmark(group="closed loop: alpha_up, one channel, 1/8 s")
@pytest.mark.parametrize(("n_subjects", "duration_s"), [(1, 600.0), (100, 240.0), (1000, 120.0)])
def test_loop(
    n_subjects: int, duration_s: float, benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    protocol = load_protocol("alpha_up").model_copy(update={"update_interval_s": 1 / 8})
    subject = Subject(name="one_channel", title="A learner with one electrode", body=Body(eeg=EEG(ch_names=("Pz",))),
                      actors=(Learner(),))  # fmt: skip

    def run() -> None:
        simulate(protocol, subject=subject, subjects=n_subjects, seed=1, duration_s=duration_s)

    benchmark.pedantic(run, rounds=5, warmup_rounds=1)
    if benchmark.stats is None:  # --benchmark-disable
        return
    rate = n_subjects * duration_s / 3600.0 / benchmark.stats["min"]
    benchmark.extra_info["subject_hours_per_s"] = round(rate, 3)
    with capsys.disabled():
        print(f"\n{n_subjects} subjects: {rate:.2f} subject-hours per second")
