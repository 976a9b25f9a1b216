"""
Which threshold policy keeps the reward rate and hides the learning?
====================================================================

A trainer who wants six rewards in ten can fix the threshold after the baseline, or let it follow the trainee. Here the
same people with the same noise train alpha under each policy. They learn ten times as fast as people do, so that one
session shows what many would.

This is a simulation of group averages, not medical advice.
"""

import pandas as pd
from matplotlib.figure import Figure

import neurosim as ns
from neurosim.core import palette
from neurosim.feedback import Block
from neurosim.session.figure import show_figure

POLICIES = ("fixed", "one_shot", "percentile", "controller")
LEARNERS = 24

# %%
# One electrode, everybody can learn, and four blocks of training behind a baseline of a minute.

PEOPLE = ns.Subject(name="learners", title="Quick learners", body=ns.Body(eeg=ns.EEG(ch_names=("Pz",))),
                    actors=(ns.Learner(non_responders=0.0, learning_rate_hz=0.096),))  # fmt: skip


def main(duration_s: float = 1200.0, show: bool = True) -> pd.DataFrame:
    protocol = ns.load_protocol("alpha_up").with_channels("Pz")
    protocol = protocol.model_copy(update={"gates": (), "update_interval_s": 1 / 16})
    training = [Block(name=f"training {i}", kind="training", duration_s=duration_s / 4) for i in range(1, 5)]
    protocol = protocol.with_blocks(Block(name="baseline", kind="baseline", duration_s=60.0), *training)
    table = ns.compare_thresholds(protocol, POLICIES, subject=PEOPLE, subjects=LEARNERS, seed=1)

    left, right = (figure := Figure(figsize=(9, 4), layout="constrained")).subplots(1, 2)
    for i, row in table.iterrows():
        rates = [100 * row.untrained_rate, 100 * row.reward_rate]
        left.plot(rates, [i, i], color=palette.SIGNAL, linewidth=2)
        left.plot(rates[1], i, "o", color=palette.SIGNAL)
    left.set(title="Reward rate without learning and with it (dot)", xlabel="time with reward [%]", ylabel="threshold")
    right.barh(range(len(table)), table.learned_percent, xerr=table.learned_error, color=palette.REWARD)
    for axes in (left, right):
        axes.set_yticks(range(len(table)), table.policy)
    right.set(title="What was learned", xlabel="true alpha, beside the same people without learning [%]")
    found = table.set_index("policy")
    rise, alpha = 100 * (found.reward_rate - found.untrained_rate), found.learned_percent
    print(f"With a fixed threshold {alpha.fixed:.0f} % more alpha earned {rise.fixed:.1f} points more reward; "
          f"with a percentile {alpha.percentile:.0f} % earned {rise.percentile:.1f} points.")  # fmt: skip
    if show:
        show_figure(figure)
    return table


if __name__ == "__main__":
    main()

# Now change: POLICIES to include "staircase". Where does its reward rate go, and why is it not the one it was aimed at?
