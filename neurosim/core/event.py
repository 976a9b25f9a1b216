"""Something that happened, as the records of a session tell it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SessionEvent:
    """Something that happened at a moment of a session.

    Parameters
    ----------
    onset_s
        From the start of the session [s].
    duration_s
        Length [s]; 0 for a moment.
    kind
        ``block``, ``bad`` (a stretch that cannot be trusted), ``gap``, ``stop``, ``error``, ``annotation``; of a live
        source ``silence``, ``duplicate``, ``rate``, ``marker``, ``note``; or what a drive's event is called.
    text
        What else there is to say.
    """

    onset_s: float
    duration_s: float
    kind: str
    text: str = ""
