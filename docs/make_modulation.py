"""Make the figures and the table of docs/modulation.md: ``python docs/make_modulation.py`` (about six minutes).

``modulation_parkinson.png``, ``_pain``, ``_adhd_like`` and ``_anxious`` show the same patients under each technique,
``modulation_responders.png`` and ``modulation_vagus.png`` how patients differ at the spinal cord and the vagus nerve,
``modulation_weeks.png`` how slowly mood follows. The table is that of `tools.modulation_rows`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

sys.path.insert(0, str(Path(__file__).parents[1]))
from neurosim.cohort.side_by_side import NOTICE, treat
from neurosim.cohort.treatments import find_patient
from neurosim.core import palette
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.modulation import Coil
from tools.modulation_rows import RESPONDERS, as_table, relief, vagus

PAGE = Path(__file__).with_name("modulation.md")
PICTURES = Path(__file__).parent / "pictures"
#: The table stands between these two lines of the page.
BEGIN, END = "<!-- rows: made by make_modulation.py -->", "<!-- end of rows -->"
DAYS = np.arange(0, 57)


def draw_responders() -> Figure:
    """Draw how much pain each patient loses at the spinal cord, sorted, beside the published share of responders."""
    figure = Figure(figsize=(9, 4), dpi=110, layout="constrained")
    for axes, around, place in zip(
        figure.subplots(1, 2, sharey=True), ("chronic_pain", "neuropathy"), ("back", "leg"), strict=True
    ):
        for protocol, color, line in (("scs_tonic", palette.SIGNAL, "-"), ("scs_10khz", palette.REWARD, "--")):
            gone = np.sort(relief(protocol, around, 300, 1))[::-1]
            share, published = 100.0 * (gone >= 50.0).mean(), RESPONDERS[protocol, around]
            label = f"{protocol.replace('_', ' ')}: {share:.0f} % respond, published {published:g} %"
            axes.plot(np.linspace(0.0, 100.0, len(gone)), gone, color=color, linestyle=line, label=label)
            axes.plot(published, 50.0, "o", color=color, mfc="white")
        axes.axhline(50.0, color=palette.FAINT, linewidth=0.8)
        axes.set(title=place, xlabel="patients, best first [%]", ylabel="pain gone [%]" if place == "back" else "")
        axes.legend(frameon=False, fontsize=8, loc="lower left")
        axes.spines[["top", "right"]].set_visible(False)
    return _signed(figure)


def draw_vagus() -> Figure:
    """Draw how many seizures each patient loses under stimulation of the vagus nerve, early and late, sorted."""
    axes = (figure := Figure(figsize=(6, 4), dpi=110, layout="constrained")).subplots()
    early, late = vagus()
    for change, when, color, line in (
        (early, "7.5 months", palette.SIGNAL, "--"),
        (late, "2 years", palette.REWARD, "-"),
    ):
        gone = np.sort(-change)[::-1]
        label = f"after {when}: {gone.mean():.0f} % fewer, {100.0 * (gone >= 50.0).mean():.0f} % of patients respond"
        axes.plot(np.linspace(0.0, 100.0, len(gone)), gone, color=color, linestyle=line, label=label)
    axes.plot(50.0, 50.0, "o", color=palette.REWARD, mfc="white", label="published: half respond (Englot et al. 2011)")
    axes.axhline(50.0, color=palette.FAINT, linewidth=0.8)
    axes.set(xlabel="patients, best first [%]", ylabel="seizures gone [%]")
    axes.legend(frameon=False, fontsize=8, loc="upper right")
    axes.spines[["top", "right"]].set_visible(False)
    return _signed(figure)


def course(name: str, n: int = 200) -> Float:
    """Return the Hamilton score day by day under a technique, without what people expect (day,)."""
    patient = find_patient("depression")
    (device,) = patient.techniques[name].devices or ()
    if not isinstance(device, Coil):
        device = device.model_copy(update={"before_h": 0.0})
    grid = TickGrid(1.0)
    actor, scores = device.prepare(grid, 1, tuple(range(n)), (n,)), []
    length_s = device.train.times_s()[-1] + 1.0 if isinstance(device, Coil) else 1.0
    mood = np.zeros(n)
    for day in DAYS:
        scores.append(patient.score.untreated + patient.score.change(np.full(n, 0.25), 0.25 + mood))
        if not isinstance(device, Coil) or day < 28:  # four weeks of sessions
            for k in range(grid.n_ticks(length_s)):
                mood = actor.act(k)["mood"] + np.zeros(n)
        actor.rest(86400.0)
    return np.array(scores).mean(axis=1)


def draw_weeks() -> Figure:
    """Draw the Hamilton score over weeks: a drug beside a placebo, and theta bursts with expectation in them."""
    patient = find_patient("depression")
    axes = (figure := Figure(figsize=(8, 4), dpi=110, layout="constrained")).subplots()
    expected = patient.nonspecific * (1.0 - np.exp(-DAYS / 14.0))
    axes.plot(
        DAYS, patient.score.untreated + expected, color=palette.FAINT, label="expectation alone (two weeks, by design)"
    )
    axes.plot(DAYS, course("escitalopram") + expected, color=palette.SIGNAL, linestyle="--", label="escitalopram")
    axes.plot(DAYS, course("itbs"), color=palette.REWARD, label="theta bursts for four weeks (no sham in that trial)")
    axes.plot(28, 13.4, "o", color=palette.REWARD, mfc="white", label="Blumberger et al. 2018")
    axes.set(xlabel="time [days]", ylabel="HRSD-17 [points], mean of patients", ylim=(0, None))
    axes.legend(frameon=False, fontsize=8, loc="lower left")
    axes.spines[["top", "right"]].set_visible(False)
    return _signed(figure)


def _signed(figure: Figure) -> Figure:
    figure.suptitle(NOTICE, x=0.995, ha="right", size=7, color=palette.FAINT)
    return figure


def main() -> None:
    """Draw and write all figures, and the table."""
    text = PAGE.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{as_table()}\n{END}{after}", encoding="utf-8")
    for name in ("parkinson", "chronic_pain", "adhd_like", "anxious"):
        treat(name, n=12, seed=1).figure().savefig(PICTURES / f"modulation_{name.removeprefix('chronic_')}.png")
    draw_responders().savefig(PICTURES / "modulation_responders.png")
    draw_vagus().savefig(PICTURES / "modulation_vagus.png")
    draw_weeks().savefig(PICTURES / "modulation_weeks.png")


if __name__ == "__main__":
    main()
