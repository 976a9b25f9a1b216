"""
In a class that trains alpha, who learns, and can the first session tell?
=========================================================================

Twenty people who differ as people do train for some sessions. Learning is judged on what the body truly does, against
the same people on the same noise who do as told but regulate nothing.

This is a simulation of group averages, not medical advice.
"""

import numpy as np
from matplotlib.figure import Figure

import neurosim as ns
from neurosim.cohort.outcome import CRITERION_PERCENT, with_change
from neurosim.core import palette
from neurosim.session.figure import show_figure

PEOPLE, SESSIONS = 20, 6

# %%
# ``run_course`` draws the people, runs all of them as lanes of one batch, and keeps a row for each block and person. A
# responder has changed by at least 5 % in the last training block.


def main(duration_s: float = 600.0, show: bool = True) -> tuple[int, float]:
    course = ns.run_course("alpha_up", subjects=PEOPLE, sessions=SESSIONS, arms=("real",), seed=1,
                           duration_s=duration_s, follow_up_days=())  # fmt: skip
    blocks = with_change(course.blocks)
    blocks = blocks[(blocks["arm"] == "real") & (blocks["block_kind"] == "training")]
    curve = blocks.pivot_table(index="sitting", columns="subject", values="change_percent")
    people = course.people
    learned = people[people["arm"] == "real"].set_index("subject")["responder"].to_numpy(dtype=bool)

    axes = (figure := Figure(figsize=(8, 4.5), layout="constrained")).subplots()
    for subject, responds in enumerate(learned):
        color, line = (palette.SIGNAL, "-") if responds else (palette.FAINT, "--")
        axes.plot(curve.index, curve[subject], color=color, linestyle=line, marker=".", linewidth=1)
    axes.axhline(CRITERION_PERCENT, color=palette.TEXT, linewidth=1, linestyle=":")
    axes.set(xlabel="session [number]", ylabel="true alpha against oneself untrained [%]")
    axes.set_title("Each line is a person: responders whole, the others dashed")

    first, last = curve.iloc[0].to_numpy(), curve.iloc[-1].to_numpy()
    r = float(np.corrcoef(first, last)[0, 1]) if first.std() * last.std() > 0 else float("nan")
    print(f"{int(learned.sum())} of {PEOPLE} have learned after {SESSIONS} sessions of {duration_s:.0f} s, by "
          f"{np.mean(last):+.0f} % in the mean; the first session tells the last with r = {r:.2f}.")  # fmt: skip
    if show:
        show_figure(figure)
    return int(learned.sum()), r


if __name__ == "__main__":
    main()

# Now change: ``arms`` to ("random",), and "real" to "random" twice. Who learns now?
