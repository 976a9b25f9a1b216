"""LSL streams as sources: found by name, with what their metadata says."""

from __future__ import annotations

import threading
import time
from typing import Any, Literal

import numpy as np
from pydantic import Field

from neurosim.core.errors import StreamError, did_you_mean
from neurosim.core.spec import Float
from neurosim.signals.live.device import Channel, Device
from neurosim.signals.live.liblsl import load_lsl
from neurosim.signals.live.source import LiveConfig
from neurosim.signals.live.units import kind_of

_BUFFER_S = 600  # a session that is paused finds so much when it goes on
_OPEN_S = 5.0
_CLOCK_S = 5.0
_MARKERS_EVERY_S = 0.02


class LSL(LiveConfig):
    """One LSL stream, or several that a protocol needs, joined by ``+``; markers come from a stream of their own."""

    kind: Literal["lsl"] = "lsl"
    stream: str = Field(min_length=1, description="name of the stream; several are joined by +")
    markers: str = Field("", description="name of a stream of markers that become events")
    wait_s: float = Field(
        5.0, gt=0, le=600, description="how long streams are looked for", json_schema_extra={"unit": "s"}
    )
    fs: float | None = Field(
        None, gt=0, description="sampling rate, if the stream has none or a wrong one", json_schema_extra={"unit": "Hz"}
    )  # fmt: skip
    unit: str = Field("", description="unit of the samples, if the stream has none or a wrong one")
    type: str = Field("", description="type of the channels, if the stream has none: eeg, ecg")
    network: bool = Field(False, description="look on the local network too, not only on this computer")

    @property
    def label(self) -> str:
        return f"lsl:{self.stream}"

    def open(self) -> list[Device]:
        """Find the streams and subscribe to them."""
        lsl = load_lsl(network=self.network)
        devices = [self._subscribe(lsl, _find(lsl, name, self.wait_s)) for name in self.stream.split("+")]
        if self.markers:
            devices[0].markers = _inlet(lsl, _find(lsl, self.markers, self.wait_s))
        return [*devices]

    def _subscribe(self, lsl: Any, info: Any) -> LSLDevice:
        if info.dtype == "string":
            raise StreamError("gives text and no samples; as events it is asked for by markers=", f"lsl:{info.name}")
        fs = self.fs or info.sfreq
        if fs <= 0.0:
            raise StreamError("has no sampling rate; give it as fs=", f"lsl:{info.name}")
        return LSLDevice(lsl, _inlet(lsl, info), fs, self.unit, self.type)


def _find(lsl: Any, name: str, wait_s: float) -> Any:
    """Return the description of the stream of a name.

    Raises
    ------
    StreamError
        Saying what there is.
    """
    # Many short looks: a single long one asks the network ever more rarely, and a stream may begin meanwhile.
    until_s = time.monotonic() + wait_s
    found: list[Any] = []
    while not found and (left_s := until_s - time.monotonic()) > 0:
        found = lsl.resolve_streams(min(1.0, max(left_s, 0.01)), name=name, minimum=1)
    if found:
        return found[0]
    others = sorted({f"{info.name}" for info in lsl.resolve_streams(1.0)})
    there = did_you_mean(name, others) if others else "there is none at all; start it first (or look on the --network)"
    raise StreamError(f"no stream of this name came in {wait_s:g} s; {there}", f"lsl:{name}")


def _inlet(lsl: Any, info: Any) -> Any:
    inlet = lsl.StreamInlet(info, max_buffered=_BUFFER_S, recover=True)
    try:
        inlet.open_stream(_OPEN_S)
        inlet.time_correction(_OPEN_S)
    except (TimeoutError, RuntimeError):
        raise StreamError("was announced and does not answer; start it again", f"lsl:{info.name}") from None
    return inlet


