"""
How long does a dose work?
==========================

Tablets of ``methylphenidate`` are taken every four hours. What is in the blood and what it does to attention are drawn
beside each other. (A simulation of group averages, not medical advice.)
"""

import numpy as np
from matplotlib.figure import Figure

from neurosim.core import palette
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.modulation import Drug, load_medicine
from neurosim.session.figure import show_figure

DOSE_MG, INTERVAL_H, N_DOSES = 20.0, 4.0, 3
PEOPLE = 40

# %%
# A drug is an actor like a learner: in each tick it says what it does to the body. Here a second stands for an hour.
# People differ in how fast they eliminate it; ``spread`` is the SD of the logarithm.


def day(hours: float) -> tuple[Float, Float]:
    """Return the concentration [ng/ml] and the offset of attention ``(time, person)``, each tenth of an hour."""
    drug = Drug(medicine=load_medicine("methylphenidate"), dose_mg=DOSE_MG, interval_h=INTERVAL_H, n_doses=N_DOSES,
                hours_per_s=1.0, spread=0.3)  # fmt: skip
    actor = drug.prepare(TickGrid(0.1), 1, tuple(range(PEOPLE)), (PEOPLE,))
    blood, attention = [], []
    for k in range(round(10 * hours)):
        attention.append(np.asarray(actor.act(k)["attention"]))
        blood.append(1000.0 * actor.concentration_mg_per_l)
    return np.array(blood), np.array(attention)


def main(duration_s: float = 24.0, show: bool = True) -> dict[str, float]:
    blood, attention = day(duration_s)
    upper, lower = (figure := Figure(figsize=(8, 5), layout="constrained")).subplots(2, sharex=True)
    hours = 0.1 * np.arange(1, len(blood) + 1)
    for axes, values, color in ((upper, blood, palette.SIGNAL), (lower, attention, palette.REWARD)):
        axes.fill_between(hours, *np.percentile(values, [10, 90], axis=1), color=color, alpha=0.25, linewidth=0)
        axes.plot(hours, np.median(values, axis=1), color=color)
    upper.set(xlabel="time [h]", ylabel="in the blood [ng/ml]")
    lower.set(xlabel="time [h]", ylabel="attention, offset [0 to 1]")
    middle = np.median(attention, axis=1)
    above = float(0.1 * (middle > 0.5 * middle.max()).sum())
    most = float(np.median(blood, axis=1).max())
    print(f"{N_DOSES} doses of {DOSE_MG:g} mg: {most:.1f} ng/ml at most, and more than half of the largest effect for "
          f"{above:.1f} h.")  # fmt: skip
    if show:
        show_figure(figure)
    return {"most_ng_per_ml": most, "hours": above}


if __name__ == "__main__":
    main()

# Now change: ``INTERVAL_H`` to 2.5, the half-life. Does the third dose find more in the blood than the second?
