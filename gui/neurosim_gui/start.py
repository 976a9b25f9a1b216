"""The start screen: free play, lessons, labs, protocols, recordings, the last session; each card with its minutes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from neurosim_gui.look import Look
from neurosim_gui.texts import language, text

_CARD_PX = 300


@dataclass(frozen=True)
class Card:
    """Something to begin with.

    Parameters
    ----------
    kind
        free_play, field, quiz, lesson, lab, protocol, recording or last.
    name
        Which one.
    title, words
        As the card says it.
    minutes
        How long it takes; None where it does not matter.
    """

    kind: str
    name: str
    title: str
    words: str
    minutes: float | None = None


def cards() -> Iterator[tuple[str, list[Card]]]:
    """Go through the groups of cards, each with its heading."""
    from neurosim.core.registry import kind_names
    from neurosim.feedback.protocol import load_protocol
    from neurosim.lessons import load_lab, load_lesson

    first = [
        Card("free_play", "", text("start.free_play"), text("start.free_play_text")),
        Card("recording", "", text("start.recording"), text("start.recording_text")),
    ]
    first.append(Card("field", "", text("start.field"), text("start.field_text")))
    first.append(Card("quiz", "", text("start.quiz"), text("start.quiz_text"), 2))
    if (last := last_session()) is not None:
        first.append(Card("last", str(last), text("start.last"), text("start.last_text", name=last.name)))
    yield text("start.other"), first
    lessons = ((name, load_lesson(name, language())) for name in kind_names("lesson"))
    yield text("start.lessons"), [Card("lesson", name, x.title, x.question, x.minutes) for name, x in lessons]
    labs = ((name, load_lab(name, language())) for name in kind_names("lab"))
    yield text("start.labs"), [Card("lab", name, x.title, x.text, x.minutes) for name, x in labs]
    protocols = (load_protocol(name) for name in kind_names("protocol"))
    yield text("start.protocols"), [Card("protocol", p.name, p.title, p.purpose, p.duration_s / 60) for p in protocols]


def last_session(folder: Path = Path("sessions")) -> Path | None:
    """Return the newest session that can be played back."""
    found = [path.parents[3] for path in folder.glob("*/sub-*/ses-*/eeg/*_eeg.bdf")]
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


class StartView(QScrollArea):
    """All cards; emits `chosen` with kind and name.

    Parameters
    ----------
    look
        Theme and sizes.
    """

    chosen = Signal(str, str)

    def __init__(self, look: Look) -> None:
        super().__init__()
        self.look = look
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.buttons: dict[tuple[str, str], CardButton] = {}
        self._grids: list[tuple[QGridLayout, list[CardButton]]] = []
        self._n_columns = 0
        inner = QWidget()
        column = QVBoxLayout(inner)
        self._headings = [QLabel(text("start.title"))]
        column.addWidget(self._headings[0])
        for heading, group in cards():
            label, grid = QLabel(heading), QGridLayout()
            self._headings.append(label)
            made = [CardButton(card) for card in group]
            for button in made:
                button.clicked.connect(lambda _=False, card=button.card: self.chosen.emit(card.kind, card.name))
                button.setStatusTip(text("tip.card"))
                self.buttons[button.card.kind, button.card.name] = button
            self._grids.append((grid, made))
            column.addWidget(label)
            column.addLayout(grid)
        self._notice = QLabel(text("start.seed"))
        column.addWidget(self._notice)
        column.addStretch(1)
        self.setStatusTip(text("does.start"))
        self.setWidget(inner)
        self.set_look(look)

    def refresh(self) -> None:
        """Do nothing: the cards stand still."""

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 Qt's name
        """Put as many cards side by side as there is room for."""
        super().resizeEvent(event)
        n = max(1, self.viewport().width() // (_CARD_PX + 8))
        if n != self._n_columns:
            self._n_columns = n
            for grid, buttons in self._grids:
                for i, button in enumerate(buttons):
                    grid.addWidget(button, i // n, i % n)
                for k in range(grid.columnCount()):
                    grid.setColumnStretch(k, 1 if k < n else 0)

    def set_look(self, look: Look) -> None:
        """Take another theme or size."""
        self.look = look
        for label in self._headings:
            label.setFont(look.font("title", bold=True))
        self._notice.setFont(look.font())
        for button in self.buttons.values():
            button.set_look(look)


class CardButton(QPushButton):
    """A card that can be pressed.

    Parameters
    ----------
    card
        What stands on it.
    """

    def __init__(self, card: Card) -> None:
        super().__init__()
        self.card = card
        title = (
            card.title
            if card.minutes is None
            else f"{card.title} · {text('start.minutes', minutes=round(card.minutes))}"
        )
        self._title, self._words = QLabel(title), QLabel(card.words)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)  # as high as its neighbours
        column = QVBoxLayout(self)
        for label in (self._title, self._words):
            label.setWordWrap(True)
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
            column.addWidget(label)
        column.addStretch(1)
        self.setAccessibleName(title)

    def set_look(self, look: Look) -> None:
        """Take another theme or size."""
        self._title.setFont(look.font(bold=True))
        self._words.setFont(look.font())
        colors = look.palette
        self.setStyleSheet(
            f"CardButton {{ background: {colors.panel}; border: 1px solid {colors.grid}; border-radius: 6px; }}"
            f"CardButton:hover, CardButton:focus {{ border-color: {colors.signal}; }}"
            f"QLabel {{ color: {colors.text}; }}"
        )
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 Qt's name
        """Be as high as the words need."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        width = max(self.width(), _CARD_PX) - 24
        self.setMinimumHeight(sum(label.heightForWidth(width) for label in (self._title, self._words)) + 32)
