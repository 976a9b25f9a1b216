"""Samples of a file that pauses, on one grid: where samples are missing they are NaN, and a gap is told."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from neurosim.core.errors import RecordingError
from neurosim.core.spec import Float
from neurosim.signals.recordings.columns import RecordedEvent

#: What is missing may be so many times what is there, or last so long [s] with so many values.
_TIMES, _SECONDS, _VALUES = 10, 600.0, 1 << 20


def is_too_long(n_missing: float, n_there: int, fs: float, n_channels: int) -> bool:
    """Return whether more is missing than a recording that means it would leave out, or than memory should hold.

    Parameters
    ----------
    n_missing, n_there
        Samples of a channel.
    fs
        Sampling rate [Hz].
    n_channels
        How many channels miss them.
    """
    return n_missing > max(_TIMES * n_there, min(_SECONDS * fs, _VALUES / n_channels))


def lay_out(
    what: str, values: Float, pieces: Sequence[tuple[int, int]], begins_s: Sequence[float], fs: float
) -> tuple[Float, list[RecordedEvent]]:
    """Return samples with NaN between the pieces, and a gap for each stretch of it.

    A piece never begins before the last one has ended: time stamps may overlap where a clock was set back.

    Parameters
    ----------
    what
        As messages call it: ``stream 'amp'``.
    values
        Samples ``(channel, time)`` of all pieces, one after the other.
    pieces
        First sample, and the one after the last, of each.
    begins_s
        When the first sample of each was taken [s].
    fs
        Sampling rate [Hz].

    Raises
    ------
    RecordingError
        When so much is missing that the times cannot be meant.
    """
    places, gaps, end = list[int](), list[RecordedEvent](), 0
    for (first, stop), begin_s in zip(pieces, begins_s, strict=True):
        at = max(end, round((begin_s - begins_s[0]) * fs))
        if at > end:
            gaps.append(RecordedEvent(end / fs, f"{(at - end) / fs:.3f} s without samples", (at - end) / fs, "gap"))
        places.append(at)
        end = at + stop - first
    n = sum(stop - first for first, stop in pieces)
    if is_too_long(end - n, n, fs, len(values)):
        raise RecordingError(
            f"{what} pauses for {(end - n) / fs:.3g} s, and lasts {n / fs:.3g} s; cut the file where it pauses"
        )
    if len(pieces) == 1:
        return values[:, pieces[0][0] : pieces[0][1]], []
    laid = np.full((len(values), end), np.nan)
    for (first, stop), at in zip(pieces, places, strict=True):
        laid[:, at : at + stop - first] = values[:, first:stop]
    return laid, gaps


def pauses(gaps: Sequence[RecordedEvent]) -> str:
    """Say in words how often and how long a recording pauses."""
    return f"pauses {len(gaps)} times, for {sum(gap.duration_s for gap in gaps):.3g} s in all"
