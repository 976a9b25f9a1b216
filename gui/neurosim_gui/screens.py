"""The windows beside the Console: the Stage, the participant's, and the pad of the body's keys."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMainWindow, QMessageBox, QWidget

from neurosim.core.errors import UserError
from neurosim.core.palette import DARK, LIGHT, PALETTES, Palette
from neurosim_gui.body_keys import BodyKeys
from neurosim_gui.engine import Engine
from neurosim_gui.look import Look
from neurosim_gui.memory import Memory, Place

if TYPE_CHECKING:
    from neurosim.session.session import Session
    from neurosim_gui.body_pad import BodyPad
    from neurosim_gui.participant.window import Participant
    from neurosim_gui.rings import History
    from neurosim_gui.stage import Stage

#: A room needs no more than every second frame of the Console.
_STAGE_EVERY = 2
_PARTICIPANT_PX = (960, 600)


#: The usual themes of the windows that remember where they were.
_PALETTES = {"stage": LIGHT, "participant": DARK}


class Screens:
    """Opens and closes the windows beside a Console, and has the commands that they need.

    The Stage is light and the participant's window dark, whatever the Console is, until a theme is chosen for it.
    Both come back where they were, and as they were.

    Parameters
    ----------
    console
        The window that they belong to; its commands work in them too.
    engine
        Runs the session.
    look
        Theme and sizes of the Console.
    memory
        What is remembered of the Console; beside it is what is remembered of the others.

    Attributes
    ----------
    keys
        The body's keys.
    stage, participant, pad
        The windows, once they have been opened.
    palettes
        The themes of Stage and participant.
    behind
        Whether they still show a session that has been left.
    """

    def __init__(self, console: QMainWindow, engine: Engine, look: Look, memory: Memory) -> None:
        self._console, self._engine, self._look = console, engine, look
        self._memories = {name: memory.beside(name) for name in _PALETTES}
        self.palettes = {name: self._recall_palette(name) for name in _PALETTES}
        self.stage: Stage | None = None
        self.participant: Participant | None = None
        self.pad: BodyPad | None = None
        self.keys = BodyKeys(self._sessions, console)
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self.keys)
        self._frame = 0
        self.behind = False

    @property
    def windows(self) -> dict[str, Stage | Participant]:
        """Stage and participant, as far as they have been opened."""
        found = {"stage": self.stage, "participant": self.participant}
        return {name: window for name, window in found.items() if window is not None}

    def in_front(self) -> Stage | Participant | None:
        """Return the one of them that is active."""
        return next((window for window in self.windows.values() if window.isActiveWindow()), None)

    def _sessions(self) -> list[Session]:
        return [self._engine.session] if self._engine.session is not None else []

    def follow(self, engine: Engine) -> None:
        """Belong to another session: windows that are open stay, and show it as soon as it is there."""
        self._engine = engine
        self.keys.let_go()
        self.behind = True

    def _catch_up(self, session: Session) -> None:
        """Show the session that is there now."""
        self.behind = False
        if self.stage is not None:
            self.stage.follow(session)
        if self.participant is not None:
            from neurosim_gui.participant.window import Participant

            before = self.participant
            self.participant = Participant(before.look, session)
            self._lend_commands(self.participant)
            self.participant.setGeometry(before.geometry())
            self.participant.setWindowState(before.windowState())
            if before.sound is not None:
                before.set_sound(on=False)
                self.participant.set_sound(on=True)
            self.participant.setVisible(before.isVisible())
            before.close()
            before.deleteLater()

    def open_stage(self) -> Stage | None:
        """Return the Stage, made if need be; None before there is a session."""
        from neurosim_gui.stage import Stage  # plots are loaded when they are needed

        session = self._engine.session
        if self.stage is None and session is not None and self._engine.history is not None:
            self.stage = Stage(self._themed("stage"), session)
            self._lend_commands(self.stage)
        return self.stage

    def do_stage(self) -> None:
        """Show the Stage: where it was, at first over the whole of another screen, or of this one if there is none."""
        if (stage := self.open_stage()) is not None:
            if not stage.isVisible():
                self._place_of_stage().take(stage)
                stage.show()
            stage.activateWindow()

    def _place_of_stage(self) -> Place:
        full, here = Qt.WindowState.WindowFullScreen, self._console.screen()
        others = [screen for screen in QApplication.screens() if screen is not here]
        kept = self._memories["stage"].recall_place()
        over = kept is not None and bool(kept.filled) and here.geometry().contains(kept.at.center())
        if kept is not None and kept.seen() and not (over and others):  # a room's screen that has come is taken
            return kept
        return Place((others[0] if others else here).geometry(), full)

    def do_participant(self) -> None:
        """Show the participant's window, or hide it."""
        from neurosim_gui.participant.window import Participant

        session = self._engine.session
        if self.participant is None and session is not None and self._engine.history is not None:
            self.participant = Participant(self._themed("participant"), session)
            self._lend_commands(self.participant)
        if self.participant is None:
            return
        if self.participant.isVisible():
            self._hide("participant")
        else:
            self.participant.resize(*_PARTICIPANT_PX)
            if (kept := self._memories["participant"].recall_place()) is not None:
                kept.take(self.participant)
            self.participant.show()

    def do_pad(self) -> None:
        """Show the pad of the body's keys, or hide it."""
        from neurosim_gui.body_pad import BodyPad

        if self.pad is None:
            self.pad = BodyPad(self._look, self.keys)
        self.pad.setVisible(not self.pad.isVisible())

    def do_back(self) -> None:
        """Go back to the Console."""
        if self.stage is not None and self.stage.isVisible():
            self.stage.set_blank(blank=False)
            self._hide("stage")
        elif self.participant is not None and self.participant.isVisible():
            self._hide("participant")
        self._console.activateWindow()

    def _hide(self, name: str) -> None:
        window = self.windows[name]
        self._memories[name].keep_place(window)
        window.hide()

    def do_blank(self) -> None:
        """Make the Stage black, or show it again."""
        if self.stage is not None and self.stage.isVisible():
            self.stage.set_blank(blank=not self.stage.blank)

    def do_freeze(self) -> None:
        """Hold the Stage's picture while the session runs on, or let it go on."""
        if self.stage is not None and self.stage.isVisible():
            self.stage.frozen = not self.stage.frozen

    def do_picture_kind(self) -> None:
        """Take the next picture of the feedback."""
        if self.participant is not None:
            self.participant.next_kind()

    def do_sound(self) -> None:
        """Turn the tone on or off; it needs the participant's window."""
        if self.participant is None:
            return
        try:
            self.participant.set_sound(on=self.participant.sound is None)
        except UserError as error:
            QMessageBox.information(self._console, self._console.windowTitle(), str(error))

    def refresh(self, history: History) -> None:
        """Draw what is new in the windows that are open."""
        self._frame += 1
        if self.behind and self._engine.session is not None:
            self._catch_up(self._engine.session)
        if self.stage is not None and self.stage.isVisible() and self._frame % _STAGE_EVERY == 0:
            self.stage.refresh(history)
        if self.participant is not None and (self.participant.isVisible() or self.participant.sound is not None):
            clock = self._engine.clock
            shown = self._engine.participant or history  # in a sealed session nobody else has what is shown
            self.participant.refresh(shown, clock.speed if clock.playing else 0.0)

    def set_look(self, look: Look) -> None:
        """Take another size of text; the windows keep their themes."""
        self._look = look
        if self.pad is not None:
            self.pad.set_look(look)

    def take_theme(self, palette: Palette) -> bool:
        """Give the Stage or the participant's window another theme, if one of them is active; tell whether it was."""
        for name, window in self.windows.items():
            if window.isActiveWindow():
                self.palettes[name] = palette
                self._memories[name].keep(self._console, "theme", palette.name)
                window.set_look(self._themed(name))
                return True
        return False

    def forget(self) -> None:
        """Forget where they were and how they looked."""
        for name, palette in _PALETTES.items():
            self._memories[name].forget()
            self.palettes[name] = palette
            if name in self.windows:
                self.windows[name].set_look(self._themed(name))

    def close(self) -> None:
        """Close all of them, let go of the keys and stop the sound."""
        self.keys.let_go()
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self.keys)
        if self.participant is not None:
            self.participant.set_sound(on=False)
        for name, each in self.windows.items():
            if each.isVisible():
                self._memories[name].keep_place(each)
        for window in (self.stage, self.participant, self.pad):
            if window is not None:
                window.close()

    def _recall_palette(self, name: str) -> Palette:
        kept = self._memories[name].recall_words(self._console, "theme", "")
        return PALETTES.get(kept, _PALETTES[name])

    def _themed(self, name: str) -> Look:
        return replace(self._look, palette=self.palettes[name], text_scale=1.0)

    def _lend_commands(self, window: QWidget) -> None:
        window.addActions(self._console.findChildren(QAction))
