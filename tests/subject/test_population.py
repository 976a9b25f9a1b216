"""Populations: people who differ as published, and stay who they are."""

from __future__ import annotations

import numpy as np
import pytest

from neurosim import Population, simulate_sessions
from neurosim.core.errors import ConfigError
from neurosim.session.plan import plan_sessions
from neurosim.subject import Learner, Subject


def test_traits_are_those_that_the_body_uses() -> None:
    population = Population(40, seed=3)
    traits = population.traits()
    plan = plan_sessions("alpha_up", population.subject, subjects=40, seed=99)
    for name, values in plan.source.traits.items():  # type: ignore[attr-defined]
        np.testing.assert_array_equal(traits[name], values)
    assert traits["alpha_hz"].std() == pytest.approx(1.0, rel=0.4)
    assert traits["alpha_hz"].mean() == pytest.approx(10.3, abs=0.5)


def test_people_stay_who_they_are() -> None:
    """Whatever the seed of the run, and in whatever company."""
    few, many = Population(5, seed=3).traits(), Population(50, seed=3).traits()
    np.testing.assert_array_equal(few.to_numpy(), many.iloc[:5].to_numpy())
    assert (Population(5, seed=4).traits()["alpha_hz"] != few["alpha_hz"]).all()


def test_talent_goes_with_alpha_and_three_in_ten_hardly_learn() -> None:
    """Nan et al. 2018: 8 of 29 did not learn; resting alpha tells who will (r about 0.5 over all)."""
    traits = Population(2000, seed=1).traits()
    poor = traits["efficacy"] < 0.3
    assert poor.mean() == pytest.approx(0.3, abs=0.04)
    r = np.corrcoef(traits["efficacy"], np.log(traits["alpha_uv"]))[0, 1]
    assert r == pytest.approx(0.5, abs=0.06)
    few, many = (traits["alpha_uv"].rank(pct=True).between(*quarter) for quarter in ((0.0, 0.25), (0.75, 1.0)))
    assert poor[few].mean() > 2.0 * poor[many].mean()  # who has much alpha seldom fails


def test_a_population_runs_as_a_batch() -> None:
    (result,) = simulate_sessions("alpha_up", subject=Population(3, seed=1), seed=1, duration_s=20.0)
    assert result.subjects == (0, 1, 2)
    truth = result.true_amplitude("alpha")
    assert len(set(truth.tolist())) == 3


def test_no_spread_is_the_subject_itself() -> None:
    average = Population(3, seed=1, spread=0.0).traits()
    assert average["alpha_hz"].nunique() == 1


def test_a_recording_has_no_population() -> None:
    from neurosim import Recorded

    subject = Subject(name="file", title="a file", body=Recorded(path="x.edf", sidecar=None), actors=(Learner(),))
    with pytest.raises(ConfigError, match="a recording has no population"):
        Population(3, seed=1, around=subject).traits()
