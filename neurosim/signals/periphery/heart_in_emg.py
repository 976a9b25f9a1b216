"""The heart in the EMG of the shoulder: electrodes there see the QRS complex of every beat."""

from __future__ import annotations

import numpy as np

from neurosim.core.spec import Float
from neurosim.signals.body.span import Span
from neurosim.signals.heart.ecg import far_heart


def add_heartbeats(trapezius: Float, start: int, fs: float, span: Span) -> None:
    """Add the heart where the event ``ecg_in_emg`` lets it in.

    It is the ECG without P and T, which the band of an EMG does not let through.

    Parameters
    ----------
    trapezius
        ``(time, subject)`` [uV], a view that is changed.
    start, fs
        First sample, and sampling rate [Hz].
    span
        With the beats.
    """
    events = span.of_kind("ecg_in_emg")
    if not events:
        return
    complexes = far_heart(start, len(trapezius), fs, span)
    times = np.arange(start, start + len(trapezius)) / fs
    for event in events:
        on = (times >= event.onset_s) & (times < event.onset_s + (event.duration_s or 0.0))
        height = np.where(on, event.amplitude or 0.0, 0.0)[:, None]
        who = slice(None) if event.subject is None else slice(event.subject, event.subject + 1)
        trapezius[:, who] += height * complexes[:, who]
