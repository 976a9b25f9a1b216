"""
How far does a forehead relax in a course of training, and is it the feedback?
==============================================================================

Twelve people train ``emg_frontalis`` in six sessions, twelve others get the tone at random, as often. The true tension
of the muscle is compared, session by session. (A simulation of group averages, not medical advice.)
"""

import numpy as np
from matplotlib.figure import Figure

import neurosim as ns
from neurosim.core import palette
from neurosim.core.spec import Float
from neurosim.session.figure import show_figure

PEOPLE, SESSIONS = 12, 6
TRUTH = "truth/emg_rms"
PROTOCOL = "emg_frontalis"

# %%
# The truth is a stream like any other, and only a simulated body has it. What is judged is the last training block.


def course(sham: str | None, duration_s: float) -> Float:
    """Return the tension of the forehead at the end of each session ``(session, person)`` [µV rms]."""
    results = ns.simulate_sessions(
        PROTOCOL, n_sessions=SESSIONS, subjects=PEOPLE, sham=sham, seed=1, duration_s=duration_s, signals=(TRUTH,)
    )
    last = [[b for b in result.blocks if b.block.kind == "training"][-1] for result in results]
    return np.array([block.mean_truth(TRUTH)[:, 0] for block in last])


def main(duration_s: float = 600.0, show: bool = True) -> dict[str, float]:
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes, change = figure.subplots(), {}
    looks = (("real", None, palette.SIGNAL, "-"), ("sham", "random", palette.FAINT, "--"))
    for name, sham, color, line in looks:
        tension = course(sham, duration_s)
        change[name] = 100.0 * float(np.mean(tension[-1] / tension[0]) - 1.0)
        mean, sem = tension.mean(axis=1), tension.std(axis=1) / np.sqrt(PEOPLE)
        axes.errorbar(np.arange(1, SESSIONS + 1), mean, sem, color=color, linestyle=line, marker="o", label=name)
    axes.set(xlabel="session [number]", ylabel="frontalis [µV rms], mean and standard error", ylim=(0, None))
    axes.set_title("The forehead's true tension in the last training block")
    axes.legend()
    print(f"From the first to the last of {SESSIONS} sessions of {duration_s:.0f} s the forehead changes by "
          f"{change['real']:+.0f} % with real feedback and by {change['sham']:+.0f} % with a sham.")  # fmt: skip
    if show:
        show_figure(figure)
    return change


if __name__ == "__main__":
    main()

# Now change: ``PROTOCOL`` to "emg_trapezius" and the 0 in ``course`` to 1. Do shoulders learn as fast?
