"""
At which breathing pace does this body swing most?
==================================================

Heart rate follows breathing, and most of all near six breaths a minute, where breathing meets the delay of the
baroreflex (Vaschillo et al. 2002). Trainers look for that pace breath by breath; here a batch tries all at once.

This is a simulation of group averages, not medical advice.
"""

import numpy as np
from matplotlib.figure import Figure

import neurosim as ns
from neurosim.core import palette
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.session.figure import show_figure

PACES = np.arange(3.0, 10.5, 0.5)  # breaths a minute
REPEATS = 4
STREAMS = ("truth/ibi", "respiration")
LAG_SCALE = 1.0  # of the baroreflex's delay: 1 is an adult's

# %%
# Each lane of the batch breathes at a pace of its own; a drive takes one value for all, or one for each.


def breathe(duration_s: float, paces: Float) -> dict[str, Float]:
    """Return heart rate [1/min] and breathing [L], 32 times a second ``(lane, time)``, without the first quarter."""
    body = ns.Body.model_validate({"heart": {"lag_scale": LAG_SCALE}})
    source = body.prepare(TickGrid(1.0), seed=1, subjects=tuple(range(len(paces))), batch_shape=(len(paces),))
    source.select(STREAMS)
    drive = ns.Drive({"breathing_pace": paces})
    ticks = [source.generate(second, drive) for second in range(round(duration_s))][round(duration_s / 4) :]
    ibi, breath = (np.concatenate([tick[name][:, 0] for tick in ticks], axis=-1) for name in STREAMS)
    return {"rate": 60.0 / ibi, "breath": breath}


def main(duration_s: float = 400.0, show: bool = True) -> tuple[float, float]:
    paces = np.concatenate([np.repeat(PACES, REPEATS), np.zeros(REPEATS)])  # no pacer for the last ones
    made = breathe(duration_s, paces)
    swing = made["rate"].std(axis=-1).reshape(-1, REPEATS)
    mean, rest = swing[:-1].mean(axis=1), swing[-1].mean()
    best = int(np.argmax(mean))
    figure = Figure(figsize=(10, 4), layout="constrained")
    curve, wave = figure.subplots(1, 2)
    curve.plot(PACES, mean, color=palette.SIGNAL, marker="o", label="with a pacer")
    curve.plot(PACES, swing[:-1], ".", color=palette.FAINT)
    curve.axhline(rest, color=palette.FEATURE, linestyle="--", label="own breathing")
    curve.set(xlabel="breaths [1/min]", ylabel="SD of heart rate [1/min]", title="Resonance curve")
    curve.legend()
    last = slice(-60 * 32, None)
    rate, breath = made["rate"][best * REPEATS, last], made["breath"][best * REPEATS, last]
    seconds = np.arange(len(rate)) / 32
    wave.plot(seconds, rate, color=palette.SIGNAL, label="heart rate")
    wave.plot(seconds, rate.mean() + 10 * (breath - breath.mean()), color=palette.REWARD, label="breathing")
    wave.set(xlabel="time [s]", ylabel="heart rate [1/min]", title=f"At {PACES[best]:g} breaths a minute")
    wave.legend()
    ratio = mean[best] / rest
    print(f"Heart rate swings most at {PACES[best]:g} breaths a minute, {ratio:.1f} times as much as at rest.")
    if show:
        show_figure(figure)
    return float(PACES[best]), float(ratio)


if __name__ == "__main__":
    main()

# Now change: ``LAG_SCALE`` to 1.15, as in a taller body with more blood. Where is the resonance now?
