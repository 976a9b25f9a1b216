"""How many times real time each technique runs with all its models: body, circuit, devices, pipeline, rule.

One patient in a whole session of the protocol, and eight at once; the goal is 20 times real time. The Epileptor stands
beside The Virtual Brain's where that is installed (one region, the same step and noise, Heun's rule there).
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from neurosim.cohort.treatments import BRANCHES, patients
from neurosim.core.drive import NEUTRAL
from neurosim.core.timeline import TickGrid
from neurosim.feedback.protocol import TrainingProtocol
from neurosim.session.plan import plan_sessions
from neurosim.signals import load_body
from neurosim.subject.subject import load_subject

DURATION_S = 120.0
GOAL = 20.0


def techniques() -> dict[str, tuple[str, TrainingProtocol]]:
    """Return each technique once, with a patient whom it is for and the protocol that does it."""
    found: dict[str, tuple[str, TrainingProtocol]] = {}
    for branch in BRANCHES:
        for who, patient in patients().items():
            for name, technique in patient.techniques.items():
                if technique.branch == branch and name not in found:
                    found[name] = (who, patient.watched(technique).fit(DURATION_S))
    return found


TECHNIQUES = techniques()


@pytest.mark.benchmark(timer=time.process_time)  # seconds of a core: what else runs does not count
@pytest.mark.parametrize("subjects", [1, 8])
@pytest.mark.parametrize("name", TECHNIQUES)
def test_technique(name: str, subjects: int, benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]) -> None:
    who, protocol = TECHNIQUES[name]
    benchmark.group = f"{name}, {DURATION_S:g} s"
    subject = load_subject(who)

    def prepare() -> tuple[tuple[Callable[[], object], int], dict[str, object]]:
        plan = plan_sessions(protocol, subject, subjects=None if subjects == 1 else subjects, seed=1)
        session = plan.session()
        return (session.step, session.n_ticks), {}

    def live(step: Callable[[], object], n_ticks: int) -> None:
        for _ in range(n_ticks):
            step()

    benchmark.pedantic(live, setup=prepare, rounds=2, warmup_rounds=1)
    _report(benchmark, capsys, f"{name} ({who}), {subjects} at once", subjects * DURATION_S)


@pytest.mark.benchmark(timer=time.process_time)
@pytest.mark.parametrize("circuit", [("lfp", "parkinson"), ("ieeg", "epilepsy"), ("pain", "chronic_pain")])
def test_circuit(circuit: tuple[str, str], benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]) -> None:
    """The circuits alone, in ticks of a second."""
    stream, who = circuit
    benchmark.group = f"{stream}, {DURATION_S:g} s"

    def prepare() -> tuple[tuple[object, ...], dict[str, object]]:
        source = load_body(who).prepare(TickGrid(1.0), 1, (0,), ())
        source.select((stream,))
        source.generate(0, NEUTRAL)  # settles
        return (source.generate,), {}

    def live(generate: Callable[..., object]) -> None:
        for k in range(1, round(DURATION_S) + 1):
            generate(k, NEUTRAL)

    benchmark.pedantic(live, setup=prepare, rounds=3, warmup_rounds=1)
    _report(benchmark, capsys, f"{stream} alone", DURATION_S)


@pytest.mark.benchmark(timer=time.process_time)
@pytest.mark.filterwarnings("default")  # the other's own
def test_epileptor_of_the_virtual_brain(benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str]) -> None:
    models = pytest.importorskip("tvb.simulator.models.epileptor")
    n = round(DURATION_S * 250 * 50)
    model, dt = models.Epileptor(x0=np.array([-2.1])), 0.02
    state, coupling = np.array([-1.6, -12.0, 3.4, -0.8, 0.0, -0.16])[:, None, None], np.zeros((2, 1, 1))
    noise = np.random.default_rng(1)
    sds = np.array([0.025, 0.025, 0.0, 0.25, 0.25, 0.0])[:, None, None] * np.sqrt(dt)
    benchmark.group = f"ieeg, {DURATION_S:g} s"
    part = 20  # of the time: the whole would take minutes

    def live() -> None:
        x = state
        for _ in range(n // part):
            push = sds * noise.standard_normal(x.shape)
            first = model.dfun(x, coupling)
            second = model.dfun(x + dt * first + push, coupling)
            x = x + 0.5 * dt * (first + second) + push

    benchmark.pedantic(live, rounds=2, warmup_rounds=1)
    _report(benchmark, capsys, "The Virtual Brain's Epileptor", DURATION_S / part)


def _report(benchmark: BenchmarkFixture, capsys: pytest.CaptureFixture[str], name: str, seconds: float) -> None:
    if benchmark.stats is None:  # --benchmark-disable
        return
    times = seconds / benchmark.stats["min"]
    benchmark.extra_info["times_real_time"] = round(times)
    with capsys.disabled():
        print(f"\n{name}: {times:,.0f} times real time{'' if times >= GOAL else f', below the goal of {GOAL:g}'}")
