"""The same virtual patients under each technique, computed in another process by ``neurosim treat``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from neurosim.cohort.treatments import find_patient
from neurosim_gui.job import Job

#: What is run besides the techniques: the untreated, who are those with expectation alone too.
_BESIDES = 1


@dataclass(frozen=True)
class TreatRequest:
    """What is to be computed; the fields are options of ``neurosim treat``."""

    patient: str = "parkinson"
    techniques: tuple[str, ...] = ()
    patients: int = 8
    seed: int = 1

    @property
    def n_arms(self) -> int:
        """How many arms will be run."""
        return _BESIDES + len(self.techniques or find_patient(self.patient).techniques)


class TreatJob(Job):
    """Runs ``neurosim treat``.

    Parameters
    ----------
    request
        What is computed.
    """

    def __init__(self, request: TreatRequest) -> None:
        self.request = request
        chosen = [word for name in request.techniques for word in ("--technique", name)]
        super().__init__(["treat", request.patient, "--patients", str(request.patients), "--seed", str(request.seed),
                          *chosen, "--json"])  # fmt: skip

    @property
    def done(self) -> list[str]:
        """The arms that are ready, by name."""
        return [line.removesuffix(": done") for line in self.said if line.endswith(": done")]

    @property
    def found(self) -> dict[str, Any] | None:
        """What has come of it; None before it has ended well."""
        if self.running or self.stopped or self.failure is not None:
            return None
        summary: dict[str, Any] = json.loads(self.given)
        return summary
