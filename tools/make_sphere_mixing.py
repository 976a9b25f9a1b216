"""Make ``neurosim/signals/eeg/data/sphere_mixing.csv``: how cortical sources reach the 10-20 sensors.

Forward model: three-shell sphere fitted to MNE's standard 10-20 positions, one radial dipole a source,
average over nothing (the potentials are referenced to infinity), each source 1 at its strongest sensor.
Run it again only to change the sources or the sensors: ``python tools/make_sphere_mixing.py``.
"""

from __future__ import annotations

from pathlib import Path

import mne
import numpy as np
import pandas as pd

TARGET = Path(__file__).parents[1] / "neurosim/signals/eeg/data" / "sphere_mixing.csv"

SENSORS = "Fp1 Fp2 F7 F3 Fz F4 F8 T7 C3 Cz C4 T8 P7 P3 Pz P4 P8 O1 O2 Fpz FCz CPz POz Oz FC3 FC4 CP3 CP4 PO7 PO8"

#: Source name: the sensors it lies under (the mean of their directions), and its depth as a share of the radius.
SOURCES = {
    "theta": (["Fz"], 0.70),
    "alpha_left": (["O1", "PO7", "Pz"], 0.70),
    "alpha_right": (["O2", "PO8", "Pz"], 0.70),
    "mu_left": (["C3"], 0.78),
    "mu_right": (["C4"], 0.78),
    "smr": (["Cz"], 0.70),
    "beta": (["FCz"], 0.65),
}


def main() -> None:
    """Compute the table and write it."""
    names = SENSORS.split()
    info = mne.create_info(names, 256.0, "eeg")
    info.set_montage("standard_1020")
    sphere = mne.make_sphere_model("auto", "auto", info)
    centre, radius = np.asarray(sphere["r0"]), sphere.radius
    positions = np.array([ch["loc"][:3] for ch in info["chs"]])
    directions = positions - centre
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    columns: dict[str, np.ndarray] = {}
    for source, (under, depth) in SOURCES.items():
        direction = directions[[names.index(n) for n in under]].mean(axis=0)
        direction /= np.linalg.norm(direction)
        where = centre + depth * radius * direction
        dipole = mne.Dipole([0.0], where[None], [1e-8], direction[None], [100.0])
        forward, _ = mne.make_forward_dipole(dipole, sphere, info)
        gain = (
            forward["sol"]["data"] @ direction if forward["sol"]["data"].shape[1] == 3 else forward["sol"]["data"][:, 0]
        )
        columns[source] = gain / gain[np.argmax(np.abs(gain))]
    table = pd.DataFrame(
        {"sensor": names, **dict(zip(("x_m", "y_m", "z_m"), (positions - centre).T, strict=True)), **columns}
    )
    table.to_csv(TARGET, index=False, float_format="%.5f", lineterminator="\n")
    print(table.round(2).to_string())


if __name__ == "__main__":
    main()
