"""A recorded session for others: a copy of its folder, with the signals as FIF beside the tables."""

from __future__ import annotations

import queue
import shutil
import threading
from pathlib import Path
from typing import Any

from neurosim.core.errors import OutputError


def export_session(source: Path, target: Path, answer: queue.SimpleQueue[Any]) -> threading.Thread:
    """Export in a thread of its own: loading MNE takes seconds.

    Parameters
    ----------
    source, target
        The session's folder, and the one to make.
    answer
        Gets the folder that was made, or the error.
    """

    def work() -> None:
        try:
            answer.put(export_folder(source, target))
        except Exception as error:  # told in the window
            answer.put(error)

    thread = threading.Thread(target=work, name="neurosim-export", daemon=True)
    thread.start()
    return thread


def export_folder(source: Path, target: Path) -> Path:
    """Copy a session's folder, and write each stream of EEG as ``eeg_raw.fif`` with the events as annotations.

    Raises
    ------
    OutputError
        When the target exists already or cannot be written.
    """
    from neurosim.session.recording.reading import read_session

    try:
        shutil.copytree(source, target)
    except FileExistsError:
        raise OutputError("exists already; nothing is overwritten", str(target)) from None
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror or error}", str(target)) from None
    session = read_session(target)
    if "eeg" in session.streams:
        session.to_raw("eeg").save(session.places.results / "eeg_raw.fif", verbose="error")
    return target
