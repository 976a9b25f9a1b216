"""Make the pictures of the window: ``python docs/make_window_pictures.py``.

Each is what ``neurosim live`` writes with ``--screenshots``, without a display too; with 256 colours, for small files.
The course that is shown is computed first (twelve people in two arms, three sessions; about a minute).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

#: The views that the documents show.
VIEWS = ("console", "stage", "participant_clearing", "compare", "course", "lesson")
PICTURES = Path(__file__).parent / "pictures"


def neurosim(*arguments: str) -> None:
    """Run a command of neurosim."""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run([sys.executable, "-m", "neurosim", *arguments], check=True, env=environment)


def main() -> None:
    """Write them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        course = str(folder / "course")
        neurosim("course", "alpha_up", "--subjects", "12", "--sessions", "3", "--arms", "real,random", "--seed", "11",
                 "--out", course)  # fmt: skip
        neurosim("live", "alpha_up", "--seed", "1", "--size", "1280x720", "--seconds", "160", "--course", course,
                 "--screenshots", str(folder / "shots"))  # fmt: skip
        for view in VIEWS:
            picture = Image.open(folder / "shots" / f"{view}.png").convert("RGB")
            few = picture.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)  # keeps rare colours
            few.save(PICTURES / f"window_{view}.png", optimize=True)


if __name__ == "__main__":
    main()
