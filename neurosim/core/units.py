"""Units as people write them."""

from __future__ import annotations


def pretty_units(text: str) -> str:
    """Write the units of files as people do.

    Examples
    --------
    >>> pretty_units("uV^2")
    'µV²'
    """
    return text.replace("uV", "µV").replace("uS", "µS").replace("degC", "°C").replace("^2", "²")
