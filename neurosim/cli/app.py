"""The command line: its rooms, and how it ends where a user got something wrong."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from neurosim.cli.commands import looking, recordings, teaching, training
from neurosim.cli.console import say
from neurosim.core.errors import UserError

# Typer brings click along under a name that differs between its versions; its errors are found by their kin.
_UsageError: Any = typer.BadParameter.__bases__[0]


class _Commands(TyperGroup):
    """The commands; whatever a user gets wrong ends in one clear line and status 2."""

    def main(self, *args: Any, **options: Any) -> Any:
        try:
            status = super().main(*args, **{**options, "standalone_mode": False})
        except UserError as error:
            for line in str(error).splitlines():
                say(f"neurosim: {line}")
            status = 2
        except MemoryError:
            say("neurosim: not enough memory; ask for fewer --subjects or a shorter --duration")
            status = 2
        except typer.Abort:
            status = 130
        except _UsageError as error:
            context: Any = getattr(error, "ctx", None)
            command = context.command_path if context is not None else "neurosim"
            message = " ".join(error.format_message().split())
            say(f"neurosim: {message.rstrip('.')} (see {command} --help)")
            status = 2
        sys.exit(status if isinstance(status, int) else 0)


app = typer.Typer(
    name="neurosim",
    cls=_Commands,
    help="A simulator for neurofeedback and biofeedback. Simulation of group averages, not medical advice.",
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(show: bool) -> None:
    if show:
        import neurosim

        print(f"neurosim {neurosim.__version__}")
        raise typer.Exit


@app.callback()
def common(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Print the help where no command is given."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


for title, room in (
    ("Sessions and courses", training),
    ("Lessons", teaching),
    ("Recorded sessions", recordings),
    ("What there is, and how good it is", looking),
):
    for command in room.commands.registered_commands:
        command.rich_help_panel = title
    app.add_typer(room.commands)
