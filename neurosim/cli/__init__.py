"""The command line: ``neurosim run``, ``demo``, ``list``, ``check``, ``doctor``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; a user's error is one clear line and exit status 2, never a traceback."""
    from neurosim.cli.console import make_printable, say
    from neurosim.core.errors import UserError

    make_printable()
    from neurosim.cli.app import app

    try:
        app()
    except UserError as error:
        for line in str(error).splitlines():
            say(f"neurosim: {line}")
        sys.exit(2)
