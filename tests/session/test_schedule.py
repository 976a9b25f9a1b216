"""Blocks, trials and the pacer in ticks."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from neurosim.core.feedback import Cue
from neurosim.core.timeline import TickGrid
from neurosim.feedback import Block, Trials
from neurosim.session.schedule import Schedule


def cues(*blocks: Block, update_interval_s: float = 0.25) -> list[Cue]:
    schedule = Schedule(blocks, TickGrid(update_interval_s))
    found = []
    for number in range(len(blocks)):
        found += [schedule.cue(number, k) for k in range(schedule.start(number), schedule.ends[number])]
    return found


def test_a_pacer_turns_as_often_as_it_says() -> None:
    """6 breaths a minute: 10 s each, from the start of the block."""
    paced = cues(
        Block(name="rest", kind="rest", duration_s=3.0),
        Block(name="breathe", kind="training", duration_s=60.0, pacer_per_min=6.0),
    )
    phases = [cue.pacer_phase for cue in paced]
    assert [cue.pacer_per_min for cue in paced[:12]] == [0.0] * 12
    assert phases[12] == pytest.approx(0.025)  # a quarter of a second of ten
    starts = [k for k in range(13, len(phases)) if phases[k] < phases[k - 1]]
    assert [(k + 1 - 12) * 0.25 for k in starts] == [10.0, 20.0, 30.0, 40.0, 50.0, 60.0]


def test_trials_balance_their_targets_and_keep_some_without_feedback() -> None:
    trials = Trials(
        baseline_s=2, task_s=8, pause_s=2, targets=("up", "down"), transfer_every=3, instructions={"up": "rise"}
    )
    told = cues(Block(name="scp", kind="training", duration_s=12 * 24, trials=trials, instruction="wait"))
    by_trial = {n: [cue for cue in told if cue.trial == n] for n in range(1, 25)}
    assert sum(map(len, by_trial.values())) == len(told)
    targets = [by_trial[n][0].target for n in by_trial]
    assert Counter(targets) == {"up": 12, "down": 12}
    assert all({targets[i], targets[i + 1]} == {"up", "down"} for i in range(0, 24, 2))
    assert 0 < sum(targets[i] == "up" for i in range(0, 24, 2)) < 12  # the first of a pair is now one, now the other
    for n, ticks in by_trial.items():
        what = "transfer" if n % 3 == 0 else "training"
        assert [cue.block for cue in ticks] == ["rest"] * 8 + [what] * 32 + ["rest"] * 8
        assert {cue.instruction for cue in ticks} == {"rise" if targets[n - 1] == "up" else "wait"}


def test_trials_are_counted_over_a_session() -> None:
    trials = Trials(baseline_s=1, task_s=2, pause_s=1)
    block = Block(name="a", kind="training", duration_s=10.0, trials=trials)
    told = cues(block, block.model_copy(update={"name": "b"}))
    assert [cue.trial for cue in told[::4]] == [1] * 4 + [2] * 4 + [3] * 2 + [4] * 4 + [5] * 4 + [6] * 2


def test_a_trial_baseline_follows_the_trials_of_the_session() -> None:
    """After a baseline of 3 s: trials of 1 + 2 + 1 s; a ramp less its value in the middle of each baseline."""
    from neurosim.core.spec import SignalSpec
    from neurosim.dsp import TrialBaseline

    trials = Trials(baseline_s=1, task_s=2, pause_s=1)
    blocks = (
        Block(name="baseline", kind="baseline", duration_s=3.0),
        Block(name="run", kind="training", duration_s=9.0, trials=trials),
        Block(name="rest", kind="rest", duration_s=5.0),
        Block(name="again", kind="training", duration_s=8.0, trials=trials),
    )
    schedule = Schedule(blocks, TickGrid(0.25))
    assert schedule.trials_s() == ((3.0, 4.0), (7.0, 8.0), (11.0, 12.0), (17.0, 18.0), (21.0, 22.0))
    spec = schedule.tell_trials({"eeg": SignalSpec(16.0, ("Cz",), "uV")})["eeg"]
    seconds = np.arange(16 * 25) / 16.0
    out = TrialBaseline().prepare(spec).process(seconds[None])[0]
    level = seconds - out
    middle_s = {3.9: None, 4.0: 3.0 + 7.5 / 16, 7.9: 3.0 + 7.5 / 16, 8.0: 7.0 + 7.5 / 16, 18.0: 17.0 + 7.5 / 16}
    for at_s, expected in middle_s.items():
        here = round(at_s * 16)
        assert level[here] == pytest.approx(seconds[here] if expected is None else expected)


def test_a_cue_names_the_stressor_of_its_block() -> None:
    told = cues(
        Block(name="rest", kind="rest", duration_s=1.0),
        Block(name="sums", kind="rest", duration_s=1.0, stressor="arithmetic"),
    )
    assert [cue.stressor for cue in told] == [""] * 4 + ["arithmetic"] * 4


def test_a_pacer_that_is_set_goes_on_from_where_it_stands() -> None:
    """Six a minute for 3 s is three tenths of a turn; from there twelve a minute take 3.5 s to the next breath."""
    grid = TickGrid(0.25)
    schedule = Schedule((Block(name="breathe", kind="training", duration_s=60.0, pacer_per_min=6.0),), grid)
    assert schedule.cue(0, 11).pacer_phase == pytest.approx(0.3)
    schedule.set_pacer(0, 12, 12.0)
    told = [schedule.cue(0, k) for k in range(12, 26)]
    assert {cue.pacer_per_min for cue in told} == {12.0}
    assert told[0].pacer_phase == pytest.approx(0.35)
    assert told[-1].pacer_phase == 0.0  # exactly: it is counted in fractions
    schedule.set_pacer(0, 26, 0.0)
    assert (schedule.cue(0, 30).pacer_per_min, schedule.cue(0, 30).pacer_phase) == (0.0, 0.0)
