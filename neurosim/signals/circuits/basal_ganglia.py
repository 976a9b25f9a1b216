"""The subthalamic nucleus and the globus pallidus, whose loop beats at 13 to 30 Hz when dopamine is lost."""

from __future__ import annotations

import math
from typing import Self

import numpy as np
from pydantic import Field, model_validator

from neurosim.core.config import in_unit
from neurosim.core.spec import Float, Samples
from neurosim.signals.body.organ import Given, OrganConfig
from neurosim.signals.body.span import Span, cuts
from neurosim.signals.circuits.circuit import SETTLING, Circuit
from neurosim.signals.eeg.background import Background

_STEP_S = 1e-4
_HOLD = 10  # steps for which a normal of the cortex's noise is held: a millisecond, a tenth of its time constant
_RING = 64
_DELAYS = (60, 40)  # steps: 6 ms between the nuclei, 4 ms of the globus pallidus to itself
_TAUS_S = (0.006, 0.014)
#: Highest and resting rate of the subthalamic nucleus, the same of the globus pallidus, cortex and striatum [1/s].
_RATES = (300.0, 17.0, 400.0, 75.0, 27.0, 2.0)
#: Weights S to G, G to S, G to G, cortex to S, striatum to G: in health, and without dopamine.
_HEALTHY = (19.0, 1.12, 6.6, 2.42, 15.1)
_SICK = (20.0, 10.7, 12.3, 9.2, 139.4)
#: A pulse of 60 us, as in the usual settings of deep brain stimulation.
_USUAL_US = 60.0


class BasalGanglia(OrganConfig):
    """Parameters of the loop of the subthalamic nucleus (S) and the globus pallidus (G).

    The rate model of Nevado-Holgado, Terry & Bogacz 2010, doi:10.1523/JNEUROSCI.0817-10.2010: both nuclei relax
    towards a sigmoid of their delayed inputs. The latent ``dopamine_loss`` moves its weights from those in health to
    those in parkinsonism; from a loss of about 0.4 on the loop oscillates by itself, at 26 Hz and at 20 Hz when all
    is lost. ``levodopa`` takes up to half of the loss away.

    A pulse of stimulation is an input of 0.3 ms to S (what the axons make of it, not the width at the electrode). Its
    strength is 240/s a milliampere for pulses of 60 us, and for other widths as Lapicque's law says. Oscillations
    come back within milliseconds in the model; in patients they take seconds (Kuehn et al. 2008,
    doi:10.1523/JNEUROSCI.0282-08.2008), which is what ``depression`` is for: a design, not a finding.

    The local field potential is what a rate of S is to an electrode, on a background of 1/f; its size is by design.
    Artifacts of the pulses are left out, as a stimulator that senses blanks them.
    """

    fs: float = in_unit("Hz", 250.0, "sampling rate; it must divide 1000 Hz", ge=125, le=1000)
    uv_per_rate: float = in_unit("uV s", 0.1, "potential for a rate of the subthalamic nucleus", gt=0)
    psd_at_1hz: float = in_unit("uV^2/Hz", 1.0, "level of the background at 1 Hz", ge=0)
    exponent: float = Field(1.2, ge=0, le=2, description="exponent of the background")
    cortex_noise: float = in_unit("1/s", 3.0, "SD of the input from the cortex", ge=0)
    fluctuation: float = Field(0.33, ge=0, le=1, description="SD of what wanders of the loss of dopamine, as its share")
    fluctuation_s: float = in_unit("s", 1.5, "time constant of this wandering", gt=0)
    strength_per_ma: float = in_unit("1/s", 240.0, "input to S for a mA of pulses of 60 us", ge=0)
    chronaxie_us: float = in_unit("us", 200.0, "of the axons that are stimulated", gt=0)
    depression: float = Field(0.15, ge=0, le=1, description="share of the loss that long stimulation makes up for")
    depression_on_s: float = in_unit("s", 1.0, "time constant with which it builds up", gt=0)
    depression_off_s: float = in_unit("s", 6.0, "time constant with which it wears off", gt=0)

    @model_validator(mode="after")
    def _whole_milliseconds(self) -> Self:
        if (1000.0 / self.fs) % 1.0:
            raise ValueError(f"fs must divide 1000 Hz (125, 200, 250, 500 or 1000), got {self.fs:g}")
        return self

    def prepare(self, given: Given) -> BasalGangliaOrgan:
        """Return the organ."""
        return BasalGangliaOrgan(self, given)

    def strength(self, current_ma: Float | float, width_us: Float | float) -> Float:
        """Return the input that pulses are to the subthalamic nucleus [1/s]; the shape is that of the settings.

        Lapicque's law: the threshold of an axon is ``1 + chronaxie / width`` times its rheobase.
        """
        width = np.maximum(width_us, 1e-9)
        usual = 1.0 + self.chronaxie_us / _USUAL_US
        strength: Float = self.strength_per_ma * np.asarray(current_ma) * usual / (1.0 + self.chronaxie_us / width)
        return strength


