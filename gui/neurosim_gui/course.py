"""Learning curves of many people over many sessions, arms side by side; each person can be looked at closely."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QSplitter,
    QWidget,
)

from neurosim.core.errors import UserError
from neurosim_gui.course_job import CourseJob, CourseRequest
from neurosim_gui.job_view import JobView
from neurosim_gui.look import Look
from neurosim_gui.panels.panel import PlotPanel
from neurosim_gui.texts import text

if TYPE_CHECKING:
    from neurosim.cohort import Course
    from neurosim.session.session import Session
    from neurosim.session.tick import Sink

_UNDRIVEN = "undriven"
#: How arms are told apart besides their colour: filled, open, and then other shapes; solid, dashed, dotted.
_SYMBOLS = ("o", "o", "s", "s", "t1", "t1")
_DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)


class CourseView(JobView[CourseJob]):
    """Shows a course that was computed beforehand, or computes one in another process.

    Parameters
    ----------
    look
        Theme and sizes.

    Attributes
    ----------
    course
        What is shown; None before: then `empty` says what to do, in the place of the plots.
    chosen
        The arm, the number of the person who was clicked, and the session.
    """

    def __init__(self, look: Look) -> None:
        self.protocol, self.arms = QComboBox(), QLineEdit("real,random")
        self.protocol.setEditable(True)
        self.protocol.addItems(["alpha_up", "smr_up", "alpha_down", "emg_frontalis", "hand_warming"])
        self.people, self.sessions = _spin(2, 200, 20), _spin(1, 40, 5)
        fields = {"protocol": self.protocol, "people": self.people, "n_sessions": self.sessions, "arms": self.arms}
        super().__init__(look, "course", fields, "open")
        self.course: Course | None = None
        self.chosen: tuple[str, int, int] | None = None
        self._n_seen = 0
        self._windows: list[QWidget] = []
        self.go_button = QPushButton(text("course.go"))
        self.go_button.setStatusTip(text("course.go_tip"))
        self.person, self.legend, self.empty = (QLabel() for _ in range(3))
        for label in (self.person, self.legend, self.empty):
            label.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.curves = PlotPanel(look, text("course.curves"), text("course.sessions"), text("course.change"))
        self.within = PlotPanel(look, text("course.within"), text("course.blocks"), text("course.change"))
        self.plots = QSplitter()
        self._arrange()
        self.buttons["open"].clicked.connect(lambda _=False: self._ask_folder())
        self.go_button.clicked.connect(lambda _=False: self.open_person())
        self.curves.plot.scene().sigMouseClicked.connect(self._clicked)
        self.set_look(look)
        self.show_state()

    def _arrange(self) -> None:
        self.plots.addWidget(self.curves)
        self.plots.addWidget(self.within)
        self.plots.setSizes([600, 500])
        below = QHBoxLayout()
        below.addWidget(self.person, 1)
        below.addWidget(self.go_button)
        self.column.addWidget(self.legend)
        self.column.addWidget(self.plots, 1)
        self.column.addWidget(self.empty, 1)
        self.column.addLayout(below)

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        self.empty.setFont(look.font("title"))
        self.curves.set_look(look)
        self.within.set_look(look)
        if self.course is not None:
            self.show_course(self.course)

    def run(self, request: CourseRequest | None = None, folder: Path | None = None) -> None:
        """Compute a course in another process, as the fields say or as requested."""
        from neurosim.session.fresh import fresh_folder

        self.stop()
        protocol, arms = self.protocol.currentText(), self.arms.text().replace(" ", "")
        request = request or CourseRequest(protocol, self.people.value(), self.sessions.value(), arms)
        folder = folder or fresh_folder(f"course-{Path(request.protocol).stem}")
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._n_seen = 0
        self.job = CourseJob(request, folder)
        self.message.setToolTip("")
        self.show_state()

    def stop(self) -> None:
        """End the computing, with every whole sitting kept."""
        if (job := self.end()) is not None:
            self.message.setText(text("course.stopped", folder=job.folder))

    def show_state(self) -> None:
        super().show_state()
        self.go_button.setEnabled(self.chosen is not None)
        self.empty.setText(text("course.nothing" if self.job is None else "course.soon"))
        drawn = self.course is not None
        self.empty.setVisible(not drawn)
        for part in (self.plots, self.legend, self.go_button):  # axes without a course would say 0 to 1
            part.setVisible(drawn)

    def refresh(self) -> None:
        """Look what the other process has written."""
        job = self.job
        if job is None:
            return
        ended = not job.running
        if (job.folder / "state.json").is_file():
            self._read(job.folder, quiet=True)
        self.show_progress(self._n_seen, job.n_sittings)
        if ended:
            failure = job.failure
            self.job = None
            if failure is not None:
                self.message.setText(text("course.failed", line=failure))
            elif self.course is not None:
                self._tell(self.course, job.folder)
            self.show_state()
        else:
            self.message.setText(text("course.running", done=self._n_seen, all=job.n_sittings))

    def open_folder(self, folder: Path) -> None:
        """Show a course from its folder; what is wrong with it is told."""
        self._n_seen = 0
        self._read(folder, quiet=False)

    def _ask_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, text("course.open"))
        if chosen:
            self.open_folder(Path(chosen))

    def _read(self, folder: Path, *, quiet: bool) -> None:
        from neurosim.cohort import read_course

        try:
            course = read_course(folder)
        except (UserError, OSError, ValueError) as error:
            if not quiet:  # a table that is being replaced is read again in a moment
                self.message.setText(text("course.failed", line=error))
            return
        if len(course.sittings) == self._n_seen:
            return
        self._n_seen = len(course.sittings)
        self.show_course(course)
        if self.job is None:
            self._tell(course, folder)

    def _tell(self, course: Course, folder: Path) -> None:
        """Say what a course is, and where the mouse asks, where it lies."""
        plan = course.plan
        n = sum(sitting.kind == "training" for sitting in course.sittings)
        told = {"title": plan.protocol.title, "people": plan.people, "sessions": n, "seed": plan.seed}
        self.message.setText(text("course.done", **told))
        self.message.setToolTip(text("course.folder", folder=folder))

    def show_course(self, course: Course) -> None:
        """Draw a course."""
        from neurosim.cohort.outcome import with_change

        self.course = course
        table = with_change(course.blocks)
        arms = [arm.name for arm in course.plan.arms if arm.name != _UNDRIVEN]
        self.curves.plot.clear()
        self.within.plot.clear()
        training = table[(table["kind"] == "training") & (table["block_kind"] == "training")]
        last_block = training.groupby(["arm", "subject", "sitting"], sort=False)["change_percent"].last()
        judged = table[table["block_kind"].isin(("training", "transfer"))]
        within = judged[judged["sitting"] == training["sitting"].max()] if len(training) else judged.iloc[:0]
        words = []
        for number, arm in enumerate(arms):
            color = (self.look.palette.signal, self.look.palette.reward, self.look.palette.truth)[number % 3]
            curve = last_block[arm].unstack("sitting") if arm in last_block.index.get_level_values(0) else None
            if curve is not None:
                self._draw_arm(number, color, curve.columns.to_numpy(dtype=float), curve.to_numpy())
            self._draw_blocks(number, color, within[within["arm"] == arm])
            words.append(self._legend(course, number, color, arm))
        for plot in (self.curves.plot, self.within.plot):
            plot.addItem(pg.InfiniteLine(0.0, 0, pen=pg.mkPen(self.look.palette.faint)))
        self.legend.setText("&nbsp;&nbsp;&nbsp;&nbsp;".join(words))
        names = list(dict.fromkeys(within["block"]))
        self.within.plot.getAxis("bottom").setTicks([list(enumerate(names))])
        self.within.plot.setXRange(-0.5, len(names) - 0.5, padding=0)  # room for the names at both ends
        self.show_state()

    def _draw_arm(self, number: int, color: str, x: Any, people: Any) -> None:
        """Draw a thin line for each person, and the mean of the arm with its 95 % interval."""
        from neurosim.cohort.statistics import mean_interval

        thin = QColor(color)
        thin.setAlpha(60)
        for row in people:
            self.curves.plot.addItem(pg.PlotCurveItem(x, row, pen=QPen(thin, 0, _DASHES[number % 3])))
        intervals = [mean_interval(column) for column in people.T]
        mean = np.array([i.mean for i in intervals])
        half = np.nan_to_num(np.array([i.high - i.mean for i in intervals]))
        aside = x + 0.04 * number  # intervals side by side
        self.curves.plot.addItem(pg.ErrorBarItem(x=aside, y=mean, height=2 * half, beam=0.03, pen=pg.mkPen(color)))
        self.curves.plot.addItem(pg.PlotCurveItem(aside, mean, pen=QPen(QColor(color), 0, _DASHES[number % 3])))
        self.curves.plot.addItem(self._points(number, color, aside, mean))
        self.curves.plot.getAxis("bottom").setTicks([[(float(v), f"{v:.0f}") for v in x]])

    def _draw_blocks(self, number: int, color: str, table: Any) -> None:
        """Draw the mean of each block of a session; those without feedback stand apart, without a line to them."""
        means = table.groupby("block", sort=False)["change_percent"].mean().to_numpy()
        kinds = table.groupby("block", sort=False)["block_kind"].first().to_numpy()
        x = np.arange(len(means), dtype=float)
        fed = np.array([kind == "training" for kind in kinds], dtype=bool)
        line = pg.PlotCurveItem(x[fed], means[fed], pen=QPen(QColor(color), 0, _DASHES[number % 3]))
        self.within.plot.addItem(line)
        self.within.plot.addItem(self._points(number, color, x, means))

    def _points(self, number: int, color: str, x: Any, y: Any) -> Any:
        filled = number % 2 == 0
        brush = QColor(color) if filled else QColor(self.look.palette.ground)
        symbol = _SYMBOLS[number % len(_SYMBOLS)]
        return pg.ScatterPlotItem(x, y, symbol=symbol, size=10, brush=brush, pen=QPen(QColor(color), 0))

    def _legend(self, course: Course, number: int, color: str, arm: str) -> str:
        table = course.people
        people = table[table["arm"] == arm]
        row = course.arms[(course.arms["arm"] == arm) & (course.arms["measure"] == "trained_percent")].iloc[0]
        words = text("course.responders", arm=arm, mean=row["mean"], low=row["low"], high=row["high"],
                     n=int(people["responder"].sum()), all=len(people))  # fmt: skip
        sign = ("●", "○", "■", "□", "▲", "△")[number % 6]
        return f'<span style="color:{color}">{sign}</span> {words}'

    def _clicked(self, event: Any) -> None:
        at = self.curves.plot.vb.mapSceneToView(event.scenePos())
        self.choose_near(at.x(), at.y())

    def choose_near(self, session: float, change: float) -> None:
        """Choose the person whose line passes nearest to a place in the plot."""
        if self.course is None:
            return
        from neurosim.cohort.outcome import with_change

        table = with_change(self.course.blocks)
        keep = (table["kind"] == "training") & (table["block_kind"] == "training") & (table["arm"] != _UNDRIVEN)
        last = table[keep].groupby(["arm", "subject", "sitting"], sort=False)["change_percent"].last().reset_index()
        if last.empty:
            return
        at = last.iloc[(last["sitting"] - session).abs().argsort().iloc[: len(last)]]
        near = at[at["sitting"] == at["sitting"].iloc[0]]
        row = near.iloc[int((near["change_percent"] - change).abs().to_numpy().argmin())]
        self.chosen = str(row["arm"]), int(row["subject"]), int(row["sitting"])
        arm, number, sitting = self.chosen
        self.person.setText(
            text("course.person", subject=number, arm=arm, session=sitting, change=row["change_percent"])
        )
        self.show_state()

    def open_person(self) -> None:
        """Open a Console on the chosen session of the chosen person, who comes as it came there in the course."""
        if self.course is None or self.chosen is None:
            return
        from neurosim_gui.console import Console
        from neurosim_gui.engine import Engine
        from neurosim_gui.hints import show_lines

        course, (arm, number, sitting) = self.course, self.chosen

        def prepare() -> tuple[Session, list[Sink]]:
            from neurosim.cohort.person import plan_person
            from neurosim.session.recorder import Recorder

            made = plan_person(course, arm, number, sitting)
            return made.session(), [Recorder(made)]

        engine = Engine(prepare)
        told = {"protocol": course.plan.protocol.name, "subject": number, "arm": arm, "session": sitting}
        window = Console(engine, text("course.one", **told), self.look)
        past = text("course.with_memory", n=sitting - 1) if sitting > 1 else text("course.first")
        show_lines(window, text("course.title"), [text("course.one", **told), past])
        window.resize(self.window().size())
        window.show()
        engine.start()
        self._windows.append(window)


def _spin(low: int, high: int, value: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(low, high)
    box.setValue(value)
    return box
