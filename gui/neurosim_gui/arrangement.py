"""Where the panels of a session stand, in a large window and in a small one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from neurosim_gui.focus import Focus
from neurosim_gui.panels.panel import Panel
from neurosim_gui.stacks import TabRows, as_column, side_by_side, tabs_of

#: Below this width the right column folds into the tabs, below this height all but the essentials do [px].
NARROW_PX, LOW_PX = 1600, 820
#: Widths of the columns, and of a panel of the lower row and its tabs, in relation to each other.
_COLUMNS, _BELOW, _TABS = (800, 720, 380), 600, 720


@dataclass
class Arrangement:
    """The panels by place.

    Attributes
    ----------
    signals, trained, side
        The columns of the upper row, top to bottom.
    below
        The lower row, before its tabs.
    tabs
        The tabs of the lower row.
    folding
        Those of the upper row that become tabs where the window is low.
    focus
        What a lesson looks at.
    name
        What its sizes are remembered under.
    first
        The tab that is in front at first, as the texts name it; empty for the first one.
    upper
        Height of the upper row in a low window, of 1000.
    """

    signals: list[Panel] = field(default_factory=list)
    trained: list[Panel] = field(default_factory=list)
    side: list[Panel] = field(default_factory=list)
    below: list[Panel] = field(default_factory=list)
    tabs: list[Panel] = field(default_factory=list)
    folding: list[Panel] = field(default_factory=list)
    focus: Focus = field(default_factory=Focus)
    name: str = ""
    first: str = ""
    upper: int = 560
    _focused: bool = False

    @property
    def panels(self) -> list[Panel]:
        """All of them."""
        return [*self.signals, *self.trained, *self.side, *self.below, *self.tabs, *self.focus.added]

    @property
    def front(self) -> list[str]:
        """What the tabs in front are called, as the texts name them; none before there are tabs."""
        return [panel.tab for panel in self.panels if (tabs := tabs_of(panel)) and tabs.currentWidget() is panel]

    def bring(self, front: Sequence[str]) -> None:
        """Bring the tabs of these names to the front, where they are tabs."""
        for panel in self.panels:
            if panel.tab in front and (tabs := tabs_of(panel)):
                tabs.setCurrentWidget(panel)

    def build(self, *, narrow: bool, low: bool) -> tuple[QSplitter, list[tuple[str, QSplitter]]]:
        """Put the panels into splitters.

        Parameters
        ----------
        narrow, low
            Whether the window has little width, or little height.

        Returns
        -------
        body
            Everything.
        splitters
            By name, the sizes of whose parts can be remembered.
        """
        focused = bool(self.focus.panels)
        front = (self.front if focused == self._focused else []) or [self.first]
        self._focused = focused
        splitters: list[tuple[str, QSplitter]] = []
        if focused:
            others = [*self.below, *self.signals, *self.trained, *self.side, *self.tabs]
            body = self.focus.build(others, self.side, narrow=narrow, low=low)
        else:
            body, splitters = self._build_usual(narrow=narrow, low=low)
        self.bring(front)
        return body, splitters

    def _build_usual(self, *, narrow: bool, low: bool) -> tuple[QSplitter, list[tuple[str, QSplitter]]]:
        folded = self.folding if low else []
        columns = [[p for p in column if p not in folded] for column in (self.signals, self.trained)]
        moved = [*folded, *(self.below if low else [])]
        if narrow:
            moved = [*self.side, *moved]
        else:
            columns.append(self.side)
        parts: list[QWidget] = []
        shares: list[int] = []
        inner: list[tuple[str, QSplitter]] = []
        for column, share in zip(columns, _COLUMNS, strict=False):
            if column:
                part, growing = as_column(column)
                inner.append((f"column_{len(inner)}", growing))
                parts.append(part)
                shares.append(share)
        upper = side_by_side(Qt.Orientation.Horizontal, parts, shares)
        below = [] if low else self.below
        tabs = TabRows((*moved, *self.tabs))
        lower = side_by_side(Qt.Orientation.Horizontal, [*below, tabs], [*[_BELOW] * len(below), _TABS])
        heights = (self.upper, 1000 - self.upper) if low else (560, 340)
        body = side_by_side(Qt.Orientation.Vertical, [upper, lower], heights)
        return body, [("body", body), ("upper", upper), ("lower", lower), *inner]
