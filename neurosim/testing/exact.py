"""Bit by bit: what the laws mean by the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Outputs = Mapping[str, NDArray[Any]]


def assert_identical(got: NDArray[Any], expected: NDArray[Any], what: str) -> None:
    """Compare two arrays bit by bit; NaN agrees with NaN.

    Parameters
    ----------
    got, expected
        The arrays.
    what
        Said first in the message.

    Raises
    ------
    AssertionError
        When shape, type or a single bit differs; the message shows the first place.

    Examples
    --------
    >>> assert_identical(np.array([0.1, 0.2]), np.array([0.1, 0.2 + 1e-17]), "rounding")
    >>> assert_identical(np.array([0.1, 0.3]), np.array([0.1, 0.1 + 0.2]), "rounding")
    Traceback (most recent call last):
    AssertionError: rounding: 1 of 2 numbers differ, first at (1,): 0.3 instead of 0.30000000000000004
    """
    got, expected = np.asarray(got), np.asarray(expected)
    assert got.shape == expected.shape, f"{what}: the shape is {got.shape} instead of {expected.shape}"
    assert got.dtype == expected.dtype, f"{what}: the type is {got.dtype} instead of {expected.dtype}"
    if got.tobytes() == expected.tobytes():
        return
    differs = got != expected
    if got.dtype.kind == "f":
        differs &= ~(np.isnan(got) & np.isnan(expected))
        differs |= np.signbit(got) != np.signbit(expected)
    if not differs.any():
        return
    first = tuple(int(i) for i in np.argwhere(differs)[0])
    count = f"{int(differs.sum())} of {differs.size} numbers differ"
    raise AssertionError(f"{what}: {count}, first at {first}: {got[first]} instead of {expected[first]}")


def assert_steps_identical(got: Sequence[Outputs], expected: Sequence[Outputs], what: str) -> None:
    """Compare the named outputs of successive steps bit by bit.

    Raises
    ------
    AssertionError
        At the first step that differs.
    """
    assert len(got) == len(expected), f"{what}: {len(got)} steps instead of {len(expected)}"
    for k, (one, other) in enumerate(zip(got, expected, strict=True)):
        assert one.keys() == other.keys(), f"{what}: step {k} gives {sorted(one)} instead of {sorted(other)}"
        for name, values in one.items():
            assert_identical(values, other[name], f"{what}: {name} of step {k}")
