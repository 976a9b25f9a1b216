"""A stream as a BrainVision file, as EEGLAB, FieldTrip, MNE and others read it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from neurosim.core.spec import Samples, SignalSpec

_UNITS = {"uV": "µV", "degC": "°C", "uS": "µS"}


class BrainVisionWriter:
    """Appends the samples of one stream, as 32-bit floats in the stream's own unit.

    Parameters
    ----------
    stem
        Path without an ending; ``.vhdr``, ``.vmrk`` and ``.eeg`` are added.
    spec
        Of the stream; there must be no batch axis.
    """

    def __init__(self, stem: Path, spec: SignalSpec) -> None:
        self._fs = spec.fs
        header = stem.with_suffix(".vhdr")
        header.write_text(_header(stem.name, spec), encoding="utf-8", newline="\n")
        marker = stem.with_suffix(".vmrk")
        marker.write_text(_MARKER_HEAD.format(name=stem.name), encoding="utf-8", newline="\n")
        self._data = stem.with_suffix(".eeg").open("wb")
        self._markers = marker.open("a", encoding="utf-8", newline="\n")
        self._n_markers = 1
        self._n_times = 0

    def append(self, samples: Samples) -> None:
        """Append samples ``(channel, time)``."""
        self._data.write(np.ascontiguousarray(samples.T, dtype="<f4").tobytes())
        self._n_times += samples.shape[-1]

    def mark(self, onset_s: float, text: str) -> None:
        """Append a marker; one past the end goes to the last sample, as readers warn of others."""
        self._n_markers += 1
        position = max(1, min(round(onset_s * self._fs) + 1, self._n_times))
        self._markers.write(f"Mk{self._n_markers}=Comment,{_escape(text)},{position},1,0\n")

    def close(self) -> None:
        """Close the files."""
        self._data.close()
        self._markers.close()


_MARKER_HEAD = """BrainVision Data Exchange Marker File Version 1.0

[Common Infos]
Codepage=UTF-8
DataFile={name}.eeg

[Marker Infos]
; Mk<number>=<type>,<description>,<position in samples>,<size in samples>,<channel, 0 for all>
Mk1=New Segment,,1,1,0
"""


def _header(name: str, spec: SignalSpec) -> str:
    unit = _UNITS.get(spec.unit, spec.unit)
    channels = "\n".join(f"Ch{i}={_escape(ch)},,1,{unit}" for i, ch in enumerate(spec.ch_names, 1))
    return f"""BrainVision Data Exchange Header File Version 1.0

[Common Infos]
Codepage=UTF-8
DataFile={name}.eeg
MarkerFile={name}.vmrk
DataFormat=BINARY
DataOrientation=MULTIPLEXED
NumberOfChannels={spec.n_channels}
SamplingInterval={1e6 / spec.fs!r}

[Binary Infos]
BinaryFormat=IEEE_FLOAT_32

[Channel Infos]
{channels}
"""


def _escape(text: str) -> str:
    return text.replace(",", r"\1")
