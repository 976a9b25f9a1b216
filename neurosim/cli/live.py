"""A session in the terminal: a live picture, or plain lines where there is no terminal."""

from __future__ import annotations

import math
import os
import time
from abc import abstractmethod
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from neurosim.cli.console import printable
from neurosim.cli.report import NOTICE
from neurosim.cli.trace import draw_trace, nice_range
from neurosim.core.spec import Float
from neurosim.feedback.protocol import TrainingProtocol
from neurosim.session.sealing.veil import DrawnSham
from neurosim.session.session import Session
from neurosim.session.streams import choose_channels
from neurosim.session.tick import Sink, Tick

_KEPT_S = 10.0
_COLUMNS_PER_S = 50.0
_FRAME_S = 0.1
_LINE_S = 5.0
_RATE_S = 30.0
_FULL_TAU_S = 20.0
_LABEL = 12
_WIDEST = 120

Captions = Sequence[tuple[float, str]]


@dataclass
class _Trace:
    """The last seconds of a channel."""

    name: str
    channel: int
    fs: float
    least_uv: float
    kept: deque[float] = field(init=False)
    n: int = 0

    def __post_init__(self) -> None:
        self.kept = deque(maxlen=int(_KEPT_S * self.fs))

    def extend(self, x: Float) -> None:
        self.kept.extend(x[self.channel])
        self.n += x.shape[-1]

    def columns(self, n_columns: int) -> Float:
        """Return the newest columns of dots ``(column, sample)``, cut at absolute samples so that nothing flickers."""
        size = max(1, round(self.fs / _COLUMNS_PER_S))
        x = np.array(self.kept, dtype=np.float64)
        x = x[: x.size - self.n % size]
        x = x[max(0, x.size - n_columns * size) :]
        x = np.reshape(x[x.size % size :], (-1, size))
        return x - np.nanmean(x) if np.isfinite(x).any() else x


class _Watcher(Sink):
    """What both views keep of a session of one subject.

    Parameters
    ----------
    session
        The session that is watched.
    console
        Where to draw.
    captions
        From when on [s] which sentence stands on top.
    least_full
        What the end of the bar stands for at least, in the feature's unit.
    """

    def __init__(self, session: Session, console: Console, captions: Captions, least_full: float = 0.0) -> None:
        self.least_full = least_full
        self.console, self._captions = console, captions
        protocol = session.protocol
        self.total_s = protocol.duration_s
        self.sealed = isinstance(session.sham, DrawnSham)
        name = session.protocol.rule.trained
        feature = next(f for f in protocol.features if f.name == name)
        unit = session.pipeline.specs[name].unit
        self._power = unit.endswith("^2")
        self.label = f"{name} [{unit.replace('uV', 'µV').replace('^2', '²')}]"
        source = next(iter(feature.sources.values()))
        self._stream = source.stream
        spec = session.source.specs[source.stream]
        channel = choose_channels(source, spec)[0]
        self.traces = [_Trace(f"brain {spec.ch_names[channel]}", channel, spec.fs, 50.0)]
        if "Fp1" in spec.ch_names and spec.ch_names[channel] != "Fp1":
            self.traces.append(_Trace("eyes Fp1", spec.ch_names.index("Fp1"), spec.fs, 100.0))
        self._met: deque[bool] = deque(maxlen=round(_RATE_S / protocol.update_interval_s))
        self._fade = math.exp(-protocol.update_interval_s / _FULL_TAU_S)
        self.aim = _aimed_rate(protocol)
        self.n_rewards = 0
        self.full = 0.0

    def write(self, tick: Tick) -> None:
        for trace in self.traces:
            trace.extend(tick.samples[self._stream])
        feedback = tick.feedback
        self.n_rewards += int(feedback.reward)
        if tick.block.kind == "training":
            self._met.append(bool(feedback.met))
        # The bar's end follows the largest of the last seconds; an artifact does not count.
        self.full = max(self.full * self._fade, self.least_full)
        for x in (float(feedback.value), 2.0 * float(feedback.threshold)):
            if feedback.valid and x > self.full:
                self.full = x
        self.show(tick)

    @abstractmethod
    def show(self, tick: Tick) -> None:
        """Draw, when it is time."""

    def caption(self, time_s: float) -> str:
        """Return the sentence that stands at a moment."""
        return next((text for start_s, text in reversed(self._captions) if start_s <= time_s), "")

    @property
    def rate(self) -> str:
        """Share of the last half minute of training in which the conditions were met."""
        return f"{sum(self._met) / len(self._met):.0%}" if self._met else "-"

    def along(self, value: float) -> float:
        """Return how far along the bar a value stands, 0 to 1; power on a root scale, so that little is seen too."""
        if not value > 0.0 or self.full <= 0.0:
            return 0.0
        share = min(1.0, value / self.full)
        return math.sqrt(share) if self._power else share


def _aimed_rate(protocol: TrainingProtocol) -> str:
    """Return the reward rate that a single percentile aims at, in words."""
    conditions: Sequence[Any] = getattr(protocol.rule, "conditions", ())
    percentile = getattr(conditions[0].threshold, "percentile", None) if len(conditions) == 1 else None
    if percentile is None:
        return ""
    return f" (the threshold aims at {100 - percentile if conditions[0].direction == 'above' else percentile:.0f} %)"


