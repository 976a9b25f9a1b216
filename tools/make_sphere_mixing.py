"""Make ``neurosim/signals/eeg/data/sphere_mixing.csv``: how cortical sources reach the sensors of the 10-05 system.

Run it again only to change the sources in ``neurosim.signals.eeg.forward``: ``python tools/make_sphere_mixing.py``.
"""

from __future__ import annotations

import csv
from pathlib import Path

from neurosim.signals.eeg.forward import compute_mixing
from neurosim.signals.eeg.mixing import SENSORS_1020, STANDARD

TARGET = Path(__file__).parents[1] / "neurosim/signals/eeg/data" / "sphere_mixing.csv"


def main() -> None:
    """Compute the table and write it: positions to 0.1 mm, gains to 4 digits."""
    mixing = compute_mixing(STANDARD)
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["sensor", "x_m", "y_m", "z_m", *mixing.sources])
        for name, at, gain in zip(mixing.sensors, mixing.positions_m, mixing.gain, strict=True):
            numbers = [f"{number:.4f}" for number in (*at, *gain)]
            writer.writerow([name, *numbers])
            if name in SENSORS_1020:
                print(f"{name:5}", *(f"{float(number):7.2f}" for number in numbers))


if __name__ == "__main__":
    main()
