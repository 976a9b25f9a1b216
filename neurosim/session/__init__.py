"""The loop: session, clocks, sinks, recording, summary."""

from __future__ import annotations

from neurosim.core.clock import RealTimeClock, SimulatedClock
from neurosim.core.event import SessionEvent
from neurosim.session.commands import (
    Command,
    Dose,
    Happen,
    Logged,
    Point,
    Push,
    Seek,
    SetCoil,
    SetPacer,
    SetParameter,
    SetThreshold,
    Stimulate,
    Stroke,
)
from neurosim.session.recording.export import export_session
from neurosim.session.recording.reading import read_session
from neurosim.session.recording.recover import recover
from neurosim.session.recording.replay import replay_session
from neurosim.session.result import Result
from neurosim.session.run import run
from neurosim.session.sealing.blinding import bang_index, james_index
from neurosim.session.sealing.key import draw_key, parse_arms, read_key, write_key
from neurosim.session.sealing.reveal import blinding_indices, reveal_session
from neurosim.session.session import Session
from neurosim.session.simulate import simulate, simulate_sessions
from neurosim.session.tick import Sink, Tick

__all__ = [
    "Command",
    "Dose",
    "Happen",
    "Logged",
    "Point",
    "Push",
    "RealTimeClock",
    "Result",
    "Seek",
    "Session",
    "SessionEvent",
    "SetCoil",
    "SetPacer",
    "SetParameter",
    "SetThreshold",
    "SimulatedClock",
    "Sink",
    "Stimulate",
    "Stroke",
    "Tick",
    "bang_index",
    "blinding_indices",
    "draw_key",
    "export_session",
    "james_index",
    "parse_arms",
    "read_key",
    "read_session",
    "recover",
    "replay_session",
    "reveal_session",
    "run",
    "simulate",
    "simulate_sessions",
    "write_key",
]
