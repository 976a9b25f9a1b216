"""The Stage: at most two plots, one number and one question, for a room of 200."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from neurosim.core.errors import ConfigError
from neurosim.core.spec import Float
from neurosim.session.session import Session
from neurosim_gui.look import Look
from neurosim_gui.rings import History
from neurosim_gui.stage_plot import StagePlot, common_sweep_s
from neurosim_gui.stage_trace import Trace, find_trace, usual_traces
from neurosim_gui.texts import text
from neurosim_gui.units import steady

_MOST_PLOTS = 2
#: The first plot, and the second, stay while choices take less than this share of the height.
_ROOM_FOR_PLOTS = (0.45, 0.15)
#: The number is the mean of the last second, told twice a second: a room can read it.
_NUMBER_S, _TELL_S = 1.0, 0.5


@dataclass(frozen=True)
class Question:
    """A question for the room.

    Parameters
    ----------
    words
        The question.
    choices
        What one may answer; empty to ask without.
    right
        Which choice is right, by position.
    hands
        How many hands went up for each choice; empty while nobody has counted.
    revealed
        Whether the answer is shown.
    """

    words: str
    choices: tuple[str, ...] = ()
    right: int | None = None
    hands: tuple[int, ...] = ()
    revealed: bool = False


class Choices(QWidget):
    """The choices, side by side where they fit; at the reveal the hands as bars, and the right one with mark and frame.

    Attributes
    ----------
    places
        Where the words of each stand.
    """

    def __init__(self) -> None:
        super().__init__()
        self.question = Question("")
        self._look = Look()
        self.places: list[QRectF] = []
        self._centred = True

    def set_look(self, look: Look) -> None:
        """Take another theme or height."""
        self._look = look
        self.fit(self.width())

    def ask(self, question: Question) -> None:
        """Show the choices of another question."""
        self.question = question
        self.fit(self.width())

    def fit(self, width: int) -> None:
        """Take the fewest lines in which every choice can be read, with room for its hands."""
        metrics, n, gap = QFontMetricsF(self._look.font("words")), len(self.question.choices), self._gap
        widest = max((metrics.horizontalAdvance(words) for words in self.widest_words), default=0.0)
        columns = next((k for k in (n, 2) if n and (widest + 4.0 * gap) * k <= width), 1)
        across = width / columns
        self.places = []
        top = 0.0
        for first in range(0, n, columns):
            row = self.widest_words[first : first + columns]
            room = QRectF(0.0, 0.0, max(1.0, across - 3.0 * gap), 1e4)
            high = max(metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, words).height() for words in row)
            for column in range(len(row)):
                self.places.append(QRectF(column * across + 1.5 * gap, top + 0.15 * gap, room.width(), high))
            top += high + 0.6 * gap
        self._centred = columns > 1
        self.setFixedHeight(max(1, round(top)))
        self.update()

    @property
    def _gap(self) -> float:
        return 0.25 * self._look.size_px("words")

    @property
    def widest_words(self) -> list[str]:
        """Return each choice with as much beside it as the reveal may bring."""
        most = max([*self.question.hands, 99])
        return [f"✓ {text('stage.hands', choice=choice, hands=most)}" for choice in self.question.choices]

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 Qt's name
        """Find other lines for another width."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit(event.size().width())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 Qt's name
        """Paint the choices."""
        question, colors = self.question, self._look.palette
        if not question.choices:
            return
        painter = QPainter(self)
        painter.setFont(self._look.font("words"))
        most = max([*question.hands, 1])
        gap = self._gap
        side = Qt.AlignmentFlag.AlignHCenter if self._centred else Qt.AlignmentFlag.AlignLeft
        for i, (choice, place) in enumerate(zip(question.choices, self.places, strict=True)):
            box = place.adjusted(-0.5 * gap, 0.0, 0.5 * gap, 0.0)
            hands = question.hands[i] if question.revealed and i < len(question.hands) else None
            if hands is not None:
                bar = QRectF(box)
                bar.setWidth(hands / most * box.width())
                painter.fillRect(bar, QColor(colors.grid))
            right = question.revealed and i == question.right
            painter.setPen(QColor(colors.reward if right else colors.grid))
            painter.drawRect(box)
            painter.setPen(QColor(colors.reward if right else colors.text))
            counted = hands is not None and any(question.hands)
            words = text("stage.hands", choice=choice, hands=hands) if counted else choice
            words = f"✓ {words}" if right else words
            painter.drawText(place, side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap, words)
        painter.end()


