"""The envelope by forecasting the signal with an autoregressive model and transforming what is then both-sided."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from neurosim.core.spec import Float
from neurosim.dsp.envelopes.analytic import ideal_taps
from neurosim.dsp.envelopes.bound import Complex
from neurosim.dsp.envelopes.spectrum import Spectrum
from neurosim.dsp.envelopes.weighted_fir import CalibratedEnvelope


class AREnvelope(CalibratedEnvelope):
    """Forecast the signal by an autoregressive model, then band and Hilbert transform as if offline.

    As in Chen, Madhavan, Rapoport and Anderson (2013), "Real-time brain oscillation detection and phase-locked
    stimulation using autoregressive spectral estimation and time-series forward prediction", IEEE Trans. Biomed. Eng.
    60, 753-762, doi:10.1109/TBME.2011.2109715. There the model is fitted to each window anew, here once, to the
    baseline: a forecast is then linear in the past, and all of it is one FIR filter.
    """

    kind: Literal["ar_envelope"] = "ar_envelope"
    order_s: float = Field(0.2, gt=0, le=2, description="how far back the model looks", json_schema_extra={"unit": "s"})

    def taps(self, spectrum: Spectrum) -> Complex:
        fs, n_taps = spectrum.fs, self.n_taps(spectrum.fs)
        order = min(max(2, round(self.order_s * fs)), n_taps)
        lag_s = np.arange(n_taps) / fs - self.target_delay_s
        taps = ideal_taps(self.low_hz, self.high_hz, lag_s, fs)
        ahead_s = -np.arange(1, n_taps + 1) / fs - self.target_delay_s
        taps[:order] += ideal_taps(self.low_hz, self.high_hz, ahead_s, fs) @ forecast(spectrum, order, n_taps)
        return taps


def forecast(spectrum: Spectrum, order: int, n_ahead: int) -> Float:
    """Return the weights ``(ahead, order)`` by which the next samples follow from the last ones, newest first."""
    from scipy.linalg import solve_toeplitz

    correlation = spectrum.autocorrelation(order + 1)
    correlation[0] *= 1.0 + 1e-6  # a spectrum with a gap has no unique model
    model = solve_toeplitz(correlation[:-1], correlation[1:], check_finite=False)
    weights = np.empty((n_ahead, order))
    weights[0] = model
    for ahead in range(1, n_ahead):
        before = weights[ahead - 1]
        weights[ahead] = before[0] * model
        weights[ahead, :-1] += before[1:]
    return weights
