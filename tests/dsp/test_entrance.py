"""The entrance repairs bad samples once, and marks them."""

import numpy as np
import pytest

from neurosim.core.spec import SignalSpec
from neurosim.dsp.cleaning.entrance import Entrance
from neurosim.testing import partitions

_SPEC = SignalSpec(256.0, ("a", "b"), "uV")


def _noise(n_times: int = 1000) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.random.default_rng(1).normal(size=(2, n_times))


def test_good_samples_pass_untouched() -> None:
    out, valid = Entrance(_SPEC).process(_noise())
    np.testing.assert_array_equal(out, _noise())
    assert valid.all()


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_held_and_marked(bad: float) -> None:
    x = _noise()
    x[0, 100:110] = bad
    out, valid = Entrance(_SPEC).process(x)
    np.testing.assert_array_equal(np.flatnonzero(~valid[0]), np.arange(100, 110))
    assert valid[1].all()
    np.testing.assert_array_equal(out[0, 100:110], x[0, 99])
    np.testing.assert_array_equal(out[0, 110:], x[0, 110:])


def test_bad_from_the_start_is_zero() -> None:
    x = _noise()
    x[:, :5] = np.nan
    out, valid = Entrance(_SPEC).process(x)
    assert not out[:, :5].any()
    assert not valid[:, :5].any()
    assert valid[:, 5:].all()


def test_a_channel_that_does_not_change_for_half_a_second_is_marked() -> None:
    x = _noise()
    x[0, 200:500] = 7.0
    x[1, 200:327] = 7.0  # 127 samples alike: not yet half a second
    out, valid = Entrance(_SPEC).process(x)
    np.testing.assert_array_equal(np.flatnonzero(~valid[0]), np.arange(200 + 128, 500))
    assert valid[1].all()
    np.testing.assert_array_equal(out, x)


def test_chunks_do_not_matter() -> None:
    x = _noise()
    x[0, 200:500], x[1, 100:150], x[1, 700] = 7.0, np.nan, np.inf
    whole, valid = Entrance(_SPEC).process(x)
    for name, lengths in partitions(1000).items():
        entrance, at, parts = Entrance(_SPEC), 0, []
        for n in lengths:
            parts.append(entrance.process(x[:, at : at + n]))
            at += n
        np.testing.assert_array_equal(np.concatenate([out for out, _ in parts], axis=-1), whole, err_msg=name)
        np.testing.assert_array_equal(np.concatenate([ok for _, ok in parts], axis=-1), valid, err_msg=name)


def test_reset_forgets() -> None:
    entrance = Entrance(_SPEC)
    entrance.process(np.full((2, 500), 7.0))
    entrance.reset()
    out, valid = entrance.process(np.array([[np.nan, 7.0], [1.0, 1.0]]))
    np.testing.assert_array_equal(out, [[0.0, 7.0], [1.0, 1.0]])
    np.testing.assert_array_equal(valid, [[False, True], [True, True]])
