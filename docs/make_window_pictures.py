"""Make the pictures of the window: ``python docs/make_window_pictures.py``.

Each is what ``neurosim live`` writes with ``--screenshots``, without a display too; with 256 colours, for small files.
The course that is shown is computed first (twelve people in two arms, three sessions; about a minute). The argument
``training`` or ``devices`` makes those alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from PIL import Image

#: The views that the documents show.
VIEWS = ("console", "stage", "participant_clearing", "compare", "course", "lesson")
#: What is shown of sessions with devices: after how long [s], and which views, by their names in the documents.
DEVICES = {
    "adaptive_dbs": (
        130.0,
        {"console": "modulation_stimulator", "field": "modulation_field", "treat": "modulation_treat"},
    ),
    "itbs": (325.0, {"console": "modulation_coil"}),
    "levodopa_day": (200.0, {"console": "modulation_drug"}),
}
PICTURES = Path(__file__).parent / "pictures"


def neurosim(*arguments: str) -> None:
    """Run a command of neurosim."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run([sys.executable, "-m", "neurosim", *arguments], check=True, env=environment)


def keep(shots: Path, views: Mapping[str, str]) -> None:
    """Keep some views as pictures of the documents, by their names there."""
    for view, name in views.items():
        picture = Image.open(shots / f"{view}.png").convert("RGB")
        few = picture.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)  # keeps rare colours
        few.save(PICTURES / f"{name}.png", optimize=True)


def show(protocol: str, seconds: float, shots: Path, *options: str) -> None:
    """Write every view of a session after some of its seconds."""
    neurosim("live", protocol, "--seed", "1", "--size", "1280x720", "--seconds", f"{seconds:g}", *options,
             "--screenshots", str(shots))  # fmt: skip


def main() -> None:
    """Write them: all, or those of training or devices as the argument says."""
    wanted = sys.argv[1:] or ["training", "devices"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if "training" in wanted:
            course = str(folder / "course")
            neurosim("course", "alpha_up", "--subjects", "12", "--sessions", "3", "--arms", "real,random",
                     "--seed", "11", "--out", course)  # fmt: skip
            show("alpha_up", 160, folder / "shots", "--course", course)
            keep(folder / "shots", {view: f"window_{view}" for view in VIEWS})
        if "devices" in wanted:
            for protocol, (seconds, views) in DEVICES.items():
                show(protocol, seconds, folder / protocol)
                keep(folder / protocol, views)


if __name__ == "__main__":
    main()
