"""The rows of models.md on neuromodulation (11, 12, 38 to 53), each within its tolerance; its kind stands in its name.

A row of kind "model" could fail: it is computed from the running simulation. "set", "fitted" and "map" hold by
construction, and test the code. Where the figures are from stands in the rows (`tools.modulation_rows`).
"""

from __future__ import annotations

import pytest

from tools.modulation_rows import ROWS, Row


def _named() -> list[object]:
    return [
        pytest.param(row, id=f"{row.number}, {row.kind}: {row.quantity}", marks=[pytest.mark.slow] * row.slow)
        for row in ROWS
    ]


@pytest.mark.parametrize("row", _named())
def test_row(row: Row) -> None:
    if row.number == 50:
        pytest.importorskip("neurokit2")
    assert row.low <= row.measure() <= row.high


def test_no_row_is_missing() -> None:
    assert {row.number for row in ROWS} == {11, 12, *range(38, 54)}
