"""A recording in the formats of others, read by others."""

from __future__ import annotations

from pathlib import Path

import mne
import numpy as np
import pandas as pd
import pytest

from neurosim.cli.app import app
from neurosim.core.errors import OutputError, UserError
from neurosim.core.spec import Float
from neurosim.session import read_session, simulate
from neurosim.session.recording.export import export_session
from neurosim.session.recording.reading import SessionFolder


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> SessionFolder:
    root = tmp_path_factory.mktemp("exported") / "s"
    simulate("alpha_up", seed=1, duration_s=20.0, signals=["ecg", "emg"], artifacts="typical", out=root)
    return read_session(root)


def _step_uv(largest_uv: float, limit: int) -> float:
    """The step of a file whose integers are fitted to the largest sample: at most twice what would just do."""
    return 2 * largest_uv / limit


@pytest.mark.parametrize("to", ["fif", "edf", "bdf", "brainvision"])
def test_mne_reads_the_signals_and_the_events(session: SessionFolder, tmp_path: Path, to: str) -> None:
    made = {path.name.partition(".")[0].removesuffix("_raw"): path for path in export_session(session, to, tmp_path)}
    assert set(made) == {"eeg", "ecg", "emg"}
    read = {
        "fif": mne.io.read_raw_fif, "edf": mne.io.read_raw_edf, "bdf": mne.io.read_raw_bdf,
        "brainvision": mne.io.read_raw_brainvision,
    }[to]  # fmt: skip
    raw = read(made["eeg"], preload=True, verbose="error")
    x = session.samples()
    assert raw.ch_names == list(session.streams["eeg"].ch_names)
    assert raw.info["sfreq"] == 256.0
    step_uv = {"fif": 1e-9, "edf": _step_uv(np.abs(x).max(), 32000), "bdf": _step_uv(np.abs(x).max(), 2**22)}
    atol = step_uv.get(to, np.abs(x).max() * 2.0**-24)
    np.testing.assert_allclose(raw.get_data() * 1e6, x, rtol=0, atol=atol)
    told = [event for event in session.session_events() if event.kind != "block"]
    onsets = {round(o, 3): d for o, d in zip(raw.annotations.onset, raw.annotations.description, strict=True)}
    for event in told:
        at = min(onsets, key=lambda o: abs(o - event.onset_s))
        assert abs(at - event.onset_s) <= 1 / 256
    emg = read(made["emg"], preload=True, verbose="error")
    assert emg.info["sfreq"] == 1000.0
    x = session.samples("emg")
    atol = _step_uv(np.abs(x).max(), 32000) if to == "edf" else 1e-4
    np.testing.assert_allclose(emg.get_data() * 1e6, x, rtol=0, atol=atol)


def test_pyedflib_reads_edf(session: SessionFolder, tmp_path: Path) -> None:
    pyedflib = pytest.importorskip("pyedflib")
    export_session(session, "edf", tmp_path, ["eeg"])
    x = session.samples()
    with pyedflib.EdfReader(str(tmp_path / "eeg.edf")) as reader:
        found: Float = np.array([reader.readSignal(i) for i in range(19)])
        onsets, durations, texts = reader.readAnnotations()
    np.testing.assert_allclose(found, x, rtol=0, atol=_step_uv(np.abs(x).max(), 32000))
    events = session.session_events()
    assert sorted(texts) == sorted(f"{e.kind}: {e.text}" for e in events)
    np.testing.assert_allclose(np.sort(onsets), sorted(e.onset_s for e in events), atol=1e-6)
    lasting = sorted((round(e.onset_s, 5), round(e.duration_s, 5)) for e in events if e.duration_s > 0)
    read = ((round(float(o), 5), round(float(d), 5)) for o, d in zip(onsets, durations, strict=True) if d > 0)
    assert sorted(read) == lasting


def test_csv_for_pandas(session: SessionFolder, tmp_path: Path) -> None:
    names = [path.name for path in export_session(session, "csv", tmp_path)]
    assert names == ["eeg.csv", "ecg.csv", "emg.csv", "ticks.csv", "events.csv"]
    eeg = pd.read_csv(tmp_path / "eeg.csv")
    assert list(eeg)[:2] == ["time_s", "Fp1 [uV]"]
    np.testing.assert_array_equal(eeg.to_numpy()[:, 1:].T, session.samples())
    np.testing.assert_allclose(eeg.time_s, np.arange(20 * 256) / 256)
    ticks = pd.read_csv(tmp_path / "ticks.csv", na_values="n/a", float_precision="round_trip", low_memory=False)
    np.testing.assert_array_equal(ticks.alpha, session.features.alpha)
    assert len(pd.read_csv(tmp_path / "events.csv")) == len(session.events)


def test_nothing_is_overwritten_and_what_is_wrong_is_told(session: SessionFolder, tmp_path: Path) -> None:
    export_session(session, "fif", tmp_path, ["ecg"])
    with pytest.raises(OutputError, match=r"ecg_raw\.fif: exists already; nothing is overwritten"):
        export_session(session, "fif", tmp_path, ["ecg"])
    with pytest.raises(UserError, match="no format 'fiff'; did you mean 'fif'"):
        export_session(session, "fiff", tmp_path)
    with pytest.raises(UserError, match="no stream 'ecgg'; did you mean 'ecg'"):
        export_session(session, "csv", tmp_path / "x", ["ecgg"])


def test_the_command(session: SessionFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        app(["export", str(session.path), "--to", "bdf", "--signals", "eeg", "--out", str(tmp_path / "e")])
    assert ended.value.code == 0
    assert capsys.readouterr().out.split() == [str(tmp_path / "e" / "eeg.bdf")]
