"""Ring buffers against a plain array that keeps everything."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from neurosim_gui.rings import Ring


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
