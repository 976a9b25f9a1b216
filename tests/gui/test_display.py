"""The display is measured, and a session of a device sets its own pace in the window."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest


def test_a_patch_is_painted_each_time_it_changes() -> None:
    from neurosim_gui.app import measure_display

    refresh_hz, took = measure_display()
    assert took.shape == (120,)
    assert (took > 0.0).all()
    assert np.median(took) < 1.0
    assert refresh_hz >= 0.0


def test_the_engine_lets_a_device_set_the_pace() -> None:
    pytest.importorskip("brainflow", reason="needs the extra 'brainflow'")
    from neurosim_gui.engine import Engine, Status
    from neurosim_gui.request import LiveRequest, prepare

    from neurosim.core.pace import PacedClock

    clock = PacedClock(0.01)  # which would take a minute and more
    engine = Engine(lambda: prepare(LiveRequest(source="brainflow:synthetic:signals=eeg:gap_s=5")), clock)
    engine.start()
    until_s = time.monotonic() + 60.0
    while (engine.session is None or engine.session.time_s < 1.0) and time.monotonic() < until_s:
        assert engine.status is not Status.FAILED, engine.failure
        time.sleep(0.05)
    assert engine.session is not None
    assert engine.session.time_s >= 1.0
    assert math.isinf(clock.speed)
    twin = engine.branch().get(timeout=10.0)  # a branch of a session of a device sees the same samples
    assert twin.tick_index > 0
    engine.close()
    assert engine.status is Status.STOPPED
