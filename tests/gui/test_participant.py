"""The trainee's window: nothing flashes, nothing but what is shown gets there, and the words are in time."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from neurosim_gui.app import make_app
from neurosim_gui.look import Look
from neurosim_gui.participant.calm import Calm
from neurosim_gui.participant.picture import Picture, Seen
from neurosim_gui.participant.sound import _FS, QUIET, Sound, Tone
from neurosim_gui.participant.window import PICTURES, Participant, usual_kind
from neurosim_gui.participant.words import choose_words
from neurosim_gui.rings import History
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from neurosim.core.errors import UserError
from neurosim.core.feedback import Cue
from neurosim.core.palette import DARK, LIGHT, Palette
from neurosim.feedback.block import Block
from neurosim.session import Session
from neurosim.session.plan import plan_sessions

_FRAMES_PER_S = 30
_WIDTH, _HEIGHT = 160, 90


def test_levels_rise_at_once_and_take_half_a_second_for_full_scale() -> None:
    calm = Calm()
    assert calm.follow(1.0, 0.1) == pytest.approx(0.2)
    for _ in range(4):
        calm.follow(1.0, 0.1)
    assert calm.level == pytest.approx(1.0)


@given(st.lists(st.floats(0.0, 1.0), min_size=2, max_size=300), st.floats(0.005, 0.1))
def test_levels_turn_at_most_every_half_second(targets: list[float], dt_s: float) -> None:
    calm = Calm()
    levels = np.array([0.0] + [calm.follow(target, dt_s) for target in targets])
    assert np.abs(np.diff(levels)).max() <= dt_s / 0.5 + 1e-12
    moves = np.flatnonzero(np.diff(levels))
    turns = moves[1:][np.diff(np.sign(np.diff(levels)[moves])) != 0]
    assert np.all(np.diff(turns) * dt_s >= 0.5 - 1e-6)


_SRGB = np.arange(256) / 255.0
#: What each of a colour's 256 values is in light, as in WCAG 2.2.
_LINEAR = np.where(_SRGB <= 0.04045, _SRGB / 12.92, ((_SRGB + 0.055) / 1.055) ** 2.4)


def _luminance(image: QImage) -> NDArray[np.float64]:
    """Return the relative luminance of each pixel, as in WCAG 2.2."""
    pixels = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), -1, 4)
    found: NDArray[np.float64] = _LINEAR[pixels[:, : image.width(), 2::-1]] @ np.array([0.2126, 0.7152, 0.0722])
    return found


class Reversals:
    """Counts, for each pixel, how often its luminance turns round by a tenth of the largest (WCAG 2.2, 2.3.1)."""

    def __init__(self, first: NDArray[np.float64]) -> None:
        self._extreme, self._way = first.copy(), np.zeros(first.shape, dtype=np.int8)
        self.frames: list[NDArray[np.bool_]] = []

    def add(self, now: NDArray[np.float64]) -> None:
        swing = now - self._extreme
        turned = (np.abs(swing) >= 0.1) & (np.sign(swing) != self._way)
        onward = np.sign(swing) == self._way
        self.frames.append(turned & (self._way != 0))
        self._way = np.where(turned, np.sign(swing), self._way).astype(np.int8)
        self._extreme = np.where(turned | onward, now, self._extreme)

    def largest_flashing_share(self) -> float:
        """Return the largest share of the picture that turns round more than three times within a second."""
        summed = np.cumsum(np.stack(self.frames), axis=0, dtype=np.int16)
        in_a_second = summed[_FRAMES_PER_S:] - summed[:-_FRAMES_PER_S]
        return float((in_a_second > 3).mean(axis=(1, 2)).max())


def _record(picture: Picture, palette: Palette, *, calm: bool) -> Reversals:
    """Draw a minute with the feedback that flickers most: switching on and off at 1 to 15 Hz, and at random."""
    draws = np.random.default_rng(1)
    follower, image = Calm(), QImage(_WIDTH, _HEIGHT, QImage.Format.Format_RGB32)
    area, counter = QRectF(0.0, 0.0, _WIDTH, _HEIGHT), None
    wave = 0.5 + 0.5 * np.sin(np.linspace(0.0, 12.0, 150))
    for frame in range(60 * _FRAMES_PER_S):
        half = max(1, round(_FRAMES_PER_S / (2 * (1 + frame // (4 * _FRAMES_PER_S)))))
        shown = float(draws.integers(2)) if frame > 50 * _FRAMES_PER_S else float(frame // half % 2)
        level = follower.follow(shown, 1 / _FRAMES_PER_S) if calm else shown
        seen = Seen(level, (frame / _FRAMES_PER_S / 3.0) % 1.0, np.roll(wave, -frame // 4))
        picture.advance(seen, 1 / _FRAMES_PER_S)
        image.fill(QColor(palette.ground))
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        picture.paint(painter, area, seen, palette)
        painter.end()
        now = _luminance(image)
        counter = counter or Reversals(now)
        counter.add(now)
    assert counter is not None
    return counter


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("kind", list(PICTURES))
def test_nothing_flashes(kind: str, palette: Palette) -> None:
    make_app()
    assert _record(PICTURES[kind](), palette, calm=True).largest_flashing_share() < 0.01


def test_without_calm_it_would_flash() -> None:
    """The count sees flashes where there are some."""
    make_app()
    assert _record(PICTURES["bar"](), DARK, calm=False).largest_flashing_share() > 0.05


def _session(protocol: str, duration_s: float = 60.0, **options: Any) -> tuple[Session, History]:
    plan = plan_sessions(protocol, seed=1, signals="all", duration_s=duration_s, **options)
    session = Session(plan.protocol, plan.source, plan.actors, sham=plan.sham)
    names, conditions = tuple(session.pipeline.specs), session.rule.condition_names
    return session, History(session.source.specs, names, conditions, session.protocol.update_interval_s)


def test_what_is_drawn_is_what_the_subject_is_shown(qtbot: QtBot) -> None:
    """A replayed sham alone moves the picture: two sessions that differ in it differ, whatever the body does."""
    session, history = _session("alpha_up")
    window = Participant(Look(DARK), session, "bar")
    qtbot.addWidget(window)
    shown, dt_s = [0.0] * window._delay, session.protocol.update_interval_s
    expected = Calm()
    while not session.finished:
        tick = session.step()
        history.write(tick)
        shown.append(float(tick.feedback.shown))
        window.advance(history, dt_s)
        assert window._seen.level == expected.follow(shown[tick.index], dt_s)
    assert expected.level >= 0.0
    assert max(shown) == 1.0


def test_the_words_of_a_session(qtbot: QtBot) -> None:
    session, history = _session("alpha_up")
    window = Participant(Look(DARK), session)
    qtbot.addWidget(window)
    large: list[str] = []
    while not session.finished:
        history.write(session.step())
        window.advance(history, session.protocol.update_interval_s)
        if not large or large[-1] != window.words.large:
            large.append(window.words.large)
    assert large[:5] == ["+", "3", "2", "1", ""]
    assert large[-1] == "Try without feedback"
    assert window.words.told == "Do the same without the tone."


def test_the_time_that_is_left_and_where_it_counts_down() -> None:
    rest, training = Block(name="rest 1", kind="rest", duration_s=30), Block(name="t", kind="training", duration_s=300)
    assert choose_words(Cue("rest"), rest, 12.2, training).left == "rest 1 · 0:13 left"
    assert choose_words(Cue("rest"), rest, 2.2, training).large == "3"
    assert choose_words(Cue("training"), training, 2.2, rest).large == ""
    assert choose_words(Cue("training", "Louder", "closed", "up"), training, 100, rest).told == "▲ Louder Eyes closed."
    assert choose_words(Cue("rest"), training, 100, rest).large == "Rest"  # the pause of a trial
    assert choose_words(Cue("rest", pacer_per_min=6.0), rest, 100, training).large == ""  # there is a pacer to follow
    # Where devices act alone nobody is to follow a picture, or to be ready for one.
    assert choose_words(Cue("training"), training, 100, rest, trains=False).large == "Rest"
    assert choose_words(Cue("rest"), rest, 2.2, training, trains=False).large == "Rest"


@pytest.mark.parametrize(
    ("protocol", "kind"), [("hrv_resonance", "pacer"), ("hand_warming", "thermometer"), ("alpha_up", "ring")]
)
def test_the_picture_fits_the_protocol(protocol: str, kind: str) -> None:
    assert usual_kind(_session(protocol)[0]) == kind


def test_the_pacer_breathes_and_has_the_hearts_wave(qtbot: QtBot) -> None:
    session, history = _session("hrv_resonance", 240.0)
    window = Participant(Look(DARK), session)
    qtbot.addWidget(window)
    while not session.finished and not (session.tick_index * 0.125 > 75):
        history.write(session.step())
        window.advance(history, 0.125)
    seen = window._seen
    assert seen.pacer_phase == pytest.approx(history.newest.tick.feedback.cue.pacer_phase)  # type: ignore[union-attr]
    assert seen.heart is not None
    assert 100 < seen.heart.size <= 160
    assert seen.heart.min() >= 0.0
    assert seen.heart.max() <= 1.0
    crossings = np.count_nonzero(np.diff(np.sign(seen.heart - 0.5)))
    assert 2 <= crossings <= 8  # two breaths at 6 a minute, and what else the heart does


def test_a_sham_session_has_no_heart_wave(qtbot: QtBot) -> None:
    session, _ = _session("hrv_resonance", sham="random")
    window = Participant(Look(DARK), session)
    qtbot.addWidget(window)
    assert window._heart is None


def test_a_tone_starts_quiet_and_never_clicks() -> None:
    tone = Tone()
    pieces = []
    for level in (0.0, 1.0, 0.0, 1.0, 0.3):
        tone.level = level
        pieces += [tone.next(n) for n in (512, 1, 4096)]
    wave = np.concatenate(pieces)
    assert np.abs(wave).max() <= QUIET
    steepest = QUIET * 2 * np.pi * 440.0 / _FS  # of a sine an octave above A3, the highest pitch
    assert np.abs(np.diff(wave)).max() <= 1.02 * steepest
    assert np.abs(wave[:512]).max() == 0.0


def test_sound_is_off_until_chosen_and_says_what_it_needs(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    session, _ = _session("alpha_up")
    window = Participant(Look(DARK), session)
    qtbot.addWidget(window)
    assert not window.sound
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(UserError, match='install neurosim with its extra "sound"'):
        window.set_sound(on=True)
    said: list[str] = []
    stream = SimpleNamespace(**{name: lambda name=name: said.append(name) for name in ("start", "stop", "close")})
    monkeypatch.setitem(sys.modules, "sounddevice", SimpleNamespace(OutputStream=lambda **_: stream))
    window.set_sound(on=True)
    assert isinstance(window.sound, Sound)
    window.set_sound(on=False)
    assert said == ["start", "stop", "close"]
