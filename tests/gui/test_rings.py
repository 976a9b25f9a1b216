"""Ring buffers against a plain array that keeps everything."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from neurosim_gui.rings import Ring
from neurosim_gui.seconds import Seconds

from neurosim.core.spec import SignalSpec
from neurosim.feedback import load_protocol
from neurosim.session.plan import plan_sessions


@given(st.lists(st.integers(0, 25), max_size=12), st.integers(0, 120))
def test_a_ring_reads_what_a_list_would(lengths: list[int], asked: int) -> None:
    ring, whole = Ring(2, 16), np.zeros((2, 0))
    for n in lengths:
        x = whole.shape[1] + np.arange(n) + np.array([[0.0], [0.5]])
        ring.extend(x)
        whole = np.concatenate([whole, x], axis=1)
    assert ring.total == whole.shape[1]
    start, found = ring.read(asked)
    assert start == min(max(asked, ring.total - 16), ring.total)
    np.testing.assert_array_equal(found, whole[:, start:])
    np.testing.assert_array_equal(ring.newest(5), whole[:, max(0, ring.total - 5) :])


def test_seconds_are_the_means_of_their_ticks() -> None:
    """The state comes 32 times a second, not in every tick of 64: what counts is each sample, once."""
    session = plan_sessions(load_protocol("dbs"), seed=1).session()
    streams: dict[str, SignalSpec] = dict(session.source.specs)
    seconds = Seconds(streams, ["beta"], session.protocol.update_interval_s)
    beta, state = [], []
    for _ in range(3 * 64 + 10):
        tick = session.step()
        seconds.write(tick)
        beta.append(float(tick.features[0]))
        state.append(tick.samples["truth/state"])
    row = streams["truth/state"].ch_names.index("arousal")
    whole = np.concatenate(state, axis=1)[row, : 3 * 32]
    t, means = seconds.read("", 0)
    np.testing.assert_allclose(t, [0.5, 1.5, 2.5])
    np.testing.assert_allclose(means, np.array(beta[: 3 * 64]).reshape(3, 64).mean(axis=1))
    np.testing.assert_allclose(seconds.read("truth/state", row)[1], whole.reshape(3, 32).mean(axis=1))
    assert seconds.now_s == (3 * 64 + 10) / 64
