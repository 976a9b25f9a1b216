"""A file may name others that belong to it; they lie in its folder, or are not opened."""

from __future__ import annotations

import os
import re
from pathlib import Path

from neurosim.core.errors import RecordingError

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def check_inside(folder: Path, name: str, where: str) -> Path:
    """Return the path of a file that another one names.

    Symbolic links are followed: they are the user's own, no matter of what a file says.

    Parameters
    ----------
    folder
        Where the naming file lies.
    name
        The name it gives.
    where
        The place of the name, for the message.

    Raises
    ------
    RecordingError
        When the name leads out of the folder, or to another machine.
    """
    plain = name.replace("\\", "/")
    base = os.path.normpath(folder.absolute())
    full = os.path.normpath(os.path.join(base, plain))  # noqa: PTH118 - on text: nothing is looked up
    inside = full.startswith(base.rstrip(os.sep) + os.sep)
    if not inside or _SCHEME.match(plain) or "\0" in plain or plain.startswith("~"):
        raise RecordingError(
            f"{where} names '{name}', outside of its folder, which is never opened; "
            "put that file beside this one, and name it without a folder"
        )
    return Path(full)
