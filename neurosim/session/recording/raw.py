"""A stream as MNE Raw, with the session's events as annotations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from neurosim.core.event import SessionEvent
from neurosim.core.spec import Samples, SignalSpec

if TYPE_CHECKING:
    import mne

#: Channel types that MNE has for our streams; the others are "misc".
_TYPES = {
    "eeg": "eeg", "ecg": "ecg", "emg": "emg", "respiration": "resp", "temperature": "temperature",
    "skin_conductance": "gsr",
}  # fmt: skip
_TO_SI = {"uV": 1e-6, "mV": 1e-3, "uS": 1e-6}


def make_raw(stream: str, spec: SignalSpec, samples: Samples, events: Sequence[SessionEvent]) -> mne.io.RawArray:
    """Return samples ``(channel, time)`` as MNE Raw.

    In SI units where MNE has a type for the channels (V, S, degC), else in the stream's own. What began before the
    first sample begins with it, and nothing lasts longer than the samples.
    """
    import mne

    info = mne.create_info(list(spec.ch_names), spec.fs, _TYPES.get(stream, "misc"))
    raw = mne.io.RawArray(samples * _TO_SI.get(spec.unit, 1.0), info, verbose="error")
    end_s = raw.n_times / spec.fs
    spans = [(max(e.onset_s, 0.0), min(e.onset_s + e.duration_s, end_s)) for e in events]
    onsets = [start_s for start_s, _ in spans]
    # The last block may have been planned longer than the session was; what happens past the last sample lasts nothing.
    durations = [max(0.0, stop_s - start_s) for start_s, stop_s in spans]
    annotations = mne.Annotations(onsets, durations, [f"{e.kind}: {e.text}" for e in events])
    raw.set_annotations(annotations, verbose="error")
    return raw