class Stage(QWidget):
    """A window of its own; all sizes are shares of its height.

    Parameters
    ----------
    look
        The theme.
    session
        What runs.
    title
        A plain sentence; the protocol's by default.
    """

    def __init__(self, look: Look, session: Session, title: str = "") -> None:
        super().__init__()
        self.setWindowTitle(text("stage.title"))
        self.setAutoFillBackground(True)
        self._told_s = -np.inf
        self.title, self.caption, self.number, self.question, self.notice = (QLabel() for _ in range(5))
        self.legend = QLabel()
        for label in self.labels:
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        for label in (self.title, self.caption, self.question):
            label.setWordWrap(True)
        self.notice.setText(text("window.notice"))
        self.choices = Choices()
        self.plots: list[StagePlot] = []
        self._number: Trace | None = None
        self._shown, self._black = QWidget(), QWidget()
        self._black.setStyleSheet("background: black;")
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._shown)
        self._stack.addWidget(self._black)
        self._column = QVBoxLayout()
        self._grid = QGridLayout(self._shown)
        self._grid.addWidget(self.title, 0, 0, 1, 2)
        self._grid.addLayout(self._column, 1, 0, 4, 1)
        self._grid.addWidget(self.caption, 1, 1, Qt.AlignmentFlag.AlignBottom)
        self._grid.addWidget(self.number, 2, 1, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(self.legend, 3, 1, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(self.question, 5, 0, 1, 2)
        self._grid.addWidget(self.choices, 6, 0, 1, 2)
        self._grid.addWidget(self.notice, 7, 0, 1, 2)
        self._grid.setColumnStretch(0, 77)
        self._grid.setColumnStretch(1, 23)
        for row in (1, 4):
            self._grid.setRowStretch(row, 1)
        self._session = session
        self.set_look(look)
        self.follow(session, title)

    @property
    def labels(self) -> tuple[QLabel, ...]:
        """Everything that is written but the plots and the choices."""
        return self.title, self.caption, self.number, self.legend, self.question, self.notice

    def follow(self, session: Session, title: str = "") -> None:
        """Show another session: its signal, the feature that is made of it, and no question."""
        self._session, self.frozen = session, False
        self._tell_marks()
        self.title.setText(title or session.protocol.title)
        self.ask(None)
        self._take(usual_traces(session))
        trained = session.protocol.rule.trained
        self.show_number(trained if any(p.trace.is_feature for p in self.plots) else None)

    def show_plots(self, names: Sequence[str]) -> None:
        """Show one or two plots: features, streams, or channels as ``eeg:Cz``.

        Raises
        ------
        ConfigError
            For more than two, or one that the session has not.
        """
        if not 1 <= len(names) <= _MOST_PLOTS:
            raise ConfigError(f"the Stage shows one plot or two, got {len(names)}")
        self._take([find_trace(name, self._session) for name in names])

    def _take(self, traces: Sequence[Trace]) -> None:
        for plot in self.plots:
            self._column.removeWidget(plot)
            plot.setParent(None)
            plot.deleteLater()
        sweep_s = common_sweep_s(traces)
        self.plots = [StagePlot(self._stage_look(), trace, sweep_s) for trace in traces]
        for plot in self.plots:
            self._column.addWidget(plot, 1)
        self._make_room()

    def show_number(self, name: str | None) -> None:
        """Show the newest value of a feature or stream as the one large number; None for no number."""
        self._number = None if name is None else find_trace(name, self._session)
        self.caption.setText("" if self._number is None else self._number.words)
        self.number.setText("")
        self._told_s = -np.inf

    def ask(self, question: Question | None) -> None:
        """Ask the room something; None to take it away."""
        self.choices.ask(question or Question(""))
        self.question.setText(self.choices.question.words)
        self.question.setVisible(question is not None)
        self.choices.setVisible(question is not None and bool(question.choices))
        self._make_room()

    def _make_room(self) -> None:
        """Leave out a plot, or both, where a question and its choices take their place."""
        shown = self.choices.question
        taken = self.choices.height() / max(1, self.height()) if shown.choices else 0.0
        n = sum(taken < share for share in _ROOM_FOR_PLOTS)
        for number, plot in enumerate(self.plots):
            plot.setVisible(number < n)
        beside = n == _MOST_PLOTS
        self.caption.setVisible(beside)
        self.number.setVisible(beside)
        conditions = bool(getattr(self._session.protocol.rule, "conditions", ()))
        told = conditions and any(plot.trace.condition is not None for plot in self.plots)
        self.legend.setVisible(beside and told)

    def answer(self, hands: Sequence[int] = ()) -> None:
        """Show which choice is right, and how many hands went up for each."""
        self.choices.ask(replace(self.choices.question, hands=tuple(hands), revealed=True))

    def reveal(self, *, shown: bool, streams: Collection[str] | None = None) -> None:
        """Reveal or cover the truth: all of it, or some of its streams; what is so already stays as it is drawn."""
        for plot in self.plots:
            if plot.trace.truth and plot.covered == shown and (streams is None or plot.trace.stream in streams):
                plot.set_covered(covered=not shown)

    @property
    def blank(self) -> bool:
        """Whether it is black."""
        return self._stack.currentWidget() is self._black

    def set_blank(self, *, blank: bool) -> None:
        """Make it black, or show it again."""
        self._stack.setCurrentWidget(self._black if blank else self._shown)

    def _stage_look(self) -> Look:
        return replace(self._look, stage_height_px=float(max(1, self.height())))

    def set_look(self, look: Look) -> None:
        """Take another theme."""
        self._look = look
        scaled = self._stage_look()
        self.setPalette(scaled.qt_palette())
        self._shown.setPalette(scaled.qt_palette())
        for label in (self.caption, self.legend, self.question, self.notice):
            label.setFont(scaled.font("words"))
        self.title.setFont(scaled.font("title", bold=True))
        self.number.setFont(scaled.font("number", bold=True))
        self.number.setStyleSheet(f"color: {look.palette.feature};")
        self.notice.setStyleSheet(f"color: {look.palette.faint};")
        self._tell_marks()
        self.choices.set_look(scaled)
        edge = round(0.025 * self.height())
        self._grid.setContentsMargins(edge, round(0.4 * edge), edge, round(0.4 * edge))
        self._grid.setHorizontalSpacing(edge)
        self._grid.setVerticalSpacing(0)
        for plot in self.plots:
            plot.set_look(scaled)

    def _tell_marks(self) -> None:
        """Write what the marks in the plots stand for; where devices act there is neither reward nor goal."""
        colors = self._look.palette
        treats = self._session.protocol.does == "treats"
        marks = (
            ("asked" if treats else "reward", colors.reward),
            ("invalid", colors.invalid),
            ("threshold" if treats else "goal", colors.threshold),
        )
        self.legend.setText("<br>".join(f"<span style='color:{c}'>{text(f'stage.{mark}')}</span>" for mark, c in marks))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 Qt's name
        """Take the sizes of the new height."""
        super().resizeEvent(event)
        self.set_look(self._look)
        self._make_room()

    def refresh(self, history: History) -> None:
        """Draw what is new, unless the picture is frozen."""
        if self.frozen or self.blank:
            return
        for plot in self.plots:
            plot.refresh(history)
        if self._number is not None:
            self._tell(history, self._number)

    def settle(self, history: History) -> None:
        """Draw at once what otherwise comes in pieces, a frame each: for tests and pictures."""
        self._told_s = -np.inf
        for _ in range(2 * StagePlot.pieces + 1):  # the scale may change with the first
            self.refresh(history)

    def _tell(self, history: History, trace: Trace) -> None:
        with history.lock:
            now_s = history.ticks.total * history.update_interval_s
            if abs(now_s - self._told_s) < _TELL_S:
                return
            end = trace.read(history, sys.maxsize)[0]
            last: Float = trace.read(history, end - max(1, round(_NUMBER_S * trace.fs)))[1]
        self._told_s = now_s
        last = last[np.isfinite(last)]
        if last.size:
            self.number.setText(self._written(float(last.mean()), trace))

    def _written(self, value: float, trace: Trace) -> str:
        """Write a number with three digits, or as many as its plot can tell apart: hundredths of a degree."""
        digits = 3
        for plot in self.plots:
            if plot.trace == trace and value:
                digits = max(digits, 1 + int(np.floor(np.log10(abs(value))) - np.floor(np.log10(plot.step))))
        return steady(value, digits)
