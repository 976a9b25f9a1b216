"""What has come of a stream, read as one array."""

from __future__ import annotations

import numpy as np
import pytest

from neurosim.core.tape import BaselineTape, Tape


@pytest.mark.parametrize("shape", [(3,), (2, 3)])
def test_chunks_read_as_if_they_had_come_at_once(shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(1).normal(size=(*shape, 5000))
    tape: Tape[np.float64] = Tape()
    for chunk in np.split(x, [1, 1, 8, 300, 1024, 1025, 4000], axis=-1):
        tape.extend(chunk)
        chunk[...] = np.nan  # what has been taken is the tape's own
    assert len(tape) == 5000
    np.testing.assert_array_equal(tape.all, np.random.default_rng(1).normal(size=(*shape, 5000)))
    assert tape.all.strides[-1] == max(tape.all.strides), "time-major, as stages have it"


def test_an_empty_tape_says_so() -> None:
    tape = BaselineTape()
    assert not tape
    with pytest.raises(ValueError, match="nothing has come"):
        _ = tape.all


def test_samples_and_validity_stay_side_by_side() -> None:
    tape = BaselineTape()
    tape.extend(np.array([[1.0, 2.0]]), np.array([True, False]))
    tape.extend(np.array([[3.0]]), np.array([True]))
    samples, valid = tape.all
    np.testing.assert_array_equal(samples[:, valid], [[1.0, 3.0]])
