"""What devices show is a stream: their own settings, and for a drug the closed form of one compartment."""

from __future__ import annotations

import math

import numpy as np
import pytest

from neurosim.feedback.protocol import TrainingProtocol, load_protocol
from neurosim.modulation import Drug
from neurosim.session.metered import DEVICES
from neurosim.session.plan import plan_sessions
from neurosim.session.simulate import simulate
from neurosim.subject.subject import load_subject


def _with(protocol: str, *devices: dict[str, object]) -> TrainingProtocol:
    plain = load_protocol(protocol)
    return TrainingProtocol.model_validate({**plain.model_dump(), "devices": devices})


def test_a_stimulator_shows_the_current_that_the_nerve_gets() -> None:
    result = simulate("vns", seed=3, duration_s=120.0)
    spec = result.streams[DEVICES]
    assert spec.ch_names == ("vagus_current", "vagus_width", "vagus_frequency")
    assert spec.ch_units == ("mA", "us", "Hz")
    current, width, frequency = result.samples(DEVICES)
    state = result.streams["truth/state"]
    given = result.samples("truth/state")[state.ch_names.index("vagus_ma")]
    assert current.max() == given.max() == 1.5  # vns.toml: 1.5 mA
    np.testing.assert_array_equal(np.unique(width), [0.0, 250.0])  # vns.toml: 250 us, 25 Hz
    np.testing.assert_array_equal(np.unique(frequency), [0.0, 25.0])


def test_a_drug_shows_the_bateman_function() -> None:
    """One dose: D F ka / (V (ka - ke)) (exp(-ke t) - exp(-ka t)), the one-compartment model's own solution."""
    drug = Drug(medicine="methylphenidate", dose_mg=20.0, n_doses=1, hours_per_s=0.1)
    protocol = _with("heart_rate_down", drug.model_dump())
    result = simulate(protocol, subject="adult", seed=1, duration_s=60.0)
    spec = result.streams[DEVICES]
    assert spec.ch_names == ("methylphenidate_blood", "methylphenidate_effect")
    blood = result.samples(DEVICES)[0]
    hours = 0.1 * protocol.update_interval_s * np.arange(1, blood.size + 1)
    k = drug.medicine.kinetics
    ke = math.log(2.0) / k.half_life_h
    height = 20.0 * k.bioavailability * k.absorption_per_h / (k.volume_l_per_kg * 70.0 * (k.absorption_per_h - ke))
    expected = height * (np.exp(-ke * hours) - np.exp(-k.absorption_per_h * hours))
    np.testing.assert_allclose(blood, expected, rtol=1e-6, atol=1e-12)


def test_two_coils_have_two_displays_and_show_every_pulse() -> None:
    result = simulate("itbs", seed=1)
    spec = result.streams[DEVICES]
    assert spec.ch_names[::3] == ("coil_pulses", "coil2_pulses", "coil3_pulses")
    assert result.samples(DEVICES)[::3].sum(axis=-1).tolist() == [600.0, 12.0, 12.0]


def test_who_has_no_device_has_no_such_stream() -> None:
    assert DEVICES not in plan_sessions("alpha_up", seed=1).source.specs


@pytest.mark.parametrize("subjects", [3, [7]])
def test_a_batch_is_metered_like_one(subjects: int | list[int]) -> None:
    plan = plan_sessions("adaptive_dbs", seed=1, subjects=subjects)
    n = len(plan.subjects)
    assert plan.source.specs[DEVICES].batch_shape == (n,)
    assert plan.session().step().samples[DEVICES].shape == (n, 3, 1)


def test_the_reading_of_a_subject_s_own_device_is_there_too() -> None:
    person = load_subject("parkinson").model_copy(update={"actors": (Drug(medicine="levodopa", before_h=50.0),)})
    result = simulate("dbs", subject=person, seed=1, duration_s=5.0)
    at = result.streams[DEVICES].ch_names.index("levodopa_blood")
    assert result.samples(DEVICES)[at, 0] > 0.0
