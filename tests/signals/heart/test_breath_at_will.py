"""Breath at will: the lungs go where they are told, from where they are, and the heart follows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from neurosim.core.drive import Drive
from neurosim.signals import Body
from neurosim.signals.heart.lungs import Lungs
from neurosim.signals.heart.respiration import Respiration

Float = NDArray[np.float64]
Record = Callable[..., dict[str, Float]]
FS = 32


def breathing(in_s: int, out_s: int, from_s: int = 10) -> Callable[[int], Drive]:
    """Breathe by oneself at first, then in and out as told, beginning with in."""

    def drive(second: int) -> Drive:
        if second < from_s:
            return Drive()
        return Drive({"breath": 1.0 if (second - from_s) % (in_s + out_s) < in_s else -1.0})

    return drive


def test_the_belt_rises_while_in_and_falls_while_out(record: Record) -> None:
    body = Body(respiration=Respiration(noise_l=0.0))
    belt = record(("respiration",), 70, breathing(4, 6), body=body)["respiration"][0]
    told = belt[10 * FS :].reshape(6, 10 * FS)
    assert (np.diff(told[:, : 4 * FS]) > -1e-9).all()
    assert (np.diff(told[:, 4 * FS + 1 :]) < 1e-9).all()
    # 4 s in (time constant 1 s) and 6 s out (1.5 s) both leave exp(-4) of a half turn of the volume's cosine; but for
    # what is left they are the usual half a litre, in every breath.
    left = 0.5 * (1.0 - np.cos(np.pi * np.exp(-4.0)))
    np.testing.assert_allclose(np.ptp(told, axis=1)[2:], 0.5 * (1.0 - 2.0 * left), rtol=2e-3)


def test_the_volume_never_jumps(record: Record) -> None:
    """Even where the way is turned in the middle of a breath: at most what the fastest lung moves in a sample."""
    body = Body(respiration=Respiration(noise_l=0.0), lungs=Lungs(sigh_per_min=0.0))
    for in_s, out_s in ((1, 1), (2, 3), (5, 1)):
        belt = record(("respiration",), 60, breathing(in_s, out_s, from_s=13), body=body, n=8)["respiration"]
        depth = np.ptp(belt[..., : 13 * FS])  # the deepest of eight people's
        # d/dt of (1 - cos(w)) / 2 is at most pi / 2 / tau while the phase goes with exp(-t / tau), tau = 1 s.
        assert np.abs(np.diff(belt[..., 13 * FS :])).max() < depth * np.pi / 2 / FS * 1.1


def test_the_heart_swings_with_ten_second_breaths_more_than_at_rest(record: Record) -> None:
    """As it does with a pacer: SDNN rises by 1.5 to 3 times at 6 breaths a minute (models.md, row 17)."""
    by_itself = record(("truth/ibi",), 180, n=6)["truth/ibi"]
    at_will = record(("truth/ibi",), 180, breathing(4, 6), n=6)["truth/ibi"]
    ratio = at_will[..., 60 * FS :].std(axis=-1).mean() / by_itself[..., 60 * FS :].std(axis=-1).mean()
    assert ratio == pytest.approx(2.25, abs=0.75)
