"""What there is, whether it is right, and how late it is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from neurosim.cli.options import AsJson, ProtocolName, Seed, Sidecar, SourceName, Subject

commands = typer.Typer()


@commands.command("list")
def list_(
    kind: Annotated[
        str,
        typer.Argument(
            help="protocols, subjects, bodies, stages, sources, actors, rules, thresholds, shams, lessons, labs, "
            "latents, events, techniques, conditions"
        ),
    ],
) -> None:
    """List what there is of a kind, with its purpose."""
    from neurosim.cli.listing import list_kinds

    list_kinds(kind)


@commands.command()
def check(file: Annotated[Path, typer.Argument(help="A protocol, subject, body or sidecar.")]) -> None:
    """Check a TOML file: all mistakes at once, each with its place and the remedy."""
    from neurosim.cli.check import check_file

    check_file(file)


@commands.command()
def explain(
    protocol: ProtocolName,
    source: SourceName = "sim",
    sidecar: Sidecar = None,
    as_json: AsJson = False,
) -> None:
    """Say what a protocol measures, how late (each stage by design and measured), and how true that can be."""
    from neurosim.cli.explain import explain_protocol

    explain_protocol(protocol, source, sidecar, as_json)


@commands.command("compare-thresholds")
def compare_thresholds(
    protocol: Annotated[str, typer.Argument(help="Name (see `list protocols`) or TOML file.")],
    policies: Annotated[str, typer.Option(help="Kinds of thresholds, such as `fixed,percentile`; all.")] = "",
    reward_rate: Annotated[float, typer.Option(help="Share of the time that the first condition is to hold.")] = 0.6,
    subject: Subject = None,
    subjects: Annotated[int, typer.Option(min=1, help="So many people, the same under each policy.")] = 12,
    sessions: Annotated[int, typer.Option(min=1, help="Sessions, with a day of rest between them.")] = 1,
    seed: Seed = None,
    duration: Annotated[
        float | None, typer.Option(min=1, help="Length of a session in seconds; the blocks shrink or grow.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare threshold policies on the same people and noise: reward rate, chatter, and what is learned."""
    from neurosim.cli.compare import compare

    asked = tuple(filter(None, policies.replace(" ", "").split(",")))
    compare(protocol, asked, as_json, reward_rate, subject=subject, subjects=subjects, n_sessions=sessions, seed=seed,
            duration_s=duration)  # fmt: skip


@commands.command()
def fetch(
    name: Annotated[str | None, typer.Argument(help="What to fetch; without it, what there is.")] = None,
    subject: Annotated[int | None, typer.Option(help="Number of the person; the first by default.")] = None,
    run: Annotated[list[int] | None, typer.Option(help="Number of the run; may be given several times.")] = None,
) -> None:
    """Download public recordings to train on, into MNE's data folder."""
    from neurosim.cli.fetch import fetch as fetch_public
    from neurosim.cli.fetch import list_public

    if name is None:
        list_public()
    else:
        fetch_public(name, subject, tuple(run or ()))


@commands.command()
def certify(
    protocol: Annotated[str, typer.Argument(help="Name (see `list protocols`) or TOML file.")] = "alpha_up",
    seconds: Annotated[float, typer.Option(min=1, max=600, help="Length of each measurement.")] = 10.0,
    out: Annotated[Path | None, typer.Option(help="Write the table: Markdown (.md) or TSV (.tsv).")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure how late the feedback is on this machine: stages, timer, LSL, window; as a table for the record."""
    from neurosim.cli.certify import certify as measure_and_tell

    measure_and_tell(protocol, seconds, out, as_json)


@commands.command()
def doctor() -> None:
    """Check in plain words whether this machine is ready for a class."""
    from neurosim.cli.doctor import examine

    raise typer.Exit(examine())
