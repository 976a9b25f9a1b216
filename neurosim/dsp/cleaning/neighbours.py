"""Which electrodes lie beside each other."""

from __future__ import annotations

from functools import cache

import numpy as np

from neurosim.core.errors import ConfigError, Problem, did_you_mean
from neurosim.core.spec import Float

#: MNE 1.13 renames the head that "standard" means.
_OLD_HEAD, _HEAD = "standard_", "colin27_"


@cache
def montage_positions(montage: str) -> dict[str, Float]:
    """Return where the electrodes of a montage are, by their names in lower case [m].

    Raises
    ------
    ConfigError
        When MNE does not know the montage.
    """
    import mne

    known = mne.channels.get_builtin_montages()
    montage = montage if montage in known else montage.replace(_OLD_HEAD, _HEAD)
    if montage not in known:
        raise ConfigError([Problem(("montage",), f"no montage '{montage}'; {did_you_mean(montage, known)}")])
    found = mne.channels.make_standard_montage(montage).get_positions()["ch_pos"]
    return {name.lower(): np.asarray(position) for name, position in found.items()}


def distances(ch_names: tuple[str, ...], montage: str) -> Float:
    """Return the distances of channels ``(channel, channel)`` [m]; infinite from itself.

    Raises
    ------
    ConfigError
        For channels that the montage does not have.
    """
    where = montage_positions(montage)
    missing = [name for name in ch_names if name.lower() not in where]
    if missing:
        message = f"has no position for {', '.join(missing)}; pick other channels first, or name neighbours"
        raise ConfigError([Problem(("montage",), message)])
    at = np.array([where[name.lower()] for name in ch_names])
    apart: Float = np.sqrt(np.sum((at[:, None] - at[None]) ** 2, axis=-1))
    np.fill_diagonal(apart, np.inf)
    return apart


def nearest(apart: Float, n: int) -> list[list[int]]:
    """Return the n nearest other channels of each, nearest first; fewer where there are fewer."""
    n = min(n, len(apart) - 1)
    return [np.argsort(row, kind="stable")[:n].tolist() for row in apart]
