"""``neurosim repeat``: a session run again from its folder alone."""

from __future__ import annotations

import json
from pathlib import Path

from neurosim.cli.console import say
from neurosim.cli.warm import warm_up


def repeat_folder(folder: Path, key: Path | None, as_json: bool) -> bool:
    """Run a session again, say whether it is the same to the bit, and return that.

    Raises
    ------
    UserError
        When it cannot be repeated.
    """
    from neurosim.session.repeat import repeat_session

    warm_up()
    repeated = repeat_session(folder, key)
    for name, (then, now) in repeated.other_versions.items():
        say(f"{name} was {then} and is {now} here; bits may differ for that alone.")
    if as_json:
        print(json.dumps(repeated.summary(), indent=2))
    elif repeated.difference:
        print(f"Not the same: {repeated.difference}.")
    else:
        print(f"The same to the bit: {repeated.n_ticks} ticks of {', '.join(repeated.columns)}.")
    return not repeated.difference
