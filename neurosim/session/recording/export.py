"""A recorded session in the formats of others: FIF, EDF+, BDF+, BrainVision and CSV; one file for each stream."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from neurosim.core.dataset import label
from neurosim.core.errors import OutputError, UserError, did_you_mean
from neurosim.core.event import SessionEvent
from neurosim.core.spec import Samples, SignalSpec
from neurosim.core.step import BDF, EDF, Format, fitting_step
from neurosim.session.recording.bdf import BdfWriter
from neurosim.session.recording.brainvision import BrainVisionWriter
from neurosim.session.recording.raw import make_raw
from neurosim.session.recording.reading import SessionFolder, read_session

if TYPE_CHECKING:
    import pandas as pd

_Write = Callable[[Path, str, SignalSpec, Samples, Sequence[SessionEvent]], None]


def export_session(
    session: str | Path | SessionFolder, to: str, out: str | Path, streams: Sequence[str] = ()
) -> list[Path]:
    """Write the signals of a session in another format, each at its own rate, with the events.

    Parameters
    ----------
    session
        The session, or its folder.
    to
        ``fif``, ``edf``, ``bdf``, ``brainvision`` or ``csv``. FIF and CSV hold the recorded samples as they are, BDF+
        and EDF+ with 24 and 16 bits, fitted to the largest sample, BrainVision as 32-bit floats.
    out
        Folder to write into; it is made if need be.
    streams
        Which signals; by default all but the truth of a simulated body. With CSV come ``ticks.csv`` and
        ``events.csv``.

    Returns
    -------
    list of pathlib.Path
        What was written.

    Raises
    ------
    UserError
        When the format or a stream is not known, a file is there already, or one cannot be written.
    """
    recorded = session if isinstance(session, SessionFolder) else read_session(session)
    if to not in _FORMATS:
        raise UserError(f"no format '{to}'; {did_you_mean(to, _FORMATS)}", "--to")
    ending, write = _FORMATS[to]
    names = list(streams) or [name for name in recorded.streams if not name.startswith("truth/")]
    events = recorded.session_events()
    folder, made = Path(out), list[Path]()
    path = folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in names:
            samples = recorded.samples(name)
            path = _fresh(folder / f"{label(name)}{ending}")
            write(path, name, recorded.streams[name], samples, events)
            made.append(path)
        if to == "csv":
            for name, table in {"ticks": recorded.features, "events": recorded.events}.items():
                path = _fresh(folder / f"{name}.csv")
                _write_table(path, table)
                made.append(path)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror or error}", str(path)) from None
    return made


def _fresh(path: Path) -> Path:
    if path.exists():
        raise OutputError("exists already; nothing is overwritten", str(path))
    return path


def _write_table(path: Path, table: pd.DataFrame) -> None:
    table.to_csv(path, index=False, na_rep="n/a", lineterminator="\n")


def _to_csv(path: Path, stream: str, spec: SignalSpec, samples: Samples, events: Sequence[SessionEvent]) -> None:
    import pandas as pd

    times = np.arange(samples.shape[-1]) / spec.fs
    named = {f"{name} [{spec.units[i]}]": samples[i] for i, name in enumerate(spec.ch_names)}
    _write_table(path, pd.DataFrame({"time_s": times, **named}))


def _to_fif(path: Path, stream: str, spec: SignalSpec, samples: Samples, events: Sequence[SessionEvent]) -> None:
    make_raw(stream, spec, samples, events).save(path, fmt="double", verbose="error")


def _to_brainvision(
    path: Path, stream: str, spec: SignalSpec, samples: Samples, events: Sequence[SessionEvent]
) -> None:
    writer = BrainVisionWriter(path.with_suffix(""), spec)
    try:
        writer.append(samples)
        for event in events:
            writer.mark(event.onset_s, f"{event.kind}: {event.text}")
    finally:
        writer.close()


def _to_european(form: Format) -> _Write:
    def write(path: Path, stream: str, spec: SignalSpec, samples: Samples, events: Sequence[SessionEvent]) -> None:
        finite = np.abs(samples[np.isfinite(samples)])
        largest = float(finite.max()) if finite.size and finite.any() else 1.0
        writer = BdfWriter(path, spec, fitting_step(form, largest), form)
        end_s = samples.shape[-1] / spec.fs
        ends = sorted((min(event.onset_s + event.duration_s, end_s), i) for i, event in enumerate(events))
        try:
            for start in range(0, samples.shape[-1], writer.n_per_record):
                piece = samples[:, start : start + writer.n_per_record]
                while ends and ends[0][0] <= (start + piece.shape[-1]) / spec.fs:
                    stop_s, i = ends.pop(0)
                    event = events[i]
                    writer.mark(SessionEvent(event.onset_s, max(0.0, stop_s - event.onset_s), event.kind, event.text))
                writer.append(piece)
        finally:
            writer.close()

    return write


_FORMATS: dict[str, tuple[str, _Write]] = {
    "fif": ("_raw.fif", _to_fif),
    "edf": (".edf", _to_european(EDF)),
    "bdf": (".bdf", _to_european(BDF)),
    "brainvision": (".vhdr", _to_brainvision),
    "csv": (".csv", _to_csv),
}
