"""Colours by what they stand for, in a light and a dark theme; a test measures contrast and differences.

Smallest CIEDE2000 difference between two roles of a theme: 15.5 light, 16.5 dark, with normal and colour-blind vision
(Machado et al. 2009, doi:10.1109/TVCG.2009.113). What a colour says is always told by shape, dashes or a word too.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """The colours of a theme, as ``#RRGGBB``.

    Parameters
    ----------
    name
        light or dark.
    ground, panel
        What everything stands on.
    text, faint, grid
        Words, lesser words, lines of the grid.
    signal, feature, threshold, reward, invalid, truth
        Roles of data; the threshold is a rule and has the text's colour.
    """

    name: str
    ground: str
    panel: str
    text: str
    faint: str
    grid: str
    signal: str
    feature: str
    reward: str
    invalid: str
    truth: str

    @property
    def threshold(self) -> str:
        """The text's colour; dashes tell it from words."""
        return self.text


LIGHT = Palette(
    "light",
    "#FFFFFF",
    "#F3F5F7",
    "#14181C",
    "#5A6672",
    "#DDE3E8",
    "#1170EE",
    "#A66900",
    "#13735F",
    "#8A1F0F",
    "#6D1177",
)
DARK = Palette(
    name="dark",
    ground="#101418",
    panel="#1A2026",
    text="#E8EDF2",
    faint="#9AA7B4",
    grid="#2A323A",
    signal="#3D8EFF",
    feature="#F7EF1F",
    reward="#13D597",
    invalid="#FC3103",
    truth="#BC6095",
)
PALETTES = {palette.name: palette for palette in (LIGHT, DARK)}

#: Signed values (asymmetry, change): orange, ground, blue.
DIVERGING = ("#B35806", "#F7F7F7", "#1F5AA6")

#: Figures on paper are light.
TEXT, FAINT, GRID = LIGHT.text, LIGHT.faint, LIGHT.grid
SIGNAL, FEATURE, REWARD, INVALID, TRUTH = LIGHT.signal, LIGHT.feature, LIGHT.reward, LIGHT.invalid, LIGHT.truth
