"""A command of neurosim in another process: the window stays smooth, and the computing can be ended."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Sequence
from pathlib import Path

_LINE_S = 5.0


class Job:
    """Runs ``neurosim`` with some arguments as a process of its own.

    Parameters
    ----------
    arguments
        As on the command line.

    Attributes
    ----------
    stopped
        Whether somebody has ended it.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        # Files and no pipes: one that nobody empties would hold the process up.
        self._place = Path(tempfile.mkdtemp(prefix="neurosim-"))
        weakref.finalize(self, shutil.rmtree, self._place, ignore_errors=True)
        with self._file("given").open("wb") as given, self._file("said").open("wb") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "neurosim", *arguments], stdin=subprocess.DEVNULL, stdout=given, stderr=said
            )
        self.stopped = False

    def _file(self, name: str) -> Path:
        return self._place / name

    @property
    def running(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    @property
    def said(self) -> list[str]:
        """The lines that it has told so far."""
        return self._file("said").read_text(encoding="utf-8", errors="replace").strip().splitlines()

    @property
    def given(self) -> str:
        """What it has given out so far."""
        return self._file("given").read_text(encoding="utf-8", errors="replace")

    @property
    def failure(self) -> str | None:
        """The line that the process ended with; None while it runs, and where it ended well or was stopped."""
        if self.running or self.stopped or not self._process.returncode:
            return None
        return self.said[-1].removeprefix("neurosim: ") if self.said else f"status {self._process.returncode}"

    def stop(self) -> None:
        """End the process."""
        self.stopped = True
        if self.running:
            self._process.terminate()
            try:
                self._process.wait(_LINE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
