"""What a lesson looks at stands above everything else, which becomes tabs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter

from neurosim.session.session import Session
from neurosim_gui.look import Look
from neurosim_gui.panels.feature import FeaturePanel
from neurosim_gui.panels.panel import Panel
from neurosim_gui.panels.signals import SignalsPanel
from neurosim_gui.panels.trace import SweepPanel, TracePanel
from neurosim_gui.stacks import TabRows, as_column, side_by_side
from neurosim_gui.stage_trace import find_trace

#: Panels that stand one above the other at most, and one more where there is height and little width.
_MOST_STACKED = 2
#: How high that is beside everything else, whose plots need room too.
_SHARES = {True: (540, 420), False: (640, 300)}
_MAIN, _SIDE = 760, 380
_SWEEPING = (SignalsPanel, FeaturePanel)


@dataclass
class Focus:
    """Some of the panels.

    Attributes
    ----------
    panels
        What stands above all others, top to bottom; empty for the usual places.
    added
        Those that were made because no other shows what is looked at.
    """

    panels: list[Panel] = field(default_factory=list)
    added: list[Panel] = field(default_factory=list)

    def look_at(self, names: Sequence[str], among: Sequence[Panel], session: Session, look: Look) -> bool:
        """Take the panels that show some features, streams, ``shown`` or ``pacer``; tells whether they are others.

        What none of them shows gets a panel of its own.

        Raises
        ------
        ConfigError
            For what the session does not have.
        """
        focus: list[Panel] = []
        chosen: dict[SignalsPanel, dict[str, list[int]]] = {}
        for name in names:
            stream, _, channel = name.partition(":")
            showing = [panel for panel in (*focus, *among, *self.added) if stream in panel.shows]
            if not channel and name in session.pipeline.specs:  # a stream may have the name of a feature
                showing.sort(key=lambda panel: isinstance(panel, SignalsPanel))
            panel = showing[0] if showing else None
            if channel and isinstance(panel, SignalsPanel):
                at = find_trace(name, session).row
                chosen.setdefault(panel, {}).setdefault(stream, []).append(at)
            if panel is None:
                panel = self._add(name, [*focus, *among], session, look)
            if panel not in focus:
                focus.append(panel)
        for panel, channels in chosen.items():
            panel.choose(channels)
        changed, self.panels = focus != self.panels, focus
        return changed

    def _add(self, name: str, beside: Sequence[Panel], session: Session, look: Look) -> Panel:
        """Return a panel for one trace; one that sweeps does so as long as what it stands beside."""
        trace = find_trace(name, session)
        sweep_s = next((panel.sweep_s for panel in beside if isinstance(panel, _SWEEPING)), None)
        panel = SweepPanel(look, trace, sweep_s) if trace.of_tick else TracePanel(look, trace)
        self.added.append(panel)
        return panel

    def build(self, others: Sequence[Panel], side: Sequence[Panel], *, narrow: bool, low: bool) -> QSplitter:
        """Put what is looked at above the others.

        Parameters
        ----------
        others
            Those that can become tabs.
        side
            Those that stand at the side where they are looked at.
        narrow, low
            Whether the window has little width, or little height.
        """
        beside = [panel for panel in self.panels if panel in side]
        main = [panel for panel in self.panels if panel not in beside]
        n_columns = max(1, -(-len(main) // (_MOST_STACKED + (narrow and not low))))
        n_rows = -(-len(main) // n_columns) if main else 0
        columns = [main[i : i + n_rows] for i in range(0, len(main), n_rows)] if main else []
        shares = [_MAIN] * len(columns) + [_SIDE] * bool(beside)
        parts = [as_column(column)[0] for column in (*columns, beside) if column]
        upper = side_by_side(Qt.Orientation.Horizontal, parts, shares)
        lower = TabRows([panel for panel in (*others, *self.added) if panel not in self.panels])
        return side_by_side(Qt.Orientation.Vertical, [upper, lower], _SHARES[low])
