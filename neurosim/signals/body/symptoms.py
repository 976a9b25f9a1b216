"""What becomes of symptoms when a body has learned to change: published group averages as a map (``symptoms.csv``)."""

from __future__ import annotations

import numpy as np

from neurosim.core.errors import ConfigError, did_you_mean
from neurosim.core.spec import Float
from neurosim.signals.body.tables import read_table


def remaining_symptoms(body: str, change: Float | float) -> Float:
    """Return which share of the symptoms is left after a lasting change of what was trained.

    Equal changes multiply it by equal factors. A group average, not medical advice: it says of nobody how they will
    fare.

    Parameters
    ----------
    body
        A preset with a row in the table, such as ``"raynaud_like"``.
    change
        Of the measure of that row, in its unit; the shape is the result's.

    Raises
    ------
    ConfigError
        For a body without a row.

    Examples
    --------
    >>> remaining_symptoms("raynaud_like", [0.0, 1.4]).tolist()
    [1.0, 0.33]
    """
    rows = {row["body"]: row for row in read_table("symptoms")}
    if body not in rows:
        raise ConfigError(f"no symptoms are known of '{body}'; {did_you_mean(body, tuple(rows))}")
    row = rows[body]
    share: Float = float(row["remaining"]) ** (np.asarray(change, dtype=float) / float(row["change"]))
    return share
