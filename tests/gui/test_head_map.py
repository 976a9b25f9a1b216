"""Where sensors stand on the map of the head."""

from __future__ import annotations

import numpy as np
from neurosim_gui.panels.head_map import flat_positions

from neurosim.signals.eeg.mixing import SENSORS_1020


def test_the_sensors_of_the_ten_twenty_system() -> None:
    """Jasper 1958: Cz in the middle, Fpz and Oz at the same distance of 4/5 of the way to nasion and inion, C3 and C4
    half as far as T7 and T8; left and right mirror each other, and none leaves the head.
    """
    names = (*SENSORS_1020, "Fpz", "Oz")
    found = flat_positions(names)
    assert found is not None
    at = dict(zip(names, found, strict=True))
    far = {name: float(np.hypot(*place)) for name, place in at.items()}
    assert max(far.values()) < 1.0
    assert far["Cz"] < 0.01
    assert abs(far["Fpz"] - far["Oz"]) < 0.05
    for left, right in (("Fp1", "Fp2"), ("F7", "F8"), ("F3", "F4"), ("C3", "C4"), ("T7", "T8"), ("P3", "P4"),
                        ("P7", "P8"), ("O1", "O2")):  # fmt: skip
        np.testing.assert_allclose(at[left], at[right] * [-1.0, 1.0], atol=0.03)
    assert abs(far["C3"] / far["T7"] - 0.5) < 0.05
    assert at["Fpz"][1] > at["Fz"][1] > at["Cz"][1] > at["Pz"][1] > at["Oz"][1]


def test_other_names_have_no_place() -> None:
    assert flat_positions(("Cz", "elsewhere")) is None
