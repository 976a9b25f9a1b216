"""Envelopes by filters that are designed from the baseline's spectrum."""

from __future__ import annotations

from abc import abstractmethod
from functools import cache
from typing import Literal

import numpy as np
from pydantic import Field

from neurosim.core.calibrated import CalibratedStageConfig, Calibrating, Fitting
from neurosim.core.spec import Bool, Float, Samples, SignalSpec
from neurosim.core.stage import BaselineNeed, Stage
from neurosim.dsp.envelopes.analytic import FIRMagnitude, finish
from neurosim.dsp.envelopes.bound import Complex, envelope_bound, filter_correlation, wiener_filter
from neurosim.dsp.envelopes.fir import LaggedEnvelope
from neurosim.dsp.envelopes.spectrum import Spectrum
from neurosim.dsp.envelopes.welch import Welch

_SEGMENT_S = 2.0  # resolves a rhythm 1 Hz wide, and leaves enough to average over in a baseline of 30 s


class CalibratedEnvelope(CalibratedStageConfig, LaggedEnvelope):
    """What stages share that design a filter for each channel from its own baseline.

    Until the baseline has ended, and for a channel with too little of it, the filter is that of `FIREnvelope`.
    """

    least_s: float = Field(4.0, gt=0, description="trusted baseline needed; 30 s are enough to be near the best",
                           json_schema_extra={"unit": "s"})  # fmt: skip

    def baseline_need(self) -> BaselineNeed:
        """Return the trusted baseline needed; without it the filter is a good one still."""
        return BaselineNeed(self.least_s, "the filter stays the unweighted one")

    @abstractmethod
    def taps(self, spectrum: Spectrum) -> Complex:
        """Design a filter of `n_taps`, that of the newest sample first; its scale does not matter.

        Raises
        ------
        LinAlgError, ValueError
            When there is none for this spectrum.
        """

    def prepare(self, spec: SignalSpec) -> Stage:
        """Check the description; the filter is designed when the baseline has ended."""
        self.check(spec)
        _rehearse(type(self))
        return Calibrating(self, spec)

    def uncalibrated(self, spec: SignalSpec) -> Stage:
        """Return the unweighted filter."""
        return FIRMagnitude(self.unweighted_taps(spec.fs)[None], self.center(), spec)

    def fit(self, spec: SignalSpec, baseline: Samples, valid: Bool) -> Stage:
        """Measure each channel's spectrum and design its filter."""
        return self.fitting(spec).fit(baseline, valid)

    def fitting(self, spec: SignalSpec) -> Fitting:
        """Return how it is fitted: the spectra are measured by and by."""
        return _SpectrumFitting(self, spec)

    def taps_or_unweighted(self, spectrum: Spectrum | None, fs: float) -> Complex:
        """Return the finished filter of one channel."""
        if spectrum is not None and spectrum.band_power(self.low_hz, self.high_hz) > 0.0:
            try:
                with np.errstate(all="ignore"):
                    taps = finish(self.taps(spectrum), self.center(), fs)
            except (np.linalg.LinAlgError, ValueError):  # SciPy says either of what is too ill-conditioned
                pass
            else:
                if np.isfinite(taps).all():
                    return taps
        return self.unweighted_taps(fs)


class _SpectrumFitting(Fitting):
    """Measures the spectrum of each channel while the baseline goes on, and designs its filter at the end."""

    config: CalibratedEnvelope

    def __init__(self, config: CalibratedEnvelope, spec: SignalSpec) -> None:
        super().__init__(config, spec)
        segment_s = max(_SEGMENT_S, config.window_s)  # the autocorrelation must reach as far as the filter
        self._welch = Welch(spec.n_subjects, spec.n_channels, spec.fs, segment_s, config.least_s)

    def follow(self, baseline: Samples, valid: Bool) -> None:
        self._welch.follow(*self._by_subject(baseline, valid))

    def fit(self, baseline: Samples, valid: Bool) -> Stage:
        return CalibratedFIRMagnitude(self.config, self._welch.spectra(*self._by_subject(baseline, valid)), self.spec)

    def _by_subject(self, baseline: Samples, valid: Bool) -> tuple[Samples, Bool]:
        n, n_channels = self.spec.n_subjects, self.spec.n_channels
        return baseline.reshape(n, n_channels, -1), valid.reshape(n, -1)


