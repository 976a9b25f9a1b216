"""The operator's window: signals, what is trained, what earns a reward, and everything that can be changed."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence
from PySide6.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from neurosim_gui.classroom import Classroom
from neurosim_gui.commands import COMMANDS, MENUS
from neurosim_gui.engine import Engine, Status
from neurosim_gui.look import Look
from neurosim_gui.texts import text

if TYPE_CHECKING:
    from neurosim_gui.layout import Arrangement

_FRAME_MS = 16


class Console(Classroom):
    """Shows a running session.

    Parameters
    ----------
    engine
        Runs it.
    name
        What runs, in words.
    look
        Theme and sizes.

    Attributes
    ----------
    frame_s
        How long the newest frame took [s].
    """

    def __init__(self, engine: Engine, name: str, look: Look) -> None:
        super().__init__(engine, look)
        self.arrangement: Arrangement | None = None
        self.frame_s = 0.0
        self._name = name
        self.setWindowTitle(f"{text('window.title')} - {name}")
        self._make_menus()
        self._clock = QLabel()
        self._message = QLabel(text("window.preparing", name=name))
        self._notice = QLabel(text("window.notice"))
        self._body = QSplitter(Qt.Orientation.Vertical)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._message)
        column.addWidget(self._body, 1)
        self.setCentralWidget(middle)
        self.statusBar().addWidget(self._clock)
        self.statusBar().addPermanentWidget(self._notice)
        self.set_look(look)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.refresh)
        self._timer.start(_FRAME_MS)

    def _make_menus(self) -> None:
        menus = {name: self.menuBar().addMenu(text(f"menu.{name}")) for name in MENUS}
        for command in COMMANDS:
            act: Callable[[], None] | None = getattr(self, f"do_{command.name}", None)
            action = QAction(command.words, self)
            action.setShortcuts([QKeySequence(key) for key in command.keys])
            action.setEnabled(act is not None)
            if act is not None:
                action.triggered.connect(lambda _=False, act=act: act())
            menus[command.menu].addAction(action)
            self.commands[command.name] = action

    @property
    def message(self) -> str:
        """What is told above the panels."""
        return self._message.text()

    def do_play(self) -> None:
        """Play or pause."""
        clock = self.engine.clock
        (clock.pause if clock.playing else clock.play)()

    def do_step(self) -> None:
        """Go on by one tick."""
        self.engine.clock.step()

    def do_quit(self) -> None:
        """Close the window."""
        self.close()

    def set_look(self, look: Look) -> None:
        """Take another theme or size."""
        self.look = look
        self.setPalette(look.qt_palette())
        for label in (self._clock, self._message, self._notice):
            label.setFont(look.font())
        for panel in self.arrangement.panels if self.arrangement else ():
            panel.set_look(look)
        self.set_look_of_views(look)

    def refresh(self) -> None:
        """Draw what is new."""
        started = time.perf_counter()
        engine = self.engine
        if engine.failure is not None:
            self._message.setText(text("window.failed", line=engine.failure.line))
            self._message.show()
        history = engine.history
        if history is None or engine.status is Status.PREPARING:
            return
        if self.arrangement is None:
            self._fill()
        if history.newest is not None and self.arrangement is not None:
            self._clock.setText(f"{history.newest.tick.start_s:.0f} s")
            for panel in self.arrangement.panels:
                if panel.isVisible():
                    panel.refresh(history)
        self.frame_s = time.perf_counter() - started

    def change_session(self, engine: Engine, name: str) -> None:
        self.engine.close()
        self.engine, self._name, self.arrangement = engine, name, None
        while self._body.count():
            if (stale := self._body.widget(0)) is not None:
                stale.setParent(None)
                stale.deleteLater()
        self.setWindowTitle(f"{text('window.title')} - {name}")
        self._message.setText(text("window.preparing", name=name))
        self._message.show()
        engine.start()

    def _fill(self) -> None:
        from neurosim_gui.layout import arrange  # plots are loaded while the first frame is seen

        assert self.engine.session is not None
        self._message.hide()
        self.arrangement = arrange(self.engine.session, self.look)
        upper, lower = QSplitter(), QSplitter()
        left, right = QSplitter(Qt.Orientation.Vertical), QSplitter(Qt.Orientation.Vertical)
        for panel in self.arrangement.signals:
            left.addWidget(panel)
        for panel in self.arrangement.features:
            right.addWidget(panel)
        for panel in self.arrangement.below:
            lower.addWidget(panel)
        upper.addWidget(left)
        upper.addWidget(right)
        self._body.addWidget(upper)
        self._body.addWidget(lower)
        self._body.setSizes([600, 300])

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 Qt's name
        """End the session and close."""
        if not self.may_close():
            event.ignore()
            return
        self._timer.stop()
        self.engine.close()
        super().closeEvent(event)
