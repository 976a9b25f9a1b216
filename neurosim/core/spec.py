"""What a stream of samples means, and how samples lie in memory."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Float: TypeAlias = NDArray[np.float64]
Bool: TypeAlias = NDArray[np.bool_]
AnyScalar = TypeVar("AnyScalar", bound=np.generic)

#: float64 ``(*batch, channel, time)``: a transposed view of contiguous ``(time, *batch, channel)``.
Samples: TypeAlias = Float
#: float64 ``(*batch, feature)``.
Values: TypeAlias = Float

#: Unit of a stream whose channels have several.
MIXED = "of several units"


@dataclass(frozen=True, slots=True)
class SignalSpec:
    """The meaning of a stream, fixed for a session.

    Parameters
    ----------
    fs
        Sampling rate [Hz].
    ch_names
        Channel names, in order.
    unit
        Unit of the samples, for example ``"uV"`` or ``"uV^2"``; `MIXED` where channels differ.
    batch_shape
        ``()`` for one live subject, ``(n,)`` for n subjects.
    delay_s
        Delay of a slow modulation from the body to this stream [s].
    trials_s
        When each trial of the session begins, and when its task does [s]; empty where there are none.
    ch_units
        Unit of each channel where they differ; else empty.
    """

    fs: float
    ch_names: tuple[str, ...]
    unit: str
    batch_shape: tuple[int, ...] = ()
    delay_s: float = 0.0
    trials_s: tuple[tuple[float, float], ...] = ()
    ch_units: tuple[str, ...] = ()

    @property
    def n_channels(self) -> int:
        """Number of channels."""
        return len(self.ch_names)

    @property
    def n_subjects(self) -> int:
        """Number of subjects; 1 when there is no batch axis."""
        return math.prod(self.batch_shape)

    @property
    def n_lanes(self) -> int:
        """Number of independent time series: subjects times channels."""
        return self.n_subjects * self.n_channels

    @property
    def units(self) -> tuple[str, ...]:
        """Unit of each channel."""
        return self.ch_units or (self.unit,) * self.n_channels

    def replace(
        self, *, ch_names: tuple[str, ...] | None = None, unit: str | None = None, added_delay_s: float = 0.0
    ) -> SignalSpec:
        """Return the spec of a stream derived from this one.

        Parameters
        ----------
        ch_names, unit
            New names and unit; unchanged when None.
        added_delay_s
            What the derivation adds to the delay [s].
        """
        names = self.ch_names if ch_names is None else ch_names
        kept = unit is None and len(names) == self.n_channels
        return replace(
            self,
            ch_names=names,
            unit=self.unit if unit is None else unit,
            delay_s=self.delay_s + added_delay_s,
            ch_units=self.ch_units if kept else (),
        )

    def of_channels(self, channels: Sequence[int]) -> SignalSpec:
        """Return the spec of some channels, in the order given, with the unit that is theirs.

        Examples
        --------
        >>> both = SignalSpec(250.0, ("heart", "breath"), MIXED, ch_units=("mV", "L"))
        >>> both.of_channels([1]).unit
        'L'
        """
        units = tuple(self.ch_units[c] for c in channels) if self.ch_units else ()
        differ = len(set(units)) > 1
        return replace(
            self,
            ch_names=tuple(self.ch_names[c] for c in channels),
            unit=units[0] if units and not differ else self.unit,
            ch_units=units if differ else (),
        )


_TO_FRONT = {ndim: (ndim - 1, *range(ndim - 1)) for ndim in range(1, 6)}
_TO_BACK = {ndim: (*range(1, ndim), 0) for ndim in range(1, 6)}


def time_first(x: NDArray[AnyScalar]) -> NDArray[AnyScalar]:
    """View ``(..., time)`` as ``(time, ...)``; what `numpy.moveaxis` does, at a tenth of its cost."""
    return x.transpose(_TO_FRONT[x.ndim])


def time_last(x: NDArray[AnyScalar]) -> NDArray[AnyScalar]:
    """View ``(time, ...)`` as ``(..., time)``."""
    return x.transpose(_TO_BACK[x.ndim])


def take_channels(samples: NDArray[AnyScalar], channels: list[int]) -> NDArray[AnyScalar]:
    """Return some channels, in the order given, time-major in memory; the samples themselves when it is all of them."""
    if len(channels) == samples.shape[-2] and channels == [*range(len(channels))]:
        return samples
    return time_last(time_first(samples).take(channels, axis=-1))


def as_lanes(samples: Samples) -> Float:
    """View samples as contiguous ``(time, lane)``, lanes in (subject, channel) order.

    Samples that are not time-major in memory are copied.
    """
    if samples.ndim == 2:  # one subject: nothing to reshape
        return np.ascontiguousarray(samples.T)
    n_times = samples.shape[-1]
    n_lanes = math.prod(samples.shape[:-1])
    return np.ascontiguousarray(time_first(samples)).reshape(n_times, n_lanes)


def from_lanes(lanes: Float, batch_shape: tuple[int, ...], n_channels: int) -> Samples:
    """View contiguous ``(time, lane)`` as samples ``(*batch, channel, time)``."""
    return time_last(lanes.reshape(lanes.shape[0], *batch_shape, n_channels)) if batch_shape else lanes.T


def same_for_all(rows: Float, batch_shape: tuple[int, ...]) -> Samples:
    """View ``(time, channel)`` as samples that every subject of a batch gets."""
    if not batch_shape:
        return rows.T
    n_times, n_channels = rows.shape
    shaped = rows.reshape(n_times, *(1 for _ in batch_shape), n_channels)
    return time_last(np.broadcast_to(shaped, (n_times, *batch_shape, n_channels)))


def concatenate(chunks: list[Samples]) -> Samples:
    """Join chunks along time, keeping the time-major layout."""
    if len(chunks) == 1:
        return chunks[0]
    return time_last(np.concatenate([time_first(chunk) for chunk in chunks]))


def join_channels(parts: list[Samples]) -> Samples:
    """Join the channels of streams side by side, keeping the time-major layout."""
    if len(parts) == 1:
        return parts[0]
    return time_last(np.concatenate([time_first(part) for part in parts], axis=-1))


def branch_names(branches: Mapping[str, SignalSpec]) -> tuple[str, ...]:
    """Name the channels of branches that are joined: ``branch``, or ``branch.channel`` where it has several.

    A branch without a name keeps its channels' names.
    """
    return tuple(
        f"{name}.{channel}" if name and spec.n_channels > 1 else name or channel
        for name, spec in branches.items()
        for channel in spec.ch_names
    )
