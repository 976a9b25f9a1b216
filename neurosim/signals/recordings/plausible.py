"""Whether the numbers of a stream can be in the unit that the file says: a header that lies is told."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from neurosim.signals.recordings.recording import RecordedStream

#: How far a signal moves from one moment to others (half of the distance between its quartiles) [unit]: far wider
#: than any body or amplifier is, so that only a unit that is another is told.
_MOVES = {
    ("eeg", "uV"): (0.02, 2e4),
    ("emg", "uV"): (0.02, 2e4),
    ("ecg", "mV"): (1e-4, 20.0),
}
#: What its middle can be [unit].
_STANDS = {("temperature", "degC"): (0.0, 50.0), ("skin_conductance", "uS"): (-1.0, 200.0)}
_N_LOOKED_AT = 200_000


def doubts(streams: Mapping[str, RecordedStream]) -> list[str]:
    """Return a sentence for each stream whose numbers are no ones of a body in this unit; flat ones are not told."""
    found = []
    for name, stream in streams.items():
        kind = name.rstrip("_0123456789")
        step = max(1, stream.data.size // _N_LOOKED_AT)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a channel of nothing but NaN
            looked_at = np.where(np.isfinite(stream.data[:, ::step]), stream.data[:, ::step], np.nan)
            low, middle, high = np.nanmedian(np.nanpercentile(looked_at, [25, 50, 75], axis=1), axis=1)
        half = (high - low) / 2.0
        least, most = _MOVES.get((kind, stream.unit), (0.0, np.inf))
        if half > 0.0 and not least <= half <= most:
            found.append(
                f"{name}: half of the samples lie within {half:.2g} {stream.unit} of the middle, which no body does; "
                "is the unit of the file another? Give unit or scale in a sidecar"
            )
        least, most = _STANDS.get((kind, stream.unit), (-np.inf, np.inf))
        if np.isfinite(middle) and not least <= middle <= most:
            found.append(
                f"{name}: its middle is {middle:.3g} {stream.unit}, which no body has; "
                "is the unit of the file another? Give unit or scale in a sidecar"
            )
    return found
