"""Where the sensors of a simulated EEG are, as BIDS and MNE have it.

A simulated head has its sensors where its montage says. Of a real head nobody has told where they were, and BIDS wants
no places of a template for measured ones; so a recording from outside has none.
"""

from __future__ import annotations

from collections.abc import Sequence

from neurosim.core.dataset import Places
from neurosim.session.recording.sidecars import as_json, write_text
from neurosim.signals.eeg.mixing import sphere_mixing

_SPACE = "space-CapTrak"


def write_electrodes(places: Places, montage: str, ch_names: Sequence[str]) -> None:
    """Write ``electrodes.tsv`` and ``coordsystem.json``.

    Parameters
    ----------
    places
        Of the session.
    montage
        Of the simulated EEG.
    ch_names
        Its sensors.
    """
    mixing = sphere_mixing(montage)
    positions = mixing.centre_m + mixing.positions(ch_names)
    rows = ["\t".join([name, *(f"{x:.4f}" for x in at)]) + "\n" for name, at in zip(ch_names, positions, strict=True)]
    about = {
        "EEGCoordinateSystem": "CapTrak",
        "EEGCoordinateUnits": "m",
        "EEGCoordinateSystemDescription": "x from the left through the right preauricular point, y through the nasion, "
        f"z upwards, from between the ears: the simulated head's sensors, at the places of {montage}",
    }
    write_text(places.beside(f"{_SPACE}_electrodes.tsv"), "name\tx\ty\tz\n" + "".join(rows))
    write_text(places.beside(f"{_SPACE}_coordsystem.json"), as_json(about))
