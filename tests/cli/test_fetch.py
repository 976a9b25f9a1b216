"""Public recordings: what is told, and what happens without a network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from neurosim.cli.fetch import PUBLIC, fetch
from neurosim.core.errors import UserError


def neurosim(*words: str, data: Path) -> subprocess.CompletedProcess[str]:
    """Run with a data folder of its own, and with a proxy that nobody serves, so that no network is there."""
    nowhere = "http://127.0.0.1:9"
    environment = {**os.environ, "MNE_DATA": str(data), "HOME": str(data), "COLUMNS": "100",
                   "HTTPS_PROXY": nowhere, "https_proxy": nowhere, "no_proxy": "", "NO_PROXY": ""}  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "neurosim", *words], env=environment, capture_output=True, text=True, timeout=240,
        check=False,
    )  # fmt: skip


def test_alone_it_lists_what_there_is(tmp_path: Path) -> None:
    done = neurosim("fetch", data=tmp_path)
    assert done.returncode == 0, done.stderr
    for name, public in PUBLIC.items():
        assert name in done.stdout
        assert " ".join(public.size.split()) in " ".join(done.stdout.split())
    assert done.stdout.splitlines()[-1] == "Next: neurosim fetch eegbci"


def test_without_a_network_it_says_so_in_a_line(tmp_path: Path) -> None:
    done = neurosim("fetch", "eegbci", "--run", "2", data=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    first, last = done.stderr.splitlines()
    assert first == "[1/1] eegbci, subject 1, run 2 (eyes closed) ..."
    assert last.startswith("neurosim: fetch: eegbci cannot be downloaded (")
    assert "connect this machine to the network, or copy MNE's data folder" in last


def test_what_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    folder = tmp_path / "MNE-eegbci-data" / "files" / "eegmmidb" / "1.0.0" / "S007"
    folder.mkdir(parents=True)
    for run in (1, 2):
        (folder / f"S007R{run:02d}.edf").write_bytes(bytes(1_300_000))
    done = neurosim("fetch", "eegbci", "--subject", "7", data=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "[2/2] S007R02.edf: 1.3 MB"
    assert done.stdout.splitlines()[0].startswith("PhysioNet EEG Motor Movement/Imagery Dataset, ODC-BY 1.0")
    assert (
        done.stdout.splitlines()[-1] == f"Next (eyes closed): neurosim run alpha_up --source {folder / 'S007R02.edf'}"
    )


def test_the_loaders_are_asked_for_what_was_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from mne.datasets import eegbci
    from mne.datasets.sleep_physionet import age

    asked: list[Any] = []
    file = tmp_path / "a night.edf"
    file.write_bytes(bytes(100))

    def load(subjects: Any, runs: Any, **options: Any) -> list[Path]:
        asked.append((subjects, runs))
        return [file]

    def night(subjects: Any, recording: Any, **options: Any) -> list[list[str]]:
        asked.append((subjects, recording))
        return [[str(file), "hypnogram.edf"]]

    monkeypatch.setattr(eegbci, "load_data", load)
    monkeypatch.setattr(age, "fetch_data", night)
    assert fetch("eegbci", 3, (4, 8)) == [file, file]
    assert fetch("sleep", None, ()) == [file]
    assert asked == [([3], [4]), ([3], [8]), ([0], (1,))]
    assert f"neurosim run alpha_theta --channel Pz-Oz --source '{file}'" in capsys.readouterr().out


def test_a_damaged_download_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from mne.datasets import eegbci

    def load(*words: Any, **options: Any) -> list[Path]:
        raise ValueError("SHA256 hash of downloaded file (x) does not match the known hash\nmore")

    monkeypatch.setattr(eegbci, "load_data", load)
    with pytest.raises(UserError, match=r"^fetch: eegbci did not arrive whole \(SHA256 hash .* known hash\); fetch it"):
        fetch("eegbci", None, ())


@pytest.mark.parametrize(
    ("name", "subject", "runs", "said"),
    [
        ("eegbcI", None, (), "fetch: there is no 'eegbcI'; did you mean 'eegbci'?"),
        ("eegbci", 110, (), "--subject: must be 1 to 109, got 110"),
        ("sleep", 0, (3,), "--run: there is no run 3; 1 to 2"),
    ],
)
def test_what_there_is_not(name: str, subject: int | None, runs: tuple[int, ...], said: str) -> None:
    with pytest.raises(UserError) as caught:
        fetch(name, subject, runs)
    assert str(caught.value) == said
