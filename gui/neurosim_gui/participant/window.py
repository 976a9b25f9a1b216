"""The trainee's window: the feedback, the words of the moment, and nothing else."""

from __future__ import annotations

import time

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QWidget

from neurosim.session.session import Session
from neurosim_gui.look import Look
from neurosim_gui.participant.calm import Calm
from neurosim_gui.participant.clearing import Clearing
from neurosim_gui.participant.gauges import Bar, Ring, Thermometer
from neurosim_gui.participant.glider import Glider
from neurosim_gui.participant.heart import HeartWave
from neurosim_gui.participant.pacer import Pacer
from neurosim_gui.participant.picture import Picture, Seen
from neurosim_gui.participant.sound import Sound
from neurosim_gui.participant.words import Words, choose_words
from neurosim_gui.rings import TICK_ROWS, History
from neurosim_gui.texts import text

PICTURES: dict[str, type[Picture]] = {kind.name: kind for kind in (Bar, Ring, Thermometer, Pacer, Clearing, Glider)}
_MOST_DT_S = 0.1
_SHOWN = TICK_ROWS.index("shown")


def usual_kind(session: Session) -> str:
    """Return the picture that fits a protocol: a pacer where one breathes with it, a thermometer for warmth."""
    if any(block.pacer_per_min for block in session.protocol.blocks):
        return "pacer"
    return "thermometer" if session.pipeline.specs[session.protocol.rule.trained].unit == "degC" else "ring"


class Participant(QWidget):
    """Draws what is shown to the subject, behind the delay of the display, and nothing else of the session.

    The heart's wave is left out where a sham may be shown, for it would tell.

    Parameters
    ----------
    look
        Theme; sizes are shares of the height.
    session
        What is trained.
    kind
        The picture; chosen by the protocol by default.
    """

    def __init__(self, look: Look, session: Session, kind: str = "") -> None:
        super().__init__()
        self.setWindowTitle(text("participant.title"))
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.look, self._session = look, session
        self._trains = session.protocol.does != "treats"
        self._delay = session.grid.n_ticks(session.protocol.display_delay_s)
        streams = session.source.specs
        self._heart = HeartWave("ecg", streams["ecg"]) if "ecg" in streams and session.sham is None else None
        self.sound: Sound | None = None
        self._calm, self._presence = Calm(), Calm()
        self._seen, self._words, self._said = Seen(0.0), Words("", "", ""), Words("", "", "")
        self._at_s: float | None = None
        self._tick, self._since_tick_s = -1, 0.0
        self.set_kind(kind or usual_kind(session))

    @property
    def kind(self) -> str:
        """The picture."""
        return self.picture.name

    @property
    def words(self) -> Words:
        """What the subject is told."""
        return self._words

    def set_kind(self, kind: str) -> None:
        """Take another picture."""
        self.picture = PICTURES[kind]()
        self.update()

    def next_kind(self) -> None:
        """Take the next picture."""
        names = list(PICTURES)
        self.set_kind(names[(names.index(self.kind) + 1) % len(names)])

    def set_look(self, look: Look) -> None:
        """Take another theme."""
        self.look = look
        self.update()

    def set_sound(self, *, on: bool) -> None:
        """Turn the tone on or off.

        Raises
        ------
        UserError
            Where there is no sound to turn on.
        """
        if on and self.sound is None:
            self.sound = Sound()
        elif not on and self.sound is not None:
            self.sound.close()
            self.sound = None

    def refresh(self, history: History, speed: float = 1.0) -> None:
        """Take what is new; called at the screen's rate."""
        now = time.monotonic()
        dt_s = 0.0 if self._at_s is None else min(now - self._at_s, _MOST_DT_S)
        self._at_s = now
        self.advance(history, dt_s, speed)

    def advance(self, history: History, dt_s: float, speed: float = 1.0) -> None:
        """Let time pass [s]."""
        with history.lock:
            newest = history.newest
            column = history.ticks.newest(self._delay + 1)
            shown = float(column[_SHOWN, 0]) if column.shape[1] > self._delay else 0.0
        if newest is None:
            return
        tick = newest.tick
        cue = tick.feedback.cue
        self._since_tick_s = 0.0 if tick.index != self._tick else self._since_tick_s + dt_s * speed
        self._tick = tick.index
        ahead_s = min(self._since_tick_s, history.update_interval_s)
        phase = (cue.pacer_phase + cue.pacer_per_min / 60.0 * ahead_s) % 1.0 if cue.pacer_per_min else None
        heart = self._heart.update(history) if self._heart is not None and self.kind == "pacer" else None
        schedule = self._session.schedule
        number = int(np.searchsorted(schedule.ends, tick.index, side="right"))
        left_s = (schedule.ends[number] - tick.index - 1) * history.update_interval_s - ahead_s
        following = schedule.blocks[number + 1] if number + 1 < len(schedule.blocks) else None
        self._words = choose_words(cue, tick.block, max(left_s, 0.0), following, trains=self._trains)
        self._presence.follow(0.0 if self._words.large else 1.0, dt_s)
        if self._words.large:
            self._said = self._words
        level = self._calm.follow(min(max(shown, 0.0), 1.0), dt_s)
        self._seen = Seen(level, phase, heart)
        self.picture.advance(self._seen, dt_s)
        if self.sound is not None:
            self.sound.tone.level = level
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 Qt's name
        """Paint the picture and the words."""
        painter = QPainter(self)
        self.draw(painter, QRectF(self.rect()))
        painter.end()

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Paint the picture and the words into an area."""
        colors, height = self.look.palette, area.height()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(area, QColor(colors.ground))
        told, left = QRectF(area), QRectF(area)
        told.setTop(area.bottom() - 0.21 * height)
        told.setHeight(0.10 * height)
        left.setTop(area.bottom() - 0.11 * height)
        left.setHeight(0.08 * height)
        stage = area.adjusted(0.04 * height, 0.05 * height, -0.04 * height, -0.23 * height)
        there = self._presence.level
        if there > 0.0:
            painter.setOpacity(there)
            self.picture.paint(painter, stage, self._seen, colors)
        painter.setOpacity(1.0 - there)
        self._write(painter, stage, self._said.large, (0.24 if len(self._said.large) == 1 else 0.10) * height)
        painter.setOpacity(1.0)
        self._write(painter, told, self._words.told, 0.045 * height)
        self._write(painter, left, self._words.left, 0.04 * height, colors.faint)

    def _write(self, painter: QPainter, area: QRectF, words: str, size_px: float, color: str = "") -> None:
        font = self.look.font()
        font.setPixelSize(max(1, round(size_px)))
        painter.setFont(font)
        painter.setPen(QColor(color or self.look.palette.text))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, words)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:  # noqa: N802 Qt's name
        """Offer the pictures."""
        menu = QMenu(self)
        for name in PICTURES:
            action = menu.addAction(text(f"participant.kind_{name}"))
            action.setCheckable(True)
            action.setChecked(name == self.kind)
            action.triggered.connect(lambda _=False, name=name: self.set_kind(name))
        menu.exec(event.globalPos())
