"""What goes on when: the block, the trial, the cue and the pacer of every tick."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from neurosim.core.event import SessionEvent
from neurosim.core.feedback import Cue
from neurosim.core.noise import AddressedNoise
from neurosim.core.spec import SignalSpec
from neurosim.core.timeline import TickGrid, exact
from neurosim.feedback.block import Block, Target, Trials


class Schedule:
    """The course of a session in ticks: a function of the tick alone, but for a pacer that was set by hand.

    Parameters
    ----------
    blocks
        The blocks, in order.
    grid
        The ticks of the session.

    Attributes
    ----------
    ends
        The tick after the last one of each block.
    """

    def __init__(self, blocks: Sequence[Block], grid: TickGrid) -> None:
        self.blocks, self.grid = tuple(blocks), grid
        self.ends: list[int] = []
        self._first_trial: list[int] = []
        end_s, n_trials = exact(0), 0
        for block in self.blocks:
            self._first_trial.append(n_trials)
            if block.trials is not None:
                n_trials += -(-exact(block.duration_s) // exact(block.trials.period_s))
            end_s += exact(block.duration_s)
            self.ends.append(max(grid.n_ticks(float(end_s)), 1))
        self._order = AddressedNoise(0, "schedule/trials", (0,), ("up", "down"))
        self._by_hand: tuple[int, Fraction, Fraction] | None = None  # from which tick, the rate, and where it stood

    def start(self, number: int) -> int:
        """Return the first tick of a block."""
        return self.ends[number - 1] if number else 0

    def trials_s(self) -> tuple[tuple[float, float], ...]:
        """Return when each trial begins, and when its task does [s]; trials that the end of a block cuts off too."""
        times: list[tuple[float, float]] = []
        for number, block in enumerate(self.blocks):
            if block.trials is None:
                continue
            start_s, end_s = (exact(self.grid.start_s(k)) for k in (self.start(number), self.ends[number]))
            while start_s < end_s:
                times.append((float(start_s), float(start_s + exact(block.trials.baseline_s))))
                start_s += exact(block.trials.period_s)
        return tuple(times)

    def tell_trials(self, streams: Mapping[str, SignalSpec]) -> dict[str, SignalSpec]:
        """Return the specs of streams that know the trials."""
        trials_s = self.trials_s()
        return {name: replace(spec, trials_s=trials_s) for name, spec in streams.items()}

    def entry(self, number: int) -> SessionEvent:
        """Return the event of a block's start."""
        start_s, end_s = self.grid.start_s(self.start(number)), self.grid.start_s(self.ends[number])
        return SessionEvent(start_s, end_s - start_s, "block", self.blocks[number].name)

    def set_pacer(self, number: int, tick_index: int, rate_per_min: float) -> None:
        """Let the pacer go on at another rate from a tick of a block on, whatever the blocks say; 0 stops it."""
        _, stood = self._pacer(number, tick_index - 1)
        self._by_hand = tick_index, exact(rate_per_min), stood

    def _pacer(self, number: int, tick_index: int) -> tuple[Fraction, Fraction]:
        """Return the rate of the pacer [1/min] and where it stands at the end of a tick of a block [turns]."""
        if self._by_hand is None:
            first, rate, stood = self.start(number), exact(self.blocks[number].pacer_per_min or 0.0), Fraction(0)
        else:
            first, rate, stood = self._by_hand
        if not rate:
            return rate, Fraction(0)
        return rate, (stood + exact(self.grid.update_interval_s) * (tick_index + 1 - first) * rate / 60) % 1

    def cue(self, number: int, tick_index: int) -> Cue:
        """Return what the subject is told in a tick of a block."""
        block = self.blocks[number]
        pacer, phase = map(float, self._pacer(number, tick_index))
        told = Cue(block.kind, block.instruction, block.eyes, pacer_per_min=pacer, pacer_phase=phase,
                   stressor=block.stressor)  # fmt: skip
        if block.trials is None:
            return told
        since_s = exact(self.grid.update_interval_s) * (tick_index - self.start(number))
        return self._in_trial(number, block.trials, since_s, told)

    def _in_trial(self, number: int, trials: Trials, since_s: Fraction, told: Cue) -> Cue:
        period_s = exact(trials.period_s)
        place, at_s = int(since_s // period_s), since_s % period_s
        trial = self._first_trial[number] + place
        target = self._target(trials, trial)
        in_task = exact(trials.baseline_s) <= at_s < exact(trials.baseline_s) + exact(trials.task_s)
        transfer = trials.transfer_every and (trial + 1) % trials.transfer_every == 0
        kind = "rest" if not in_task else "transfer" if transfer else told.block
        words = trials.instructions.get(target, told.instruction)
        return replace(told, block=kind, instruction=words, target=target, trial=trial + 1)

    def _target(self, trials: Trials, trial: int) -> Target:
        """Return the target of a trial: in each round of as many trials as there are targets, each comes once."""
        round_, place = divmod(trial, len(trials.targets))
        draws = self._order.uniform(round_)
        order = np.argsort(draws[: len(trials.targets)])
        return trials.targets[int(order[place])]
