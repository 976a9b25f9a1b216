"""Protocols on recordings of real people: the same session, another source."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from neurosim.feedback.protocol import load_protocol
from neurosim.session import simulate
from neurosim.session.result import Result
from neurosim.signals import Recorded

Find = Callable[[str, str], Path]
Sidecar = Callable[[str], str]


def test_eyes_closed_has_more_alpha_power(recording: Find, sidecar: Sidecar) -> None:
    """The marker channel tells the eyes; the README of the recording has 4.7 for the offline spectrum."""
    folder = "eeg_ec_eo_p3p4_plux"
    path = recording(folder, "eeg_sample_closed_open_eyes.h5")
    result = simulate("alpha_up", source=Recorded(path=str(path), sidecar=sidecar(folder)), seed=1)
    marker = result.samples("marker")[0]
    table = result.features[result.features.valid.astype(bool)]
    index = (table.time_s.to_numpy() * result.streams["marker"].fs).astype(int)
    closed = marker[index] < 40000
    alpha = table.alpha.to_numpy() ** 2  # the envelope's square is twice the power
    assert np.median(alpha[closed]) >= 3.0 * np.median(alpha[~closed])
    assert table.shape[0] > 0.9 * result.n_ticks


def _runs_through(result: Result) -> None:
    assert result.completed
    assert result.n_rewards > 20
    training = result.features[result.features.kind == "training"]
    assert training.valid.mean() > 0.4
    assert np.isfinite(training.alpha).all()


@pytest.mark.parametrize(
    ("folder", "name"),
    [("eeg_eegbci_S001R02", "S001R02.edf"), ("eeg_eeglab_sample", "eeglab_data.set")],
)
def test_files_that_mne_reads(recording: Find, folder: str, name: str) -> None:
    _runs_through(simulate("alpha_up", source=Recorded(path=str(recording(folder, name))), seed=1))


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("eeg_openbci_blink_jaw_alpha", "OpenBCI_GUI-v6-blinks-jawClench-alpha.txt.gz"),
        ("eeg_o1_openbci_eeghacker", "openBCI_raw_2014-10-04_18-55-41_O1_Alpha.txt.gz"),
        ("eeg_cz_eo_ec_pair_eeghacker", "OpenBCI-RAW-2015-01-24_12-25-42_eyesClosed_noCaffeine.txt.gz"),
    ],
)
def test_openbci_text_files(recording: Find, sidecar: Sidecar, folder: str, name: str) -> None:
    source = Recorded(path=str(recording(folder, name)), sidecar=sidecar(folder))
    _runs_through(simulate("alpha_up", source=source, seed=1))


def test_spikes_earn_nothing(recording: Find, sidecar: Sidecar) -> None:
    """Spikes of up to 5e5 uV stand in this recording; anything 1000 uV from the median is one.

    What no body and no electrode does (a step above 5 mV that does not stay) is held out, and nothing of it is in the
    feature; for the others the gate closes, and stays closed for a second. Both say why.
    """
    folder = "eeg_uci_eye_state"
    path = recording(folder, "EEG_Eye_State.arff.gz")
    result = simulate("alpha_up", source=Recorded(path=str(path), sidecar=sidecar(folder)), seed=1)
    at = result.streams["eeg"].ch_names.index("O1")
    x = result.samples()[at]
    height = np.abs(x - np.median(x))
    fs, table, tick_s = result.streams["eeg"].fs, result.features, result.protocol.update_interval_s
    gated_s, held_s = np.flatnonzero((height > 1000.0) & (height < 5000.0)) / fs, np.flatnonzero(height > 5000.0) / fs
    assert gated_s.size > 0
    assert held_s.size > 0
    rewards_s = table.time_s[table.reward.astype(bool)].to_numpy()
    assert rewards_s.size > 20
    after = rewards_s[:, None] + tick_s - gated_s[None, :]
    assert not ((after > 0) & (after <= 1.0 + tick_s)).any()
    for spike_s in held_s:
        near = table[(table.time_s > spike_s - tick_s) & (table.time_s < spike_s + 1.0)]
        assert (near.valid == 0).any()
        assert "implausible: O1" in set(near.why_invalid)
        # One sample of 5e5 uV would leave more than 1e8 uV^2.
        assert near.alpha.max() < np.percentile(table.alpha, 99.0)


def test_heart_rate_of_mit_bih_is_what_the_experts_marked(recording: Find) -> None:
    path = recording("ecg_mitdb_100", "100.hea")
    result = simulate("heart_rate_down", source=Recorded(path=str(path)), seed=1, duration_s=300.0)
    beats = np.array([e.onset_s for e in result.events if e.kind == "annotation" and e.text[:1] in "NAV"])
    table = result.features[result.features.valid.astype(bool) & (result.features.time_s > 30.0)]
    assert table.heart_rate.mean() == pytest.approx(60.0 / np.diff(beats[beats > 30.0]).mean(), rel=0.01)


def test_breathing_at_resonance_on_neurokits_heart_and_breath(recording: Find, tmp_path: Path) -> None:
    path = recording("physio_nk_resting_8min", "bio_resting_8min_100hz.csv.gz")
    (tmp_path / "nk.toml").write_text("fs = 100.0\n", encoding="utf-8")
    result = simulate("hrv_resonance", source=Recorded(path=str(path), sidecar=str(tmp_path / "nk.toml")), seed=1)
    assert set(result.streams) == {"ecg", "respiration"}
    assert result.protocol.duration_s == pytest.approx(506.8, abs=0.2)
    assert result.features[result.features.time_s > 60.0].valid.mean() > 0.8


def test_a_hand_and_its_skin_from_a_wrist_band(recording: Find) -> None:
    source = Recorded(path=str(recording("e4_temp_eda_bvp_msr2023", "TEMP.csv").parent))
    warm = simulate("hand_warming", source=source, seed=1, duration_s=600.0)
    assert {name: spec.fs for name, spec in warm.streams.items()} == {"temperature": 4.0}
    trusted = warm.features[warm.features.valid.astype(bool)]
    assert len(trusted) > 0.95 * warm.n_ticks
    # README: 31.03 to 32.49 degrees
    assert 31.0 < trusted.temperature.min() < trusted.temperature.max() < 32.5
    calm = simulate("skin_conductance_down", source=source, seed=1, duration_s=300.0)
    assert 0.0 < calm.features.scl[calm.features.valid.astype(bool)].max() < 1.6


def test_a_muscle_at_rest_and_at_work(recording: Find, sidecar: Sidecar) -> None:
    folder = "emg_biceps_bursts_plux"
    source = Recorded(path=str(recording(folder, "emg_bursts.h5")), sidecar=sidecar(folder))
    result = simulate(load_protocol("emg_up").with_channels("biceps"), source=source, seed=1)
    assert result.streams["emg"].unit == "uV"
    table = result.features[result.features.time_s > 1.0]
    # README: 250-ms RMS of 122 uV at work (90th percentile). At rest the half second of the feature keeps some of it.
    assert np.percentile(table.emg, 90) == pytest.approx(122.0, rel=0.15)
    assert np.percentile(table.emg, 10) < 0.25 * np.percentile(table.emg, 90)
