"""The time until something happens: whole processes, from start to end, with the kernels' cache warm.

Goals: `import neurosim` at most 0.15 s over NumPy, ``neurosim --help`` under 0.5 s, the first tick of a headless
run under 2 s.
"""

from __future__ import annotations

import subprocess
import sys

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

FIRST_TICK = """
from neurosim import Session
from neurosim.session.plan import plan_sessions

plan = plan_sessions("alpha_up", seed=1)
Session(plan.protocol, plan.source, plan.actors).step()
"""
COMMANDS = {
    "python alone": ["-c", ""],
    "import numpy": ["-c", "import numpy"],
    "import neurosim and numpy": ["-c", "import numpy, neurosim"],
    "neurosim --help": ["-m", "neurosim", "--help"],
    "first tick of alpha_up": ["-c", FIRST_TICK],
}


@pytest.mark.benchmark(group="start of a process")
@pytest.mark.parametrize("what", COMMANDS)
def test_startup(what: str, benchmark: BenchmarkFixture) -> None:
    command = [sys.executable, *COMMANDS[what]]
    benchmark.pedantic(subprocess.run, args=(command,), kwargs={"check": True, "capture_output": True}, rounds=5,
                       warmup_rounds=1)  # fmt: skip
