"""The operator's window: signals, what is trained, what earns a reward, and everything that can be changed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRect, QSize, QStandardPaths, Qt
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QResizeEvent, QStatusTipEvent
from PySide6.QtWidgets import QApplication, QLabel, QLayout, QMessageBox, QSplitter, QVBoxLayout, QWidget

from neurosim.core.errors import ConfigError
from neurosim.core.palette import DARK, LIGHT, PALETTES, Palette
from neurosim_gui.bookmarks import Bookmarks
from neurosim_gui.classroom import Classroom
from neurosim_gui.commands import COMMANDS, MENUS
from neurosim_gui.engine import Engine, Status
from neurosim_gui.field_views import FieldViews
from neurosim_gui.frames import Frames
from neurosim_gui.help_line import HelpLine
from neurosim_gui.key_sheet import KeySheet
from neurosim_gui.look import Look
from neurosim_gui.memory import Memory, placed, screens
from neurosim_gui.panels.head import SPEEDS, HeadBar
from neurosim_gui.screens import Screens
from neurosim_gui.seek import SeekBar
from neurosim_gui.texts import text
from neurosim_gui.units import Units

if TYPE_CHECKING:
    from neurosim.session.commands import Command
    from neurosim_gui.layout import Arrangement
    from neurosim_gui.panels.timeline import Timeline
    from neurosim_gui.request import LiveRequest

_WORDS_S = 0.2
_TEXT_STEP = 0.1
_SMALLEST_PX, _WISHED_PX = (640, 400), (1920, 1080)
_UNITS = ("fahrenheit", "peak_to_peak")
_TOLD_MS = 8000


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
    arrangement
        The panels, once the session is prepared.
    frame_s
        How long the newest frame took [s].
    """

    def __init__(self, engine: Engine, name: str, look: Look, memory: Memory | None = None) -> None:
        super().__init__(engine, look)
        self.units = Units()
        self.arrangement: Arrangement | None = None
        self.frame_s = 0.0
        self._name, self._memory = name, memory or Memory("console")
        self._splitters: list[tuple[str, QSplitter]] = []
        self._fold: tuple[bool, bool] | None = None
        self._words_s = 0.0
        self._keys: KeySheet | None = None
        self.setWindowTitle(f"{text('window.title')} - {name}")
        self.screens = Screens(self, engine, look)
        self.bookmarks, self.seek, self.field = Bookmarks(self), SeekBar(look, self.submit), FieldViews(self)
        self._make_menus()
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
        self._body: QWidget = QWidget()
        self._column.addWidget(self._body, 1)
        self.setCentralWidget(middle)
        # It may become smaller than what stands in it now, for then it folds.
        for layout in (self.layout(), self._column):
            if layout is not None:
                layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.setMinimumSize(*_SMALLEST_PX)
        self.help = HelpLine(self)
        self.statusBar().addWidget(self.help, 1)
        self.statusBar().addPermanentWidget(self._notice)
        self.statusBar().setSizeGripEnabled(False)
        self._recall_look()
        self._frames = Frames(self, engine.clock, self.refresh)

    def _make_menus(self) -> None:
        menus = {name: self.menuBar().addMenu(text(f"menu.{name}")) for name in MENUS}
        for command in COMMANDS:
            name, owners = f"do_{command.name}", (self, self.screens, self.bookmarks, self.seek, self.field)
            act: Callable[..., None] | None = next(filter(None, (getattr(o, name, None) for o in owners)), None)
            action = QAction(command.words, self)
            action.setShortcuts([QKeySequence(key) for key in command.keys])
            action.setStatusTip(command.sentence)
            action.setEnabled(act is not None)
            if act is not None:
                given = (command.number,) if command.number else ()
                action.triggered.connect(lambda _=False, act=act, given=given: act(*given))
            menus[command.menu].addAction(action)
            self.commands[command.called] = action

    @property
    def message(self) -> str:
        """What is told above the panels."""
        return self._message.text()

    # What can be asked for ------------------------------------------------------------------------------------------

    def do_play(self) -> None:
        """Play or pause."""
        clock = self.engine.clock
        (clock.pause if clock.playing else clock.play)()

    def do_step(self) -> None:
        """Go on by one tick."""
        self.engine.clock.step()

    def do_slower(self) -> None:
        """Take the next lower speed."""
        lower = [speed for speed in SPEEDS if speed < self.engine.clock.speed]
        self.engine.clock.set_speed(lower[-1] if lower else SPEEDS[0])

    def do_faster(self) -> None:
        """Take the next higher speed."""
        higher = [speed for speed in SPEEDS if speed > self.engine.clock.speed]
        self.engine.clock.set_speed(higher[0] if higher else SPEEDS[-1])

    def do_real_time(self) -> None:
        """Go as fast as the clock."""
        self.engine.clock.set_speed(1.0)

    def do_mark(self) -> None:
        """Write a mark into the log."""
        from neurosim.session.commands import Mark

        if self.submit(Mark()):
            self.tell(text("help.marked"))

    def do_blink(self) -> None:
        """Let the subject blink."""
        from neurosim.session.commands import Happen

        self.submit(Happen(kind="blink"))

    def do_jaw(self) -> None:
        """Let the subject clench the jaw."""
        from neurosim.session.commands import Happen

        self.submit(Happen(kind="jaw_clench"))

    def do_pop(self) -> None:
        """Let an electrode jump: one that the trained feature is made from, where it is made from the EEG."""
        from neurosim.session.commands import Happen
        from neurosim_gui.stage_trace import trained_feature

        where = ""
        if self.engine.session is not None:
            source = next(iter(trained_feature(self.engine.session).sources.values()))
            known = self.engine.session.source.specs["eeg"].ch_names if source.stream == "eeg" else ()
            where = next((name for name in source.channels if name in known), "")
        self.submit(Happen(kind="electrode_pop", where=where))

    def do_picture(self) -> None:
        """Save a picture of the window."""
        folder = Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation))
        path = folder / f"neurosim_{datetime.now():%Y%m%dT%H%M%S}.png"
        folder.mkdir(parents=True, exist_ok=True)
        saved = self.grab().save(str(path))
        self.tell(text("picture.saved" if saved else "picture.failed", path=path))

    def do_larger(self) -> None:
        """Write larger."""
        self._set_text_scale(self.look.text_scale + _TEXT_STEP)

    def do_smaller(self) -> None:
        """Write smaller."""
        self._set_text_scale(self.look.text_scale - _TEXT_STEP)

    def do_light(self) -> None:
        """Take the light theme, for the window that is in front."""
        self._choose_palette(LIGHT)

    def do_dark(self) -> None:
        """Take the dark theme, for the window that is in front."""
        self._choose_palette(DARK)

    def do_fahrenheit(self) -> None:
        """Write temperatures in °F, or in °C."""
        self._set_units(Units(fahrenheit=not self.units.fahrenheit, peak_to_peak=self.units.peak_to_peak))

    def do_peak_to_peak(self) -> None:
        """Write amplitudes from peak to peak, or rms."""
        self._set_units(Units(fahrenheit=self.units.fahrenheit, peak_to_peak=not self.units.peak_to_peak))

    def do_full_screen(self) -> None:
        """Fill the screen, or go back."""
        (self.showNormal if self.isFullScreen() else self.showFullScreen)()

    def do_reset_layout(self) -> None:
        """Let everything be where and as large as at first."""
        self._memory.forget()
        self._fold = None
        self._splitters = []
        self._set_units(Units())
        self._set_text_scale(1.0)
        self.set_palette(LIGHT)
        self._memory.forget()
        self.tell(text("help.layout"))

    def do_keys(self) -> None:
        """Show every command with its keys."""
        self._keys = KeySheet(self.look, self)
        self._keys.show()

    def do_about(self) -> None:
        """Say what this is."""
        box = QMessageBox(self)
        box.setWindowTitle(text("about.title"))
        box.setText(text("about.text", version=version("neurosim")))
        box.setFont(self.look.font())
        box.open()

    def do_quit(self) -> None:
        """Close the window."""
        self.close()

    # ----------------------------------------------------------------------------------------------------------------

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

    def tell(self, line: str) -> None:
        """Write a line at the bottom for some seconds."""
        self.statusBar().showMessage(line, _TOLD_MS)

    def _set_text_scale(self, scale: float) -> None:
        self.set_look(self.look.with_text_scale(scale))
        self._place_panels()
        self._memory.keep(self, "text_scale", self.look.text_scale)

    def _choose_palette(self, palette: Palette) -> None:
        if not self.screens.take_theme(palette):
            self.set_palette(palette)
            self._memory.keep(self, "theme", palette.name)

    def set_palette(self, palette: Palette) -> None:
        """Take another theme."""
        self.set_look(Look(palette, self.look.text_scale, self.look.stage_height_px))

    def _recall_look(self) -> None:
        """Take text size, theme and units that are remembered for this screen."""
        memory, look = self._memory, self.look
        palette = PALETTES.get(memory.recall_words(self, "theme", look.palette.name), look.palette)
        scale = memory.recall_number(self, "text_scale", look.text_scale)
        fahrenheit, peak_to_peak = (bool(memory.recall_number(self, name, 0.0)) for name in _UNITS)
        self.units = Units(fahrenheit=fahrenheit, peak_to_peak=peak_to_peak)
        self.set_look(Look(palette, stage_height_px=look.stage_height_px).with_text_scale(scale))

    def place(self, size: tuple[int, int] | None) -> None:
        """Be as large as asked, or where and as large as last time; never where no screen is."""
        if size is not None:
            self.resize(*size)
            return
        kept = self._memory.recall_place()
        wanted, filled = kept or (QRect(screens()[0].topLeft(), QSize(*_WISHED_PX)), False)
        at = placed(wanted, screens())
        self.setGeometry(at)
        if filled or at.size() in [screen.size() for screen in screens()]:
            self.setWindowState(Qt.WindowState.WindowMaximized)  # the frame needs room too
        self._recall_look()

    def _set_units(self, units: Units) -> None:
        self.units = units
        for name in _UNITS:
            self._memory.keep(self, name, float(getattr(units, name)))
        for panel in self.arrangement.panels if self.arrangement else ():
            panel.set_units(units)

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
        for panel in self.arrangement.panels if self.arrangement else ():
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
        if self.arrangement is not None:
            if started > self._words_s:
                self._words_s = started + _WORDS_S
                self._tell_state()
            for panel in self.arrangement.panels:
                if panel.isVisible():
                    panel.refresh(history)
            self.screens.refresh(history)
        self.frame_s = time.perf_counter() - started

    def settle(self) -> None:
        """Draw everything that is new, the words too, which otherwise change a few times a second: for pictures."""
        self._words_s = 0.0
        for panel in self.arrangement.panels if self.arrangement is not None else ():
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

    def sight(self) -> tuple[str, list[str], list[str], bool]:
        """Return what is to be seen: the view, the windows besides, the tabs in front, and whether truth is covered."""
        from neurosim_gui.panels.truth import TruthPanel

        view = "course" if self._course is not None and self.views.currentWidget() is self._course else "console"
        beside = {"stage": self.screens.stage, "participant": self.screens.participant}
        windows = [name for name, window in beside.items() if window is not None and window.isVisible()]
        panels = self.arrangement.panels if self.arrangement is not None else []
        covered = not any(panel.revealed for panel in panels if isinstance(panel, TruthPanel))
        return view, windows, self.arrangement.front if self.arrangement is not None else [], covered

    def restore_sight(self, view: str, windows: Sequence[str], panels: Sequence[str], *, covered: bool) -> None:
        """Show what was to be seen."""
        from neurosim_gui.panels.truth import TruthPanel

        if self.arrangement is not None:
            self.arrangement.bring(panels)
            for panel in self.arrangement.panels:
                if isinstance(panel, TruthPanel):
                    panel.set_revealed(not covered)
        (self.do_course if view == "course" else self.do_console)()
        beside = {"stage": self.screens.do_stage, "participant": self.screens.do_participant}
        for name in windows:
            window = getattr(self.screens, name)
            if window is None or not window.isVisible():
                beside[name]()

    def change_session(self, engine: Engine, name: str, request: LiveRequest | None = None) -> None:
        self.engine.close()
        self._leave_compare()
        self.running = request
        self.seek.follow(None)
        self._keep_layout()
        self.engine, self._name, self.arrangement = engine, name, None
        self.screens.follow(engine)
        self.head.follow(engine.clock)
        if self.timeline is not None:
            self._column.removeWidget(self.timeline)
            self.timeline.deleteLater()
            self.timeline = None
        self._fold, self._splitters = None, []
        empty = QWidget()
        self._column.replaceWidget(self._body, empty)
        self._column.setStretchFactor(empty, 1)
        self._body.deleteLater()
        self._body = empty
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
        free = self.running is not None and self.running.free_play
        self.arrangement = arrange(self.engine, session, self.look, self.submit, free_play=free)
        self.seek.follow(session)
        self._place_panels()
        for panel in self.arrangement.panels:
            panel.set_units(self.units)
        self.bookmarks.restore_sight()

    def _place_panels(self) -> None:
        """Put the panels where the size of the window asks for."""
        if self.arrangement is None:
            return
        scale = max(1.0, self.look.text_scale)  # large words need room as a small screen does
        from neurosim_gui.layout import LOW_PX, NARROW_PX

        fold = self.width() < NARROW_PX * scale, self.height() < LOW_PX * scale
        if fold == self._fold:
            return
        self._keep_layout()
        self._fold = fold
        body, self._splitters = self.arrangement.build(narrow=fold[0], low=fold[1])
        self._column.replaceWidget(self._body, body)
        self._column.setStretchFactor(body, 1)
        self._body.deleteLater()
        self._body = body
        for name, splitter in self._splitters:
            self._memory.recall_splitter(self, self._layout_name(name), splitter)
        for panel in self.arrangement.panels:
            panel.set_look(self.look)

    def look_at(self, names: Sequence[str]) -> None:
        session = self.engine.session
        arrangement = self.arrangement
        if arrangement is not None and session is not None and arrangement.look_at(names, session, self.look):
            self._keep_layout()
            self._fold, self._splitters = None, []
            self._place_panels()

    def _layout_name(self, splitter: str) -> str:
        narrow, low = self._fold or (False, False)
        kind = self.arrangement.name if self.arrangement is not None else ""
        return f"{kind}{'narrow' if narrow else 'wide'}_{'low' if low else 'high'}_{splitter}"

    def _keep_layout(self) -> None:
        for name, splitter in self._splitters:
            self._memory.keep_splitter(self, self._layout_name(name), splitter)

    def event(self, event: QEvent) -> bool:
        """Tell what the mouse is over in a menu."""
        if isinstance(event, QStatusTipEvent):
            self.help.say(event.tip())
            return True
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 Qt's name
        """Fold or unfold."""
        super().resizeEvent(event)
        self._place_panels()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 Qt's name
        """End the session and close."""
        if not self.may_close():
            event.ignore()
            return
        self._frames.stop()
        self._keep_layout()
        self._memory.keep_place(self)
        self.screens.close()
        self.field.close()
        self.engine.close()
        super().closeEvent(event)
