"""A course of training computed in another process: what is whole is kept."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from neurosim_gui.job import Job


@dataclass(frozen=True)
class CourseRequest:
    """What is to be computed; the fields are options of ``neurosim course``."""

    protocol: str = "alpha_up"
    subjects: int = 20
    sessions: int = 5
    arms: str = "real,random"
    seed: int = 1
    duration_s: float | None = None


class CourseJob(Job):
    """Runs ``neurosim course``; its folder has the tables of every whole sitting, for they are written as they end.

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
        super().__init__(
            ["course", request.protocol, "--subjects", str(request.subjects), "--sessions", str(request.sessions),
             "--arms", request.arms, "--seed", str(request.seed), *duration, "--out", str(folder), "--json"]
        )  # fmt: skip

    @property
    def n_sittings(self) -> int:
        """How many sittings there will be: the sessions, and one look a month later."""
        return self.request.sessions + 1
