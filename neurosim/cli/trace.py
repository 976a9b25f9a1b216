"""A signal drawn with characters."""

from __future__ import annotations

import numpy as np

from neurosim.core.spec import Bool, Float

# Each braille character is two dots wide and four high.
_DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
_NICE = (20.0, 50.0, 100.0, 200.0, 500.0)


def draw_trace(x: Float, n_rows: int, half_range: float, *, braille: bool = True) -> list[str]:
    """Draw a signal as lines of text.

    Parameters
    ----------
    x
        ``(column, sample)``: the samples that fall into each column of dots; two columns of dots are one character
        with braille, one without. All of them are drawn, so that a short spike is never passed over.
    n_rows
        Number of lines.
    half_range
        Distance from the middle, 0, to the edges, in the unit of the signal.
    braille
        False draws with ``*``, for consoles that know no more.

    Examples
    --------
    >>> import numpy as np
    >>> for line in draw_trace(np.array([[-1.0], [0.0], [1.0]]), 3, 1.0, braille=False):
    ...     print(line)
      *
     **
    **
    """
    n_high, n_wide = (4, 2) if braille else (1, 1)
    dots = _dots(x, n_rows * n_high, half_range)
    dots = np.pad(dots, ((0, 0), (0, -dots.shape[1] % n_wide)))
    if not braille:
        return ["".join("*" if dot else " " for dot in row).rstrip() for row in dots]
    cells = dots.reshape(n_rows, 4, -1, 2)
    codes = 0x2800 + np.einsum("rhcw,hw->rc", cells, _DOTS)
    return ["".join(map(chr, row)) for row in codes]


def _dots(x: Float, height: int, half_range: float) -> Bool:
    """Return which dots are on ``(height, column)``, the top row first."""
    x = np.nan_to_num(x)
    level = np.clip((0.5 - 0.5 * x / half_range) * (height - 1), 0, height - 1).round()
    top, bottom = level.min(axis=1), level.max(axis=1)
    # Reach over to the column before, or a steep line would fall to pieces.
    top[1:], bottom[1:] = np.minimum(top[1:], bottom[:-1]), np.maximum(bottom[1:], top[:-1])
    rows = np.arange(height)[:, None]
    on: Bool = (rows >= top) & (rows <= bottom)
    return on


def nice_range(x: Float, least: float) -> float:
    """Return a round half range that holds nearly all of a signal around 0, and is not below the least."""
    if not x.size:
        return least
    need = max(least, float(np.nanpercentile(np.abs(np.nan_to_num(x)), 99.0)))
    scale = 1.0
    while need > _NICE[-1] * scale:
        scale *= 10.0
    return next(r * scale for r in _NICE if r * scale >= need)
