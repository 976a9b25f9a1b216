"""The texts between the samples of EDF+ and BDF+: events, and when each record begins."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from neurosim.core.spec import Float
from neurosim.signals.recordings.columns import RecordedEvent

#: One text: onset, perhaps a duration, and texts between bytes 20.
_TEXT = re.compile(rb"([+-]\d+\.?\d*)(?:\x15(\d+\.?\d*))?\x14([^\x00]*)\x14")
#: What each record begins with: its onset, with an empty text.
_BEGIN = re.compile(rb"([+-]\d+\.?\d*)\x14\x14")


def is_text(label: str) -> bool:
    """Return whether a channel holds texts."""
    return label.lower() in ("edf annotations", "bdf annotations")


def read_texts(stored: NDArray[np.uint8], origin_s: float) -> list[RecordedEvent]:
    """Return the events of a channel of texts.

    Parameters
    ----------
    stored
        Its bytes ``(record, byte)``.
    origin_s
        When the first sample was taken, in the time of the texts [s].
    """
    found = []
    for record in stored:
        for onset, duration, texts in _TEXT.findall(record.tobytes()):
            found += [
                RecordedEvent(float(onset) - origin_s, text.decode("utf-8", "replace"), float(duration or 0.0))
                for text in texts.split(b"\x14")
                if text  # without a text it tells when the record begins
            ]
    return found


def record_begins(stored: NDArray[np.uint8]) -> Float:
    """Return when each record begins [s], by the first text of a channel ``(record, byte)``; NaN where it does not."""
    begins = [_BEGIN.match(record.tobytes()) for record in stored]
    times = np.array([np.nan if begin is None else float(begin[1]) for begin in begins])
    return np.where(np.isfinite(times), times, np.nan)
