"""
Which current does a nerve need?
================================

Pulses of six widths and many currents hold pain back at a nerve, each in a lane of the batch. The current that has half
of the largest effect is found for each width. Lapicque's law says that it is ``rheobase (1 + chronaxie / width)``; by
Weiss, charge against width is then a straight line, which gives both back.

This is a simulation of group averages, not medical advice.
"""

import numpy as np
from matplotlib.figure import Figure

from neurosim.core import palette
from neurosim.core.drive import Drive
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.session.figure import show_figure
from neurosim.signals import load_body

WIDTHS_US = np.array([50.0, 100.0, 150.0, 200.0, 300.0, 500.0])
CURRENTS_MA = np.geomspace(0.8, 8.0, 60)
FREQUENCY_HZ = 100.0

# %%
# What is measured is pain and nothing else: that fibres have a threshold is inside the body.


def relief(duration_s: float) -> Float:
    """Return the share of the pain that goes at each setting ``(width, current)``."""
    width, current = (grid.ravel() for grid in np.meshgrid(WIDTHS_US, CURRENTS_MA, indexing="ij"))
    body = load_body("neuropathy").prepare(TickGrid(1.0), 1, (0,) * len(width), (len(width),))
    body.select(("pain",))
    firing = []
    for drive in (Drive(), Drive({"nerve_ma": current, "nerve_us": width, "nerve_hz": FREQUENCY_HZ})):
        for k in range(round(duration_s / 2)):
            made = body.generate(k, drive)
        firing.append(made["truth/pain"][:, 0, -1])
        body.rest(86400.0)
    return (1.0 - firing[1] / firing[0]).reshape(len(WIDTHS_US), -1)


def main(duration_s: float = 60.0, show: bool = True) -> tuple[float, float]:
    gone = relief(duration_s)
    half = np.array([np.interp(0.5 * gone.max(), np.maximum.accumulate(row), CURRENTS_MA) for row in gone])
    rheobase, offset = np.polyfit(WIDTHS_US, half * WIDTHS_US, 1)  # Weiss: charge = rheobase (width + chronaxie)
    chronaxie = offset / rheobase
    figure = Figure(figsize=(10, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    for width, row, shade in zip(WIDTHS_US, gone, np.linspace(0.25, 1.0, len(WIDTHS_US)), strict=True):
        left.plot(CURRENTS_MA, 100.0 * row, color=palette.SIGNAL, alpha=shade, label=f"{width:.0f} µs")
    left.set(xlabel="current [mA]", ylabel="pain gone [%]")
    left.legend()
    right.plot(WIDTHS_US, half, "o", color=palette.SIGNAL, label="current of half the effect")
    fine = np.linspace(WIDTHS_US[0], WIDTHS_US[-1], 200)
    right.plot(fine, rheobase * (1.0 + chronaxie / fine), color=palette.REWARD, label="Lapicque's law, fitted")
    right.set(xlabel="width [µs]", ylabel="current [mA]")
    right.legend()
    print(f"Half the effect takes {half[3]:.1f} mA at 200 µs and {half[1]:.1f} mA at 100 µs: rheobase {rheobase:.2f} "
          f"mA and chronaxie {chronaxie:.0f} µs (the body's thick fibres have 1 mA and 200 µs).")  # fmt: skip
    if show:
        show_figure(figure)
    return float(rheobase), float(chronaxie)


if __name__ == "__main__":
    main()

# Now change: ``FREQUENCY_HZ`` to 10. The effect is smaller; is the chronaxie another one?
