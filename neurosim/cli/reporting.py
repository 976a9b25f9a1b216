"""``neurosim report``: a folder's report."""

from __future__ import annotations

import json
from pathlib import Path


def report_folder(folder: Path, out: Path | None, as_json: bool) -> None:
    """Write the report on a folder, and tell where it is or, as JSON, its numbers.

    Raises
    ------
    UserError
        When there is nothing to report on, or the file cannot be written.
    """
    from neurosim.cli.warm import warm_up
    from neurosim.report.make import report_on

    warm_up()
    path, data = report_on(folder, out)
    print(json.dumps(data, indent=2) if as_json else f"Report: {path}")
