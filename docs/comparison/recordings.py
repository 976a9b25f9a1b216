"""The recordings: the folder named by NEUROSIM_RECORDINGS, else one beside the project."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.core.spec import Float
from neurosim.signals.recordings.reading import Recording, read_recording
from neurosim.signals.recordings.sidecar import Sidecar, load_sidecar

_PROJECT = Path(__file__).parents[2]
ROOT = Path(os.environ.get("NEUROSIM_RECORDINGS", _PROJECT.parent / "shared" / "data" / "recordings"))


class MissingRecordingsError(Exception):
    """There is no folder of recordings."""


def find(folder: str, name: str) -> Path:
    """Return the path of a file.

    Raises
    ------
    MissingRecordingsError
        When it is not there.
    """
    path = ROOT / folder / name
    if not path.exists():
        raise MissingRecordingsError(f"no {folder}/{name}; set NEUROSIM_RECORDINGS to the folder of recordings")
    return path


def read(folder: str, name: str, **sidecar: Any) -> Recording:
    """Read a file with the sidecar that the tests have for its folder, or with one made of the keywords."""
    shipped = _PROJECT / "tests" / "real" / "sidecars" / f"{folder}.toml"
    if sidecar:
        return read_recording(find(folder, name), Sidecar.model_validate(sidecar))
    return (
        read_recording(find(folder, name), load_sidecar(shipped))
        if shipped.exists()
        else read_recording(find(folder, name))
    )


def neurokit(which: str) -> Recording:
    """Read a file of NeuroKit2 (ECG, breathing, skin conductance; 100 Hz): 'resting' or 'eventrelated'."""
    folder, name = {
        "resting": ("physio_nk_resting_8min", "bio_resting_8min_100hz.csv.gz"),
        "eventrelated": ("physio_nk_eventrelated", "bio_eventrelated_100hz.csv"),
    }[which]
    return read(folder, name, fs=100.0)


def channel(recording: Recording, name: str) -> Float:
    """Return the samples of a channel ``(n_times,)``."""
    stream = next(stream for stream in recording.streams.values() if name in stream.ch_names)
    return np.ascontiguousarray(stream.data[stream.ch_names.index(name)])


def empatica(name: str) -> tuple[Float, float]:
    """Return a signal of the Empatica E4 wrist band ``(n_times,)``, and its rate from the second line of the file."""
    suffix = ".csv.gz" if name == "BVP" else ".csv"
    values = np.loadtxt(find("e4_temp_eda_bvp_msr2023", name + suffix))
    return values[2:], float(values[1])


def biosppy(name: str) -> Float:
    """Return an example of BioSPPy ``(n_times,)`` in steps of the converter, 1000 Hz."""
    values: Float = np.loadtxt(find("biosppy_ecg_resp_ppg_eda", f"{name}.txt.gz"), comments="#")
    return values
