"""A session for sound and games: what the subject gets, as OSC messages by UDP."""

from __future__ import annotations

import math
import re
from contextlib import suppress
from importlib import import_module
from typing import Any

from neurosim.core.errors import ConfigError, UserError
from neurosim.session.sealing.veil import DrawnSham
from neurosim.session.session import Session
from neurosim.session.tick import Sink, Tick

LOOPBACK = "127.0.0.1"


def parse_address(text: str) -> tuple[str, int]:
    """Read a port of this computer, or HOST:PORT.

    Raises
    ------
    ConfigError
        For anything else.

    Examples
    --------
    >>> parse_address("9000"), parse_address("studio:57120")
    (('127.0.0.1', 9000), ('studio', 57120))
    """
    found = re.fullmatch(r"(?:(.+):)?(\d{1,5})", text.strip())
    if found is None or not 0 < int(found[2]) < 65536:
        raise ConfigError(f"must be a port, or HOST:PORT, such as 127.0.0.1:9000, got '{text}'", "--osc")
    return (found[1] or LOOPBACK).strip("[]"), int(found[2])


class OSCOutlet(Sink):
    """Sends every tick what the subject gets.

    Messages: ``/neurosim/feedback`` (0 to 1), ``/neurosim/valid`` (0 or 1), ``/neurosim/value`` and
    ``/neurosim/threshold`` (in the feature's unit; the threshold once it is known) every tick; ``/neurosim/reward``
    (how many so far) with each reward; ``/neurosim/block`` (name, kind) and ``/neurosim/cue`` (instruction, target,
    eyes) when they change; ``/neurosim/pacer`` (phase 0 to 1, rate a minute) every tick of a pacer; ``/neurosim/end``.

    Nobody answers, so nothing tells whether anybody listens; a message that cannot be sent is left out. Of a sealed
    session it sends only what the subject gets.

    Parameters
    ----------
    session
        Of one subject.
    address
        A port of this computer, or HOST:PORT.

    Raises
    ------
    UserError
        When python-osc is not installed, or the address is none.
    """

    def __init__(self, session: Session, address: str) -> None:
        host, port = parse_address(address)
        try:
            self._client: Any = import_module("pythonosc.udp_client").SimpleUDPClient(host, port)
        except ImportError:
            remedy = "install it with: python -m pip install 'neurosim[osc]'"
            raise UserError(f"OSC needs another package; {remedy}", "--osc") from None
        except OSError as error:
            raise ConfigError(f"'{host}' is no host that can be reached ({error.strerror or error})", "--osc") from None
        self._sealed = isinstance(session.sham, DrawnSham)
        self._n_rewards = 0
        self._said: dict[str, list[str]] = {}

    def write(self, tick: Tick) -> None:
        f, cue = tick.feedback, tick.feedback.cue
        self._on_change("block", [tick.block.name, tick.block.kind])
        self._on_change("cue", [cue.instruction, cue.target, cue.eyes or ""])
        self._send("feedback", float(f.shown))
        self._send("valid", int(f.valid))
        if cue.pacer_per_min:
            self._send("pacer", [cue.pacer_phase, cue.pacer_per_min])
        if self._sealed:
            return
        self._send("value", float(f.value))
        if not math.isnan(f.threshold):
            self._send("threshold", float(f.threshold))
        if f.reward:
            self._n_rewards += 1
            self._send("reward", self._n_rewards)

    def _on_change(self, name: str, words: list[str]) -> None:
        if self._said.get(name) != words:
            self._said[name] = words
            self._send(name, words)

    def _send(self, name: str, value: Any) -> None:
        with suppress(OSError):
            self._client.send_message(f"/neurosim/{name}", value)

    def close(self) -> None:
        self._send("end", [])
        self._client.close()
