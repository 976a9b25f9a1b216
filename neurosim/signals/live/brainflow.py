"""Amplifiers that BrainFlow knows: channels, units and rate come from its description of the board."""

from __future__ import annotations

import time
import weakref
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field

from neurosim.core.errors import StreamError, UserError, did_you_mean
from neurosim.core.spec import Float
from neurosim.signals.live.device import Channel, Device
from neurosim.signals.live.source import LiveConfig

_POLL_S = 0.001
_BUFFER_S = 600
# BrainFlow gives electric signals in uV; pulse and skin in whatever the board has.
_UNITS = {"eeg": "uV", "eog": "uV", "emg": "uV", "ecg": "uV", "temperature": "degC", "skin_conductance": "uS"}
_ROWS = {"ppg": "ppg", "eda": "skin_conductance", "temperature": "temperature", "resistance": "resistance"}


class BrainFlow(LiveConfig):
    """A board of BrainFlow, by its name or number; the settings are those of its `BrainFlowInputParams`."""

    kind: Literal["brainflow"] = "brainflow"
    board: str = Field(
        "synthetic", min_length=1, description="name of the board, such as cyton or muse_2, or its number"
    )
    serial_port: str = Field("", description="such as /dev/ttyUSB0 or COM3")
    mac_address: str = Field("", description="of a Bluetooth board")
    serial_number: str = Field("", description="of one board among several")
    ip_address: str = Field("", description="of a board on the network")
    ip_port: int = Field(0, ge=0, le=65535, description="of a board on the network")
    file: str = Field("", description="recording that the playback board plays")
    master_board: str = Field("", description="board that the recording of the playback board is of")
    other_info: str = Field("", description="what else a board wants to know")
    timeout_s: int = Field(
        15, ge=1, le=600, description="how long the board is looked for", json_schema_extra={"unit": "s"}
    )
    preset: Literal["default", "auxiliary", "ancillary"] = Field("default", description="which of its streams")
    signals: str = Field("", description="kinds of channels that are wanted, joined by +; all that the board has")

    @property
    def label(self) -> str:
        return f"brainflow:{self.board}"

    def open(self) -> list[Device]:
        """Connect to the board and let it stream."""
        shim = load_brainflow()
        board_id = find_board(shim, self.board)
        if board_id == shim.BoardIds.PLAYBACK_FILE_BOARD.value and not (
            self.master_board and Path(self.file).is_file()
        ):
            raise StreamError("plays a recording of BrainFlow; name it with file=, and its board with master_board=",
                              self.label)  # fmt: skip
        params = shim.BrainFlowInputParams()
        for name in ("serial_port", "mac_address", "serial_number", "ip_address", "ip_port", "file", "other_info"):
            setattr(params, name, getattr(self, name))
        params.timeout = self.timeout_s
        described = board_id
        if self.master_board:
            params.master_board = described = find_board(shim, self.master_board)
        preset = getattr(shim.BrainFlowPresets, f"{self.preset.upper()}_PRESET")
        try:
            description = shim.BoardShim.get_board_descr(described, preset)
        except shim.BrainFlowError as error:
            raise StreamError(f"has no such stream ({_said(error)}); see preset and master_board", self.label) from None
        wanted = tuple(filter(None, self.signals.split("+")))
        rows, channels = choose_rows(description, wanted, self.label)
        shim.BoardShim.disable_board_logger()
        board = shim.BoardShim(board_id, params)
        try:
            board.prepare_session()
            board.start_stream(round(_BUFFER_S * description["sampling_rate"]) + 1)
        except shim.BrainFlowError as error:
            if board.is_prepared():
                board.release_session()
            message = f"does not answer ({_said(error)}); is it on, and are serial_port, mac_address or file right?"
            raise StreamError(message, self.label) from None
        return [Board(shim, board, preset, description, rows, channels, self.label)]


def load_brainflow() -> Any:
    """Return the module ``brainflow.board_shim``.

    Raises
    ------
    UserError
        When it, or what it needs, is not installed.
    """
    remedy = "install it with: python -m pip install 'neurosim[brainflow]'"
    try:
        shim = import_module("brainflow.board_shim")
        shim.BoardShim.get_board_descr(shim.BoardIds.SYNTHETIC_BOARD.value)  # loads its libraries
    except ModuleNotFoundError as error:
        if error.name == "pkg_resources":  # BrainFlow looks for its libraries by it; setuptools 81 has it no more
            raise UserError("BrainFlow needs setuptools below 81: python -m pip install 'setuptools<81'") from None
        raise UserError(f"BrainFlow needs another package ({error.name}); {remedy}") from None
    except (ImportError, OSError) as error:
        raise UserError(f"BrainFlow cannot be loaded ({error}); {remedy}") from None
    return shim


