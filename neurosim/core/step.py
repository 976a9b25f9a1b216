"""The step of a recording: what samples are rounded to before anything is decided on them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from neurosim.core.errors import ConfigError, did_you_mean
from neurosim.core.spec import Samples, SignalSpec, time_first, time_last

#: Steps in a unit where samples are written as decimals.
_PER_UNIT = 1e6
#: The least and the largest range that has room, with its sign, in the eight characters of a header.
_LEAST_RANGE, _LARGEST_RANGE = 1e-6, 5e6


class Format(NamedTuple):
    """How the EEG is stored while it is recorded: BDF+ or EDF+, which differ in the width of a sample.

    Parameters
    ----------
    name
        As the header says it.
    n_bytes
        Of a sample.
    limit
        Largest stored integer; what lies beyond tells what is no number.
    range_uv
        Largest sample of an EEG whose own range is not known [uV].
    """

    name: str
    n_bytes: int
    limit: int
    range_uv: float

    @property
    def ending(self) -> str:
        """Of a file's name."""
        return f".{self.name.lower()}"

    @property
    def no_number(self) -> int:
        """What is stored for a sample that is no number: below all that a sample can be."""
        return -(1 << (8 * self.n_bytes - 1))


#: 24 bits hold twice the limit; the step is that of a BioSemi ActiveTwo, 31.25 nV.
BDF = Format("BDF", 3, 2**22, 131072.0)
#: 16 bits: steps of 0.25 uV, so that no movement of a head is clipped; an electrode's own voltage may be.
EDF = Format("EDF", 2, 32000, 8000.0)
_FORMATS = {"bdf+": BDF, "edf+": EDF}


def find_format(name: str) -> Format:
    """Return a format by its name, ``bdf+`` or ``edf+``.

    Raises
    ------
    ConfigError
        For any other.
    """
    key = name.lower()
    if key not in _FORMATS:
        raise ConfigError(f"no format '{name}' to record in; {did_you_mean(key, _FORMATS)}", "format")
    return _FORMATS[key]


@dataclass(frozen=True)
class Step:
    """The grid that the samples of a stream stand on once they are recorded.

    Parameters
    ----------
    per_unit
        Steps in a unit of the samples. In a file it is the largest stored integer over the range that the header says,
        so that a stored integer reads back to the bit.
    limit
        Largest number of steps that can be stored; larger samples are clipped.
    """

    per_unit: float
    limit: float = math.inf

    def round(self, x: Samples) -> Samples:
        """Return samples as they read back: whole steps, and NaN for whatever is not finite."""
        steps = np.rint(np.multiply(time_first(x), self.per_unit, order="C"))
        np.clip(steps, -self.limit, self.limit, out=steps, where=np.isfinite(steps))
        steps[~np.isfinite(steps)] = np.nan
        steps /= self.per_unit
        return time_last(steps)


def fitting_step(form: Format, largest: float, least_range: float = _LEAST_RANGE) -> Step:
    """Return a step with which samples up to the largest are not clipped.

    Its range is 1, 2 or 5 times a power of ten, which a header can say exactly.

    Parameters
    ----------
    form
        What they are stored in.
    largest
        The largest sample.
    least_range
        The range is no smaller.

    Examples
    --------
    >>> fitting_step(EDF, 1.7).per_unit
    16000.0
    """
    size = min(max(largest, _LEAST_RANGE), _LARGEST_RANGE)
    power = math.floor(math.log10(size)) - 1  # a logarithm may be off by the last bit
    ranges = (float(f"{m}e{power + n}") for n in range(3) for m in (1, 2, 5))
    fits = next(each for each in ranges if each >= size)
    return Step(form.limit / max(fits, least_range), form.limit)


def step_of(stream: str, spec: SignalSpec, full_scale: float | None = None, form: Format = BDF) -> Step:
    """Return the step of a stream.

    Parameters
    ----------
    stream
        Its name; ``eeg`` goes into BDF or EDF, everything else into tables with six decimals.
    spec
        What it means.
    full_scale
        Its largest sample, where that is known beforehand: samples of an unknown unit then use the whole range, and
        large ones are not clipped.
    form
        What the EEG is stored in.

    Examples
    --------
    >>> step_of("eeg", SignalSpec(256.0, ("Cz",), "uV")).per_unit
    32.0
    """
    if stream != "eeg":
        return Step(_PER_UNIT)
    if not full_scale:
        return Step(form.limit / form.range_uv, form.limit)
    return fitting_step(form, full_scale, form.range_uv if spec.unit == "uV" else _LEAST_RANGE)
