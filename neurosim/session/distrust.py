"""Ticks that cannot be trusted: what features are meanwhile, and why it was."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from neurosim.core.event import SessionEvent
from neurosim.core.spec import Bool, Float, Values
from neurosim.feedback.protocol import TrainingProtocol


class WhileInvalid:
    """What features are while they cannot be trusted, as `Feature.while_invalid` says.

    Parameters
    ----------
    protocol
        The features, and the length of a tick.
    batch
        ``()`` or ``(n,)``.
    """

    def __init__(self, protocol: TrainingProtocol, batch: tuple[int, ...]) -> None:
        ways = [feature.while_invalid for feature in protocol.features]
        kept = {"go_on": 0.0, "hold": 1.0, "mute": 0.0}
        self._goes_on: Bool = np.array([way == "go_on" for way in ways])
        self._kept: Float = np.array([
            math.exp(-protocol.update_interval_s / f.fade_s) if way == "fade" else kept[way]
            for way, f in zip(ways, protocol.features, strict=True)
        ])  # fmt: skip
        self._last: Values = np.zeros((*batch, len(ways)))

    def apply(self, values: Values, valid: Bool) -> Values:
        """Return the features of the next tick ``(*batch, feature)``, from what the pipeline has measured."""
        if self._goes_on.all():
            return values.copy()
        self._last = np.where(valid[..., None] | self._goes_on, values, self._kept * self._last)
        return self._last.copy()


def reasons(causes: Bool, names: Sequence[str]) -> list[str]:
    """Return in words what was wrong in each tick; empty where nothing was.

    Parameters
    ----------
    causes
        ``(tick, cause)``.
    names
        Of the causes.

    Examples
    --------
    >>> reasons(np.array([[False, False], [True, True]]), ["flat: Oz", "peak_to_peak: Fp1"])
    ['', 'flat: Oz, peak_to_peak: Fp1']
    """
    if not causes.size:
        return [""] * len(causes)
    kinds, which = np.unique(causes, axis=0, return_inverse=True)
    words = [", ".join(names[i] for i in np.flatnonzero(kind).tolist()) for kind in kinds]
    return [words[i] for i in which.ravel()]


class Stretches:
    """Makes an event of each stretch of ticks in which there is a cause, when it has ended.

    Parameters
    ----------
    kind
        Of the events.
    names
        Of the causes.
    """

    def __init__(self, kind: str, names: Sequence[str]) -> None:
        self._kind, self._names = kind, names
        self._onset_s: float | None = None
        self._causes: Bool = np.zeros(len(names), dtype=np.bool_)

    def update(self, start_s: float, causes: Bool) -> list[SessionEvent]:
        """Take the next tick, which begins at `start_s`; return the stretch that it ends."""
        if not causes.any():
            return self.end(start_s)
        if self._onset_s is None:
            self._onset_s, self._causes = start_s, causes
        else:
            self._causes = self._causes | causes
        return []

    def end(self, time_s: float) -> list[SessionEvent]:
        """Return the stretch that ends here, if there is one."""
        if self._onset_s is None:
            return []
        onset_s, self._onset_s = self._onset_s, None
        return [SessionEvent(onset_s, time_s - onset_s, self._kind, reasons(self._causes[None], self._names)[0])]
