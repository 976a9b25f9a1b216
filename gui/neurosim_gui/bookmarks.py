"""Keeps scenes and recalls them: in memory as copies of the session, from a file by doing the same once more."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from neurosim.core.errors import OutputError
from neurosim.core.pace import PacedClock
from neurosim_gui.engine import Engine, Snapshot
from neurosim_gui.request import prepare
from neurosim_gui.sight import Sight, restore, see
from neurosim_gui.texts import text
from neurosim_gui.widgets import clock_words

if TYPE_CHECKING:
    from neurosim_gui.console import Console
    from neurosim_gui.scenes import Scene, Talk


class Bookmarks:
    """The scenes of a window, by digit.

    Parameters
    ----------
    window
        The Console.

    Attributes
    ----------
    path
        The file that they are kept in; None for as long as the window lives.
    scenes
        By digit.
    """

    def __init__(self, window: Console) -> None:
        self._window = window
        self.path: Path | None = None
        self.scenes: dict[int, Scene] = {}
        self._snapshots: dict[int, Snapshot] = {}
        self._to_restore: Scene | None = None

    def take(self, path: Path, talk: Talk) -> None:
        """Have the scenes of a file, and keep further ones in it."""
        self.path, self.scenes, self._snapshots = path, {scene.key: scene for scene in talk.scene}, {}
        self._tell_menu()

    def do_keep_scene(self, number: int) -> None:
        """Keep this moment as a scene."""
        if not self._window.offers("keep_scene"):
            return
        if self._window.running is None:
            self._window.tell(text("scenes.none_here"))
            return
        self._window.ask_engine(self._window.engine.take_snapshot, partial(self._keep, number))

    def _keep(self, number: int, snapshot: Snapshot) -> None:
        from neurosim_gui.scenes import Done, Scene, Talk, write_talk

        window, session = self._window, snapshot.session
        request = window.running
        assert request is not None
        assert snapshot.plan is not None
        sight = see(window)
        who = request.subject or session.protocol.subject
        title = text("scenes.title", protocol=session.protocol.title, at=clock_words(session.time_s))
        scene = Scene.model_validate(
            {
                "key": number, "title": title, "protocol": request.protocol, "free_play": request.free_play,
                "source": request.source, "sidecar": request.sidecar, "subject": who,
                "subject_key": request.subject_key, "sham": request.sham, "seed": snapshot.plan.seed,
                "tick": session.tick_index, **asdict(sight),
                "done": [Done(tick=logged.tick, command=logged.command) for logged in session.command_log],
            }
        )  # fmt: skip
        self.scenes[number], self._snapshots[number] = scene, snapshot
        self._tell_menu()
        where = text("scenes.in_memory")
        if self.path is not None:
            try:
                write_talk(self.path, Talk(scene=tuple(self.scenes[key] for key in sorted(self.scenes))))
            except OutputError as error:
                window.tell(str(error))
                return
            where = str(self.path)
        window.tell(text("scenes.kept", number=number, title=title, where=where))

    def do_recall_scene(self, number: int) -> None:
        """Go on from a scene; a recording that is under way is asked about first."""
        window, scene = self._window, self.scenes.get(number)
        if not window.offers("recall_scene"):
            return
        if scene is None:
            window.tell(text("scenes.nothing", number=number))
            return
        if window.recording and not window.confirm(text("record.close")):
            return
        clock = PacedClock(window.engine.clock.speed, playing=window.engine.clock.playing)
        snapshot = self._snapshots.get(number)
        if snapshot is not None:
            engine = Engine(clock=clock, resume=snapshot)
        else:
            engine = Engine(partial(prepare, scene.request), clock, to_tick=scene.tick)
        self._to_restore = scene
        window.begin_engine(engine, scene.title, scene.request)

    def restore_sight(self) -> None:
        """Show what was to be seen in the scene that was recalled, once its panels are there."""
        scene, self._to_restore = self._to_restore, None
        if scene is not None:
            restore(self._window, Sight(scene.view, scene.windows, scene.panels, scene.covered))

    def _tell_menu(self) -> None:
        for number, scene in self.scenes.items():
            words = text("scenes.recall", number=number, title=scene.title)
            self._window.commands[f"recall_scene_{number}"].setText(words)
