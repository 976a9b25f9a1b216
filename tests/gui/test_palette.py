"""Colours by published formulas: contrast of WCAG 2.2, CIEDE2000, colour-blind vision of Machado et al. 2009."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray

from neurosim.core.palette import DARK, LIGHT, Palette

Colors = NDArray[np.float64]

#: Machado, Oliveira & Fernandes 2009, doi:10.1109/TVCG.2009.113: severity 1, for linear sRGB.
_VISION = {
    "normal": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}

#: Sharma, Wu & Dalal 2005, doi:10.1002/col.20070, table 1: L*, a*, b* of two colours, and their difference.
_SHARMA = """
50.0000 2.6772 -79.7751 50.0000 0.0000 -82.7485 2.0425
50.0000 3.1571 -77.2803 50.0000 0.0000 -82.7485 2.8615
50.0000 2.8361 -74.0200 50.0000 0.0000 -82.7485 3.4412
50.0000 -1.3802 -84.2814 50.0000 0.0000 -82.7485 1.0000
50.0000 -1.1848 -84.8006 50.0000 0.0000 -82.7485 1.0000
50.0000 -0.9009 -85.5211 50.0000 0.0000 -82.7485 1.0000
50.0000 0.0000 0.0000 50.0000 -1.0000 2.0000 2.3669
50.0000 -1.0000 2.0000 50.0000 0.0000 0.0000 2.3669
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0009 7.1792
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0010 7.1792
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0011 7.2195
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0012 7.2195
50.0000 -0.0010 2.4900 50.0000 0.0009 -2.4900 4.8045
50.0000 -0.0010 2.4900 50.0000 0.0010 -2.4900 4.8045
50.0000 -0.0010 2.4900 50.0000 0.0011 -2.4900 4.7461
50.0000 2.5000 0.0000 50.0000 0.0000 -2.5000 4.3065
50.0000 2.5000 0.0000 73.0000 25.0000 -18.0000 27.1492
50.0000 2.5000 0.0000 61.0000 -5.0000 29.0000 22.8977
50.0000 2.5000 0.0000 56.0000 -27.0000 -3.0000 31.9030
50.0000 2.5000 0.0000 58.0000 24.0000 15.0000 19.4535
50.0000 2.5000 0.0000 50.0000 3.1736 0.5854 1.0000
50.0000 2.5000 0.0000 50.0000 3.2972 0.0000 1.0000
50.0000 2.5000 0.0000 50.0000 1.8634 0.5757 1.0000
50.0000 2.5000 0.0000 50.0000 3.2592 0.3350 1.0000
60.2574 -34.0099 36.2677 60.4626 -34.1751 39.4387 1.2644
63.0109 -31.0961 -5.8663 62.8187 -29.7946 -4.0864 1.2630
61.2901 3.7196 -5.3901 61.4292 2.2480 -4.9620 1.8731
35.0831 -44.1164 3.7933 35.0232 -40.0716 1.5901 1.8645
22.7233 20.0904 -46.6940 23.0331 14.9730 -42.5619 2.0373
36.4612 47.8580 18.3852 36.2715 50.5065 21.2231 1.4146
90.8027 -2.0831 1.4410 91.1528 -1.6435 0.0447 1.4441
90.9257 -0.5406 -0.9208 88.6381 -0.8985 -0.7239 1.5381
6.7747 -0.2908 -2.4247 5.8714 -0.0985 -2.2286 0.6377
2.0776 0.0795 -1.1350 0.9033 -0.0636 -0.5514 0.9082
"""


def _linear(color: str) -> Colors:
    """Return linear sRGB of ``#RRGGBB`` (IEC 61966-2-1)."""
    rgb = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255.0
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def _contrast(first: str, second: str) -> float:
    """Return the contrast ratio of WCAG 2.2."""
    low, high = sorted(float(_linear(c) @ [0.2126, 0.7152, 0.0722]) for c in (first, second))
    return (high + 0.05) / (low + 0.05)


