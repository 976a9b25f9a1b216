"""The windows beside the Console: the Stage, the participant's, and the pad of the body's keys."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMainWindow, QMessageBox, QWidget

from neurosim.core.errors import UserError
from neurosim.core.palette import DARK, LIGHT, Palette
from neurosim_gui.body_keys import BodyKeys
from neurosim_gui.engine import Engine
from neurosim_gui.look import Look

if TYPE_CHECKING:
    from neurosim.session.session import Session
    from neurosim_gui.body_pad import BodyPad
    from neurosim_gui.participant.window import Participant
    from neurosim_gui.rings import History
    from neurosim_gui.stage import Stage

#: A room needs no more than every second frame of the Console.
_STAGE_EVERY = 2


class Screens:
    """Opens and closes the windows beside a Console, and has the commands that they need.

    The Stage is light and the participant's window dark, whatever the Console is, until a theme is chosen for it.

    Parameters
    ----------
    console
        The window that they belong to; its commands work in them too.
    engine
        Runs the session.
    look
        Theme and sizes of the Console.

    Attributes
    ----------
    keys
        The body's keys.
    stage, participant, pad
        The windows, once they have been opened.
    behind
        Whether they still show a session that has been left.
    """

    def __init__(self, console: QMainWindow, engine: Engine, look: Look) -> None:
        self._console, self._engine, self._look = console, engine, look
        self.stage_palette, self.participant_palette = LIGHT, DARK
        self.stage: Stage | None = None
        self.participant: Participant | None = None
        self.pad: BodyPad | None = None
        self.keys = BodyKeys(self._sessions, console)
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self.keys)
        self._frame = 0
        self.behind = False

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
            self.stage = Stage(self._themed(self.stage_palette), session)
            self._lend_commands(self.stage)
        return self.stage

    def do_stage(self) -> None:
        """Show the Stage: on another screen where there is one, else over the whole of this one."""
        if (stage := self.open_stage()) is not None:
            self._show(stage)

    def do_participant(self) -> None:
        """Show the participant's window, or hide it."""
        from neurosim_gui.participant.window import Participant

        session = self._engine.session
        if self.participant is None and session is not None and self._engine.history is not None:
            self.participant = Participant(self._themed(self.participant_palette), session)
            self._lend_commands(self.participant)
            self.participant.resize(960, 600)
        if self.participant is not None:
            self.participant.setVisible(not self.participant.isVisible())

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
            self.stage.hide()
        elif self.participant is not None and self.participant.isVisible():
            self.participant.hide()
        self._console.activateWindow()

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
        if self.stage is not None and self.stage.isActiveWindow():
            self.stage_palette = palette
            self.stage.set_look(self._themed(palette))
            return True
        if self.participant is not None and self.participant.isActiveWindow():
            self.participant_palette = palette
            self.participant.set_look(self._themed(palette))
            return True
        return False

    def close(self) -> None:
        """Close all of them, let go of the keys and stop the sound."""
        self.keys.let_go()
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self.keys)
        if self.participant is not None:
            self.participant.set_sound(on=False)
        for window in (self.stage, self.participant, self.pad):
            if window is not None:
                window.close()

    def _themed(self, palette: Palette) -> Look:
        return replace(self._look, palette=palette, text_scale=1.0)

    def _lend_commands(self, window: QWidget) -> None:
        window.addActions(self._console.findChildren(QAction))

    def _show(self, window: QWidget) -> None:
        here = self._console.screen()
        others = [screen for screen in QApplication.screens() if screen is not here]
        window.setGeometry((others[0] if others else here).geometry())
        window.setWindowState(window.windowState() | Qt.WindowState.WindowFullScreen)
        window.show()
        window.activateWindow()