class BasalGangliaOrgan(Circuit):
    """Makes the local field potential of the subthalamic nucleus, and its truth: the rate of its neurons.

    Parameters
    ----------
    config
        The parameters.
    given
        Who it belongs to.
    """

    def __init__(self, config: BasalGanglia, given: Given) -> None:
        super().__init__(given, config.fs, {"lfp": ("STN", "uV"), "truth/stn_rate": ("STN", "1/s")}, _STEP_S)
        self._config = config
        poles = np.exp([-1.0 / (config.fs * config.fluctuation_s), -_STEP_S * _HOLD / 0.010])
        spreads = np.array([config.fluctuation, config.cortex_noise]) * np.sqrt(1.0 - poles**2)
        self._parameters = (
            np.array(_HEALTHY), np.array(_SICK), np.array(_RATES), np.array(_TAUS_S), np.array(_DELAYS),
            poles, spreads, self._n_steps, _HOLD, 3.0, _STEP_S,
            600.0 * 130.0, config.depression,
            1.0 - math.exp(-_STEP_S / config.depression_on_s), 1.0 - math.exp(-_STEP_S / config.depression_off_s),
        )  # fmt: skip
        self._noise, self._slow = given.noise("basal_ganglia"), given.noise("basal_ganglia/fluctuation")
        level = np.full((2, given.n), max(config.psd_at_1hz, 1e-12))
        self._background = Background(config.fs, given, ("STN",), np.full((2, given.n), config.exponent), level)

    def _settle(self, session: int, rest: Span) -> None:
        self._state = np.zeros((7, self._n))
        self._rings = np.empty((2, _RING, self._n))
        for i, rate in enumerate((_RATES[1], _RATES[3])):
            self._state[i] = self._rings[i] = rate
        self._open = np.zeros((1, self._n))
        self._background.start(session, self._open[0])
        # The loop settles within a second, what wanders in a few time constants; a stretch of noise of its own.
        n_settle = round(self.fs * (1.0 + 4.0 * self._config.fluctuation_s))
        lost = np.tile(self._lost(rest["dopamine_loss"][0], rest["levodopa"][0]), (n_settle, 1))
        nothing = np.zeros_like(lost)
        self._run(-n_settle, SETTLING, lost, nothing, nothing)

    @staticmethod
    def _lost(loss: Float, levodopa: Float) -> Float:
        lost: Float = loss * (1.0 - 0.5 * levodopa)
        return lost

    def generate(self, start: int, n_times: int, span: Span) -> dict[str, Samples]:
        def rows(quantity: str) -> Float:
            return self._rows(span, quantity, start, n_times)

        strength = self._config.strength(rows("stn_ma"), rows("stn_us"))
        rate = self._run(start, 0, self._lost(rows("dopamine_loss"), rows("levodopa")), strength, rows("stn_hz"))
        lfp = self._config.uv_per_rate * (rate - _RATES[1])
        if n_times:
            bounds = cuts(start, n_times, self.fs)
            lfp += self._background.generate(start, bounds, np.repeat(self._open, len(bounds) - 1, axis=0))
        return self._given_out(lfp, rate)

    def _run(self, start: int, offset: int, lost: Float, strength: Float, hertz: Float) -> Float:
        """Return the rate of the subthalamic nucleus ``(time, subject)`` [1/s], mean over each sample."""
        from neurosim.core.kernels.basal_ganglia import fire_basal_ganglia

        n, per_sample = len(lost), self._n_steps // _HOLD
        slow = self._slow.normal(self._base + offset + max(start, 0), n)
        noise = self._noise.normal(self._base + offset + max(start, 0) * per_sample, n * per_sample)
        rate, pallidum = np.empty((2, n, self._n))
        fire_basal_ganglia(
            *map(np.ascontiguousarray, (lost, strength, hertz)), slow, noise, *self._parameters,
            start * self._n_steps, self._rings, self._state, rate, pallidum,
        )  # fmt: skip
        return rate