@cache
def _rehearse(kind: type[CalibratedEnvelope]) -> None:
    """Design a filter for noise, once in a process.

    What is done for the first time takes twice as long, and the tick in which a baseline ends has no time for that.
    """
    spec = SignalSpec(256.0, ("x",), "uV")
    noise = np.random.default_rng(1).normal(size=(1, 2560))
    kind.examples()[0].fit(spec, noise, np.ones(2560, dtype=np.bool_)).process(noise)


class CalibratedFIRMagnitude(FIRMagnitude):
    """See `CalibratedEnvelope`.

    Parameters
    ----------
    config
        Designs the filters.
    spectra
        Of each lane's baseline; None for one with too little of it.
    spec
        Of the input.

    Attributes
    ----------
    config, spectra
        As given.
    """

    def __init__(self, config: CalibratedEnvelope, spectra: list[Spectrum | None], spec: SignalSpec) -> None:
        self.spectra, self.config = spectra, config
        self._taps = np.array([config.taps_or_unweighted(spectrum, spec.fs) for spectrum in spectra])
        super().__init__(self._taps, config.center(), spec)

    @property
    def bound(self) -> Float:
        """Correlation with the offline envelope that no causal filter can surpass, were the baseline Gaussian.

        ``(lane,)``, lanes in (subject, channel) order; NaN for one with too little baseline.
        See `neurosim.dsp.envelope_bound`.
        """
        c = self.config
        return np.array([np.nan if s is None else envelope_bound(s, c.low_hz, c.high_hz, c.target_delay_s)
                         for s in self.spectra])  # fmt: skip

    @property
    def reach(self) -> Float:
        """Correlation that this filter reaches, were the baseline Gaussian ``(lane,)``, as `bound`."""
        c = self.config
        return np.array([np.nan if s is None else filter_correlation(taps, s, c.low_hz, c.high_hz, c.target_delay_s)
                         for taps, s in zip(self._taps, self.spectra, strict=True)])  # fmt: skip


class WeightedFIREnvelope(CalibratedEnvelope):
    """Complex FIR filter that comes nearest to the ideal one for the signal at hand: the recommended envelope.

    What the filter lets through by mistake counts as much as there is of it in the baseline: the causal Wiener filter
    of the offline analytic signal, which no linear filter surpasses. Its weights are the spectrum of each
    channel's baseline (Smetanin et al. 2020, doi:10.1088/1741-2552/ab890f, have the method; the alternative to it,
    a flat spectrum, is `FIREnvelope`).

    Examples
    --------
    >>> noise = np.random.default_rng(1).normal(size=(1, 7680))
    >>> stage = WeightedFIREnvelope(low_hz=8, high_hz=12).prepare(SignalSpec(256.0, ("Oz",), "uV"))
    >>> _ = stage.process(noise)
    >>> _ = stage.calibrate()
    >>> stage.process(noise).shape, stage.stage.bound.shape
    ((1, 7680), (1,))
    """

    kind: Literal["weighted_fir_envelope"] = "weighted_fir_envelope"
    floor: float = Field(
        0.01, ge=1e-6, le=1, description="white noise that is taken to be there besides, relative to the band: "
        "keeps the filter from being open where the baseline happens to be silent",
    )  # fmt: skip

    def taps(self, spectrum: Spectrum) -> Complex:
        fs, n_taps = spectrum.fs, self.n_taps(spectrum.fs)
        lag_s = np.arange(n_taps) / fs - self.target_delay_s
        density = spectrum.band_power(self.low_hz, self.high_hz) / (2.0 * (self.high_hz - self.low_hz))
        covariance = spectrum.analytic_covariance(self.low_hz, self.high_hz, lag_s)
        return wiener_filter(spectrum.autocorrelation(n_taps), covariance, self.floor * density * fs)
