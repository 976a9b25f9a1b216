"""Sessions on a recording, in every arm that there is."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neurosim.feedback import Block, TrainingProtocol, load_protocol
from neurosim.session import parse_arms, simulate, write_key
from neurosim.session.folder import as_toml
from neurosim.session.sealing.key import Key
from neurosim.signals import Recorded

BLOCKS = (
    Block(name="rest", kind="baseline", duration_s=6),
    Block(name="go", kind="training", duration_s=10),
    Block(name="alone", kind="transfer", duration_s=2),
    Block(name="again", kind="training", duration_s=6),
)
PROTOCOL = load_protocol("alpha_up").with_blocks(*BLOCKS)
SHAMS = (
    "real", "random", "reversed", "shifted:shift_s=3", "phase_randomised:least_s=2", "yoked:folder=donor",
    "replay:path=stream.tsv:at_end=loop",
)  # fmt: skip


@dataclass(frozen=True)
class Clinic:
    """A folder with a recording that has alpha and two artifacts, a donor's session, a stream and a protocol.

    The tests cannot import this module, so that what they need of it stands here.
    """

    folder: Path
    protocol: TrainingProtocol = PROTOCOL
    shams: tuple[str, ...] = SHAMS

    @property
    def words(self) -> tuple[str, ...]:
        """The command that runs the protocol on the recording."""
        source = ("--source", str(self.folder / "me.csv"), "--sidecar", str(self.folder / "me.toml"))
        return ("run", str(self.folder / "short.toml"), *source, "--seed", "1")

    def seal(self, path: Path, drawn: str, arms: tuple[str, ...] = SHAMS) -> Key:
        """Write a key whose arm is known to the test."""
        here = [a.replace("folder=", f"folder={self.folder}/").replace("path=", f"path={self.folder}/") for a in arms]
        key = Key(arms=parse_arms(here), drawn=arms.index(drawn), nonce=sha256(path.name.encode()).hexdigest())
        write_key(key, path)
        return key

    def play(self, **options: Any) -> Any:
        """Run the protocol on the recording."""
        source = Recorded(path=str(self.folder / "me.csv"), sidecar=str(self.folder / "me.toml"))
        return simulate(self.protocol, source=source, seed=1, **options)


@pytest.fixture(scope="session")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    folder = tmp_path_factory.mktemp("clinic")
    rng = np.random.default_rng(1)
    t = np.arange(24 * 128) / 128
    waxing = np.repeat(rng.exponential(10.0, 48), 64)
    oz = waxing * np.sin(2 * np.pi * 10 * t) + rng.normal(0, 3, t.size)
    oz[128 * 9 : 128 * 9 + 64] += 400.0
    oz[128 * 20 : 128 * 20 + 64] = 0.0
    (folder / "me.csv").write_text("Oz\n" + "\n".join(f"{x:.4f}" for x in oz) + "\n", encoding="utf-8")
    (folder / "me.toml").write_text("fs = 128.0\n", encoding="utf-8")
    (folder / "stream.tsv").write_text("time_s\tshown\n0\t1\n0.5\t0\n1\t1\n1.25\t0\n", encoding="utf-8")
    (folder / "short.toml").write_text(as_toml(PROTOCOL), encoding="utf-8")
    simulate(PROTOCOL, subject="resting_adult", seed=3, out=folder / "donor")
    return Clinic(folder)
