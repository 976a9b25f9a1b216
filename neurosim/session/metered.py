"""A body beside the devices that act on it: what their displays show is a stream like any other."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from neurosim.core.actor import Actor, ActorConfig
from neurosim.core.drive import Drive
from neurosim.core.event import SessionEvent
from neurosim.core.source import Source
from neurosim.core.spec import MIXED, Samples, SignalSpec, from_lanes
from neurosim.core.step import Step

#: The stream of what can be read off the devices, one sample a tick.
DEVICES = "truth/devices"


class Metered(Source):
    """A body, and the stream `DEVICES` with the readings of those who act on it.

    Parameters
    ----------
    body
        Where all other samples come from.
    devices
        Those with readings: each as described, and as prepared for the session.
    batch_shape
        ``()`` or ``(n,)``.
    """

    def __init__(
        self, body: Source, devices: Sequence[tuple[ActorConfig, Actor]], batch_shape: tuple[int, ...]
    ) -> None:
        self._body, self._actors = body, [actor for _, actor in devices]
        found: list[tuple[str, str]] = []
        for config, _ in devices:
            before = [name for name, _ in found]
            found += [(_new(name, before), unit) for name, unit in config.readings.items()]
        names, units = zip(*found, strict=True)
        self._devices = SignalSpec(1.0 / body.grid.start_s(1), names, MIXED, batch_shape, ch_units=units)
        super().__init__(body.specs | {DEVICES: self._devices}, body.grid)
        self.notes, self.form = body.notes, body.form

    def select_all_beside(self, streams: Collection[str]) -> None:
        self._body.select_all_beside(set(streams) - {DEVICES})
        self.specs = self._body.specs | {DEVICES: self._devices}

    def select(self, streams: Collection[str], events: Collection[str] = ()) -> None:
        self._body.select(set(streams) - {DEVICES}, events)
        self.specs = self._body.specs | {DEVICES: self._devices}

    def generate(self, tick_index: int, drive: Drive) -> dict[str, Samples]:
        """Return the samples of a tick by stream, after the devices have acted in it."""
        self._body.piece = self.piece
        spec = self._devices
        read = [value for actor in self._actors for value in actor.read()]
        lanes = np.empty((1, spec.n_subjects, spec.n_channels))
        for i, value in enumerate(read):
            lanes[0, :, i] = value
        devices = from_lanes(lanes.reshape(1, -1), spec.batch_shape, spec.n_channels)
        return self._body.generate(tick_index, drive) | {DEVICES: devices}

    def rest(self, duration_s: float) -> None:
        self._body.rest(duration_s)

    def step(self, stream: str) -> Step:
        return super().step(stream) if stream == DEVICES else self._body.step(stream)

    def events(self) -> tuple[SessionEvent, ...]:
        return self._body.events()


def _new(name: str, before: Sequence[str]) -> str:
    """Return the name, with a number where it is there already: two coils have two displays."""
    device, _, what = name.rpartition("_")
    names = [name, *(f"{device}{n}_{what}" for n in range(2, len(before) + 2))]
    return next(each for each in names if each not in before)
