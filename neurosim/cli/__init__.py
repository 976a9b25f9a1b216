"""The command line: ``neurosim run``, ``demo``, ``list``, ``check``, ``doctor``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line.

    Exit status: 0 when all went well, a session that Ctrl-C ended at the border of a tick included; 1 when
    `doctor` finds something missing; 2 for a user's error, told in one clear line each; 130 when Ctrl-C aborts.
    """
    try:
        if not sys.warnoptions:  # libraries warn programmers; a class would read it as a failure
            import warnings

            warnings.simplefilter("ignore")
        from neurosim.cli.console import make_printable

        make_printable()
        from neurosim.cli.app import app

        app(prog_name="neurosim")
    except KeyboardInterrupt:  # while a module was being imported
        sys.exit(130)
