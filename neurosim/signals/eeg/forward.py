"""How cortical sources reach the sensors of a montage: radial dipoles in MNE's sphere of four shells.

MNE is imported only when a montage is computed. What ships, ``data/sphere_mixing.csv``, is made by this code too
(``tools/make_sphere_mixing.py``).
"""

from __future__ import annotations

import numpy as np

from neurosim.core.errors import ConfigError, did_you_mean
from neurosim.signals.eeg.mixing import SENSORS_1020, SphereMixing, unit

#: Source: the sensors it lies under (the mean of their directions), its depth as a share of the head's radius, and its
#: strength beside the rhythm's other sources. Theta lies deep, as in the anterior cingulate. Alpha reaches the vertex
#: by a deep source of its own, fitted with the others to the map of a 64-channel recording (docs/validation.md).
SOURCES: dict[str, tuple[tuple[str, ...], float, float]] = {
    "theta": (("Fz", "FCz"), 0.50, 1.0),
    "alpha_left": (("O1", "PO7"), 0.70, 1.0),
    "alpha_right": (("O2", "PO8"), 0.70, 1.0),
    "alpha_middle": (("CPz", "Pz"), 0.30, 0.45),
    "mu_left": (("C3",), 0.78, 1.0),
    "mu_right": (("C4",), 0.78, 1.0),
    "smr": (("Cz",), 0.70, 1.0),
    "beta": (("FCz",), 0.65, 1.0),
}
#: MNE 1.13 renames the head that "standard" means.
_OLD_HEAD, _HEAD = "standard_", "colin27_"
#: Montages of light sensors.
_NOT_EEG = ("artinis",)


def known_montages() -> list[str]:
    """Return the names of MNE's EEG montages."""
    import mne  # type: ignore[import-untyped, unused-ignore]

    names = [name for name in mne.channels.get_builtin_montages() if not name.startswith(_NOT_EEG)]
    return [*names, *(name.replace(_HEAD, _OLD_HEAD) for name in names if name.startswith(_HEAD))]


def compute_mixing(montage: str) -> SphereMixing:
    """Compute how the sources reach all sensors of a montage that MNE knows.

    Parameters
    ----------
    montage
        A name of ``mne.channels.get_builtin_montages``.

    Raises
    ------
    ConfigError
        For a montage that MNE does not know.

    Notes
    -----
    The sphere is fitted to the montage, and the sensors are moved straight onto it. Potentials refer to infinity; a
    rhythm (the sum of its independent sources) has an rms of 1 at the strongest of the sensors that lie nearest to
    those of the 10-20 system.
    """
    import mne

    known = known_montages()
    if montage not in known:
        raise ConfigError(f"unknown montage '{montage}'; {did_you_mean(montage, known)}").within("montage")
    builtin = mne.channels.get_builtin_montages()
    name = montage if montage in builtin else montage.replace(_OLD_HEAD, _HEAD)
    with mne.utils.use_log_level("ERROR"):
        template = mne.channels.make_standard_montage(name)
        info = mne.create_info(template.ch_names, 256.0, "eeg")
        info.set_montage(template)
        sphere = mne.make_sphere_model("auto", "auto", info)
        centre = np.asarray(sphere["r0"])
        positions = np.array([channel["loc"][:3] for channel in info["chs"]]) - centre
        head = SphereMixing(tuple(template.ch_names), positions, (), np.empty((len(positions), 0)), centre)
        directions = unit(np.array([head.directions(under).mean(axis=0) for under, *_ in SOURCES.values()]))
        depths = np.array([depth for _, depth, _ in SOURCES.values()])[:, None]
        n, amplitude = len(SOURCES), 1e-8
        dipoles = mne.Dipole(
            np.arange(float(n)), centre + depths * sphere.radius * directions, np.full(n, amplitude),
            directions, np.full(n, 100.0),
        )  # fmt: skip
        # MNE takes sensors where they are; a head is no sphere, and T7 would lie inside the skull.
        for channel, direction in zip(info["chs"], unit(positions), strict=True):
            channel["loc"][:3] = centre + sphere.radius * direction
        forward, _ = mne.make_forward_dipole(dipoles, sphere, info)
    gain = np.asarray(forward["sol"]["data"], dtype=float)
    at_1020 = np.argmax(head.directions(SENSORS_1020) @ unit(positions).T, axis=1)
    gain *= np.array([share for *_, share in SOURCES.values()]) / np.abs(gain[at_1020]).max(axis=0)
    rhythms = [source.partition("_")[0] for source in SOURCES]
    for rhythm in dict.fromkeys(rhythms):
        columns = [i for i, other in enumerate(rhythms) if other == rhythm]
        gain[:, columns] /= np.sqrt((gain[np.ix_(at_1020, columns)] ** 2).sum(axis=1)).max()
    return SphereMixing(head.sensors, positions, tuple(SOURCES), gain, centre)
