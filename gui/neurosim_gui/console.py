"""The operator's window: signals, what is trained, what earns a reward, and everything that can be changed."""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtGui import QCloseEvent, QResizeEvent, QStatusTipEvent
from PySide6.QtWidgets import QApplication, QLabel, QLayout, QVBoxLayout, QWidget

from neurosim.core.errors import ConfigError
from neurosim_gui.appearance import Appearance
from neurosim_gui.bookmarks import Bookmarks
from neurosim_gui.classroom import Classroom
from neurosim_gui.engine import Engine, Status
from neurosim_gui.field_views import FieldViews
from neurosim_gui.frames import Frames
from neurosim_gui.help_line import HelpLine
from neurosim_gui.look import Look
from neurosim_gui.memory import Memory
from neurosim_gui.menus import make_menus
from neurosim_gui.panel_area import PanelArea
from neurosim_gui.panels.head import HeadBar
from neurosim_gui.screens import Screens
from neurosim_gui.seek import SeekBar
from neurosim_gui.session_commands import SessionCommands
from neurosim_gui.texts import text
from neurosim_gui.window_commands import WindowCommands

if TYPE_CHECKING:
    from neurosim.session.commands import Command
    from neurosim_gui.arrangement import Arrangement
    from neurosim_gui.panels.timeline import Timeline
    from neurosim_gui.request import LiveRequest

_WORDS_S = 0.2
_SMALLEST_PX = (640, 400)
_EDGE_PX = 6


