"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Seed = Annotated[int | None, typer.Option(min=0, help="Root of all noise; picked and told when not given.")]
Out = Annotated[Path | None, typer.Option(help="Folder to write; must be new or empty.")]
ProtocolName = Annotated[str, typer.Argument(help="Name (see `list protocols`) or TOML file.")]
SourceName = Annotated[
    str, typer.Option(help="`sim` for the subject's body, a recorded file, `lsl:NAME`, `brainflow:BOARD`.")
]
Subject = Annotated[
    str | None, typer.Option(help="Name (see `list subjects`) or TOML file; else the one that the protocol names.")
]
Sidecar = Annotated[Path | None, typer.Option(help="TOML file that describes the recording.")]
Language = Annotated[str | None, typer.Option(help="Language of the words, such as `de`; English where it has none.")]
Osc = Annotated[str, typer.Option(help="Send the feedback as OSC to this port, or HOST:PORT, for sound and games.")]
Lsl = Annotated[str, typer.Option(help="Publish the session as LSL streams whose names begin with this.")]
Network = Annotated[bool, typer.Option("--network", help="Let other computers find the LSL streams.")]
Form = Annotated[
    str, typer.Option("--format", help="What the EEG is recorded in: `bdf+` (24 bits) or `edf+` (16 bits).")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
