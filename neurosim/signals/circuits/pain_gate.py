"""Pain at the gate of the spinal cord, where thick fibres and stimulation hold back what thin fibres report."""

from __future__ import annotations

import math

import numpy as np
from pydantic import Field

from neurosim.core.config import in_unit
from neurosim.core.spec import Float, Samples
from neurosim.signals.body.organ import Given, OrganConfig
from neurosim.signals.body.span import Span
from neurosim.signals.circuits.circuit import Circuit

_STEP_S = 1e-3
_SETTLE_S = 2.0
#: Pulses faster than this do not drive thick fibres one by one; they act on the inhibitory cells.
FAST_HZ = 1000.0


class PainGate(OrganConfig):
    """Parameters of the gate of pain.

    Four potentials of the dorsal horn and the midbrain, after Britton & Skevington 1989 (the gate of Melzack & Wall as
    differential equations; the weights are by design). Thin fibres fire with the latent ``nociception``. Pulses at the
    spinal cord or at a nerve drive thick fibres: those whose threshold ``rheobase (1 + chronaxie / width)`` is passed,
    more of them the faster the pulses come. Pulses of 1 kHz and more act on the inhibitory cells and are not felt.
    What stimulation does builds up in seconds and wears off in minutes (nerve) or hours (cord), which the four
    potentials alone would forget within 30 ms. How well it reaches the fibres differs between people: trait
    ``cord_reach`` and ``nerve_reach``.

    ``pain`` is what a person would say on a scale of 0 to 10, with the scatter of such ratings.
    """

    fs: float = in_unit("Hz", 4.0, "sampling rate", gt=0, le=32)
    rheobase_ma: float = in_unit(
        "mA", 1.0, "current of a very long pulse that excites a thick fibre, at the nerve", gt=0
    )
    cord_rheobase_ma: float = in_unit("mA", 2.5, "the same at the spinal cord", gt=0)
    chronaxie_us: float = in_unit("us", 200.0, "of thick fibres", gt=0)
    recruitment: float = Field(0.15, gt=0, le=2, description="spread of thresholds, as a share of the threshold")
    frequency_hz: float = in_unit("Hz", 30.0, "pulses a second that drive thick fibres to 63 % of what they can", gt=0)
    fast_ma: float = in_unit("mA", 2.0, "current at 30 us of fast pulses that has 63 % of its effect", gt=0)
    cord_reach: float = Field(
        0.73,
        gt=0,
        le=5,
        description="how well pulses at the cord reach the fibres of a place: the back worse than a leg",
    )
    fast_reach: float = Field(1.15, gt=0, le=5, description="the same of fast pulses and inhibitory cells")
    nerve_reach: float = Field(1.0, gt=0, le=5, description="the same of pulses at a nerve and its thick fibres")
    build_up_s: float = in_unit("s", 5.0, "time constant with which an effect builds up", gt=0)
    nerve_wash_out_s: float = in_unit("s", 900.0, "time constant with which that at a nerve wears off", gt=0)
    cord_wash_out_s: float = in_unit("s", 7200.0, "time constant with which that at the cord wears off", gt=0)
    rating_sd: float = Field(0.3, ge=0, le=3, description="SD of a rating on the scale of 0 to 10")
    rating_s: float = in_unit("s", 20.0, "time constant of this scatter", gt=0)

    def prepare(self, given: Given) -> PainGateOrgan:
        """Return the organ."""
        return PainGateOrgan(self, given)

    def thick(self, current_ma: Float, width_us: Float, frequency_hz: Float, rheobase_ma: float) -> Float:
        """Return the drive of thick fibres, 0 to 1; the shape is that of the settings."""
        threshold = rheobase_ma * (1.0 + self.chronaxie_us / np.maximum(width_us, 1e-9))
        over = (current_ma / threshold - 1.0) / self.recruitment
        reached = 1.0 / (1.0 + np.exp(-np.clip(over, -500.0, 500.0)))
        fast = frequency_hz >= FAST_HZ
        drive: Float = np.where(fast, 0.0, reached * (1.0 - np.exp(-frequency_hz / self.frequency_hz)))
        return np.where(current_ma > 0.0, drive, 0.0)

    def calmed(self, current_ma: Float, width_us: Float, frequency_hz: Float) -> Float:
        """Return what fast pulses do to the inhibitory cells, 0 to 1; the shape is that of the settings."""
        effect: Float = 1.0 - np.exp(-current_ma * width_us / (30.0 * self.fast_ma))
        return np.where(frequency_hz >= FAST_HZ, effect, 0.0)


