"""Traits: drawn from published distributions, addressed by subject."""

from __future__ import annotations

import numpy as np
import pytest

from neurosim.signals.body.tables import read_table
from neurosim.signals.body.traits import TRAITS, Traits


def test_every_trait_has_a_source_and_limits() -> None:
    for row in read_table("traits"):
        assert row["source"]
        assert row["how"] in ("add", "scale")
        assert float(row["low"]) < float(row["high"])


@pytest.mark.parametrize("trait", ["heart_period_ms", "alpha_hz"])
def test_a_trait_has_the_published_spread(trait: str) -> None:
    """Nunan et al. 2010: RR 926 (SD 90) ms; Haegens et al. 2014: 10.3 Hz, SD about 1 Hz."""
    mean, sd = {"heart_period_ms": (926.0, 90.0), "alpha_hz": (10.3, 1.0)}[trait]
    values = Traits.draw(1, range(4000))(trait, mean)
    assert values.mean() == pytest.approx(mean, abs=3 * sd / np.sqrt(4000))
    assert values.std() == pytest.approx(sd, rel=0.05)


def test_scaled_traits_keep_their_median_and_stay_positive() -> None:
    values = Traits.draw(1, range(4000))("scl", 6.0)
    assert np.median(values) == pytest.approx(6.0, rel=0.05)
    assert values.min() > 1.0
    assert np.percentile(values, [2.5, 97.5]) == pytest.approx([6 * np.exp(-0.88), 6 * np.exp(0.88)], rel=0.1)


def test_people_are_addressed() -> None:
    many, alone = Traits.draw(7, range(50)), Traits.draw(7, [17])
    for trait in TRAITS:
        assert many(trait, 10.0)[17] == alone(trait, 10.0)[0]
    assert Traits.draw(8, [17])("alpha_hz", 10.0)[0] != alone("alpha_hz", 10.0)[0]


def test_no_spread_is_the_average() -> None:
    np.testing.assert_array_equal(Traits(3)("alpha_hz", 10.3), [10.3, 10.3, 10.3])
    np.testing.assert_array_equal(Traits.draw(1, range(3), spread=0.0)("scl", 6.0), [6.0, 6.0, 6.0])


def test_traits_are_independent() -> None:
    deviates = np.stack(list(Traits.draw(1, range(4000)).deviates.values()))
    correlation = np.corrcoef(deviates) - np.eye(len(deviates))
    assert np.abs(correlation).max() < 0.08
