"""Settings of pulses: charge, density and Shannon's limit, in numbers worked out by hand."""

from __future__ import annotations

import pytest

from neurosim.core.config import validate
from neurosim.core.errors import ConfigError
from neurosim.modulation import Electrode, Pulses


def test_charge_and_shannon_of_usual_settings() -> None:
    """3 mA for 60 us are 0.18 uC; over 6 mm2 3 uC/cm2; k = log10(.18) + log10(3) = -0.27 (limit 1.85, Shannon 1992)."""
    pulses = Pulses(site="stn", current_ma=3.0, width_us=60.0, frequency_hz=130.0)
    assert pulses.charge_uc == pytest.approx(0.18)
    assert pulses.contact.density_uc_per_cm2(pulses.charge_uc) == pytest.approx(3.0)
    assert pulses.contact.shannon(pulses.charge_uc) == pytest.approx(-0.2676, abs=1e-3)


def test_limit_is_refused_with_the_figure_and_what_is_allowed() -> None:
    """k = 1.85 over 6 mm2 allows sqrt(10^1.85 * 0.06) = 2.06 uC: 13.7 mA at 150 us."""
    assert Electrode.at("stn").most_charge_uc == pytest.approx(2.061, abs=1e-3)
    bad = {"site": "stn", "current_ma": 20.0, "width_us": 150.0, "frequency_hz": 130.0}
    with pytest.raises(ConfigError, match=r"3\.00 uC a phase .* Shannon's k 2\.18 above 1\.85: at most 13\.7 mA"):
        validate(bad, Pulses)
    validate(bad | {"current_ma": 13.7}, Pulses)


def test_both_phases_must_fit_into_a_period() -> None:
    bad = {"site": "cord", "current_ma": 3.0, "width_us": 60.0, "frequency_hz": 10000.0}
    with pytest.raises(ConfigError, match="at most 50 us, got 60"):
        validate(bad, Pulses)


def test_unknown_site_is_told() -> None:
    with pytest.raises(ConfigError, match="no site 'cordd'; did you mean 'cord'"):
        validate({"site": "cordd", "current_ma": 3.0, "width_us": 60.0, "frequency_hz": 10.0}, Pulses)