class LSLDevice(Device):
    """An inlet, whose stamps are moved to this computer's clock.

    A stream that has an identifier of its source is found again by liblsl when it comes back; of one that has none, a
    new one of the same name and shape is taken.

    Parameters
    ----------
    lsl
        The module.
    inlet
        Which is open.
    fs
        Sampling rate [Hz].
    unit, kind
        In the place of what the metadata says.
    """

    def __init__(self, lsl: Any, inlet: Any, fs: float, unit: str = "", kind: str = "") -> None:
        self._lsl, self._inlet = lsl, inlet
        self._info = inlet.get_sinfo(_OPEN_S)
        self.markers: Any = None
        self._correction_s, self._corrected_s, self._looked_s = 0.0, -np.inf, -np.inf
        self._searching: threading.Thread | None = None
        self._found: Any = None
        super().__init__(f"lsl:{self._info.name}", fs, read_channels(self._info, unit, kind))

    def pull(self, n_most: int, timeout_s: float) -> tuple[Float, Float]:
        try:
            rows, stamps = self._inlet.pull_chunk(timeout_s, n_most)
        except RuntimeError:  # lost, and liblsl does not look for it again
            self._search()
            time.sleep(timeout_s)
            return np.empty((0, len(self.channels))), np.empty(0)
        if len(stamps):
            self._correct()
        return rows.astype(np.float64), stamps + self._correction_s

    def _correct(self) -> None:
        """Ask now and then how far the clock of the sender is from ours; liblsl measures it in the background."""
        if (now_s := self.now()) - self._corrected_s > _CLOCK_S:
            self._corrected_s = now_s
            try:
                self._correction_s = self._inlet.time_correction(0.1)
            except (TimeoutError, RuntimeError):
                return  # the last one is still good

    def _search(self) -> None:
        """Look for a stream that replaces the lost one, beside the session."""
        if self._found is not None:
            self._inlet, self._found, self._corrected_s = self._found, None, -np.inf
        elif self._searching is None or not self._searching.is_alive():
            self._searching = threading.Thread(target=self._look, name="neurosim-lsl", daemon=True)
            self._searching.start()

    def _look(self) -> None:
        for info in self._lsl.resolve_streams(1.0, name=self._info.name, minimum=1):
            if _shape(info) == _shape(self._info):
                try:
                    self._found = _inlet(self._lsl, info)
                except StreamError:
                    continue
                return

    def now(self) -> float:
        return float(self._lsl.local_clock())

    def flush(self) -> None:
        self._inlet.flush()

    def events(self) -> list[tuple[float, str]]:
        if self.markers is None or self.now() - self._looked_s < _MARKERS_EVERY_S:
            return []
        self._looked_s = self.now()
        try:
            rows, stamps = self.markers.pull_chunk(0.0, 256)
            late_s = self.markers.time_correction(0.1) if len(stamps) else 0.0
        except (TimeoutError, RuntimeError):
            return []
        texts = [" ".join(map(str, row)) for row in (rows if isinstance(rows, list) else rows.tolist())]
        return [(float(stamp) + late_s, text) for stamp, text in zip(stamps, texts, strict=True)]

    def why_silent(self) -> str:
        """Say whether something of its name is there, and what is another about it."""
        for info in self._lsl.resolve_streams(1.0, name=self._info.name, minimum=1):
            if _shape(info) != _shape(self._info):
                was, now = (f"{n} channels of {dtype}" for n, dtype in map(_shape, (self._info, info)))
                return f"a stream of this name is there with {now}, it had {was}; begin a new session for it"
            return "it is there and sends nothing; look at what sends it"
        return "it is gone; start what sends it again"


def _shape(info: Any) -> tuple[int, str]:
    return info.n_channels, getattr(info.dtype, "__name__", str(info.dtype))


def read_channels(info: Any, unit: str = "", kind: str = "") -> tuple[Channel, ...]:
    """Return the channels of a stream from its metadata; those it does not name are numbered.

    Parameters
    ----------
    info
        Description of the stream.
    unit, kind
        In the place of what it says.
    """
    n = info.n_channels
    names, kinds, units = (
        told if told is not None and len(told) == n else [None] * n
        for told in (info.get_channel_names(), info.get_channel_types(), info.get_channel_units())
    )
    usual = kind or kind_of(info.stype, "eeg")
    return tuple(
        Channel(name or f"ch{i + 1}", kind or kind_of(each or "", usual), unit or told or "")
        for i, (name, each, told) in enumerate(zip(names, kinds, units, strict=True))
    )