class Console(Classroom):
    """Shows a running session.

    Parameters
    ----------
    engine
        Runs it.
    name
        What runs, in words.
    look
        Theme and sizes, where nothing else is remembered.
    memory
        What is remembered of this view.

    Attributes
    ----------
    area
        The place of the panels.
    appearance, screens, bookmarks, seek
        What has the commands of each kind.
    frame_s
        How long the newest frame took [s].
    """

    def __init__(self, engine: Engine, name: str, look: Look, memory: Memory | None = None) -> None:
        super().__init__(engine, look)
        engine.shown.clear()
        memory = memory or Memory("console")
        self.frame_s = 0.0
        self._name = name
        self._words_s = 0.0
        self.setWindowTitle(f"{text('window.title')} - {name}")
        self.area, self.appearance = PanelArea(memory), Appearance(self, memory)
        self.screens = Screens(self, engine, look, memory)
        self.bookmarks, self.seek, self.field = Bookmarks(self), SeekBar(look, self.submit), FieldViews(self)
        others = self.appearance, self.screens, self.bookmarks, self.seek, self.field
        self.commands.update(make_menus(self, (self, SessionCommands(self), WindowCommands(self), *others)))
        self.head = HeadBar(look, self.commands, engine.clock)
        self.head.set_title(name)
        self.timeline: Timeline | None = None
        self._message = QLabel(text("window.preparing", name=name))
        self._message.setContentsMargins(8, 4, 8, 4)
        self._message.setWordWrap(True)
        self._notice = QLabel(text("window.notice"))
        middle = QWidget()
        self._column = QVBoxLayout(middle)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._column.addWidget(self.head)
        self._column.addWidget(self.seek)
        self._column.addWidget(self._message)
        self._column.addWidget(self.area, 1)
        self.setCentralWidget(middle)
        # It may become smaller than what stands in it now, for then it folds.
        for layout in (self.layout(), self._column, self.area.layout()):
            if layout is not None:
                layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.setMinimumSize(*_SMALLEST_PX)
        self.help = HelpLine(self)
        self.statusBar().addWidget(self.help, 1)
        self.statusBar().addPermanentWidget(self._notice)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().setContentsMargins(_EDGE_PX, 0, _EDGE_PX, 0)
        self.appearance.recall()
        self._frames = Frames(self, lambda: self.engine.clock.gap_s, self.refresh)

    @property
    def arrangement(self) -> Arrangement | None:
        """The panels by place, once the session is prepared."""
        return self.area.arrangement

    @property
    def shows_course(self) -> bool:
        """Whether the course view is in front."""
        return self._course is not None and self.views.currentWidget() is self._course

    @property
    def message(self) -> str:
        """What is told above the panels."""
        return self._message.text()

    def submit(self, command: Command) -> bool:
        """Hand a command to the session; returns False, and says why, when it cannot do it."""
        session = self.engine.session
        if session is None:
            return False
        try:
            session.submit(command)
        except ConfigError as error:
            self.tell(text("settings.refused", line=error))
            return False
        return True

    def set_look(self, look: Look) -> None:
        """Take another theme or size."""
        self.look = look
        QApplication.setPalette(look.qt_palette())  # what has a style sheet asks the application
        self.setPalette(look.qt_palette())
        self.setFont(look.font())
        self.menuBar().setFont(look.font())
        for label in (self._message, self._notice):
            label.setFont(look.font())
        self.statusBar().setFont(look.font())
        self.head.set_look(look)
        self.seek.set_look(look)
        self.help.setFont(look.font())
        if self.timeline is not None:
            self.timeline.set_look(look)
        for panel in self.area.panels:
            panel.set_look(look)
        self.screens.set_look(look)
        self.set_look_of_views(look)
        self.field.set_look(look)

    def refresh(self) -> None:
        """Draw what is new."""
        started = time.perf_counter()
        engine = self.engine
        if engine.failure is not None:
            self._message.setText(text("window.failed", line=engine.failure.line))
            self._message.show()
        history = engine.history
        if history is None or engine.status is Status.PREPARING:
            if share := engine.prepared_share:
                self._message.setText(text("scenes.coming", name=self._name, share=share))
            return
        if self.arrangement is None:
            self._fill()
        elif not engine.shown.is_set():
            engine.shown.set()  # the panels have been painted once
        if self.arrangement is not None:
            if started > self._words_s:
                self._words_s = started + _WORDS_S
                self._tell_state()
            for panel in self.area.panels:
                if panel.isVisible():
                    panel.refresh(history)
            self.screens.refresh(history)
        self.frame_s = time.perf_counter() - started

    def settle(self) -> None:
        """Draw everything that is new, the words too, which otherwise change a few times a second: for pictures."""
        self._words_s = 0.0
        for panel in self.area.panels:
            panel.hurry()
        self.refresh()

    def _tell_state(self) -> None:
        session, history = self.engine.session, self.engine.history
        assert session is not None
        assert history is not None
        protocol = session.protocol
        delay_s = session.pipeline.specs[protocol.rule.trained].delay_s
        delay_s += 0.5 * protocol.update_interval_s + protocol.display_delay_s
        now_s = 0.0 if history.newest is None else history.newest.tick.start_s + protocol.update_interval_s
        self.head.show_state(session, now_s, delay_s)
        self.head.set_recording(self.recording)
        self.seek.refresh()
        self.help.refresh()
        if self.engine.status is Status.FINISHED and self._message.isHidden():
            self._message.setText(f"{text('window.finished')} {self.kept_words()}".strip())
            self._message.show()
        if self.timeline is not None:
            self.timeline.show_time(now_s)

    def change_session(self, engine: Engine, name: str, request: LiveRequest | None = None) -> None:
        self.engine.close()
        self._leave_compare()
        self.running = request
        self.seek.follow(None)
        self.area.take(None, self.look)
        self.engine, self._name = engine, name
        engine.shown.clear()
        self.screens.follow(engine)
        self.head.follow(engine.clock)
        if self.timeline is not None:
            self._column.removeWidget(self.timeline)
            self.timeline.deleteLater()
            self.timeline = None
        self.setWindowTitle(f"{text('window.title')} - {name}")
        self.head.set_title(name)
        self._message.setText(text("window.preparing", name=name))
        self._message.show()
        engine.start()

    def _fill(self) -> None:
        from neurosim_gui.layout import arrange  # plots are loaded while the first frame is seen
        from neurosim_gui.panels.timeline import Timeline

        session = self.engine.session
        assert session is not None
        self._message.hide()
        self.head.set_title(session.protocol.title)
        self.timeline = Timeline(self.look, session.protocol.blocks)
        self._column.insertWidget(1, self.timeline)
        free = self.plays_freely
        self.area.take(arrange(self.engine, session, self.look, self.submit, free_play=free), self.look)
        gc.freeze()  # the panels too are not looked through while the session runs, see `run`
        self.seek.follow(session)
        for panel in self.area.panels:
            panel.set_units(self.appearance.units)
        self.bookmarks.restore_sight()

    def look_at(self, names: Sequence[str]) -> None:
        if self.engine.session is not None:
            self.area.look_at(names, self.engine.session, self.look)

    def event(self, event: QEvent) -> bool:
        """Tell what the mouse is over in a menu."""
        if isinstance(event, QStatusTipEvent):
            self.help.say(event.tip())
            return True
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 Qt's name
        """Fold or unfold."""
        super().resizeEvent(event)
        self.area.fold(self.look)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 Qt's name
        """End the session and close."""
        if not self.may_close():
            event.ignore()
            return
        self._frames.stop()
        self.area.keep_layout()
        self.appearance.keep_place()
        self.screens.close()
        self.field.close()
        self.engine.close()
        super().closeEvent(event)
