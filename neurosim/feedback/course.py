"""Whether the blocks of a session can be carried out: trials that fit, tasks that are there, paces to compare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from neurosim.core.errors import Problem, did_you_mean
from neurosim.feedback.block import Block, Stressor


def course_problems(blocks: Sequence[Block], stressors: Sequence[Stressor], assessment: str | None) -> list[Problem]:
    """Return what makes a course impossible, each with its place in the protocol and the remedy.

    Parameters
    ----------
    blocks
        The blocks, in order.
    stressors
        What they can name.
    assessment
        What is to be assessed; None for a training.
    """
    known = [stressor.name for stressor in stressors]
    problems = [problem for i, block in enumerate(blocks) for problem in _in_block(i, block, known)]
    if assessment == "resonance" and sum(block.pacer_per_min is not None for block in blocks) < 2:
        problems.append(
            Problem(("assessment",), "compares paces of breathing; give two blocks or more a pacer_per_min")
        )
    if assessment == "profile" and not any(block.kind == "baseline" for block in blocks):
        problems.append(Problem(("assessment",), "compares with a baseline; let the first block be one"))
    return problems


def _in_block(i: int, block: Block, stressors: Sequence[str]) -> Iterator[Problem]:
    trials = block.trials
    if trials is not None and block.kind != "training":
        message = f"belong to training, and this is a {block.kind} block; change its kind or leave them out"
        yield Problem(("blocks", i, "trials"), message)
    elif trials is not None and trials.period_s > block.duration_s:
        message = (
            f"one takes {trials.period_s:g} s and '{block.name}' lasts {block.duration_s:.3g} s; "
            "make the block or the session longer, or the trials shorter"
        )
        yield Problem(("blocks", i, "trials"), message)
    if block.stressor and block.stressor not in stressors:
        message = f"the protocol has no stressor '{block.stressor}'; {did_you_mean(block.stressor, stressors)}"
        yield Problem(("blocks", i, "stressor"), message)
