"""Make the pictures of the README and the documentation: ``python docs/make_pictures.py``.

``session.png`` is the summary of one session; ``body.png`` shows the signals of one body that is stressed for a minute;
``learning.png`` shows forty learners over five sessions, with real feedback and with a random sham, against the same
seed without anybody driving (about two minutes).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

import neurosim
from neurosim.core import palette
from neurosim.core.timeline import TickGrid
from neurosim.session.result import Result

PICTURES = Path(__file__).parent / "pictures"
N, N_SESSIONS, SEED = 40, 5, 11


def course(actors: tuple[neurosim.Learner, ...], sham: str | None = None) -> list[Result]:
    """Train forty subjects for five sessions of 25 minutes at O1."""
    protocol = neurosim.load_protocol("alpha_up").model_copy(update={"update_interval_s": 1 / 8})
    body = neurosim.Body(eeg=neurosim.EEG(ch_names=("O1",)))
    subject = neurosim.Subject(name="learner", title="learner", body=body, actors=actors)
    return neurosim.simulate_sessions(
        protocol, n_sessions=N_SESSIONS, subject=subject, subjects=N, sham=sham, seed=SEED
    )


def draw_learning() -> Figure:
    """Draw the change of the true alpha amplitude over the sessions, with 95 % intervals of the mean."""
    alone = [result.true_amplitude("alpha") for result in course(())]
    figure = Figure(figsize=(8, 4.2), dpi=110, layout="constrained")
    axes = figure.subplots()
    sessions = np.arange(1, N_SESSIONS + 1)
    for sham, name, marker, color in (
        (None, "real feedback", "o", palette.REWARD),
        ("random", "random sham", "s", palette.INVALID),
    ):
        results = course((neurosim.Learner(),), sham)
        change = np.array([100 * (r.true_amplitude("alpha") / a - 1) for r, a in zip(results, alone, strict=True)])
        interval = 1.96 * change.std(axis=1, ddof=1) / np.sqrt(N)
        axes.plot(sessions, change, color=color, linewidth=0.5, alpha=0.25)
        axes.errorbar(sessions, change.mean(axis=1), interval, color=color, marker=marker, linewidth=2, capsize=4,
                      mfc=color if sham is None else "white", label=f"{name}, mean of {N}")  # fmt: skip
        print(f"{name}: {change[-1].mean():+.1f} % in session {N_SESSIONS} (95 % interval +-{interval[-1]:.1f})")
    axes.axhline(0, color=palette.TEXT, linewidth=0.8)
    axes.set(title="Real feedback teaches, a sham at the same reward rate does not", xlabel="session [number]",
             ylabel="change of true alpha amplitude [%]", xticks=sessions)  # fmt: skip
    axes.legend(loc="upper left", frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    figure.text(
        0.995, 0.005, "Simulation of group averages, not medical advice", ha="right", size=7, color=palette.FAINT
    )
    return figure


SIGNALS = {
    "eeg": ("EEG at O1", "[µV]", "O1"),
    "ecg": ("ECG", "[mV]", "ECG"),
    "ppg": ("pulse at the finger", "[pulse heights]", "PPG"),
    "respiration": ("breathing", "[L]", "RESP"),
    "emg": ("EMG of the forehead", "[µV]", "frontalis"),
    "skin_conductance": ("skin conductance", "[µS]", "EDA"),
    "temperature": ("finger temperature", "[°C]", "finger"),
}
STRESS_S, AFTER_S = 60, 120


def draw_body() -> Figure:
    """Draw every signal of a body: calm for a minute, stressed for a minute, and calm again."""
    source = neurosim.Body().prepare(TickGrid(1.0), seed=3, subjects=(0,), batch_shape=())
    source.select(SIGNALS)
    ticks = [
        source.generate(second, neurosim.Drive({"arousal": 0.35 if STRESS_S <= second < AFTER_S else 0.0}))
        for second in range(180)
    ]
    figure = Figure(figsize=(10, 10), dpi=110, layout="constrained")
    for axes, (stream, (name, unit, channel)) in zip(
        figure.subplots(len(SIGNALS), sharex=True), SIGNALS.items(), strict=True
    ):
        spec = source.specs[stream]
        x = np.concatenate([tick[stream][spec.ch_names.index(channel)] for tick in ticks])
        axes.plot(np.arange(len(x)) / spec.fs, x, color=palette.SIGNAL, linewidth=0.4 if spec.fs > 32 else 1.2)
        axes.axvspan(STRESS_S, AFTER_S, color=palette.INVALID, alpha=0.12, linewidth=0)
        axes.set_title(f"{name} {unit}", loc="left", fontsize=10)
        axes.spines[["top", "right"]].set_visible(False)
    axes.set(xlabel="time [s], stress in the shaded minute", xlim=(0, len(ticks)))
    figure.supxlabel("Simulation of group averages, not medical advice", x=0.995, ha="right", fontsize=7,
                     color=palette.FAINT)  # fmt: skip
    return figure


def main() -> None:
    """Draw and write the pictures."""
    PICTURES.mkdir(exist_ok=True)
    neurosim.simulate("alpha_up", seed=1, duration_s=180.0).save_figure(PICTURES / "session.png")
    draw_body().savefig(PICTURES / "body.png")
    draw_learning().savefig(PICTURES / "learning.png")


if __name__ == "__main__":
    main()
