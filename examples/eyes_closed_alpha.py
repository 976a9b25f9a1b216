"""
Does the feedback see the oldest effect in EEG, in the simulation and in my own recording?
==========================================================================================

Alpha rises when the eyes close (Berger 1929). Here a script closes and opens a simulated person's eyes. For a
recording whose sidecar has a marker with the states "closed" and "open":
``python eyes_closed_alpha.py my_recording.edf my_sidecar.toml``

The simulated eyes follow group averages; this is no medical advice.
"""

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import neurosim as ns
from neurosim.session import palette
from neurosim.session.figure import show_figure
from neurosim.signals.sidecar import load_sidecar

# %%
# In the simulation the eyes change every 10 s; in a recording the marker says when they did.

EYES_S = 10.0


def simulated(duration_s: float) -> tuple[ns.Result, np.ndarray]:
    changes = np.arange(0.0, duration_s, EYES_S)
    steps = [{"at_s": t, "drive": {"eyes_closed": i % 2}} for i, t in enumerate(changes)]
    person = ns.Subject(name="blinker", title="Closes and opens the eyes", actors=({"kind": "script", "steps": steps},))
    result = ns.simulate("alpha_up", subject=person, seed=1, duration_s=duration_s)
    return result, result.features["time_s"].to_numpy() // EYES_S % 2 == 1


def recorded(recording: str, sidecar: str) -> tuple[ns.Result, np.ndarray]:
    result = ns.simulate("alpha_up", source=ns.Recorded(path=recording, sidecar=sidecar), seed=1)
    low, high = load_sidecar(Path(sidecar)).marker.states["closed"]
    marker, fs = result.samples("marker")[0], result.streams["marker"].fs
    now = marker[(result.features["time_s"].to_numpy() * fs).astype(int)]
    return result, (now >= low) & (now < high)


def main(duration_s: float = 60.0, show: bool = True, recording: str = "", sidecar: str = "") -> float:
    result, closed = recorded(recording, sidecar) if recording else simulated(duration_s)
    table = result.features
    medians = [float(table.loc[table["valid"] & state, "alpha"].median()) for state in (closed, ~closed)]
    figure = Figure(figsize=(10, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot(table["time_s"], table["alpha"], color=palette.FEATURE, linewidth=1)
    axes.fill_between(table["time_s"], 0, 1, closed, transform=axes.get_xaxis_transform(), alpha=0.15, label="eyes closed")
    axes.set(title=f"Alpha power with eyes closed and open: {result.source}", xlabel="time [s]", ylabel="alpha power [µV²]")
    axes.legend(loc="upper right")
    ratio = medians[0] / medians[1]
    print(f"Median alpha power is {medians[0]:.1f} µV² with eyes closed and {medians[1]:.1f} µV² open: {ratio:.1f} times.")
    if show:
        show_figure(figure)
    return ratio


if __name__ == "__main__":
    main(60.0, True, *sys.argv[1:3])

# Now change: EYES_S to 1 s. The feedback comes too late for the eyes; how much too late does `medians` say?