def _lab(color: str, vision: str) -> Colors:
    """Return CIELAB (D65) of a colour as someone sees it."""
    seen = np.clip(np.array(_VISION[vision]) @ _linear(color), 0.0, 1.0)
    to_xyz = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750],
                       [0.0193339, 0.1191920, 0.9503041]])  # fmt: skip
    t = to_xyz @ seen / [0.95047, 1.0, 1.08883]
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def _ciede2000(first: Colors, second: Colors) -> float:
    """Return the difference of two CIELAB colours, by the equations 2 to 22 of Sharma et al. 2005."""
    (l1, a1, b1), (l2, a2, b2) = first, second
    mean_c7 = np.mean([np.hypot(a1, b1), np.hypot(a2, b2)]) ** 7
    g = 0.5 * (1 - np.sqrt(mean_c7 / (mean_c7 + 25.0**7)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    dl, dc, dh = l2 - l1, c2 - c1, 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2))
    l, c = (l1 + l2) / 2, (c1 + c2) / 2  # noqa: E741 the paper's letters
    far = abs(h1 - h2) > 180
    h = h1 + h2 if c1 * c2 == 0 else (h1 + h2 + (360 if h1 + h2 < 360 else -360) * far) / 2
    t = 1 - 0.17 * np.cos(np.radians(h - 30)) + 0.24 * np.cos(np.radians(2 * h))
    t += 0.32 * np.cos(np.radians(3 * h + 6)) - 0.20 * np.cos(np.radians(4 * h - 63))
    sl, sc, sh = 1 + 0.015 * (l - 50) ** 2 / np.sqrt(20 + (l - 50) ** 2), 1 + 0.045 * c, 1 + 0.015 * c * t
    rotation = -2 * np.sqrt(c**7 / (c**7 + 25.0**7)) * np.sin(np.radians(60 * np.exp(-(((h - 275) / 25) ** 2))))
    return float(np.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 + rotation * (dc / sc) * (dh / sh)))


def test_all_the_published_pairs_are_there() -> None:
    assert len(_SHARMA.split("\n")[1:-1]) == 34


@pytest.mark.parametrize("row", _SHARMA.split("\n")[1:-1])
def test_the_difference_is_that_of_the_published_pairs(row: str) -> None:
    values = np.array(row.split(), dtype=np.float64)
    assert _ciede2000(values[:3], values[3:6]) == pytest.approx(values[6], abs=1e-4)
    assert _ciede2000(values[3:6], values[:3]) == pytest.approx(values[6], abs=1e-4)


def test_contrast_is_that_of_the_standard() -> None:
    """WCAG 2.2: 21 : 1 for black on white; its notes give #767676 on white as the palest grey with 4.5 : 1."""
    assert _contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert _contrast("#767676", "#FFFFFF") >= 4.5 > _contrast("#777777", "#FFFFFF")


def _roles(palette: Palette) -> dict[str, str]:
    names = ("signal", "feature", "threshold", "reward", "invalid", "truth")
    return {name: getattr(palette, name) for name in names}


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_everything_stands_out_from_ground_and_panels(palette: Palette) -> None:
    for color in (*_roles(palette).values(), palette.faint):
        assert _contrast(color, palette.ground) >= 4.5
        assert _contrast(color, palette.panel) >= 4.0


@pytest.mark.parametrize(
    ("palette", "vision", "least"),
    [
        (LIGHT, "normal", 17.0), (LIGHT, "protan", 17.0), (LIGHT, "deutan", 17.0), (LIGHT, "tritan", 15.5),
        (DARK, "normal", 17.0), (DARK, "protan", 17.0), (DARK, "deutan", 17.0), (DARK, "tritan", 16.5),
    ],
    ids=lambda value: value.name if isinstance(value, Palette) else str(value),
)  # fmt: skip
def test_roles_differ_whoever_looks(palette: Palette, vision: str, least: float) -> None:
    seen = {name: _lab(color, vision) for name, color in _roles(palette).items()}
    pairs = {(a, b): _ciede2000(seen[a], seen[b]) for a, b in combinations(seen, 2)}
    closest = min(pairs, key=lambda pair: pairs[pair])
    assert pairs[closest] >= least, closest
