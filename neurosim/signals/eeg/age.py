"""What the years do to the EEG: the frequency of alpha and the exponent of the background."""

from __future__ import annotations

import numpy as np

from neurosim.core.spec import Float

_ADULT_YEARS = 30.0
_GROWN_YEARS = 18.0
# By design through what is published: 10.3 Hz in adults (Haegens et al. 2014, doi:10.1016/j.neuroimage.2014.01.049),
# falling by 0.05 to 0.1 Hz in ten years from 40 to 60, and 9 to 9.5 Hz at 70.
_YEARS = (_GROWN_YEARS, 25.0, 40.0, 60.0, 70.0, 90.0)
_ADULT_HZ = (10.1, 10.3, 10.3, 10.15, 9.5, 9.0)
_EXPONENT, _EXPONENT_PER_YEAR = 1.2, -0.01


def alpha_hz_of_age(age_years: Float | float) -> Float:
    """Return the frequency of alpha [Hz] of an average person.

    Up to 18 years the meta-analysis of Freschl et al. 2022 (40 studies: 6.1 Hz at half a year, 8.4 at 5, 9.7 at 13,
    towards 10.1), then straight lines through what is known of adults.

    Examples
    --------
    >>> alpha_hz_of_age(np.array([5.0, 30.0])).round(1)
    array([ 8.5, 10.3])
    """
    age = np.asarray(age_years, dtype=float)
    still_growing = 4.5 * np.exp(-age / 4.9)
    grown = np.interp(age, _YEARS, _ADULT_HZ)
    # What is still missing at 18 (0.1 Hz) goes on shrinking, and is gone at 25.
    left = np.clip((25.0 - age) / (25.0 - _GROWN_YEARS), 0.0, 1.0)
    hz: Float = grown - left * still_growing
    return hz


def exponent_of_age(age_years: Float | float) -> Float:
    """Return the exponent of the background of an average person with eyes open.

    1.2 at 30 years, 0.1 less every ten years: by design, in the direction of Hill et al. 2022 (4 to 12 years) and
    Merkin et al. 2023 (young and old adults).

    Examples
    --------
    >>> exponent_of_age(np.array([10.0, 30.0, 70.0])).round(2)
    array([1.4, 1.2, 0.8])
    """
    age = np.asarray(age_years, dtype=float)
    exponent: Float = _EXPONENT + _EXPONENT_PER_YEAR * (age - _ADULT_YEARS)
    return exponent
