"""An axis whose numbers all have as many decimals: 29.45 and 29.50, not 29.5."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PySide6.QtGui import QFontMetricsF

#: PyQtGraph takes back room only where there is more than this too much [px].
_SPARE_PX = 10.0


class EvenAxis(pg.AxisItem):  # type: ignore[misc]
    """Writes numbers as PyQtGraph does, and then gives all of them the decimals of the one that has most.

    PyQtGraph writes those of each grid for themselves, and finds out only as it draws which grids there is room for.
    """

    def generateDrawSpecs(self, p: Any) -> Any:  # noqa: N802 PyQtGraph's name
        """Return what is drawn: axis, ticks and numbers."""
        specs = super().generateDrawSpecs(p)
        if specs is None or self.logMode:
            return specs
        line, ticks, numbers = specs
        words = even([text for *_, text in numbers])
        metrics = QFontMetricsF(self.style["tickFont"] or self.font())
        needed = max((metrics.horizontalAdvance(word) for word in words), default=0.0)
        if 0.0 < needed - self.textWidth < _SPARE_PX:
            self._updateMaxTextSize(needed)
        return line, ticks, [(*place, new) for (*place, _), new in zip(numbers, words, strict=True)]


def even(numbers: list[str]) -> list[str]:
    """Return numbers with as many decimals as the one that has most; other words stay.

    Examples
    --------
    >>> even(["29.4", "29.45", "29.5"])
    ['29.40', '29.45', '29.50']
    >>> even(["1e-06", "0"]), even(["100", "0.1"])
    (['1e-06', '0'], ['100.0', '0.1'])
    """
    if not all(number.replace("-", "", 1).replace(".", "", 1).isdigit() for number in numbers):
        return numbers
    decimals = max((len(number.partition(".")[2]) for number in numbers), default=0)
    return [f"{float(number):.{decimals}f}" for number in numbers]