def find_board(shim: Any, name: str) -> int:
    """Return the number of a board.

    Raises
    ------
    StreamError
        For a name that BrainFlow does not know.
    """
    known = {board.name.removesuffix("_BOARD").lower(): int(board.value) for board in shim.BoardIds}
    known.pop("no", None)
    plain = name.strip().lower().replace("-", "_").removesuffix("_board")
    if plain in known:
        return known[plain]
    if plain.lstrip("_").isdigit() and (number := int(name)) in known.values():
        return number
    raise StreamError(f"BrainFlow knows no such board; {did_you_mean(plain, known)}", f"brainflow:{name}")


def choose_rows(description: dict[str, Any], wanted: tuple[str, ...], label: str) -> tuple[list[int], list[Channel]]:
    """Return rows and channels of a board's data; a row that may be several kinds is EEG where it may.

    Raises
    ------
    StreamError
        When it has none that are wanted.
    """
    names = [name.strip() for name in description.get("eeg_names", "").split(",") if name.strip()]
    taken: dict[int, Channel] = {}
    for stream in ("eeg", "eog", "ecg", "emg"):
        for k, row in enumerate(description.get(f"{stream}_channels", ())):
            name = names[k] if stream == "eeg" and k < len(names) else f"{stream.upper()}{k + 1}"
            if not wanted or stream in wanted:
                taken.setdefault(row, Channel(name, stream, _UNITS[stream]))
    for key, stream in _ROWS.items():
        rows = description.get(f"{key}_channels", ())
        for k, row in enumerate(rows):
            if stream in wanted or (not wanted and key != "resistance"):
                name = key.upper() + (f"{k + 1}" if len(rows) > 1 else "")
                taken.setdefault(row, Channel(name, stream, _UNITS.get(stream, "a.u.")))
    if not taken:
        there = sorted(key.removesuffix("_channels") for key in description if key.endswith("_channels"))
        raise StreamError(f"has none of the signals asked for; it has {', '.join(there)}", label)
    rows = sorted(taken)
    return rows, [taken[row] for row in rows]


class Board(Device):
    """A board that streams; markers that a program inserts become events.

    Parameters
    ----------
    shim
        The module.
    board
        Which streams.
    preset
        Which of its streams.
    description
        BrainFlow's, of the rows of its data.
    rows, channels
        That are used.
    label
        What messages call it.
    """

    def __init__(
        self,
        shim: Any,
        board: Any,
        preset: int,
        description: dict[str, Any],
        rows: list[int],
        channels: list[Channel],
        label: str,
    ) -> None:
        self._shim, self.board, self._preset, self._rows = shim, board, preset, rows
        self._stamp_row, self._marker_row = description["timestamp_channel"], description.get("marker_channel")
        self._left = np.empty((description["num_rows"], 0))
        self._markers: list[tuple[float, str]] = []
        self._failed = ""
        weakref.finalize(self, _release, board, shim.BrainFlowError)
        super().__init__(label, float(description["sampling_rate"]), tuple(channels))

    def pull(self, n_most: int, timeout_s: float) -> tuple[Float, Float]:
        until_s = time.monotonic() + timeout_s
        while self._left.shape[1] < n_most:
            try:
                new = self.board.get_board_data(preset=self._preset)
            except self._shim.BrainFlowError as error:
                self._failed = _said(error)
                new = self._left[:, :0]
            if new.shape[1]:
                self._left = np.concatenate([self._left, new], axis=1)
                continue
            if time.monotonic() >= until_s:
                break
            time.sleep(_POLL_S)
        taken, self._left = self._left[:, :n_most], self._left[:, n_most:]
        stamps = taken[self._stamp_row].copy()
        if self._marker_row is not None:
            marked = taken[self._marker_row]
            self._markers += [(float(stamps[i]), f"{marked[i]:g}") for i in np.flatnonzero(marked)]
        return np.ascontiguousarray(taken[self._rows].T), stamps

    def now(self) -> float:
        return time.time()

    def flush(self) -> None:
        self._left = self._left[:, :0]
        self.board.get_board_data(preset=self._preset)

    def events(self) -> list[tuple[float, str]]:
        events, self._markers = self._markers, []
        return events

    def why_silent(self) -> str:
        return f"BrainFlow says {self._failed}; connect it again" if self._failed else super().why_silent()


def _release(board: Any, failure: type[Exception]) -> None:
    try:
        board.release_session()
    except failure:
        return  # it is gone already


def _said(error: Exception) -> str:
    """Return BrainFlow's words, in which a code stands before a colon."""
    return " ".join(str(error).split()).lower()
