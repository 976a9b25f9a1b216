"""Philox against the published answers, and noise against a generator in pure Python and against statistics."""

import hashlib
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from neurosim.core.kernels.philox import words
from neurosim.core.noise import AddressedNoise, pick_seed

_M32 = 0xFFFFFFFF

# Random123 1.14, examples/kat_vectors, lines "philox4x32 10": counter, key, result.
_KNOWN_ANSWERS = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def _hex(text: str) -> list[int]:
    return [int(word, 16) for word in text.split()]


def philox_python(counter: list[int], key: list[int]) -> list[int]:
    """Philox4x32-10 as in Salmon et al. 2011, figure 2 and section 4.3, on Python's integers."""
    left_0, right_0, left_1, right_1 = counter
    k0, k1 = key
    for _ in range(10):
        product_0, product_1 = 0xD2511F53 * left_0, 0xCD9E8D57 * left_1
        left_0, right_0, left_1, right_1 = (
            (product_1 >> 32) ^ right_0 ^ k0, product_1 & _M32, (product_0 >> 32) ^ right_1 ^ k1, product_0 & _M32,
        )  # fmt: skip
        k0, k1 = (k0 + 0x9E3779B9) & _M32, (k1 + 0xBB67AE85) & _M32
    return [left_0, right_0, left_1, right_1]


def _kernel(counter: list[int], key: list[int]) -> list[int]:
    out = np.empty((1, 4), dtype=np.uint64)
    words(out, np.array(key, dtype=np.uint64), np.array([counter], dtype=np.uint64))
    return [int(word) for word in out[0]]


@pytest.mark.parametrize(("counter", "key", "answer"), _KNOWN_ANSWERS)
def test_published_known_answers(counter: str, key: str, answer: str) -> None:
    assert philox_python(_hex(counter), _hex(key)) == _hex(answer)
    assert _kernel(_hex(counter), _hex(key)) == _hex(answer)


_WORDS = st.integers(0, _M32)


@settings(max_examples=200, deadline=None)
@given(st.lists(_WORDS, min_size=4, max_size=4), st.lists(_WORDS, min_size=2, max_size=2))
def test_any_address(counter: list[int], key: list[int]) -> None:
    assert _kernel(counter, key) == philox_python(counter, key)


def _word(text: str, i: int) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[4 * i : 4 * i + 4], "little")


def _normal_python(seed: int, component: str, subject: int, channel: str, index: int) -> float:
    """The standard normal of an address: Box and Muller (1958) on pairs of words of the block index // 4."""
    block = index // 4
    counter = [block & _M32, block >> 32, subject, _word(channel, 0)]
    key = [_word(f"{seed}/{component}", 0), _word(f"{seed}/{component}", 1)]
    w = philox_python(counter, key)
    first, second = (w[0], w[1]) if index % 4 < 2 else (w[2], w[3])
    radius = math.sqrt(-2.0 * math.log((first + 0.5) / 2**32))
    angle = 2.0 * math.pi * second / 2**32
    return radius * (math.cos(angle) if index % 2 == 0 else math.sin(angle))


@pytest.mark.parametrize("start", [0, 1, 2, 3, 1000, (1 << 34) - 3, (5 << 40) + 1])
def test_normals_are_those_of_their_address(start: int) -> None:
    noise = AddressedNoise(7, "eeg", [17, 4_000_000_000], ["Cz", "Pz"])
    got = noise.normal(start, 9)
    for t in range(9):
        lanes = [(s, c) for s in (17, 4_000_000_000) for c in ("Cz", "Pz")]
        expected = [_normal_python(7, "eeg", subject, channel, start + t) for subject, channel in lanes]
        np.testing.assert_allclose(got[t], expected, rtol=1e-13, atol=1e-15)
        np.testing.assert_array_equal(noise.normal_at(start + t), got[t])


def test_uniforms_and_exponentials_are_those_of_their_address() -> None:
    noise = AddressedNoise(7, "events", [3])
    for index in (0, 1, (1 << 40) + 5):
        key = [_word("7/events", 0), _word("7/events", 1)]
        first = philox_python([index & _M32, index >> 32, 3, _word("", 0)], key)[0]
        uniform = (first + 0.5) / 2**32
        assert noise.uniform(index)[0] == uniform
        assert noise.exponential(index)[0] == pytest.approx(-math.log(uniform), rel=1e-14)


