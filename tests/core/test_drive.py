"""Drives add up."""

import numpy as np
import pytest

from neurosim.core.drive import LATENTS, NEUTRAL, Drive, DriveEvent, total_drive
from neurosim.core.errors import ConfigError


def test_drives_of_all_actors_add_up() -> None:
    batch = Drive({"alpha_drive": np.array([0.1, 0.2])}, (DriveEvent("blink", 1.0),))
    number = Drive({"alpha_drive": 1.0, "eyes_closed": 1.0}, (DriveEvent("tms", 2.0),))
    total = total_drive([batch, number, NEUTRAL])
    np.testing.assert_allclose(total["alpha_drive"], [1.1, 1.2])
    assert total["eyes_closed"] == 1.0
    assert [event.kind for event in total.events] == ["blink", "tms"]
    np.testing.assert_array_equal(batch["alpha_drive"], [0.1, 0.2])  # untouched


def test_nothing_acts_when_nobody_does() -> None:
    total = total_drive([])
    assert all(total[name] == 0.0 for name in LATENTS)
    assert total.events == ()


def test_unknown_latent_is_refused_with_a_remedy() -> None:
    with pytest.raises(ConfigError, match=r"^unknown latent 'alfa_drive' in a drive; did you mean 'alpha_drive'\?$"):
        Drive({"alfa_drive": 1.0})
