"""Pipelines as values: specs and errors of chains and forks."""

import numpy as np
import pytest

from neurosim.core.chain import Chain, Fork
from neurosim.core.errors import ConfigError
from neurosim.core.spec import SignalSpec, time_last
from neurosim.core.stage import StageConfig
from neurosim.dsp import BandPass, BandPower, Envelope, Log, Mean, Pick, Ratio, Smooth

_SPEC = SignalSpec(256.0, ("Cz", "Pz"), "uV")
_ALPHA, _THETA = BandPower(low_hz=8, high_hz=12), BandPower(low_hz=4, high_hz=8, tau_s=0.5)


def test_chain_adds_delays_and_keeps_the_last_unit() -> None:
    chain = Chain.of(BandPass(low_hz=8, high_hz=12), Smooth(tau_s=0.5), Log()).prepare(_SPEC)
    parts = [stage.prepare(_SPEC).spec.delay_s for stage in (BandPass(low_hz=8, high_hz=12), Smooth(tau_s=0.5))]
    assert chain.spec.delay_s == pytest.approx(sum(parts))
    assert chain.spec.unit == "ln(uV)"
    assert chain.spec.ch_names == _SPEC.ch_names


def test_chain_does_one_after_the_other() -> None:
    x = np.random.default_rng(1).normal(size=(2, 100))
    chain = Chain.of(Mean(), Smooth()).prepare(_SPEC).process(x)
    apart = Smooth().prepare(_SPEC.replace(ch_names=("mean",))).process(Mean().prepare(_SPEC).process(x))
    np.testing.assert_array_equal(chain, apart)
    np.testing.assert_array_equal(Chain(stages=()).prepare(_SPEC).process(x), x)


def test_fork_names_channels_by_branch_and_takes_the_longest_delay() -> None:
    one = SignalSpec(256.0, ("Cz",), "uV", (), 0.125)
    fork = Fork(branches={"theta": _THETA, "alpha": _ALPHA}).prepare(one)
    assert fork.spec.ch_names == ("theta", "alpha")
    assert fork.spec.delay_s == pytest.approx(max(stage.prepare(one).spec.delay_s for stage in (_ALPHA, _THETA)))
    two = Fork(branches={"theta": _THETA, "alpha": _ALPHA}).prepare(_SPEC)
    assert two.spec.ch_names == ("theta.Cz", "theta.Pz", "alpha.Cz", "alpha.Pz")
    x = np.random.default_rng(1).normal(size=(2, 100))
    expected = np.concatenate([stage.prepare(_SPEC).process(x) for stage in (_THETA, _ALPHA)])
    np.testing.assert_array_equal(two.process(x), expected)


@pytest.mark.parametrize("batch_shape", [(), (1,), (3,)])
def test_neighbours_that_are_run_as_one_give_what_they_give_alone(batch_shape: tuple[int, ...]) -> None:
    spec = SignalSpec(256.0, ("Cz", "Pz"), "uV", batch_shape, 0.01)
    branches = {
        "theta": _THETA,
        "alpha": _ALPHA,
        "steep": BandPower(low_hz=8, high_hz=12, order=4),
        "smooth": Chain.of(_ALPHA, Smooth(tau_s=0.5)),
        "beta": BandPower(low_hz=15, high_hz=20),
    }
    fork = Fork(branches=branches).prepare(spec)
    assert len(fork.stages) == 4
    x = time_last(np.random.default_rng(1).normal(size=(300, *batch_shape, 2)))
    alone = [config.prepare(spec) for config in branches.values()]
    expected = np.concatenate([stage.process(x) for stage in alone], axis=-2)
    np.testing.assert_array_equal(fork.process(x), expected)
    assert fork.spec.delay_s == max(stage.spec.delay_s for stage in alone)
    fork.reset()
    chunks = np.split(x, [1, 1, 130], axis=-1)
    np.testing.assert_array_equal(np.concatenate([fork.process(chunk) for chunk in chunks], axis=-1), expected)


@pytest.mark.parametrize(
    ("config", "messages"),
    [
        (
            Fork(branches={"a": _ALPHA, "b": Envelope(low_hz=8, high_hz=12)}),
            ["branches: must agree in unit, got a: uV^2, b: uV"],
        ),
        (Chain.of(Log(), Pick(ch_names=("Cx", "Pz"))), ["stages[1].ch_names[0]: no channel 'Cx'; known: Cz, Pz"]),
        (
            Chain.of(_ALPHA, _ALPHA),
            ["stages[1]: takes a signal, not a power or its logarithm (uV^2); put it before them"],
        ),
        (
            Fork(branches={
                "a": BandPass(low_hz=8, high_hz=128), "b": Chain.of(Mean(), Ratio(numerator="q", denominator="mean")),
            }),
            [
                "branches.a.high_hz: must be below fs/2 = 128 Hz, got 128",
                "branches.b.stages[1].numerator: no channel 'q'; known: mean",
            ],
        ),
        (BandPass(low_hz=130, high_hz=129), [
            "high_hz: must be below fs/2 = 128 Hz, got 129", "low_hz: must be below high_hz = 129 Hz, got 130",
        ]),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_with_its_place(config: StageConfig, messages: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        config.prepare(_SPEC)
    assert str(caught.value).splitlines() == messages


def test_pipelines_compare_and_show_themselves() -> None:
    assert Chain.of(_ALPHA, Log()) == Chain.of(BandPower(low_hz=8, high_hz=12), Log())
    assert Chain.of(_ALPHA) != Chain.of(_THETA)
    assert "low_hz=8" in repr(Chain.of(_ALPHA))
