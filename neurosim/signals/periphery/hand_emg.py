"""The EMG of a muscle of the right hand: its twitches after magnetic pulses over the motor cortex."""

from __future__ import annotations

import math

import numpy as np
from pydantic import Field

from neurosim.core.config import in_unit
from neurosim.core.noise import SESSION_STRIDE
from neurosim.core.spec import Samples, SignalSpec, from_lanes
from neurosim.signals.body.organ import Given, Organ, OrganConfig
from neurosim.signals.body.span import Span

_LASTS_S = 0.02


class HandEMG(OrganConfig):
    """Parameters of motor evoked potentials in the first dorsal interosseous of a resting hand.

    The size grows with the pulse as a sigmoid, so that a pulse at the resting motor threshold gives some 50 uV at the
    median (the definition of that threshold: 50 uV in half of the trials, Rossini et al. 2015,
    doi:10.1016/j.clinph.2015.02.001), and scatters lognormally from trial to trial. It follows the excitability of the
    cortex. The latency is 22 ms.
    """

    fs: float = in_unit("Hz", 2000.0, "sampling rate", ge=500, le=8000)
    most_uv: float = in_unit("uV", 2000.0, "peak to peak, at the strongest pulses", gt=0)
    half: float = Field(1.257, gt=0, description="pulse that gives half of it, in resting motor thresholds")
    slope: float = Field(0.07, gt=0, description="width of the sigmoid, in resting motor thresholds")
    scatter: float = Field(0.472, ge=0, description="SD of the logarithm of the size: a CV of 0.5")
    latency_s: float = in_unit("s", 0.022, "from the pulse to the twitch", gt=0, le=0.1)
    noise_uv: float = in_unit("uV", 3.0, "rms of the amplifier and the resting muscle", ge=0)

    def prepare(self, given: Given) -> HandEMGOrgan:
        """Return the organ."""
        return HandEMGOrgan(self, given)

    def size_uv(self, intensity: float) -> float:
        """Return the median size of a twitch [uV] for a pulse in resting motor thresholds."""
        return self.most_uv / (1.0 + math.exp(-(intensity - self.half) / self.slope))


class HandEMGOrgan(Organ):
    """Makes the EMG of the hand; a function of absolute time.

    Parameters
    ----------
    config
        The parameters.
    given
        Who it belongs to.
    """

    on_request = True

    def __init__(self, config: HandEMG, given: Given) -> None:
        self._config, self._n = config, given.n
        self._noise, self._sizes = given.noise("hand_emg"), given.noise("hand_emg/size")
        super().__init__({"hand_emg": SignalSpec(config.fs, ("FDI",), "uV", given.batch_shape)}, config.fs)

    def start(self, session: int, rest: Span) -> None:
        self._base = session * SESSION_STRIDE

    def generate(self, start: int, n_times: int, span: Span) -> dict[str, Samples]:
        config = self._config
        out = config.noise_uv * self._noise.normal(self._base + start, n_times)
        for event in span.of_kind("tms_pulse"):
            begins_s = event.onset_s + config.latency_s
            first = max(math.ceil(begins_s * self.fs) - start, 0)
            stop = min(math.ceil((begins_s + _LASTS_S) * self.fs) - start, n_times)
            if first >= stop:
                continue
            phase = ((np.arange(start + first, start + stop) / self.fs - begins_s) / _LASTS_S)[:, None]
            twitch = np.sin(2.0 * np.pi * phase) * np.sin(np.pi * phase)  # two phases that begin and end at 0
            scatter = self._sizes.normal(self._base + round(event.onset_s * 1e6), 1)[0]
            size = config.size_uv(event.amplitude or 0.0) * np.exp(config.scatter * scatter)
            excitability = span.rows("cortical_excitability", start + first, stop - first, self.fs)
            change = twitch * (size / _PEAK_TO_PEAK) * np.exp(excitability)
            who = slice(None) if event.subject is None else slice(event.subject, event.subject + 1)
            out[first:stop, who] += change[:, who]
        return {"hand_emg": from_lanes(out, self.specs["hand_emg"].batch_shape, 1)}


#: Peak to peak of ``sin(2 pi x) sin(pi x)``: its extremes are +-4 / (3 sqrt 3).
_PEAK_TO_PEAK = 8.0 / (3.0 * math.sqrt(3.0))
