"""The commands that a session gets from its Console: its pace, a mark, and what happens to the body."""

from __future__ import annotations

from typing import TYPE_CHECKING

from neurosim_gui.panels.head import SPEEDS
from neurosim_gui.texts import text

if TYPE_CHECKING:
    from neurosim_gui.console import Console


class SessionCommands:
    """Play, pause, step, speed, mark, blink, jaw and electrode.

    Parameters
    ----------
    window
        Whose session it is.
    """

    def __init__(self, window: Console) -> None:
        self._window = window

    def do_play(self) -> None:
        """Play or pause."""
        clock = self._window.engine.clock
        (clock.pause if clock.playing else clock.play)()

    def do_step(self) -> None:
        """Go on by one tick."""
        self._window.engine.clock.step()

    def do_slower(self) -> None:
        """Take the next lower speed."""
        clock = self._window.engine.clock
        lower = [speed for speed in SPEEDS if speed < clock.speed]
        clock.set_speed(lower[-1] if lower else SPEEDS[0])

    def do_faster(self) -> None:
        """Take the next higher speed."""
        clock = self._window.engine.clock
        higher = [speed for speed in SPEEDS if speed > clock.speed]
        clock.set_speed(higher[0] if higher else SPEEDS[-1])

    def do_real_time(self) -> None:
        """Go as fast as the clock."""
        self._window.engine.clock.set_speed(1.0)

    def do_mark(self) -> None:
        """Write a mark into the log."""
        from neurosim.session.commands import Mark

        if self._window.submit(Mark()):
            self._window.tell(text("help.marked"))

    def do_blink(self) -> None:
        """Let the subject blink."""
        self._happen("blink")

    def do_jaw(self) -> None:
        """Let the subject clench the jaw."""
        self._happen("jaw_clench")

    def do_pop(self) -> None:
        """Let an electrode jump: one that the trained feature is made from, where it is made from the EEG."""
        from neurosim_gui.stage_trace import trained_feature

        where, session = "", self._window.engine.session
        if session is not None:
            source = next(iter(trained_feature(session).sources.values()))
            known = session.source.specs["eeg"].ch_names if source.stream == "eeg" else ()
            where = next((name for name in source.channels if name in known), "")
        self._happen("electrode_pop", where)

    def _happen(self, kind: str, where: str = "") -> None:
        from neurosim.session.commands import Happen

        self._window.submit(Happen(kind=kind, where=where))
