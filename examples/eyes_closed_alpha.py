"""
Does the feedback see the oldest effect in EEG, in the simulation and in my own recording?
==========================================================================================

Alpha rises when the eyes close (Berger 1929). Here a script closes and opens the eyes of a simulated person. For a
recording of any kind (EDF, BrainVision, XDF, a BIDS dataset, ...) whose events, or whose sidecar's marker, say "closed"
and "open": ``python eyes_closed_alpha.py RECORDING [SIDECAR]``

The simulation follows group averages; it is not medical advice.
"""

import sys

import numpy as np
from matplotlib.figure import Figure

import neurosim as ns
from neurosim.core import palette
from neurosim.core.spec import Bool
from neurosim.session import Result
from neurosim.session.figure import show_figure

EYES_S = 15.0  # how long they stay closed, and open

# %%
# Each source gives a session, and whether the eyes were closed at each tick: the script knows, or the events do.


def simulated(duration_s: float) -> tuple[Result, Bool]:
    steps = [{"at_s": i * EYES_S, "drive": {"eyes_closed": i % 2}} for i in range(int(duration_s / EYES_S))]
    person = ns.Subject(name="blinker", title="Closes and opens the eyes", actors=(ns.Script(steps=steps),))
    result = ns.simulate("alpha_up", subject=person, seed=1, duration_s=duration_s)
    return result, (result.features["time_s"].to_numpy() // EYES_S) % 2 == 1


def recorded(recording: str, sidecar: str) -> tuple[Result, Bool]:
    result = ns.simulate("alpha_up", source=ns.Recorded(path=recording, sidecar=sidecar or None), seed=1)
    time_s = result.features["time_s"].to_numpy()
    closed = np.zeros(time_s.size, dtype=np.bool_)
    for event in result.events:
        word = event.text.lower()
        if event.kind == "annotation" and ("closed" in word or "open" in word):
            closed[time_s >= event.onset_s] = "closed" in word
    assert 0 < closed.mean() < 1, "no event says when the eyes are closed, and when open"
    return result, closed


def main(duration_s: float = 120.0, show: bool = True, recording: str = "", sidecar: str = "") -> float:
    result, closed = recorded(recording, sidecar) if recording else simulated(duration_s)
    table = result.features
    power = table["alpha"] ** 2 / 2  # of a sine with this envelope
    shut, wide = (float(power[table["valid"] & state].mean()) for state in (closed, ~closed))
    figure = Figure(figsize=(10, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot(table["time_s"], power, color=palette.FEATURE, linewidth=1, label="alpha power")
    axes.fill_between(table["time_s"], 0, power.max() * closed, alpha=0.15, linewidth=0, label="eyes closed")
    axes.set(title=f"Alpha and the eyes: {result.source}", xlabel="time [s]", ylabel="alpha power [µV²]")
    axes.legend(loc="upper right")
    print(f"Mean alpha power is {shut:.1f} µV² with eyes closed, {wide:.1f} µV² open: {shut / wide:.1f} times higher.")
    if show:
        show_figure(figure)
    return shut / wide


if __name__ == "__main__":
    main(120.0, True, *sys.argv[1:3])

# Now change: EYES_S to 1. Why does the ratio fall: because of the eyes, or because of the filters?
