"""What a lesson looks at while the session runs: a feature, a channel, or what the rule decides."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Literal, Self, TypeAlias

import numpy as np
from pydantic import Field, model_validator

from neurosim.core.config import Config
from neurosim.core.errors import ConfigError, did_you_mean
from neurosim.core.spec import Float
from neurosim.session.session import Session
from neurosim.session.tick import Tick

Of: TypeAlias = Literal["shown", "met", "reward", "valid", "agrees", "threshold", "seconds"]
Statistic: TypeAlias = Literal["mean", "median", "sd", "min", "max", "swing", "rms", "first", "last", "rate_per_min"]

#: A step that waits longer forgets what was measured so long ago.
_KEPT_S = 600.0


class Quantity(Config):
    """One of three: a feature, a channel of a stream, or something that the rule decided.

    A feature counts while the input can be trusted. ``agrees`` is whether what is shown is what is earned;
    ``seconds`` is how long the step has taken.
    """

    feature: str = Field("", description="name of a feature")
    stream: str = Field("", description="name of a stream")
    channel: str = Field("", description="a channel of the stream; by default its first")
    of: Of | None = Field(
        None, description="what the rule decided: shown, met, reward, valid, agrees, threshold, seconds"
    )

    @property
    def named(self) -> int:
        """How many of the three are given."""
        return bool(self.feature) + bool(self.stream) + (self.of is not None)

    @model_validator(mode="after")
    def _channel_of_stream(self) -> Self:
        if self.named > 1:
            raise ValueError("looks at one thing: give one of feature, stream and of")
        if self.channel and not self.stream:
            raise ValueError("a channel needs its stream")
        return self

    def find(self, session: Session) -> int:
        """Return the row that it stands in.

        Raises
        ------
        ConfigError
            When the session has no such feature, stream or channel.
        """
        if self.feature:
            names = list(session.pipeline.specs)
            if self.feature not in names:
                raise ConfigError(f"no feature '{self.feature}'; {did_you_mean(self.feature, names)}", "feature")
            return names.index(self.feature)
        if self.stream:
            if self.stream not in session.source.specs:
                known = did_you_mean(self.stream, session.source.specs)
                raise ConfigError(f"no stream '{self.stream}'; {known} (or name it under signals)", "stream")
            channels = session.source.specs[self.stream].ch_names
            if self.channel and self.channel not in channels:
                raise ConfigError(f"no channel '{self.channel}'; {did_you_mean(self.channel, channels)}", "channel")
            return channels.index(self.channel) if self.channel else 0
        return 0

    def measured_in(self, session: Session) -> str:
        """Return what it is measured in, as files write it; ``1`` for a share or a count."""
        if self.feature:
            return session.pipeline.specs[self.feature].unit
        if self.stream:
            return session.source.specs[self.stream].of_channels([self.find(session)]).unit
        if self.of == "threshold":
            return session.pipeline.specs[session.protocol.rule.trained].unit
        return "s" if self.of == "seconds" else "1"

    def read(self, tick: Tick, row: int, since_s: float) -> Float:
        """Return what a tick has of it ``(n,)``; a feature that is not trusted has nothing."""
        feedback = tick.feedback
        if self.feature:
            return np.array([tick.features[row]]) if feedback.valid else np.zeros(0)
        if self.stream:
            return np.asarray(tick.samples[self.stream][row], dtype=np.float64)
        if self.of == "seconds":
            return np.array([since_s])
        if self.of == "agrees":
            return np.array([float((feedback.shown > 0) == bool(feedback.met))])
        return np.array([float(getattr(feedback, self.of or "value"))])


class Meter:
    """Keeps the newest values of a quantity while a step lasts.

    Parameters
    ----------
    quantity
        What is looked at.
    session
        Where.
    over_s
        How far back a statistic looks [s]; None for the whole step.

    Raises
    ------
    ConfigError
        When the session does not have it.
    """

    def __init__(self, quantity: Quantity, session: Session, over_s: float | None = None) -> None:
        self._quantity, self._row = quantity, quantity.find(session)
        self._over_s = _KEPT_S if over_s is None else over_s
        self._tick_s = session.protocol.update_interval_s
        self._kept: deque[tuple[float, Float]] = deque()
        self._since_s: float | None = None
        self.newest: float | None = None

    def write(self, tick: Tick) -> None:
        """Take a tick."""
        if self._since_s is None:
            self._since_s = tick.start_s
        x = self._quantity.read(tick, self._row, tick.start_s + self._tick_s - self._since_s)
        x = x[np.isfinite(x)]
        self.newest = float(x.mean()) if x.size else None
        self._kept.append((tick.start_s, x))
        while self._kept[0][0] < tick.start_s + self._tick_s / 2 - self._over_s:
            self._kept.popleft()

    def statistic(self, name: Statistic) -> float:
        """Return a statistic of what is kept; NaN where there is nothing."""
        x = np.concatenate([values for _, values in self._kept]) if self._kept else np.zeros(0)
        if not x.size:
            return np.nan
        if name == "rate_per_min":
            return float(x.sum() / (len(self._kept) * self._tick_s) * 60.0)
        return float(_STATISTICS[name](x))


_STATISTICS: dict[str, Callable[[Float], Any]] = {
    "mean": np.mean,
    "median": np.median,
    "sd": np.std,
    "min": np.min,
    "max": np.max,
    "swing": np.ptp,
    "rms": lambda x: np.sqrt(np.mean(np.square(x))),
    "first": lambda x: x[0],
    "last": lambda x: x[-1],
}