class PainGateOrgan(Circuit):
    """Makes the rating of pain, and its truth: the firing of the cells that report it to the brain, 0 to 1.

    Parameters
    ----------
    config
        The parameters.
    given
        Who it belongs to.
    """

    def __init__(self, config: PainGate, given: Given) -> None:
        super().__init__(given, config.fs, {"pain": ("pain", "0 to 10"), "truth/pain": ("pain", "1")}, _STEP_S)
        self._config = config
        between = given.traits("cord_reach", 1.0)
        self._reach = (config.cord_reach * between, given.traits("nerve_reach", config.nerve_reach),
                       config.fast_reach * between)  # fmt: skip
        self._on = 1.0 - math.exp(-1.0 / (config.fs * config.build_up_s))
        wash_out = (config.cord_wash_out_s, config.nerve_wash_out_s, config.cord_wash_out_s)
        self._off = [1.0 - math.exp(-1.0 / (config.fs * tau_s)) for tau_s in wash_out]
        pole = math.exp(-1.0 / (config.fs * config.rating_s))
        self._scatter = (pole, config.rating_sd * math.sqrt(1.0 - pole**2))
        self._noise, self._initial = given.noise("pain_gate"), given.noise("pain_gate/initial")

    def _settle(self, session: int, rest: Span) -> None:
        self._effects = np.zeros((3, self._n))  # thick fibres at the cord and at the nerve, inhibitory cells
        self._started = np.ones(self._n, dtype=np.bool_)
        self._state = np.zeros((4, self._n))
        self._rated = self._config.rating_sd * self._initial.normal(self._base, 1)[0]
        n_settle = round(_SETTLE_S * self.fs)
        nothing = np.zeros((n_settle, self._n))
        self._fire(np.tile(rest["nociception"][0], (n_settle, 1)), nothing, nothing)

    def _fire(self, harm: Float, drive: Float, calmed: Float) -> Float:
        from neurosim.core.kernels.gate import run_gate

        out = np.empty_like(harm)
        run_gate(harm, drive, calmed, _STEP_S, self._n_steps, self._state, out)
        return out

    def generate(self, start: int, n_times: int, span: Span) -> dict[str, Samples]:
        from neurosim.core.kernels.filters import ar1

        def rows(quantity: str) -> Float:
            return self._rows(span, quantity, start, n_times)

        config = self._config
        cord_ma, cord_us, cord_hz = (rows(f"cord_{what}") for what in ("ma", "us", "hz"))
        nerve_ma, nerve_us, nerve_hz = (rows(f"nerve_{what}") for what in ("ma", "us", "hz"))
        wanted = (
            config.thick(cord_ma, cord_us, cord_hz, config.cord_rheobase_ma),
            config.thick(nerve_ma, nerve_us, nerve_hz, config.rheobase_ma),
            config.calmed(cord_ma, cord_us, cord_hz),
        )
        at_cord, at_nerve, calmed = (self._follow(i, aim) for i, aim in enumerate(wanted))
        firing = self._fire(rows("nociception"), 1.0 - (1.0 - at_cord) * (1.0 - at_nerve), calmed)
        scatter = self._noise.normal(self._base + 1 + start, n_times)
        ar1(scatter, *self._scatter, self._rated[None])
        return self._given_out(np.clip(10.0 * firing + scatter, 0.0, 10.0), firing)

    def _follow(self, row: int, aim: Float) -> Float:
        """Return an effect as it reaches its cells: it builds up fast and wears off slowly ``(time, subject)``."""
        from neurosim.core.kernels.slow import follow

        out = np.empty_like(aim)
        aim = np.minimum(aim * self._reach[row], 1.0)
        follow(aim, self._on, self._off[row], math.inf, self._effects[row], self._started, out)
        return out
