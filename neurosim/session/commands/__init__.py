"""What somebody does to a running session, and the log of it."""

from __future__ import annotations

from neurosim.session.commands.body import Hand, Happen, Point, Push, Stroke, persons
from neurosim.session.commands.command import Command, RuleCommand
from neurosim.session.commands.course import Mark, Seek, SetPacer
from neurosim.session.commands.devices import (
    PULSE_SETTINGS,
    Dose,
    SetCoil,
    Stimulate,
    drugs,
    stimulators,
)
from neurosim.session.commands.log import COMMANDS, Logged, parse_command, read_commands
from neurosim.session.commands.rule import SetParameter, SetThreshold

__all__ = [
    "COMMANDS",
    "PULSE_SETTINGS",
    "Command",
    "Dose",
    "Hand",
    "Happen",
    "Logged",
    "Mark",
    "Point",
    "Push",
    "RuleCommand",
    "Seek",
    "SetCoil",
    "SetPacer",
    "SetParameter",
    "SetThreshold",
    "Stimulate",
    "Stroke",
    "drugs",
    "parse_command",
    "persons",
    "read_commands",
    "stimulators",
]
