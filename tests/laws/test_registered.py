"""Every law over everything that is registered, and over the pipelines of the protocols that ship."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import neurosim
from neurosim.core.chain import Chain, Fork
from neurosim.core.config import KindConfig
from neurosim.core.registry import CLASS_CATEGORIES, kind_names
from neurosim.core.stage import StageConfig
from neurosim.core.timeline import TickGrid
from neurosim.dsp import AperiodicExponent, BandPower, DCBlock, Envelope, Log, Mean, Pick, Ratio, Smooth, ZScore
from neurosim.feedback import load_protocol
from neurosim.signals import EEG, Body
from neurosim.signals.recordings.recorded import RecordedSource
from neurosim.signals.recordings.recording import RecordedStream, Recording
from neurosim.testing import LAWS, check_stage, measured_delay_s, registered


def _cases() -> Iterator[Any]:
    for category, laws in LAWS.items():
        for name, config in registered(category):
            for law, holds in laws.items():
                yield pytest.param(config, holds, id=f"{category}.{name}: {law}")


@pytest.mark.parametrize(("config", "law"), list(_cases()))
def test_law(config: KindConfig, law: Callable[[Any], None]) -> None:
    law(config)


def test_every_category_has_laws_and_every_kind_an_example() -> None:
    assert set(LAWS) == set(CLASS_CATEGORIES)
    tried = {(category, config.kind) for category in LAWS for _, config in registered(category)}
    there = {(category, name) for category in LAWS for name in kind_names(category)}
    # They need a file: tried in test_recording_is_a_source_like_any_other, and in tests/feedback/test_shams.py; or a
    # device, which gives its samples once: tests/signals/live.
    devices = {("source", "lsl"), ("source", "brainflow")}
    assert there - tried == {("source", "recorded"), ("sham", "replay")} | devices


def _pipelines() -> Iterator[Any]:
    for name in kind_names("protocol"):
        protocol = load_protocol(name)
        for feature in protocol.features:
            # Those of one channel, at a rate that the laws' signal has; whole sessions of the others are cut below.
            if feature.choose == "first" and feature.stream != "emg":
                yield pytest.param(Chain.of(Pick(ch_names=("Cz",)), *feature.stages), id=f"{name}.{feature.name}")
        for i, gate in enumerate(protocol.gates):
            yield pytest.param(gate.stage, id=f"{name}.gate-{i}")


@pytest.mark.parametrize("config", list(_pipelines()))
def test_pipelines_of_shipped_protocols(config: StageConfig) -> None:
    check_stage(config)


@pytest.mark.parametrize(
    "name", ["coherence", "frontal_asymmetry", "slow_cortical_potentials", "emg_frontalis", "hrv_resonance", "zscore"]
)
def test_sessions_of_shipped_protocols_may_be_cut_anywhere(name: str) -> None:
    whole, cut = (neurosim.simulate(name, seed=1, duration_s=48.0, piece=piece) for piece in (None, 3))
    np.testing.assert_array_equal(cut.memory.features(), whole.memory.features())


_NESTED = {
    "log power, smoothed": Chain.of(DCBlock(), BandPower(low_hz=8, high_hz=12), Log(), Smooth(tau_s=0.5)),
    "calibrated": Chain.of(Envelope(low_hz=12, high_hz=15), ZScore()),
    "theta by beta": Chain.of(
        Mean(),
        Fork(branches={"theta": BandPower(low_hz=4, high_hz=8), "beta": BandPower(low_hz=13, high_hz=21)}),
        Ratio(numerator="theta", denominator="beta"),
    ),
    "behind a window": Chain.of(AperiodicExponent(window_s=4.0), Smooth(tau_s=0.5)),
    "fork of two delays": Fork(branches={"fast": Smooth(tau_s=0.1), "slow": Chain.of(Smooth(tau_s=0.3), Smooth())}),
}


@pytest.mark.parametrize("name", _NESTED)
def test_nested_pipelines(name: str) -> None:
    check_stage(_NESTED[name])


def test_measured_delay_of_a_smoother_is_analytic() -> None:
    # A one-pole smoother y += g (x - y) has a group delay of (1 - g)/g samples at 0 Hz (Lyons, Understanding DSP).
    gain = 1 - np.exp(-1 / (256 * 0.2))
    assert measured_delay_s(Smooth(tau_s=0.2))[0] == pytest.approx((1 - gain) / gain / 256, abs=1 / 1024)


def test_recording_is_a_source_like_any_other(tmp_path: Any) -> None:
    path = tmp_path / "recording.npy"
    sidecar = tmp_path / "recording.toml"
    data = np.random.default_rng(1).normal(size=(2, 512))
    data[1, 100:120] = np.nan
    np.save(path, data)
    names = "".join(f'[[channels]]\nname = "{name}"\ncolumn = {i}\n' for i, name in enumerate(("Cz", "Pz")))
    sidecar.write_text(f'description = "noise"\nsource = "here"\nfs = 256\nunit = "uV"\n{names}', encoding="utf-8")
    from neurosim.signals import Recorded
    from neurosim.testing import check_source

    check_source(Recorded(path=str(path), sidecar=str(sidecar)), finite=False)


def test_recording_gives_every_sample_once() -> None:
    data = np.arange(2000.0).reshape(2, 1000)
    recording = Recording({"eeg": RecordedStream(data, 250.0, ("a", "b"), "uV")}, (), Path(__file__))
    source = RecordedSource(recording, TickGrid(1 / 64), ())
    from neurosim.core.drive import NEUTRAL

    played = np.concatenate([source.generate(k, NEUTRAL)["eeg"] for k in range(source.n_ticks)], axis=-1)
    np.testing.assert_array_equal(played, data[:, : played.shape[1]])
    assert played.shape[1] == 1000  # 256 ticks of 1/64 s are 4 s, all of it


def test_another_rhythm_shifts_nobodys_noise() -> None:
    from neurosim.core.drive import NEUTRAL

    whole = EEG(ch_names=("Cz",))
    less = EEG(ch_names=("Cz",), rhythms={name: r for name, r in whole.rhythms.items() if name not in ("alpha", "mu")})
    found = []
    for eeg in (whole, less):
        source = Body(eeg=eeg).prepare(TickGrid(1 / 8), 1, (0,), ())
        truth = np.concatenate([source.generate(k, NEUTRAL)["truth/eeg_envelope"] for k in range(16)], axis=-1)
        found.append(dict(zip(source.specs["truth/eeg_envelope"].ch_names, truth, strict=True)))
    assert len(found[1]) < len(found[0])
    for name, envelope in found[1].items():
        np.testing.assert_array_equal(envelope, found[0][name])


def test_seed_and_subject_and_session_are_addresses() -> None:
    from neurosim.core.drive import NEUTRAL

    def first_tick(seed: int, subject: int, sessions: int = 0) -> Any:
        source = Body(eeg=EEG(ch_names=("Cz",))).prepare(TickGrid(1 / 8), seed, (subject,), ())
        for _ in range(sessions):
            source.rest(86400.0)
        return source.generate(0, NEUTRAL)["eeg"]

    plain = first_tick(1, 0)
    for other in (first_tick(2, 0), first_tick(1, 1), first_tick(1, 0, sessions=1)):
        assert not np.isin(other, plain).any()
