"""A course of training computed in another process: the window stays smooth, and what is whole is kept."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_LINE_S = 5.0


@dataclass(frozen=True)
class CourseRequest:
    """What is to be computed; the fields are options of ``neurosim course``."""

    protocol: str = "alpha_up"
    subjects: int = 20
    sessions: int = 5
    arms: str = "real,random"
    seed: int = 1
    duration_s: float | None = None


class CourseJob:
    """Runs ``neurosim course`` as a process of its own; its folder has the tables of every whole sitting.

    Parameters
    ----------
    request
        What is computed.
    folder
        Where; new or empty.
    """

    def __init__(self, request: CourseRequest, folder: Path) -> None:
        self.request, self.folder = request, folder
        duration = [] if request.duration_s is None else ["--duration", str(request.duration_s)]
        command = [
            sys.executable, "-m", "neurosim", "course", request.protocol, "--subjects", str(request.subjects),
            "--sessions", str(request.sessions), "--arms", request.arms, "--seed", str(request.seed), *duration,
            "--out", str(folder), "--json",
        ]  # fmt: skip
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        self.stopped = False

    @property
    def n_sittings(self) -> int:
        """How many sittings there will be: the sessions, and one look a month later."""
        return self.request.sessions + 1

    @property
    def running(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    @property
    def failure(self) -> str | None:
        """The line that the process ended with; None while it runs, and where it ended well or was stopped."""
        if self.running or self.stopped or not self._process.returncode:
            return None
        assert self._process.stderr is not None
        lines = [] if self._process.stderr.closed else self._process.stderr.read().strip().splitlines()
        self._process.stderr.close()
        return lines[-1].removeprefix("neurosim: ") if lines else f"status {self._process.returncode}"

    def stop(self) -> None:
        """End the process; the sittings that were whole are kept, for they are written as they end."""
        self.stopped = True
        if self.running:
            self._process.terminate()
            try:
                self._process.wait(_LINE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()
