"""The electrocardiogram, drawn from the phase of each beat."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from neurosim.core.noise import SESSION_STRIDE
from neurosim.core.spec import Float, Samples, SignalSpec, from_lanes
from neurosim.signals.body.organ import Given, Organ, OrganConfig
from neurosim.signals.body.span import Span
from neurosim.signals.heart.beats import Beats
from neurosim.signals.heart.lungs import lung_volume

# Angle [degrees], strength and width [rad] of P, Q, R, S, T at 60 beats a minute, as in ECGSYN's distributed code.
_ECGSYN = ((-70.0, 1.2, 0.25), (-15.0, -5.0, 0.1), (0.0, 30.0, 0.1), (15.0, -7.5, 0.1), (100.0, 0.75, 0.4))
_QRS_HALF_S = 0.06


def ecgsyn_waves(qrs_width: float = 1.0) -> Float:
    """Return angle [turns], height and width [turns] of P, Q, R, S, T ``(5, 3)``; R has the height 1.

    Angles and widths of Q, R and S are multiplied by ``qrs_width``.

    McSharry et al. 2003 move a trajectory by ``-sum a_i x exp(-x^2 / 2 b_i^2)`` for each radian that the phase is
    ``x`` away from wave i. Without the slow relaxation of their equation, which only tilts the baseline, that is a sum
    of Gaussians of height ``a_i b_i^2``, so that the signal is a function of the phase alone.
    """
    angle, strength, width = np.array(_ECGSYN).T
    height = strength * width**2
    angle[1:4] *= qrs_width
    width[1:4] *= qrs_width
    return np.stack([angle / 360.0, height / height[2], width / (2.0 * np.pi)], axis=1)


class ECG(OrganConfig):
    """One lead with the shape of McSharry et al. 2003 (ECGSYN), and the truth about the phase of the heart."""

    fs: float = Field(250.0, ge=100, le=4096, description="sampling rate", json_schema_extra={"unit": "Hz"})
    r_mv: float = Field(1.2, gt=0, description="height of the R wave", json_schema_extra={"unit": "mV"})
    qrs_width: float = Field(
        0.65, ge=0.3, le=2, description="width of the QRS complex; with ECGSYN's own of 1 it lasts 135 ms, with 0.65 90"
    )
    noise_mv: float = Field(0.01, ge=0, description="rms of the amplifier's noise", json_schema_extra={"unit": "mV"})
    breathing_mv: float = Field(
        0.05, ge=0, description="swing of the baseline with a breath", json_schema_extra={"unit": "mV"}
    )

    def prepare(self, given: Given) -> ECGOrgan:
        """Return the organ."""
        return ECGOrgan(self, given)


class ECGOrgan(Organ):
    """Makes ``ecg`` [mV] and ``truth/heart_phase`` [turns]: 0 at an R peak, 1 when the next is due.

    Parameters
    ----------
    config
        The parameters.
    given
        Who it belongs to.
    """

    needs_heart = True

    def __init__(self, config: ECG, given: Given) -> None:
        self._config, self._noise, self._waves = config, given.noise("ecg"), ecgsyn_waves(config.qrs_width)
        super().__init__(
            {
                "ecg": SignalSpec(config.fs, ("ECG",), "mV", given.batch_shape),
                "truth/heart_phase": SignalSpec(config.fs, ("phase",), "turns", given.batch_shape),
            },
            config.fs,
        )

    def start(self, session: int, rest: Span) -> None:
        self._base = session * SESSION_STRIDE

    def generate(self, start: int, n_times: int, span: Span) -> dict[str, Samples]:
        from neurosim.core.kernels.heart import draw_ecg

        config, n, beats = self._config, self._noise.n_lanes, span.inner["beats"]
        ecg, phase = np.empty((2, n_times, n))
        if n_times:
            draw_ecg(start, self.fs, beats.ring, beats.count, self._waves, config.r_mv, ecg, phase)
        volume, _ = lung_volume(span, start, n_times, self.fs)
        ecg += config.breathing_mv * (volume - 0.5)
        ecg += config.noise_mv * self._noise.normal(self._base + start, n_times)
        self._add_extra_beats(ecg, start, span)
        shape = self.specs["ecg"].batch_shape
        return {"ecg": from_lanes(ecg, shape, 1), "truth/heart_phase": from_lanes(phase, shape, 1)}

    def _add_extra_beats(self, ecg: Float, start: int, span: Span) -> None:
        for event in span.of_kind("extra_beat"):
            times = (start + np.arange(len(ecg))) / self.fs - event.onset_s - _QRS_HALF_S
            height = self._config.r_mv * (event.amplitude or 0.0)
            wave = np.where(np.abs(times) < _QRS_HALF_S, height * np.exp(-((times / 0.015) ** 2) / 2.0), 0.0)
            ecg[:, slice(None) if event.subject is None else event.subject] += (
                wave[:, None] if event.subject is None else wave
            )


def far_heart(start: int, n_times: int, fs: float, span: Span, t_height: float = 0.0) -> Float:
    """Return the heart as electrodes on the head or the shoulder pick it up ``(time, subject)``; R waves are 1.

    It is drawn from the phase of the beat, as the ECG is, for an R wave rises before the beat that it belongs to.

    Parameters
    ----------
    start, n_times, fs
        First sample, how many, and sampling rate [Hz].
    span
        With the beats.
    t_height
        Height of the T wave; the P wave is too small to be seen.
    """
    from neurosim.core.kernels.heart import draw_ecg

    waves = ecgsyn_waves()
    waves[0, 1], waves[4, 1] = 0.0, t_height
    beats: Beats = span.inner["beats"]
    complexes, phase = np.empty((2, n_times, len(beats.count)))
    if n_times:
        draw_ecg(start, fs, beats.ring, beats.count, waves, 1.0, complexes, phase)
    return complexes
