"""What pulses reach: Lapicque's law, and the same numbers as the circuits have."""

from __future__ import annotations

import numpy as np
import pytest

from neurosim.feedback import load_protocol
from neurosim.modulation import Stimulator
from neurosim.modulation.reach import Reach, reach_of


def _reach(protocol: str, **pulses: float) -> Reach:
    (device,) = load_protocol(protocol).devices
    assert isinstance(device, Stimulator)
    return reach_of(device.model_copy(update={"pulses": device.pulses.model_copy(update=pulses)}))


@pytest.mark.parametrize(("protocol", "rheobase_ma"), [("vns", 0.5), ("scs_tonic", 2.5), ("pns", 1.0)])
def test_at_the_chronaxie_twice_the_rheobase_is_needed(protocol: str, rheobase_ma: float) -> None:
    """The definition of the chronaxie (Lapicque 1909); the constants are those of the circuits, here 200 us."""
    threshold = _reach(protocol).threshold_ma(np.array([200.0, 1e12]))
    np.testing.assert_allclose(threshold, [2.0 * rheobase_ma, rheobase_ma])


@pytest.mark.parametrize("protocol", ["vns", "scs_tonic", "pns"])
def test_half_of_the_fibres_answer_at_the_threshold(protocol: str) -> None:
    current = float(_reach(protocol, width_us=300.0).threshold_ma(np.array([300.0]))[0])
    at = [_reach(protocol, width_us=300.0, current_ma=share * current).effect for share in (0.5, 1.0, 2.0)]
    assert at[1] == pytest.approx(0.5, abs=1e-3)
    assert at[0] < 0.05 < 0.95 < at[2]


def test_fast_pulses_act_by_their_charge() -> None:
    thin, wide = _reach("scs_10khz", width_us=20.0).effect, _reach("scs_10khz", current_ma=2.0).effect
    assert thin == pytest.approx(wide)  # 3 mA for 20 us, 2 mA for 30 us
    assert _reach("scs_10khz", current_ma=2.0).effect == pytest.approx(1.0 - np.exp(-1.0))
    assert _reach("scs_10khz").threshold_ma(np.array([30.0]))[0] == pytest.approx(2.0)


def test_the_curve_of_equal_strength_goes_through_the_pulses() -> None:
    reach = _reach("dbs")
    assert reach.kind == "axons"
    assert reach.effect == pytest.approx(600.0)  # 240/s a mA at 60 us, by the design of the loop
    widths = np.array([60.0, 200.0, 450.0])
    np.testing.assert_allclose(reach.threshold_ma(widths)[0], 2.5)
    for width, current in zip(widths, reach.threshold_ma(widths), strict=True):
        assert _reach("dbs", width_us=float(width), current_ma=float(current)).effect == pytest.approx(600.0)
