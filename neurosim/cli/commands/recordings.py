"""What becomes of a recorded session."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from neurosim.cli.options import AsJson

commands = typer.Typer()


@commands.command()
def report(
    folder: Annotated[Path, typer.Argument(help="Folder of a session or a course.")],
    out: Annotated[Path | None, typer.Option(help="File to write; report.html in the folder by default.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the report on a session or a course: one HTML page, with the CRED-nf list filled as far as can be."""
    from neurosim.cli.reporting import report_folder

    report_folder(folder, out, as_json)


@commands.command()
def replay(
    folder: Annotated[Path, typer.Argument(help="Folder of a recorded session.")],
    key: Annotated[
        Path | None, typer.Option(help="Key of a sealed session, where who is simulated learned from what was shown.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Work out every decision of a recording again; status 1 where one comes out differently, and which."""
    from neurosim.cli.recording import replay_folder

    raise typer.Exit(0 if replay_folder(folder, key, as_json) else 1)


@commands.command()
def recover(folder: Annotated[Path, typer.Argument(help="Folder of a recording that was not closed.")]) -> None:
    """Make a valid dataset of a recording whose process was killed, or whose disk was full."""
    from neurosim.cli.recording import recover_folder

    recover_folder(folder)


@commands.command()
def export(
    folder: Annotated[Path, typer.Argument(help="Folder of a recorded session.")],
    to: Annotated[str, typer.Option(help="fif, edf, bdf, brainvision or csv.")],
    out: Annotated[Path, typer.Option(help="Folder to write into; nothing in it is overwritten.")],
    signals: Annotated[str, typer.Option(help="Streams, such as `eeg,ecg`; all but the truth by default.")] = "",
) -> None:
    """Write the signals of a recorded session in another format, a file for each stream."""
    from neurosim.cli.recording import export_folder

    export_folder(folder, to, out, tuple(filter(None, signals.replace(" ", "").split(","))))


@commands.command()
def seal(
    arms: Annotated[str, typer.Option(help="Arms to draw from, such as `real,yoked:folder=sessions/a`.")],
    out: Annotated[Path, typer.Option(help="File of the key; must be new. Keep it where the operator does not look.")],
    ratio: Annotated[str, typer.Option(help="How many subjects each arm gets, such as `2:1`; equal by default.")] = "",
) -> None:
    """Draw a subject's arm in secret; print only the commitment that the key will be held against.

    Each subject needs a key of his own, in all his sessions.
    """
    from neurosim.cli.sealing import seal_arm

    seal_arm(arms, ratio, out)


@commands.command()
def reveal(
    folders: Annotated[list[Path], typer.Argument(help="Folders of sealed sessions.")],
    key: Annotated[list[Path], typer.Option(help="Key that was given to `run --blind`; one for each subject.")],
    as_json: AsJson = False,
) -> None:
    """Open sealed sessions: the arm, what was earned beside what was shown, and how well the arms were guessed."""
    from neurosim.cli.sealing import reveal_folders

    reveal_folders(folders, key, as_json)
