"""A probe gives what the stage inside the session gives, to the bit, and leaves the session alone."""

from __future__ import annotations

import numpy as np
import pytest

from neurosim.core.spec import Samples
from neurosim.feedback.protocol import load_protocol
from neurosim.session import Session
from neurosim.session.plan import plan_sessions
from neurosim.session.probe import Probe, listed_stages


def _session(name: str) -> Session:
    plan = plan_sessions(load_protocol(name), seed=1, duration_s=60.0)
    return Session(plan.protocol, plan.source, plan.actors)


# A filter fitted to the baseline, two streams that are joined, and a z-score.
@pytest.mark.parametrize("name", ["alpha_up", "hrv_resonance", "zscore"])
def test_the_last_stage_gives_the_feature(name: str) -> None:
    session, twin = _session(name), _session(name)
    while session.time_s < 2.0:
        session.step()
        twin.step()
    feature = session.protocol.rule.trained
    column = list(session.pipeline.specs).index(feature)
    newest: list[Samples] = []
    probe = Probe(session, feature, len(listed_stages(session.pipeline, feature)) - 1, newest.append)
    seen = 0
    while not session.finished:
        tick = session.step()
        probe.write(tick)
        np.testing.assert_array_equal(tick.features, twin.step().features)
        if newest and newest[-1].shape[-1] and tick.feedback.valid:
            assert newest[-1][0, -1] == tick.features[column]
            seen += 1
    assert seen > 0
