"""
What do forehead, hand, skin and heart do under stress, and who recovers when?
==============================================================================

A psychophysiological stress profile: rest, then a task that stresses, then rest again, as many first sessions of
biofeedback begin. One arousal moves all of it, each signal with its own delay; the mean of 20 people shows it.

This is a simulation of group averages, not medical advice.
"""

import numpy as np
from matplotlib.figure import Figure

import neurosim as ns
from neurosim.core import palette
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.session.figure import show_figure

PEOPLE = 20
TASK = {"arousal": 0.35, "attention": 0.3}  # what it adds; both are 0.5 at rest
UNITS = {"forehead": "EMG rms [µV]", "heart": "rate [1/min]", "skin": "conductance [µS]", "hand": "temperature [°C]"}

# %%
# The body is driven by hand here, second by second: a sixth of the time is rest, a sixth the task, then rest again.


def profile(duration_s: int) -> dict[str, Float]:
    """Return the mean of all people in each second, by signal."""
    body = ns.Body().prepare(TickGrid(1.0), seed=1, subjects=tuple(range(PEOPLE)), batch_shape=(PEOPLE,))
    body.select(("emg", "truth/ibi", "skin_conductance", "temperature"))
    rows = []
    for second in range(duration_s):
        made = body.generate(second, ns.Drive(TASK if duration_s <= 6 * second < 2 * duration_s else {}))
        forehead, heart = np.sqrt(np.mean(made["emg"][:, 0] ** 2)), 60.0 / made["truth/ibi"].mean()
        rows.append((forehead, heart, made["skin_conductance"].mean(), made["temperature"].mean()))
    return dict(zip(UNITS, np.array(rows).T, strict=True))


def main(duration_s: float = 1800.0, show: bool = True) -> dict[str, float]:
    course, sixth = profile(round(duration_s)), round(duration_s) // 6
    figure, half_s = Figure(figsize=(10, 8), layout="constrained"), {}
    for axes, (name, x) in zip(figure.subplots(len(course)), course.items(), strict=True):
        rest, stressed = (x[k * sixth + sixth // 2 : (k + 1) * sixth].mean() for k in (0, 1))
        back = np.flatnonzero(np.abs(x[2 * sixth :] - rest) < 0.5 * abs(stressed - rest))
        half_s[name] = float(back[0]) if back.size else np.inf
        axes.plot(np.arange(len(x)) / 60, x, color=palette.SIGNAL, linewidth=1)
        axes.axvspan(sixth / 60, 2 * sixth / 60, color=palette.INVALID, alpha=0.1, linewidth=0)
        if back.size:
            axes.axvline((2 * sixth + half_s[name]) / 60, color=palette.REWARD)
        axes.set(title=f"{name}: {rest:.1f}, in the task {stressed:.1f}", xlabel="time [min]", ylabel=UNITS[name])
    times = ", ".join(f"the {name} {s:.0f} s" if s < np.inf else f"the {name} longer" for name, s in half_s.items())
    print(f"To come half way back after a task of {sixth} s takes {times}.")
    if show:
        show_figure(figure)
    return half_s


if __name__ == "__main__":
    main()

# Now change: ``TASK`` to ``{"arousal": -0.25}``. Who shows first that people relax, and who is last to forget it?
