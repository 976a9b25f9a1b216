"""The loop: session, clocks, sinks, recording, summary."""

from __future__ import annotations

from neurosim.core.event import SessionEvent
from neurosim.session.clock import RealTimeClock, SimulatedClock
from neurosim.session.commands import Command, Happen, Logged, Push, SetParameter, SetThreshold
from neurosim.session.compare import compare_thresholds
from neurosim.session.result import Result, read_session
from neurosim.session.run import run
from neurosim.session.session import Session
from neurosim.session.simulate import simulate, simulate_sessions
from neurosim.session.tick import Sink, Tick

__all__ = [
    "Command",
    "Happen",
    "Logged",
    "Push",
    "RealTimeClock",
    "Result",
    "Session",
    "SessionEvent",
    "SetParameter",
    "SetThreshold",
    "SimulatedClock",
    "Sink",
    "Tick",
    "compare_thresholds",
    "read_session",
    "run",
    "simulate",
    "simulate_sessions",
]
