"""Whether a protocol has the baseline that its stages are fitted to, and that its thresholds learn from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from neurosim.core.chain import Chain
from neurosim.core.errors import Loc, Problem
from neurosim.core.stage import BaselineNeed, StageConfig, stages_inside
from neurosim.feedback.block import Block
from neurosim.feedback.protocol import Feature, TrainingProtocol


class Unfitted(NamedTuple):
    """What a protocol's baseline is too short for.

    Parameters
    ----------
    problems
        Stages that are nothing without: the protocol cannot be used.
    notes
        Stages that something legitimate stands in for.
    """

    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]


def check_baseline(protocol: TrainingProtocol) -> Unfitted:
    """Compare what the stages of a protocol need with the first baseline block, if it comes before training.

    Stages are fitted when that block ends. One that stands behind others needs longer by the time until these have
    values. What of the rule learns from the baseline alone cannot learn from a feature that is not fitted yet: it needs
    a second one behind.
    """
    baseline = _first_baseline(protocol.blocks)
    problems, notes = [], []
    features = [(("features", i), list(_of_feature(feature))) for i, feature in enumerate(protocol.features)]
    gates = ((("gates", i), _needs(("stage",), gate.stage, 0.0)) for i, gate in enumerate(protocol.gates))
    for where, needs in (*features, *gates):
        for loc, need, waits_s in needs:
            message = _compare(need, waits_s, baseline)
            if message and need.otherwise:
                notes.append(Problem((*where, *loc), f"{message}; until then {need.otherwise}"))
            elif message:
                problems.append(Problem((*where, *loc), message))
    fitted = {f.name: [need for _, need, _ in needs] for f, (_, needs) in zip(protocol.features, features, strict=True)}
    second_s = sum(block.duration_s for block in _before_training(protocol.blocks)[1:])
    for loc, name, least_s in protocol.rule.by_baseline():
        of_feature = fitted.get(name, [])
        if any(not need.otherwise for need in of_feature) and (not second_s or second_s < least_s):
            length = f" of {least_s:g} s at least" if least_s else ""
            message = (
                f"learns from the baseline, and '{name}' is fitted only when the first one has ended; add a second "
                f"baseline block{length} behind it, or choose what learns in training as well: percentile or "
                "controller, a span in the feature's unit"
            )
            problems.append(Problem(("rule", *loc), message))
        elif any(need.otherwise for need in of_feature):
            message = (
                f"learns from the baseline, before '{name}' is fitted to it; percentile and controller go on learning"
            )
            notes.append(Problem(("rule", *loc), message))
    return Unfitted(tuple(problems), tuple(notes))


def _before_training(blocks: Sequence[Block]) -> list[Block]:
    """Return the baseline blocks before the first training."""
    before = takewhile(lambda block: block.kind != "training", blocks)
    return [block for block in before if block.kind == "baseline"]


def _first_baseline(blocks: Sequence[Block]) -> Block | None:
    """Return the block by whose end everything is fitted; None where training comes first."""
    return next((b if b.kind == "baseline" else None for b in blocks if b.kind != "rest"), None)


def _of_feature(feature: Feature) -> Iterator[tuple[Loc, BaselineNeed, float]]:
    waits_s = 0.0
    for name, source in feature.inputs.items():
        for loc, need, inner_s in _in_a_row(source.stages, 0.0):
            yield ("inputs", name, *loc), need, inner_s
        waits_s = max(waits_s, sum(stage.first_value_s() for stage in source.stages))
    yield from _in_a_row(feature.stages, waits_s)


def _in_a_row(stages: tuple[StageConfig, ...], waits_s: float) -> Iterator[tuple[Loc, BaselineNeed, float]]:
    for i, stage in enumerate(stages):
        yield from _needs(("stages", i), stage, waits_s)
        waits_s += stage.first_value_s()


def _needs(loc: Loc, stage: StageConfig, waits_s: float) -> Iterator[tuple[Loc, BaselineNeed, float]]:
    """Go through a stage and those inside: the place, what it needs, and when its input has a value [s]."""
    need = stage.baseline_need()
    if need is not None:
        yield loc, need, waits_s
    if isinstance(stage, Chain):
        inside = _in_a_row(stage.stages, waits_s)
    else:
        inside = (each for at, one in stages_inside(stage) for each in _needs(at, one, waits_s))
    for at, inner, inner_waits_s in inside:
        yield (*loc, *at), inner, inner_waits_s


def _compare(need: BaselineNeed, waits_s: float, baseline: Block | None) -> str:
    least_s = need.least_s + waits_s
    if baseline is None:
        length = f" of {least_s:g} s at least" if least_s else ""
        return f"is fitted to a baseline, and no baseline block comes before training; add one{length}"
    if baseline.duration_s >= least_s:
        return ""
    why = f", {waits_s:g} s of them until the stages before it have a value" if waits_s else ""
    message = f"needs a baseline of {least_s:g} s at least{why}"
    return f"{message}; the block '{baseline.name}' has {baseline.duration_s:g} s, make it longer"
