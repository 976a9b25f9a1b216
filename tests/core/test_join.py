"""Streams of different rates as one, against exact fractions."""

from __future__ import annotations

import copy
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from neurosim.core.join import Join
from neurosim.core.spec import MIXED, SignalSpec
from neurosim.core.timeline import exact
from neurosim.testing.delay import measured_hold_s

Array = NDArray[Any]

# Whole ratios, odd ones, thirds, an NTSC-like rate, slower than a tick.
RATES = [(256.0, 4.0), (250.0, 32.0), (256.0, 250.0, 32.0), (1000.0, 256.0), (100.0 / 3.0, 7.0), (59.94, 0.1)]


def _specs(rates: tuple[float, ...], batch: tuple[int, ...] = ()) -> dict[str, SignalSpec]:
    return {f"s{i}": SignalSpec(fs, ("a", "b")[: 1 + i % 2], "uV", batch) for i, fs in enumerate(rates)}


def _signals(specs: dict[str, SignalSpec], seconds: int) -> dict[str, tuple[Array, Array]]:
    """Every sample's value is its index, in the second channel 1000 more; one in five is not trusted."""
    found = {}
    for name, spec in specs.items():
        index = np.arange(-(-seconds * exact(spec.fs).numerator // exact(spec.fs).denominator))
        x = index + 1000.0 * np.arange(spec.n_channels)[:, None] + 0.0 * index
        found[name] = (x, index % 5 != 3)
    return found


@pytest.mark.parametrize("rates", RATES)
@pytest.mark.parametrize("rate_of", ["", "s1"])
def test_each_sample_holds_the_newest_that_stands_there_or_before(rates: tuple[float, ...], rate_of: str) -> None:
    specs = _specs(rates)
    join = Join(specs, rate_of)
    signals = _signals(specs, 20)
    for name, (x, valid) in signals.items():
        join.push(name, x, valid)
    got, trusted = join.take()
    fs = exact(specs[rate_of].fs if rate_of else max(rates))
    assert join.spec.fs == float(fs) or join.spec.fs in rates
    assert got.shape[-1] == -(-20 * fs.numerator // fs.denominator)
    for i in range(got.shape[-1]):
        at = Fraction(i) / fs
        held = {name: int(at * exact(spec.fs)) for name, spec in specs.items()}  # floor
        expected = [held[name] + 1000.0 * c for name, spec in specs.items() for c in range(spec.n_channels)]
        np.testing.assert_array_equal(got[:, i], expected)
        assert trusted[i] == all(each % 5 != 3 for each in held.values())


@pytest.mark.parametrize("rates", RATES)
@pytest.mark.parametrize("seed", range(4))
def test_any_partition_and_order_and_a_copy_in_between_give_the_same(rates: tuple[float, ...], seed: int) -> None:
    specs = _specs(rates)
    signals = _signals(specs, 20)
    join = Join(specs)
    for name, (x, valid) in signals.items():
        join.push(name, x, valid)
    whole, trusted = join.take()
    join.reset()
    rng = np.random.default_rng(seed)
    at, parts, masks = dict.fromkeys(specs, 0), [], []
    while any(at[name] < signals[name][0].shape[-1] for name in specs):
        name = str(rng.choice(list(specs)))
        n = int(rng.integers(0, 40))
        x, valid = signals[name]
        join.push(name, x[:, at[name] : at[name] + n], valid[at[name] : at[name] + n])
        at[name] += min(n, x.shape[-1] - at[name])
        if rng.random() < 0.7:
            part, mask = copy.deepcopy(join).take()
            join.take()
            parts.append(part)
            masks.append(mask)
    part, mask = join.take()
    np.testing.assert_array_equal(np.concatenate([*parts, part], axis=-1), whole)
    np.testing.assert_array_equal(np.concatenate([*masks, mask]), trusted)


def test_nothing_comes_out_before_all_is_there() -> None:
    join = Join(_specs((100.0, 10.0)))
    join.push("s0", np.zeros((1, 95)), np.ones(95, np.bool_))
    assert join.take()[0].shape == (3, 0)
    join.push("s1", np.zeros((2, 5)), np.ones(5, np.bool_))
    assert join.take()[0].shape == (3, 50)


def test_subjects_are_joined_each_with_itself() -> None:
    specs = _specs((4.0, 2.0), (3,))
    join = Join(specs)
    for name, spec in specs.items():
        n = round(2 * spec.fs)
        x = np.arange(3.0)[:, None, None] + np.zeros((3, spec.n_channels, n))
        join.push(name, x, np.arange(3)[:, None] != np.full(n, 1))
    got, trusted = join.take()
    assert got.shape == (3, 3, 8)
    np.testing.assert_array_equal(got, np.broadcast_to(np.arange(3.0)[:, None, None], (3, 3, 8)))
    np.testing.assert_array_equal(trusted, np.broadcast_to(np.array([True, False, True])[:, None], (3, 8)))


@pytest.mark.parametrize("rates", RATES[:4])
@pytest.mark.parametrize("rate_of", ["", "s1"])
def test_delay_of_holding_is_the_measured_one(rates: tuple[float, ...], rate_of: str) -> None:
    specs = _specs(rates)
    join = Join(specs, rate_of)
    measured = measured_hold_s(join, specs)
    for name, said in join.hold_s.items():
        assert measured[name] == pytest.approx(said, abs=1e-4)
    assert join.spec.delay_s == max(join.hold_s.values())


def test_delay_is_that_of_the_slowest_input() -> None:
    specs = {"quick": SignalSpec(250.0, ("a",), "mV", (), 0.2), "slow": SignalSpec(25.0, ("b",), "L", (), 0.15)}
    join = Join(specs)
    # Held for 0 to 9 samples of ten.
    assert join.spec.delay_s == pytest.approx(0.2)
    assert join.hold_s == {"quick": 0.0, "slow": pytest.approx(4.5 / 250.0)}
    later = join.spec_of(specs | {"slow": SignalSpec(25.0, ("b",), "L", (), 0.25)})
    assert later.delay_s == pytest.approx(0.25 + 4.5 / 250.0)
    assert join.spec.ch_names == ("quick", "slow")


def test_each_channel_keeps_the_unit_of_its_input() -> None:
    join = Join({"quick": SignalSpec(250.0, ("a",), "mV"), "slow": SignalSpec(25.0, ("b", "c"), "L")})
    assert (join.spec.unit, join.spec.ch_units) == (MIXED, ("mV", "L", "L"))
    assert [join.spec.of_channels(kept).unit for kept in ([0], [2, 1], [0, 1])] == ["mV", "L", MIXED]
    same = Join({"one": SignalSpec(250.0, ("a",), "uV"), "other": SignalSpec(25.0, ("b",), "uV")})
    assert (same.spec.unit, same.spec.ch_units) == ("uV", ())
