"""
How do I let my own agent act on the body and learn from the feedback?
======================================================================

An actor puts a `Drive` on the body each tick and sees what is shown. This one has three strategies; it keeps each up
for 4 s (longer than the filters' delay, or the tone would reward what came before), then takes the most promising
(UCB1, Auer et al. 2002). What each does to alpha is invented; this is a simulation, not medical advice.
"""

import numpy as np
from matplotlib.figure import Figure

import neurosim as ns
from neurosim.core.actor import Actor
from neurosim.core.timeline import TickGrid
from neurosim.session.figure import show_figure

STRATEGIES = {"count backwards": -0.4, "nothing": 0.0, "let go": 0.4}  # what each adds to alpha's drive [ln]
TRY_S = 4.0


class Chooser(Actor):
    """Tries strategies and settles on the one that was rewarded most."""

    def __init__(self, grid: TickGrid) -> None:
        self.n_ticks = grid.n_ticks(TRY_S)
        self.tried: list[int] = []
        self.n, self.reward = np.zeros((2, len(STRATEGIES)))
        self.heard = 0.0

    def act(self, tick_index: int) -> ns.Drive:
        if tick_index % self.n_ticks == 0:
            self.choose()
        return ns.Drive({"alpha_drive": list(STRATEGIES.values())[self.tried[-1]]})

    def choose(self) -> None:
        if self.tried:
            self.n[self.tried[-1]] += 1
            self.reward[self.tried[-1]] += self.heard / self.n_ticks
        self.heard = 0.0
        n = np.maximum(self.n, 1e-3)  # what was never tried promises most
        self.tried.append(int(np.argmax(self.reward / n + np.sqrt(0.5 * np.log(n.sum() + 1) / n))))

    def observe(self, feedback: ns.Feedback) -> None:
        self.heard += float(feedback.shown)

    def rest(self, duration_s: float) -> None:
        """Keep everything: this one does not forget."""


# %%
# Body, actor and session are built by hand here; `simulate` does the same from a subject's file.


def main(duration_s: float = 600.0, show: bool = True) -> float:
    protocol = ns.load_protocol("alpha_up")
    protocol = protocol.with_blocks(protocol.blocks[1].model_copy(update={"duration_s": duration_s}))  # training alone
    chooser = Chooser(grid := TickGrid(protocol.update_interval_s))
    body = ns.Body(eeg=ns.EEG(ch_names=("O1",))).prepare(grid, seed=1, subjects=(0,), batch_shape=())
    body.select(protocol.streams)  # organs that nobody looks at would take most of the time
    ns.run(ns.Session(protocol, body, [chooser]))

    tried = np.array(chooser.tried)
    early, late = (100 * float(np.mean(half == 2)) for half in np.array_split(tried, 2))
    axes = (figure := Figure(figsize=(10, 3), layout="constrained")).subplots()
    axes.plot(np.arange(len(tried)) * TRY_S, tried, "o", markersize=4)
    axes.set(xlabel="time [s]", ylabel="strategy", yticks=range(len(STRATEGIES)), yticklabels=STRATEGIES)
    tone = 100 * chooser.reward / np.maximum(chooser.n, 1)
    print(f"The agent let go in {early:.0f} % of its tries in the first half and {late:.0f} % in the second; the tone "
          f"was on for {tone[2]:.0f} % of that time and for {tone[0]:.0f} % counting.")  # fmt: skip
    if show:
        show_figure(figure)
    return late


if __name__ == "__main__":
    main()

# Now change: TRY_S to 0.1. The filters reward what was tried before: what does the agent learn now?