class TerminalView(_Watcher):
    """Redraws a panel ten times a second."""

    def __init__(self, session: Session, console: Console, captions: Captions, least_full: float = 0.0) -> None:
        super().__init__(session, console, captions, least_full)
        # The old Windows console has no braille in its fonts.
        old = console.legacy_windows or (os.name == "nt" and "WT_SESSION" not in os.environ)
        self._braille = console.encoding.startswith("utf") and not old
        self._live = Live(console=console, auto_refresh=False, transient=False)
        self._drawn_at = -math.inf
        self._newest: Tick | None = None

    def show(self, tick: Tick) -> None:
        self._live.start()  # the first time; an error before that is printed on a clean screen
        self._newest = tick
        now = time.monotonic()
        if now - self._drawn_at >= _FRAME_S:
            self._drawn_at = now
            self._live.update(self._panel(tick), refresh=True)

    def close(self) -> None:
        if self._newest is not None:
            self._live.update(self._panel(self._newest), refresh=True)
        self._live.stop()

    def _panel(self, tick: Tick) -> Panel:
        outer = min(self.console.width, _WIDEST)
        width = max(10, outer - 4 - _LABEL - 8)
        free = max(3, self.console.height - 15)
        n_first = min(8, -(-free * 3 // 5))
        heights = [n_first, min(5, max(1, free - n_first))][: len(self.traces)]
        caption = Text(self._plain(self.caption(tick.start_s)), style="bold").wrap(self.console, outer - 4)
        rows = [*caption[:2], *[Text("")] * (2 - len(caption)), Text("")]
        for trace, n_rows in zip(self.traces, heights, strict=True):
            rows += self._drawn(trace, width, n_rows)
        rows += [
            # A tone next door and the feature on this screen would tell the arm together.
            *([] if self.sealed else [*self._bar(tick, width), Text("")]),
            self._row("signal", *self._trust(tick)),
            self._row("feedback", *self._verdict(tick)),
            self._row("rewards", "sealed" if self.sealed else f"{self.n_rewards:<5}reward rate {self.rate}{self.aim}"),
            self._row("time", *self._time(tick, width)),
        ]
        title = self._plain(f"neurosim: {tick.block.name}")
        return Panel(Group(*rows), title=title, subtitle=NOTICE.rstrip("."), width=outer)

    def _plain(self, text: str) -> str:
        return printable(text, self.console.encoding)

    def _row(self, label: str, text: str, style: str = "") -> Text:
        return Text(f"{self._plain(label):<{_LABEL}}", style="dim") + Text(self._plain(text), style=style)

    def _drawn(self, trace: _Trace, width: int, n_rows: int) -> list[Text]:
        x = trace.columns(width * (2 if self._braille else 1))
        half_uv = nice_range(x, trace.least_uv)
        lines = draw_trace(x, n_rows, half_uv, braille=self._braille) if x.size else [""] * n_rows
        labels = [trace.name, f"±{half_uv:g} µV", *[""] * n_rows]
        return [self._row(label, line, "blue") for label, line in zip(labels, lines, strict=False)]

    def _bar(self, tick: Tick, width: int) -> list[Text]:
        value, threshold = float(tick.feedback.value), float(tick.feedback.threshold)
        n = round(self.along(value) * width)
        style = "green" if value > threshold and tick.feedback.valid else "yellow"
        bar = self._row(self.label, "█" * n + "░" * (width - n), style) + Text(f" {value:6.1f}")
        if math.isnan(threshold):
            return [bar, self._row("", "")]
        place = round(self.along(threshold) * (width - 1))
        return [bar, self._row("", " " * place + f"▲ threshold {threshold:.1f}")]

    def _trust(self, tick: Tick) -> tuple[str, str]:
        return ("trusted", "") if tick.feedback.valid else ("NOT TRUSTED: an artifact; it earns nothing", "bold red")

    def _verdict(self, tick: Tick) -> tuple[str, str]:
        if tick.block.kind != "training":
            return "none in this block", "dim"
        if self.sealed:
            return "sealed", "dim"
        return ("● on", "bold green") if tick.feedback.shown > 0 else ("off", "")

    def _time(self, tick: Tick, width: int) -> tuple[str]:
        done = min(width - 1, round(tick.start_s / self.total_s * (width - 1)))
        return ("━" * done + "●" + "─" * (width - done - 1) + f" {tick.start_s:4.0f} s",)


class PlainView(_Watcher):
    """Prints a line every five seconds and whenever the caption changes."""

    def __init__(self, session: Session, console: Console, captions: Captions, least_full: float = 0.0) -> None:
        super().__init__(session, console, captions, least_full)
        self._said = ""
        self._printed_s = -_LINE_S

    def show(self, tick: Tick) -> None:
        caption = self.caption(tick.start_s)
        if caption != self._said:
            self._said = caption
            print(f"{tick.start_s:5.1f} s  {caption}", flush=True)
        if tick.start_s - self._printed_s >= _LINE_S:
            self._printed_s = tick.start_s
            trusted = "trusted" if tick.feedback.valid else "not trusted"
            said = f"{trusted}, sealed" if self.sealed else self._earned(tick, trusted)
            print(f"{tick.start_s:5.1f} s  {tick.block.name}: {said}", flush=True)

    def _earned(self, tick: Tick, trusted: str) -> str:
        threshold = float(tick.feedback.threshold)
        mark = "not yet" if np.isnan(threshold) else f"{threshold:.1f}"
        return (
            f"{self.label} {float(tick.feedback.value):5.1f}, threshold {mark}, {trusted}, "
            f"rewards {self.n_rewards}, reward rate {self.rate}"
        )
