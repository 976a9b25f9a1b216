"""What is to be seen of a session: the view, the windows besides, the tabs in front, and whether truth is covered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from neurosim_gui.console import Console


@dataclass(frozen=True)
class Sight:
    """What a scene keeps besides the session.

    Parameters
    ----------
    view
        The view in front: console or course.
    windows
        Those that are open besides: stage, participant.
    panels
        The tabs in front, as the texts name them.
    covered
        Whether the truth is covered.
    """

    view: str
    windows: tuple[str, ...]
    panels: tuple[str, ...]
    covered: bool


def see(console: Console) -> Sight:
    """Return what is to be seen in a Console and beside it."""
    from neurosim_gui.panels.truth import TruthPanel

    arrangement = console.arrangement
    panels = () if arrangement is None else arrangement.panels
    return Sight(
        view="course" if console.shows_course else "console",
        windows=tuple(name for name, window in console.screens.windows.items() if window.isVisible()),
        panels=() if arrangement is None else tuple(arrangement.front),
        covered=not any(panel.revealed for panel in panels if isinstance(panel, TruthPanel)),
    )


def restore(console: Console, sight: Sight) -> None:
    """Show in a Console, and beside it, what was to be seen."""
    from neurosim_gui.panels.truth import TruthPanel

    if (arrangement := console.arrangement) is not None:
        arrangement.bring(sight.panels)
        for panel in arrangement.panels:
            if isinstance(panel, TruthPanel):
                panel.set_revealed(not sight.covered)
    (console.do_course if sight.view == "course" else console.do_console)()
    screens = console.screens
    show = {"stage": screens.do_stage, "participant": screens.do_participant}
    for name in sight.windows:
        window = screens.windows.get(name)
        if window is None or not window.isVisible():
            show[name]()
