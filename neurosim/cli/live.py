"""A session in the terminal: a live picture, or plain lines where there is no terminal."""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from collections.abc import Sequence

import numpy as np
from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from neurosim.core.spec import Float
from neurosim.session.pipeline import choose_channels
from neurosim.session.session import Session
from neurosim.session.tick import Sink, Tick

_STEPS = "▁▂▃▄▅▆▇█"
_TRACE_S = 2.5
_FRAME_S = 0.1
_LINE_S = 5.0
_RATE_S = 20.0

Captions = Sequence[tuple[float, str]]


class _Story(Sink):
    """What both views keep of a session.

    Parameters
    ----------
    session
        The session that is watched.
    console
        Where to draw.
    captions
        From when on [s] which sentence stands below.
    """

    def __init__(self, session: Session, console: Console, captions: Captions) -> None:
        self.console, self._captions = console, captions
        protocol = session.protocol
        self.total_s = protocol.duration_s
        name = session.rule.condition_names[0]
        feature = next(f for f in protocol.features if f.name == name)
        self._stream = feature.stream
        spec = session.source.specs[feature.stream]
        self._channel = choose_channels(feature, spec)[0]
        self.label = f"{name} [{session.pipeline.specs[name].unit.replace('uV', 'µV').replace('^2', '²')}]"
        self.site = spec.ch_names[self._channel]
        self._watched = {"eyes": spec.ch_names.index("Fp1")} if "Fp1" in spec.ch_names else {}
        self._traces = {key: deque[float](maxlen=int(_TRACE_S * spec.fs)) for key in ("signal", *self._watched)}
        self._met: deque[bool] = deque(maxlen=round(_RATE_S / protocol.update_interval_s))
        self.n_rewards = 0
        self.scale = 1.0

    def write(self, tick: Tick) -> None:
        samples = tick.samples[self._stream]
        self._traces["signal"].extend(samples[self._channel])
        for key, channel in self._watched.items():
            self._traces[key].extend(samples[channel])
        self.n_rewards += int(tick.feedback.reward)
        self.scale = max(self.scale, float(tick.feedback.value))
        if tick.block.kind == "training":
            self._met.append(bool(tick.feedback.met))
        self.show(tick)

    @abstractmethod
    def show(self, tick: Tick) -> None:
        """Draw, when it is time."""

    def caption(self, time_s: float) -> str:
        """Return the sentence that stands at a moment."""
        return next((text for start_s, text in reversed(self._captions) if start_s <= time_s), "")

    @property
    def reward_rate(self) -> float | None:
        """Share of the last 20 s of training in which the conditions were met."""
        return sum(self._met) / len(self._met) if self._met else None

    def trace(self, key: str, width: int, half_range_uv: float) -> str:
        """Return the last seconds of a channel as a line of block characters."""
        x = np.array(self._traces[key], dtype=np.float64)
        if x.size < width:
            return ""
        return sparkline(x, width, half_range_uv)


def sparkline(x: Float, width: int, half_range: float) -> str:
    """Draw a signal in one line of text; the middle is its mean, the ends are ``half_range`` away."""
    points = x[np.linspace(0, x.size - 1, width).astype(int)] - x.mean()
    level = np.clip((points / half_range + 1.0) / 2.0 * len(_STEPS), 0, len(_STEPS) - 1).astype(int)
    return "".join(_STEPS[i] for i in level)


def bar(value: float, mark: float, full: float, width: int) -> tuple[str, bool]:
    """Draw a value as a bar with a mark ``|`` in it, and tell whether it is past the mark."""
    n = min(width, max(0, round(value / full * width)))
    cells = list("█" * n + "░" * (width - n))
    if np.isfinite(mark):
        cells[min(width - 1, max(0, round(mark / full * width)))] = "|"
    return "".join(cells), bool(value > mark)


class TerminalView(_Story):
    """Redraws a panel ten times a second."""

    def __init__(self, session: Session, console: Console, captions: Captions) -> None:
        super().__init__(session, console, captions)
        self._live = Live(console=console, auto_refresh=False, transient=False)
        self._live.start()
        self._drawn_s = -1.0

    def show(self, tick: Tick) -> None:
        if tick.start_s - self._drawn_s < _FRAME_S:
            return
        self._drawn_s = tick.start_s
        self._live.update(self._panel(tick), refresh=True)

    def _panel(self, tick: Tick) -> Panel:
        width = max(20, min(self.console.width, 110) - 24)
        feedback = tick.feedback
        value, threshold = float(feedback.value), float(feedback.threshold)
        drawn, past = bar(value, threshold, self.scale, width)
        rate = self.reward_rate
        done = round(tick.start_s / self.total_s * width)
        rows = [
            Text(self.caption(tick.start_s), style="bold"),
            Text(""),
            Text(f"{'brain ' + self.site:<12}", style="dim") + Text(self.trace("signal", width, 40.0), style="blue"),
            Text(f"{'eyes Fp1':<12}", style="dim") + Text(self.trace("eyes", width, 120.0), style="blue"),
            Text(f"{self.label:<12}", style="dim")
            + Text(drawn, style="green" if past and feedback.valid else "yellow")
            + Text(f" {value:4.0f}"),
            Text(""),
            self._verdict(tick),
            Text(f"{'rewards':<12}", style="dim")
            + Text(f"{self.n_rewards}   reward rate {'-' if rate is None else f'{rate:.0%}'} (aim 60 %)"),
            Text(f"{'time':<12}", style="dim")
            + Text("─" * done + "●" + "─" * (width - done - 1))
            + Text(f" {tick.start_s:3.0f} s"),
        ]
        return Panel(
            Group(*rows),
            title=f"neurosim · {tick.block.name}",
            subtitle="Simulation of group averages, not medical advice",
            width=min(self.console.width, 110),
        )

    def _verdict(self, tick: Tick) -> Text:
        label = Text(f"{'feedback':<12}", style="dim")
        if not tick.feedback.valid:
            return label + Text("░ not trusted: artifact ░", style="bold red")
        if tick.feedback.shown > 0:
            return label + Text("▲ reward", style="bold green")
        return label + Text("· quiet" if tick.block.kind == "training" else "· no feedback in this block")

    def close(self) -> None:
        self._live.stop()


class PlainView(_Story):
    """Prints a line every five seconds and whenever the caption changes."""

    def __init__(self, session: Session, console: Console, captions: Captions) -> None:
        super().__init__(session, console, captions)
        self._said = ""
        self._printed_s = -_LINE_S

    def show(self, tick: Tick) -> None:
        caption = self.caption(tick.start_s)
        if caption != self._said:
            self._said = caption
            print(f"{tick.start_s:5.1f} s  {caption}", flush=True)
        if tick.start_s - self._printed_s >= _LINE_S:
            self._printed_s = tick.start_s
            rate = self.reward_rate
            threshold = float(tick.feedback.threshold)
            mark = "not yet" if np.isnan(threshold) else f"{threshold:.1f}"
            trusted = "trusted" if tick.feedback.valid else "not trusted"
            print(
                f"{tick.start_s:5.1f} s  {tick.block.name}: {self.label} {float(tick.feedback.value):5.1f}, "
                f"threshold {mark}, {trusted}, rewards {self.n_rewards}, "
                f"reward rate {'-' if rate is None else f'{rate:.0%}'}",
                flush=True,
            )
