"""Peers that pin other versions than neurosim, timed in an environment of their own.

``python -m benchmarks.second_environment timeflux BrainFlow`` does so by hand.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.peers import PEERS

_INSTALL_S, _RUN_S = 600.0, 120.0


class PeerError(Exception):
    """A peer cannot be installed, or does not run; the text says why in a line."""


def time_elsewhere(name: str) -> list[float]:
    """Time one of `benchmarks.peers` in a fresh environment, made in a temporary folder.

    Returns
    -------
    list[float]
        How long a chunk takes in each round [s].

    Raises
    ------
    PeerError
        Where it cannot be installed, or does not run.
    """
    with tempfile.TemporaryDirectory() as folder:
        return time_with(make_environment(Path(folder), PEERS[name].requirements), name)


def make_environment(folder: Path, requirements: Sequence[str]) -> Path:
    """Make a virtual environment with some requirements, as pip takes them, and return its Python.

    Raises
    ------
    PeerError
        With the last line of what pip says.
    """
    venv.create(folder, with_pip=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    _run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements], _INSTALL_S)
    return python


def time_with(python: Path, name: str) -> list[float]:
    """Time a peer with a Python that has it."""
    # -I: what lies beside the program is neurosim's, and not to be imported there.
    printed = _run([str(python), "-I", str(Path(__file__).with_name("peers.py")), name], _RUN_S)
    found: list[float] = json.loads(printed.splitlines()[-1])
    return found


def _run(command: list[str], timeout_s: float) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=False)
    except subprocess.TimeoutExpired:
        raise PeerError(f"took more than {timeout_s:g} s") from None
    if done.returncode:
        raise PeerError((done.stderr.strip().splitlines() or ["no reason given"])[-1])
    return done.stdout


def main(arguments: Sequence[str]) -> None:
    for name in arguments or [name for name, peer in PEERS.items() if peer.requirements]:
        try:
            print(f"{name}: median {1e6 * np.median(time_elsewhere(name)):.1f} us a chunk", flush=True)
        except PeerError as error:
            print(f"{name}: {error}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
