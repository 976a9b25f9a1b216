"""That ticks may go first is asked for in the words of each system; what becomes of it is seen in test_session.py."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from neurosim.core.urgency import Urgency

#: Of Foundation's NSProcessInfo.h.
_USER_INITIATED, _LATENCY_CRITICAL = 0x00FFFFFF | 1 << 20, 0xFF00000000


def test_macos_is_told_once_that_it_cannot_wait_and_once_that_it_can(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[int | str] = []

    @contextlib.contextmanager
    def nope_scope(options: int, reason: str) -> Iterator[None]:
        assert reason
        said.append(options)
        yield
        said.append("over")

    appnope = SimpleNamespace(
        NSActivityUserInitiated=_USER_INITIATED, NSActivityLatencyCritical=_LATENCY_CRITICAL, nope_scope=nope_scope
    )
    monkeypatch.setitem(sys.modules, "appnope", appnope)
    monkeypatch.setattr(sys, "platform", "darwin")
    urgency = Urgency()
    for wanted in (False, True, True, False, False, True):
        urgency.when(wanted)
    assert said == [_USER_INITIATED | _LATENCY_CRITICAL, "over", _USER_INITIATED | _LATENCY_CRITICAL]


def test_another_system_is_asked_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(os, "sched_setscheduler", lambda *_: pytest.fail("Windows has no such call"), raising=False)
    urgency = Urgency()
    urgency.when(True)
    urgency.when(False)
