"""Magnetic pulses: times of trains, signs of after-effects, evoked potentials of brain and hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from neurosim.core.config import validate
from neurosim.core.drive import Drive, DriveEvent
from neurosim.core.errors import ConfigError
from neurosim.modulation import TRAINS, Coil
from neurosim.signals import Body
from tools.modulation_rows import after_effect

Float = NDArray[np.float64]
Record = Callable[..., dict[str, Float]]


@pytest.mark.parametrize(
    ("name", "last_s"), [("itbs", 191.84), ("ctbs", 39.84), ("ctbs300", 19.84), ("1hz", 899.0), ("10hz", 2223.9)]
)
def test_trains_last_as_published(name: str, last_s: float) -> None:
    """iTBS takes 192 s, cTBS 40 s, 300 pulses 20 s (Huang et al. 2005); 3000 pulses at 10 Hz 37.5 min (THREE-D)."""
    assert TRAINS[name].times_s()[-1] == pytest.approx(last_s)
    assert len(TRAINS[name].times_s()) == TRAINS[name].n_pulses


def test_signs_of_after_effects() -> None:
    """Row 47, a test of the model: fast trains and iTBS strengthen, 1 Hz and cTBS weaken, single pulses do nothing."""
    assert all(after_effect(name) > 10.0 for name in ("5hz", "10hz", "itbs"))
    assert all(after_effect(name) < -10.0 for name in ("1hz", "ctbs", "ctbs300"))
    assert abs(after_effect("single")) < 1.0


def pulsed(record: Record, intensity: float = 1.2, **drive: float) -> dict[str, Float]:
    body = Body()

    def at(k: int) -> Drive:
        return Drive(drive, (DriveEvent("tms_pulse", k + 0.25, intensity),))

    return record(("eeg", "hand_emg"), 40, at, body=body, n=10)


def wave(streams: dict[str, Float], at_ms: float) -> float:
    """Return the mean over pulses and people of the EEG at C3 around a moment after the pulse, less what was before."""
    c3 = list(Body().eeg.ch_names).index("C3")
    epochs = streams["eeg"][:, c3].reshape(-1, 40, 256).mean(axis=(0, 1))
    sample = 64 + round(at_ms * 0.256)
    return float(epochs[sample - 1 : sample + 2].mean() - epochs[:60].mean())


def test_drugs_change_the_evoked_potential_as_published(record: Record) -> None:
    """Row 48, signs ("rule"): benzodiazepines N45 up, N100 down; zolpidem N45 up only; baclofen N100 up."""
    rest, all_a, a1, b = (pulsed(record, **drive) for drive in ({}, {"gaba_a": 1.0}, {"gaba_a1": 1.0}, {"gaba_b": 1.0}))
    n45, n100 = ([wave(x, ms) for x in (rest, all_a, a1, b)] for ms in (45.0, 100.0))
    assert n45[1] < n45[0] - 0.5
    assert n45[2] < n45[0] - 0.5
    assert n45[3] == pytest.approx(n45[0], abs=0.3)
    assert n100[1] > n100[0] + 1.0
    assert n100[2] == pytest.approx(n100[0], abs=0.3)
    assert n100[3] < n100[0] - 1.0


def test_hand_twitches_from_the_threshold_on(record: Record) -> None:
    """The definition of the resting motor threshold: 50 uV in half of the trials (Rossini et al. 2015)."""
    twitch = pulsed(record, 1.0)["hand_emg"][:, 0].reshape(-1, 40, 2000)[:, :, 540:590]
    sizes = np.ptp(twitch, axis=-1)
    assert 0.35 < (sizes > 50.0).mean() < 0.65
    stronger = np.ptp(pulsed(record, 1.4)["hand_emg"][:, 0].reshape(-1, 40, 2000)[:, :, 540:590], axis=-1)
    assert np.median(stronger) > 20 * np.median(sizes)
    assert np.std(stronger) / np.mean(stronger) == pytest.approx(0.5, abs=0.08)  # scatter of trials, models.md 5.5


def test_unknown_train_is_told() -> None:
    with pytest.raises(ConfigError, match="no train 'itb'; did you mean 'itbs'"):
        validate({"train": "itb"}, Coil)
