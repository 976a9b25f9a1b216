"""``neurosim replay``, ``recover`` and ``export``: what is done with a recording afterwards."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path


def replay_folder(folder: Path, key: Path | None, as_json: bool) -> bool:
    """Play a recording again, tell whether every decision came out, and return it.

    Raises
    ------
    UserError
        When it cannot be played again.
    """
    from neurosim.cli.warm import warm_up
    from neurosim.session.recording.replay import replay_session

    warm_up()
    found = replay_session(folder, key)
    same = found.difference is None
    if as_json:
        print(json.dumps(asdict(found) | {"same": same}, indent=2))
        return same
    how = "from its samples" if found.how == "recording" else "simulated again, with the same samples"
    if same:
        print(f"{folder}: {found.n_ticks} ticks, {how}: every decision comes out as it was recorded.")
        print(f"Compared: {', '.join(found.compared)}.")
    else:
        print(f"{folder}: does not come out as it was recorded. First difference: {found.difference}.")
    return same


def recover_folder(folder: Path) -> None:
    """Make a recording whole that was not closed.

    Raises
    ------
    UserError
        When there is nothing that could be made whole.
    """
    from neurosim.session.recording.recover import recover

    found = recover(folder)
    for session in found:
        print(f"{session.places.folder}: recovered, {session.duration_s:.1f} s.")
    if not found:
        print(f"{folder}: closed properly; there is nothing to recover.")


def export_folder(folder: Path, to: str, out: Path, streams: Sequence[str]) -> None:
    """Write the signals of a recording in another format.

    Raises
    ------
    UserError
        When the format or a stream is not known, or a file cannot be written.
    """
    from neurosim.session.recording.export import export_session

    for path in export_session(folder, to, out, streams):
        print(path)
