"""What pulses reach: how much current each width needs, and how much answers to the pulses that are given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from neurosim.core.spec import Float
from neurosim.modulation.stimulator import Stimulator
from neurosim.signals.circuits.basal_ganglia import BasalGanglia
from neurosim.signals.circuits.pain_gate import FAST_HZ, PainGate


@dataclass(frozen=True)
class Reach:
    """What the pulses of a stimulator do to what they are meant for, in an average body.

    Parameters
    ----------
    kind
        ``fibres`` of a nerve or the cord, inhibitory ``cells`` of the cord, ``axons`` of the subthalamic nucleus.
    threshold_ma
        The current at each width ``(width,)`` [us] that half of the fibres answer to, that has 63 % of its effect on
        the cells, or that is as strong for the axons as the pulses are now [mA].
    effect
        What the pulses do: the share of the fibres that answer, the share of the effect on the cells, or the input
        to the nucleus [1/s].
    """

    kind: Literal["fibres", "cells", "axons"]
    threshold_ma: Callable[[Float], Float]
    effect: float


def reach_of(config: Stimulator) -> Reach:
    """Return what the pulses of a stimulator reach; the constants are those of the circuit at its site.

    Examples
    --------
    >>> pulses = {"site": "nerve", "current_ma": 2.5, "width_us": 300, "frequency_hz": 80}
    >>> nerve = reach_of(Stimulator(pulses=pulses))
    >>> nerve.kind, float(nerve.threshold_ma(np.array([200.0]))[0])
    ('fibres', 2.0)
    """
    pulses, gate = config.pulses, PainGate()
    current, width = np.array([pulses.current_ma]), np.array([pulses.width_us])
    if pulses.site == "stn":
        loop = BasalGanglia()
        now = float(loop.strength(pulses.current_ma, pulses.width_us))
        return Reach("axons", lambda widths: now / loop.strength(1.0, widths), now)
    if pulses.site == "vagus":
        return Reach("fibres", _lapicque(config.rheobase_ma, config.chronaxie_us), config.recruitment)
    if pulses.frequency_hz >= FAST_HZ:
        effect = float(gate.calmed(current, width, np.array([pulses.frequency_hz]))[0])
        return Reach("cells", lambda widths: 30.0 * gate.fast_ma / widths, effect)
    rheobase = gate.cord_rheobase_ma if pulses.site == "cord" else gate.rheobase_ma
    driven = gate.thick(current, width, np.array([1e3 - 1.0]), rheobase)  # as many as answer at all
    return Reach("fibres", _lapicque(rheobase, gate.chronaxie_us), float(driven[0]))


def _lapicque(rheobase_ma: float, chronaxie_us: float) -> Callable[[Float], Float]:
    """Return the strength-duration curve: ``rheobase (1 + chronaxie / width)``."""
    return lambda widths: rheobase_ma * (1.0 + chronaxie_us / widths)
