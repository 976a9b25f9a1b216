"""The same virtual patients under each technique, side by side: course, score in two terms, evidence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QBrush, QColor, QPen
from PySide6.QtWidgets import QComboBox, QLabel, QSpinBox, QSplitter

from neurosim.cohort.treatments import patients
from neurosim.report.words import LEVELS
from neurosim_gui.job_view import JobView
from neurosim_gui.look import Look
from neurosim_gui.panels.panel import PlotPanel
from neurosim_gui.texts import text
from neurosim_gui.treat_job import TreatJob, TreatRequest
from neurosim_gui.units import named, unit_words
from neurosim_gui.widgets import scrolling

_POLL_MS = 200
_DASHES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
_SIGNS = ("─", "╌", "┈", "┄")
#: What is left of a score, and what has gone of it: told by their patterns besides their colours.
_TERMS = (("left", Qt.BrushStyle.SolidPattern, "■"), ("expected", Qt.BrushStyle.Dense4Pattern, "▒"),
          ("specific", Qt.BrushStyle.BDiagPattern, "▨"))  # fmt: skip
_BAR = 0.62


class TreatView(JobView[TreatJob]):
    """Computes patients under each technique in another process, and shows what has come of it.

    Parameters
    ----------
    look
        Theme and sizes.

    Attributes
    ----------
    found
        What is shown, as ``neurosim treat --json`` gives it; None before.
    """

    def __init__(self, look: Look) -> None:
        self.patient, self.people = QComboBox(), QSpinBox()
        super().__init__(look, "treat", {"patient": self.patient, "people": self.people})
        self.found: dict[str, Any] | None = None
        for name, patient in patients().items():
            self.patient.addItem(patient.title, name)
        self.people.setRange(1, 100)
        self.people.setValue(8)
        self.message.setText(text("treat.nothing"))
        self.legend, self.terms, self.arms = QLabel(), QLabel(), QLabel()
        for label in (self.legend, self.terms, self.arms):
            label.setWordWrap(True)
        self.arms.setTextFormat(Qt.TextFormat.RichText)
        self.arms.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.course = PlotPanel(look, text("treat.title"), text("treat.time"))
        self.scores = PlotPanel(look, text("treat.scores"), "")
        for plot in (self.course.plot, self.scores.plot):  # nothing to be read yet
            plot.getAxis("bottom").setTicks([[]])
            plot.getAxis("left").setTicks([[]])
        self._arrange()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.refresh)
        self._timer.start(_POLL_MS)
        self.set_look(look)
        self.show_state()

    def _arrange(self) -> None:
        plots = QSplitter()
        plots.addWidget(self.course)
        plots.addWidget(self.scores)
        plots.setSizes([600, 500])
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.addWidget(plots)
        self._words = scrolling(self.arms)
        parts.addWidget(self._words)
        parts.setSizes([600, 300])
        parts.setChildrenCollapsible(False)
        self.column.addWidget(self.legend)
        self.column.addWidget(self.terms)
        self.column.addWidget(parts, 1)

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        self.course.set_look(look)
        self.scores.set_look(look)
        signs = zip(_TERMS, self._term_colors(), strict=True)
        self.terms.setText(" &nbsp; ".join(
            f'<span style="color:{color}">{sign}</span> {text(f"treat.{term}")}' for (term, _, sign), color in signs
        ))  # fmt: skip
        if self.found is not None:
            self.show_found(self.found)

    def _term_colors(self) -> tuple[str, str, str]:
        colors = self.look.palette
        return colors.signal, colors.faint, colors.reward

    def choose(self, patient: str) -> None:
        """Choose whom the techniques are compared in."""
        self.patient.setCurrentIndex(self.patient.findData(patient))

    def run(self, request: TreatRequest | None = None) -> None:
        """Compute in another process, as the fields say or as requested."""
        self.stop()
        self.job = TreatJob(request or TreatRequest(str(self.patient.currentData()), patients=self.people.value()))
        self.choose(self.job.request.patient)
        self.show_state()
        self.refresh()

    def stop(self) -> None:
        """End the computing."""
        if self.end() is not None:
            self.message.setText(text("treat.stopped"))

    def refresh(self) -> None:
        """Look how far the other process has come."""
        job = self.job
        if job is None:
            return
        done, n = job.done, job.request.n_arms
        self.show_progress(len(done), n)
        if job.running:
            self.message.setText(text("treat.running", done=len(done), all=n, name=", ".join(map(_plain, done))))
            return
        self.job = None
        if job.failure is not None:
            self.message.setText(text("treat.failed", line=job.failure))
        elif (found := job.found) is not None:
            self.show_found(found)
        self.show_state()

    def show_found(self, found: dict[str, Any]) -> None:
        """Draw what has been found, as ``neurosim treat --json`` gives it."""
        self.found = found
        told = {name: found[name] for name in ("title", "n", "seed", "measured")}
        self.message.setText(text("treat.done", **told))
        self._draw_course(found["arms"])
        self._draw_scores(found)
        lines = [self._row(arm) for arm in found["arms"]] + [text("treat.set", set=found["set"])]
        self.arms.setText("".join(f"<p>{line}</p>" for line in lines))

    def _draw_course(self, arms: list[dict[str, Any]]) -> None:
        rested, colors = arms[0], self.look.palette
        unit = unit_words(rested["signal_unit"])
        self.course.label_axis("left", f"{named('name', rested['signal'])} [{unit}]")
        self.course.plot.clear()
        for axis in ("bottom", "left"):
            self.course.plot.getAxis(axis).setTicks(None)
        shown = [arm for arm in arms[2:] if arm["signal"] == rested["signal"]]
        words = []
        for i, arm in enumerate([rested, *shown]):
            number = i - 1
            color = colors.faint if i == 0 else (colors.signal, colors.reward, colors.invalid, colors.text)[number % 4]
            dash = _DASHES[0 if i == 0 else number % 4]
            y = np.array(arm["course"]["signal"])
            t = arm["course"]["step_s"] * np.arange(len(y)) / 60.0
            self.course.plot.addItem(pg.PlotCurveItem(t, y, pen=QPen(QColor(color), 0, dash)))
            sign = _SIGNS[0 if i == 0 else number % 4]
            words.append(f'<span style="color:{color}">{sign}</span> {named("technique", arm["technique"])}')
        self.course.plot.enableAutoRange()
        self.course.set_title(text("treat.course", name=named("name", rested["signal"])))
        self.legend.setText(" &nbsp; ".join(words))

    def _draw_scores(self, found: dict[str, Any]) -> None:
        plot, arms = self.scores.plot, found["arms"]
        plot.clear()
        plot.getAxis("bottom").setTicks(None)
        self.scores.label_axis("bottom", found["score"])
        rows = np.arange(len(arms), dtype=float)
        score, nonspecific, specific = (
            np.array([arm[name] for arm in arms]) for name in ("score", "change_nonspecific", "change_specific")
        )
        starts = (np.zeros(len(arms)), score, score - nonspecific)
        for (_, pattern, _), color, start, size in zip(
            _TERMS, self._term_colors(), starts, (score, -nonspecific, -specific), strict=True
        ):
            brush = QBrush(QColor(color), pattern)
            bars = pg.BarGraphItem(x0=start, width=size, y=rows, height=_BAR, brush=brush, pen=QPen(QColor(color), 0))
            plot.addItem(bars)
        published = [
            (score[i] - specific[i] + arm["trained"]["change_published"], rows[i])
            for i, arm in enumerate(arms)
            if arm["trained"]
        ]
        ring = QPen(QColor(self.look.palette.text), 0)
        plot.addItem(pg.ScatterPlotItem(pos=published, size=self.look.size_px("marker"), pen=ring, brush=None))
        names = (named("technique", arm["technique"]) for arm in arms)
        plot.getAxis("left").setTicks([list(zip(rows, names, strict=True))])
        plot.invertY(True)
        plot.setYRange(-0.6, len(arms) - 0.4, padding=0)
        plot.setXRange(0.0, 1.05 * float((starts[2] + np.maximum(-specific, 0.0)).max()), padding=0)

    def _row(self, arm: dict[str, Any]) -> str:
        name = named("technique", arm["technique"])
        told = {
            "branch": arm["branch"], "before": arm["signal_before"], "after": arm["signal_after"],
            "unit": unit_words(arm["signal_unit"]), "score": arm["score"], "sd": arm["score_sd"],
            "nonspecific": arm["change_nonspecific"], "specific": arm["change_specific"],
            "responders": arm["responders"], "signal": named("name", arm["signal"]),
        }  # fmt: skip
        words = text("treat.row" if arm["branch"] else "treat.row_untreated", name=name, **told)
        if trained := arm["trained"]:
            size = trained["change_published"]
            words += "<br>" + text("treat.trained", sessions=trained["sessions"], published=size)
        level, evidence = arm["evidence_level"], arm["evidence"]
        if level is not None:
            words += "<br>" + text("treat.evidence", level=level, words=LEVELS[level], text=evidence)
        elif evidence:
            words += f"<br>{evidence}"
        if moved := arm["moved"]:
            pushes = ", ".join(f"{_plain(latent)} {offset:+.2g}" for latent, offset in moved.items())
            words += "<br>" + text("treat.moved", pushes=pushes)
        return words


def _plain(name: str) -> str:
    return name.replace("_", " ")
