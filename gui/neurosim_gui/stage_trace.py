"""What a plot of the Stage can show, found by the name that a lesson gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.core.errors import ConfigError, did_you_mean
from neurosim.core.spec import Float
from neurosim.feedback.protocol import Feature
from neurosim.session.metered import DEVICES
from neurosim.session.sealing.veil import DrawnSham
from neurosim.session.session import Session
from neurosim.session.streams import choose_channels
from neurosim_gui.rings import TICK_ROWS, History
from neurosim_gui.texts import text
from neurosim_gui.units import named, unit_words

#: What stands in every tick and can be drawn.
OF_TICKS = ("shown", "pacer")

#: Steps between tick labels, times a power of ten, and the grids on which the middle one may stand.
_ROUND = {1.0: (1.0, 0.5), 2.0: (2.0, 1.0), 5.0: (5.0,), 10.0: (10.0, 5.0), 20.0: (20.0, 10.0), 50.0: (50.0,)}
#: A stream of fewer values a second has no waves to be seen.
_SLOW_HZ = 16.0


@dataclass(frozen=True)
class Trace:
    """One line: a channel of a stream, or a feature.

    Parameters
    ----------
    name
        As it was asked for.
    words
        What stands above the plot, with the unit.
    fs
        Values in a second.
    unit
        As it is written on the screen.
    row
        Which channel, or which feature.
    stream
        Of the channel; empty for a feature, and for what stands in every tick.
    of_tick
        Whether it stands in every tick: the feedback that is shown, or the pacer.
    condition
        Where a feature's condition stands among the conditions; None for none.
    """

    name: str
    words: str
    fs: float
    unit: str
    row: int
    stream: str = ""
    condition: int | None = None
    of_tick: bool = False

    @property
    def truth(self) -> bool:
        """Whether it stays covered until it is revealed."""
        return self.stream.startswith("truth/") and self.stream != DEVICES

    @property
    def is_feature(self) -> bool:
        """Whether it is what is trained with, and not a signal."""
        return not self.stream and not self.of_tick

    def read(self, history: History, start: int) -> tuple[int, Float]:
        """Return the index of the first value that is left from `start` on, and the values; hold the lock."""
        rings = history.ticks if self.of_tick else history.features
        ring = history.streams[self.stream] if self.stream else rings
        first, found = ring.read(start)
        return first, found[self.row]


def trained_feature(session: Session) -> Feature:
    """Return the feature of the first condition."""
    name = session.protocol.rule.trained
    return next(feature for feature in session.protocol.features if feature.name == name)


def find_trace(name: str, session: Session) -> Trace:
    """Return the trace of a feature (``alpha``), a stream (``ecg``, ``blood_pressure``) or a channel (``eeg:Cz``).

    ``shown`` is the feedback that the subject gets, ``pacer`` what it should breathe. A stream of the truth goes
    without its ``truth/`` where no other has the name.

    Raises
    ------
    ConfigError
        Where there is none, or where the session is sealed and it would tell the arm.
    """
    stream, _, channel = name.partition(":")
    features, streams = session.pipeline.specs, session.source.specs
    sealed = isinstance(session.sham, DrawnSham)
    if sealed and (stream not in streams or stream.startswith("truth/")):
        raise ConfigError(f"a sealed session shows signals alone, and no '{name}'")
    tick_s = session.protocol.update_interval_s
    if name in OF_TICKS and not sealed:
        return Trace(name, text(f"stage.{name}"), 1.0 / tick_s, "", TICK_ROWS.index(name), of_tick=True)
    if name in features and not sealed:
        conditions = session.rule.condition_names
        unit = unit_words(features[name].unit, name)
        condition = conditions.index(name) if name in conditions else None
        words = text("stage.feature", name=named("name", name), unit=unit)
        return Trace(name, words, 1.0 / tick_s, unit, list(features).index(name), condition=condition)
    stream = stream if stream in streams else f"truth/{stream}"
    if stream not in streams:
        known = [*features, *OF_TICKS, *(s.removeprefix("truth/") for s in streams)]
        raise ConfigError(f"no feature or stream '{name}'; {did_you_mean(name, known)}")
    spec = streams[stream]
    if channel and channel not in spec.ch_names:
        raise ConfigError(f"no channel '{channel}' in '{stream}'; {did_you_mean(channel, spec.ch_names)}")
    row = spec.ch_names.index(channel) if channel else _usual_channel(stream, session)
    unit = unit_words(spec.of_channels([row]).unit, stream.removeprefix("truth/"))
    if stream == DEVICES:
        words = text("stage.reading", name=named("reading", spec.ch_names[row]), unit=unit)
        return Trace(name, words, spec.fs, unit, row, stream)
    names = {"stream": named("stream", stream.removeprefix("truth/")), "channel": spec.ch_names[row], "unit": unit}
    kind = "stream" if spec.n_channels == 1 else "channel" if stream in ("eeg", "emg") else "part"
    words = text(f"stage.{kind}", **names)
    if stream.startswith("truth/"):
        words = text("stage.truth", words=words)
    return Trace(name, words, spec.fs, unit, row, stream)


def usual_traces(session: Session) -> list[Trace]:
    """Return the signal and the feature that is made of it; in a sealed session the signal alone.

    A temperature is nearly the feature that is made of it: the feature is enough. Where devices act and nobody
    trains, what they give stands above what it changes.
    """
    if session.protocol.does == "treats" and DEVICES in session.source.specs:
        readings = session.source.specs[DEVICES].ch_names
        given = next((name for name in readings if name.endswith("_aftereffect")), readings[0])
        return [find_trace(f"{DEVICES}:{given}", session), find_trace(session.protocol.rule.trained, session)]
    source, trained = next(iter(trained_feature(session).sources.values())), session.protocol.rule.trained
    spec = session.source.specs[source.stream]
    signal = find_trace(f"{source.stream}:{spec.ch_names[choose_channels(source, spec)[0]]}", session)
    if isinstance(session.sham, DrawnSham):
        return [signal]
    feature = find_trace(trained, session)
    return [feature] if trained == source.stream and spec.fs <= _SLOW_HZ else [signal, feature]


def _usual_channel(stream: str, session: Session) -> int:
    """Return the channel that is trained, or the first."""
    for source in trained_feature(session).sources.values():
        if source.stream == stream:
            return choose_channels(source, session.source.specs[stream])[0]
    return 0


def round_axis(low: float, high: float) -> tuple[float, float]:
    """Return the middle and the step of three round tick labels that hold a range: middle - step to middle + step.

    Examples
    --------
    >>> round_axis(0.0, 7.0), round_axis(-31.0, 24.0), round_axis(-0.2, 1.2)
    ((5.0, 5.0), (0.0, 50.0), (0.5, 1.0))
    """
    size = max(high - low, 1e-6 * max(abs(high), abs(low))) / 2.0
    if size <= 0.0:
        return 0.5, 0.5
    power = float(10.0 ** np.floor(np.log10(size)))
    for step, grids in _ROUND.items():
        middles = [step] * (low >= 0.0) + [grid * round((low + high) / 2.0 / power / grid) for grid in grids]
        for middle in middles:
            if (middle - step) * power <= low and high <= (middle + step) * power:
                return middle * power, step * power
    return (low + high) / 2.0, size  # a range so narrow beside its place that no step holds it