def test_company_and_order_of_lanes_do_not_matter() -> None:
    whole = AddressedNoise(1, "x", [0, 1, 2], ["a", "b"]).normal(0, 8).reshape(8, 3, 2)
    np.testing.assert_array_equal(AddressedNoise(1, "x", [2], ["b", "a"]).normal(0, 8), whole[:, 2, ::-1])
    channel_major = AddressedNoise(1, "x", [0, 1, 2], ["a", "b"], channel_major=True).normal(0, 8).reshape(8, 2, 3)
    np.testing.assert_array_equal(channel_major.swapaxes(1, 2), whole)


@pytest.mark.parametrize("subjects", [[5, 3, 5, 3, 5, 3], [5, 5, 5], [5, 3, 3, 5], [5, 3, 5], []])
def test_those_who_stand_side_by_side_again_have_the_noise_of_one_alone(subjects: list[int]) -> None:
    """The people of a trial in each of its arms, drawn once and copied, and orders in which nothing can be copied."""
    n = len(subjects)
    by_subject = AddressedNoise(1, "x", subjects, ["a", "b"])
    by_channel = AddressedNoise(1, "x", subjects, ["a", "b"], channel_major=True)
    assert by_subject.normal(3, 0).shape == by_channel.normal(3, 0).shape == (0, 2 * n)  # as in ticks without a step
    got, turned = by_subject.normal(3, 6).reshape(6, n, 2), by_channel.normal(3, 6).reshape(6, 2, n)
    for i, subject in enumerate(subjects):
        alone = AddressedNoise(1, "x", [subject], ["a", "b"]).normal(3, 6)
        np.testing.assert_array_equal(got[:, i], alone)
        np.testing.assert_array_equal(turned[:, :, i], alone)
        np.testing.assert_array_equal(by_subject.normal_at(4).reshape(n, 2)[i], alone[1])


@pytest.fixture(scope="module")
def many() -> NDArray[np.float64]:
    return AddressedNoise(2024, "statistics", range(50), ["a", "b"]).normal(0, 4000)


def test_normals_are_normal(many: NDArray[np.float64]) -> None:
    flat = many.ravel()  # n = 4e5; standard errors of the moments of a normal: 1, 2, 6 and 24 over n
    n = flat.size
    assert abs(flat.mean()) < 4 / math.sqrt(n)
    assert abs(flat.var() - 1) < 4 * math.sqrt(2 / n)
    assert abs(stats.skew(flat)) < 4 * math.sqrt(6 / n)
    assert abs(stats.kurtosis(flat)) < 4 * math.sqrt(24 / n)
    assert stats.kstest(flat, "norm").pvalue > 1e-3
    assert 4.0 < np.abs(flat).max() < 6.7  # the largest that 2**-33 can make is 6.76


def test_uniforms_are_uniform() -> None:
    noise = AddressedNoise(2024, "uniform", range(20_000))
    flat = np.concatenate([noise.uniform(i) for i in range(5)])
    assert stats.kstest(flat, "uniform").pvalue > 1e-3
    assert flat.min() > 0
    assert flat.max() < 1


def test_lanes_and_times_are_independent(many: NDArray[np.float64]) -> None:
    n_times, n_lanes = many.shape
    between = np.atleast_2d(np.corrcoef(many.T))[
        np.triu_indices(n_lanes, 1)
    ]  # of 4950 pairs, the SE of each is 1/sqrt(n_times)
    assert np.abs(between).max() < 5 / math.sqrt(n_times)
    assert between.std() == pytest.approx(1 / math.sqrt(n_times), rel=0.05)
    for lag in (1, 2, 3, 4, 5, 8, 64):
        along = np.mean(many[lag:] * many[:-lag])
        assert abs(along) < 4 / math.sqrt(n_lanes * (n_times - lag)), lag
        squares = np.mean((many[lag:] ** 2 - 1) * (many[:-lag] ** 2 - 1)) / 2
        assert abs(squares) < 4 / math.sqrt(n_lanes * (n_times - lag)), lag


@pytest.mark.parametrize(
    "other",
    [(2, "x", 0, "a", 0), (1, "y", 0, "a", 0), (1, "x", 1, "a", 0), (1, "x", 0, "b", 0), (1, "x", 0, "a", 1 << 40)],
    ids=["seed", "component", "subject", "channel", "session"],
)
def test_each_part_of_the_address_gives_other_noise(other: tuple[int, str, int, str, int]) -> None:
    seed, component, subject, channel, start = other
    plain = AddressedNoise(1, "x", [0], ["a"]).normal(0, 4000)[:, 0]
    moved = AddressedNoise(seed, component, [subject], [channel]).normal(start, 4000)[:, 0]
    assert not np.isin(moved, plain).any()
    assert abs(np.mean(plain * moved)) < 4 / math.sqrt(4000)


def test_picked_seeds_differ() -> None:
    assert len({pick_seed() for _ in range(20)}) == 20
