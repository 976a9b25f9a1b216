"""Who responds, beyond the rows of models.md (test_rows.py): means of cohorts, and those whom nothing helps."""

from __future__ import annotations

import pytest

from tools.modulation_rows import relief, vagus


@pytest.mark.slow
def test_pain_falls_on_average_as_in_cohorts() -> None:
    """Not set: 10 kHz in the back takes 60 % and 78 % of the rating in two cohorts after 3 months (models.md 5.3)."""
    assert 55.0 < relief("scs_10khz", "chronic_pain", 120, 5).mean() < 80.0


@pytest.mark.slow
def test_a_quarter_has_no_benefit_of_vagus_stimulation() -> None:
    """Englot et al. 2011 ("set")."""
    assert 100.0 * (vagus()[1] > -5.0).mean() == pytest.approx(25.0, abs=5.0)
