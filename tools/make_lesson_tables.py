"""Compute the courses that lessons show: ``python -m tools.make_lesson_tables [NAME ...]`` writes the same again.

Simulated group averages; every table says what it was made with.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

import numpy as np

import neurosim as ns
from neurosim.cohort.arm import Arm, arm_named, plan_arms
from neurosim.cohort.lanes import LateActor, SplitActor, lanes_of_arms
from neurosim.cohort.plan import DAY_S
from neurosim.cohort.side_by_side import treat
from neurosim.core.drive import Drive
from neurosim.core.spec import Float, SignalSpec
from neurosim.core.timeline import TickGrid
from neurosim.dsp import DCBlock, WeightedFIREnvelope
from neurosim.feedback.shams.sham import parse_sham
from neurosim.lessons.table import Table, format_table
from neurosim.modulation.scores import seizures, time_in_long_bursts
from neurosim.session.blocks import BlockSink
from neurosim.session.plan import Plan
from neurosim.session.run import run
from neurosim.signals import load_body
from neurosim.subject import Population
from neurosim.subject.learner import LearnerActor

FOLDER = Path(__file__).parents[1] / "neurosim" / "lessons" / "tables"
SEED, DURATION_S, TICK_S = 1, 1500.0, 1 / 8
_STAGES = (DCBlock(), WeightedFIREnvelope(low_hz=8.0, high_hz=12.0, target_delay_s=0.1))
_TRUTH = "truth/eeg_envelope"


def _protocol() -> ns.TrainingProtocol:
    """Return alpha up with coarser ticks and without gates: nobody in a table blinks."""
    protocol = ns.load_protocol("alpha_up")
    alpha = protocol.features[0].model_copy(update={"stages": _STAGES})
    return protocol.model_copy(update={"features": (alpha,), "gates": (), "update_interval_s": TICK_S})


def _people(**traits: float) -> ns.Subject:
    body = ns.Body(eeg=ns.EEG(ch_names=("Pz",)))
    return ns.Subject(name="learners", title="Learners with one electrode", body=body, actors=(ns.Learner(**traits),))


def _made(learners: int, **more: object) -> dict[str, str]:
    made = {"protocol": "alpha_up", "seed": SEED, "neurosim": version("neurosim"), "learners": learners}
    return {key: str(value) for key, value in (made | {"session_s": DURATION_S, "tick_s": TICK_S} | more).items()}


def delay_kills_learning(learners: int = 48, duration_s: float = DURATION_S) -> Table:
    """Return what learners have learned in one session [% of amplitude drive], by how much later they hear the tone."""
    rows, added = [], (0.0, 0.25, 0.5, 1.0, 2.0)
    arms = [Arm(name=f"late_{i}", extra_delay_s=added_s) for i, added_s in enumerate(added)]
    plan = plan_arms(_protocol().fit(duration_s), _people(non_responders=0.0), arms, range(learners), SEED)
    run(plan.session())
    for added_s, skills in zip(added, _skills(plan), strict=True):
        skill = 100.0 * skills
        error = skill.std(ddof=1) / np.sqrt(learners)
        rows.append(
            {"added_ms": f"{1000 * added_s:g}", "learned": f"{skill.mean():.3f}", "standard_error": f"{error:.3f}"}
        )
    return Table(_made(learners, non_responders=0), tuple(rows))


def ten_sessions(learners: int = 40, sessions: int = 10, duration_s: float = DURATION_S) -> Table:
    """Return by session how far true alpha amplitude with real feedback is above that of the same people under a sham.

    Amplitudes of both arms are in per cent of the sham's first training. Both arms have the same noise, so that the
    difference is due to the feedback alone. Responders gain at least 5 % in the last training.
    """
    kinds = ("training", "transfer")
    arms = (arm_named("real"), Arm(name="sham", sham=parse_sham("yoked")))  # who is yoked is so to others of the sham
    plan = plan_arms(_protocol().fit(duration_s), _people(), arms, range(learners), SEED, (_TRUTH,))
    alpha: dict[str, list[Float]] = {f"{arm.name} {kind}": [] for arm in arms for kind in kinds}
    for number in range(sessions):
        if number:
            plan.rest(DAY_S)
        blocks = BlockSink()
        run(plan.session(), sinks=[blocks])
        for kind in kinds:
            lanes = _alpha(blocks, kind, plan.source.specs)
            for arm, part in zip(arms, lanes_of_arms(len(lanes), len(arms)), strict=True):
                alpha[f"{arm.name} {kind}"].append(lanes[part])
    rows, first = [], alpha["sham training"][0]
    for number in range(sessions):
        row = {"session": str(number + 1)}
        row |= {
            f"{arm}_training": _mean(100.0 * alpha[f"{arm} training"][number] / first)[0] for arm in ("real", "sham")
        }
        for kind in kinds:
            gain = 100.0 * (alpha[f"real {kind}"][number] / alpha[f"sham {kind}"][number] - 1.0)
            row[f"gain_{kind}"], row[f"gain_{kind}_half_interval"] = _mean(gain)
        responders = int((alpha["real training"][number] > 1.05 * alpha["sham training"][number]).sum())
        rows.append(row | {"responders": str(responders)})
    return Table(_made(learners, sham="yoked", sessions=sessions), tuple(rows))


def time_on(patients: int = 12) -> Table:
    """Return what is left of beta and of its long bursts, in per cent, by how long a stimulator is on.

    The same patients on the same noise without pulses, with those that a rule asks for, and with pulses all the time.
    """
    protocol = ns.load_protocol("adaptive_dbs")
    (adaptive,) = protocol.devices
    always = adaptive.model_copy(update={"mode": "continuous"})
    rows, limits, before = [], np.zeros(patients), (1.0, 1.0)
    for mode, devices in (("off", ()), ("adaptive", (adaptive,)), ("continuous", (always,))):
        changed = protocol.model_copy(update={"devices": devices})
        people = Population(patients, SEED, protocol.subject)
        memory = ns.simulate(changed, subject=people, seed=SEED, keep="ticks").memory
        blocks, beta = np.array(memory.block_names()), memory.features()[..., 0]
        on = blocks == "adaptive stimulation"
        if mode == "off":
            limits = np.percentile(beta[blocks == "off"], 75, axis=0)
        rate = 1.0 / protocol.update_interval_s
        long = np.mean([time_in_long_bursts(x, t, rate) for x, t in zip(beta[on].T, limits, strict=True)])
        now = (float(beta[on].mean()), float(long))
        before = now if mode == "off" else before
        share = {"off": 0.0, "continuous": 100.0}.get(mode, 100.0 * float((memory.column("shown")[on] > 0.5).mean()))
        left = [100.0 * a / b for a, b in zip(now, before, strict=True)]
        rows.append({
            "mode": mode, "on": f"{share:.1f}", "beta": f"{left[0]:.1f}", "long_bursts": f"{left[1]:.1f}",
            "long_bursts_gone": f"{100.0 - left[1]:.1f}",
        })  # fmt: skip
    made = {"protocol": protocol.name, "seed": SEED, "neurosim": version("neurosim"), "patients": patients}
    return Table({key: str(value) for key, value in made.items()}, tuple(rows))


def vagus_months(people: int = 2000, lanes: int = 24, duration_s: float = 200.0) -> Table:
    """Return the change of seizures [%] and the share of people who lose half of them [%], month by month.

    Seizures are counted in the potential of the focus at several excitabilities; how far months of stimulation move
    the excitability of each person is set.
    """
    shifts = np.array([0.0, -0.1, -0.2, -0.3, -0.4, -0.6])
    rates = np.array([_seizures(shift, lanes, duration_s) for shift in shifts])
    protocol = ns.load_protocol("vns")
    actor = protocol.devices[0].prepare(TickGrid(1.0), SEED, tuple(range(people)), (people,))
    rows, passed = [], 0.0
    for months in (0.0, 1.5, 3.0, 4.5, 6.0, 7.5, 9.0, 12.0, 15.0, 18.0, 21.0, 24.0):
        actor.rest((months - passed) * 30.4 * 86400.0)
        passed = months
        moved = np.broadcast_to(actor.act(0)["excitability"], (people,))
        change = 100.0 * (np.interp(-moved, -shifts, rates) / rates[0] - 1.0)
        responders = 100.0 * float((change <= -50.0).mean())
        rows.append({"months": f"{months:g}", "change": f"{change.mean():.1f}", "responders": f"{responders:.1f}"})
    made = {"protocol": protocol.name, "seed": SEED, "neurosim": version("neurosim"), "people": people,
            "lanes": lanes, "duration_s": duration_s}  # fmt: skip
    return Table({key: str(value) for key, value in made.items()}, tuple(rows))


def _seizures(shift: float, lanes: int, duration_s: float) -> float:
    """Return the mean number of seizures of a focus that is farther from them by some excitability."""
    body = load_body("epilepsy").prepare(TickGrid(1.0), SEED, tuple(range(lanes)), (lanes,))
    body.select(("ieeg",))
    drive = Drive({"excitability": shift})
    ticks = [body.generate(k, drive)["ieeg"][:, 0] for k in range(round(duration_s))]
    return float(np.mean([seizures(x) for x in np.concatenate(ticks, axis=-1)]))


def outside_or_learning(patients: int = 8) -> Table:
    """Return by technique what moves a score: what it does itself, and what it shares with a sham.

    What is learned is simulated; the published size of such a course, without what people expect, stands beside it.
    """
    rows = []
    for name in ("anxious", "adhd_like"):
        for arm in treat(name, n=patients, seed=SEED).arms:
            if arm.branch:
                specific = float(arm.specific.mean())
                published = specific if arm.trained is None else arm.trained.published
                rows.append({
                    "patient": name, "technique": arm.name, "specific": f"{specific:z.3f}",
                    "published": f"{published:z.3f}", "nonspecific": f"{arm.nonspecific:z.3f}",
                })  # fmt: skip
    made = {"protocol": "those of neurosim treat", "seed": SEED, "neurosim": version("neurosim"), "patients": patients}
    return Table({key: str(value) for key, value in made.items()}, tuple(rows))


def _mean(x: Float) -> tuple[str, str]:
    """Return the mean and half its 95 % interval."""
    return f"{x.mean():.3f}", f"{1.96 * x.std(ddof=1) / np.sqrt(len(x)):.3f}"


def _skills(plan: Plan) -> list[Float]:
    """Return what the learners of each arm have learned ``(learner,)``."""
    (split,) = plan.actors
    assert isinstance(split, SplitActor)
    learners = [actor.actor if isinstance(actor, LateActor) else actor for _, (actor,) in split.groups]
    return [actor.skill for actor in learners if isinstance(actor, LearnerActor)]


def _alpha(sink: BlockSink, kind: str, streams: Mapping[str, SignalSpec]) -> Float:
    """Return the mean true amplitude of alpha in the blocks of a kind ``(lane,)``."""
    blocks = [block for block in sink.blocks if block.block.kind == kind]
    seconds = np.array([block.n_ticks for block in blocks], dtype=float)
    means = np.array([block.mean_envelope("alpha", streams) for block in blocks])
    mean: Float = (means * seconds[:, None]).sum(axis=0) / seconds.sum()
    return mean


TABLES: dict[str, Callable[[], Table]] = {
    "delay_kills_learning": delay_kills_learning,
    "ten_sessions": ten_sessions,
    "time_on": time_on,
    "vagus_months": vagus_months,
    "outside_or_learning": outside_or_learning,
}


def main(names: list[str]) -> None:
    """Compute tables and write them; all of them by default."""
    for name in names or TABLES:
        (FOLDER / f"{name}.tsv").write_text(format_table(TABLES[name]()), encoding="utf-8", newline="\n")
        print(f"{name}: written")


if __name__ == "__main__":
    main(sys.argv[1:])
