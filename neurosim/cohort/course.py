"""Courses of training: many sessions of the same people in several arms, and what came of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.cohort import outcome
from neurosim.cohort.arm import Arm, plan_arms
from neurosim.cohort.plan import DAY_S, CoursePlan, Sitting, arms_named
from neurosim.core.config import load_toml, validate
from neurosim.core.errors import ConfigError, OutputError, UserError
from neurosim.core.noise import pick_seed
from neurosim.core.spec import Float
from neurosim.feedback.protocol import TrainingProtocol, load_protocol
from neurosim.session.blocks import BlockSink, BlockStatistics
from neurosim.session.folder import as_toml, make_folder
from neurosim.session.recording.sidecars import NOTICE, as_json, description
from neurosim.session.run import run
from neurosim.session.session import Session
from neurosim.session.tick import Sink
from neurosim.subject.subject import Subject, load_subject

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

_TABLES = ("blocks", "people", "arms", "differences", "curve")


@dataclass
class Course:
    """A course of training.

    Attributes
    ----------
    plan
        What it is made of.
    sittings
        Those that people have come to so far.
    blocks
        One row for each block, arm and person (pandas): means of the trained feature and of the truth about it; shares
        of the block's time in which all was met (``reward_rate``), all held at once (``joint_rate``) and each condition
        by itself (``holding_NAME``), and in which it was trusted and each cause made it invalid (``invalid_CAUSE``;
        causes that never came have no column).
    memory
        What the last sitting left behind in those who act.
    memories
        What each sitting left behind, in order.
    """

    plan: CoursePlan
    sittings: list[Sitting]
    blocks: pd.DataFrame
    memory: dict[str, Float]
    memories: list[dict[str, Float]] = field(default_factory=list)

    @property
    def direction(self) -> float:
        """1 where more of the trained feature is wanted, -1 where less is."""
        rule = self.plan.protocol.rule
        trained = [c for c in getattr(rule, "conditions", ()) if c.feature == rule.trained]
        return -1.0 if trained and trained[0].direction == "below" else 1.0

    @property
    def completed(self) -> bool:
        """Whether nothing is to come."""
        return not self.plan.to_come(self.sittings)

    @property
    def people(self) -> pd.DataFrame:
        """One row for each person of each arm; see `neurosim.cohort.outcome.people_table`."""
        return outcome.people_table(self.blocks, self.direction)

    @property
    def arms(self) -> pd.DataFrame:
        """Mean and 95 % interval of every measure in every arm."""
        return outcome.arms_table(self.people)

    @property
    def differences(self) -> pd.DataFrame:
        """Difference between every two arms with its 95 % interval."""
        return outcome.differences_table(self.people)

    @property
    def curve(self) -> pd.DataFrame:
        """The learning curve, block by block."""
        return outcome.curve_table(self.blocks)

    def figure(self) -> Figure:
        """Draw the learning curve of every arm."""
        from neurosim.cohort.figure import draw_course

        return draw_course(self)

    def summary(self) -> dict[str, Any]:
        """Return the numbers that matter, ready for JSON."""
        arms, differences = (json.loads(t.to_json(orient="records")) for t in (self.arms, self.differences))
        return {
            "protocol": self.plan.protocol.name,
            "subject": self.plan.subject.name,
            "seed": self.plan.seed,
            "people": self.plan.people,
            "sessions": sum(sitting.kind == "training" for sitting in self.sittings),
            "sittings": len(self.sittings),
            "completed": self.completed,
            "judged_on": outcome.judged_on(self.blocks),
            "arms": arms,
            "differences": differences,
            "notice": NOTICE,
        }

    def save(self, folder: Path) -> None:
        """Write ``course.toml``, tables as TSV, ``summary.json``, and ``state.json``, from which it can be continued.

        The BIDS validator accepts the folder.

        Raises
        ------
        OutputError
            When they cannot be written.
        """
        versions = {name: version(name) for name in ("neurosim", "numpy", "numba")}
        state = {
            "sittings": [asdict(sitting) for sitting in self.sittings],
            "memories": [{name: x.tolist() for name, x in memory.items()} for memory in self.memories],
            "versions": versions,
        }
        texts = {"course.toml": as_toml(self.plan)}
        texts |= {f"{name}.tsv": getattr(self, name).to_csv(sep="\t", index=False, na_rep="n/a") for name in _TABLES}
        texts |= {"summary.json": json.dumps(self.summary(), indent=2) + "\n", "state.json": json.dumps(state) + "\n"}
        # BIDS has no place for tables over people and arms: the validator is told to pass them over.
        passed_over = "".join(f"{name}\n" for name in (*texts, "course.png", "report.html"))
        about = as_json(description(f"{self.plan.protocol.title}: a course", versions["neurosim"]))
        readme = f"# {self.plan.protocol.title}: a course\n\nSimulated by neurosim; {NOTICE[0].lower()}{NOTICE[1:]}\n"
        texts = {"dataset_description.json": about, "README.md": readme, ".bidsignore": passed_over} | texts
        for name, text in texts.items():  # the state last: a course that was killed goes on from a whole sitting
            fresh = folder / f"{name}.new"
            try:
                fresh.write_text(text, encoding="utf-8", newline="\n")
                fresh.replace(folder / name)
            except OSError as error:
                raise OutputError(f"cannot be written: {error.strerror}", str(folder / name)) from None


def read_course(folder: str | Path) -> Course:
    """Read a course from its folder.

    Raises
    ------
    UserError
        When it is not one.
    """
    import pandas as pd

    path = Path(folder)
    if not (path / "state.json").is_file():
        raise UserError("is no folder of a course with a whole session: there is no state.json in it", str(path))
    state = json.loads((path / "state.json").read_text(encoding="utf-8"))
    blocks = pd.read_csv(path / "blocks.tsv", sep="\t", na_values="n/a", float_precision="round_trip")
    sittings = [Sitting(**sitting) for sitting in state["sittings"]]
    memories = [{name: np.array(x) for name, x in memory.items()} for memory in state["memories"]]
    plan = load_toml(path / "course.toml", CoursePlan)
    return Course(plan, sittings, blocks[blocks["sitting"] <= len(sittings)], memories[-1], memories)


def run_course(
    protocol: str | Path | TrainingProtocol,
    *,
    subject: str | Path | Subject | None = None,
    subjects: int = 40,
    sessions: int = 10,
    arms: Sequence[str | Arm] = ("real", "yoked", "random"),
    spread: float = 1.0,
    seed: int | None = None,
    days_between: float = 1.0,
    follow_up_days: Sequence[float] = (28.0,),
    update_interval_s: float | None = 1 / 8,
    duration_s: float | None = None,
    out: str | Path | None = None,
    signals: Sequence[str] = (),
    sinks: Callable[[Session, int], Sequence[Sink]] = lambda session, number: (),
    stop: Callable[[], bool] = lambda: False,
) -> Course:
    """Train the same people in several arms, paired on the same noise, for many sessions.

    An arm of people who do as told but regulate nothing is always there: learning is judged against it.

    Parameters
    ----------
    protocol
        A name, a TOML file or a protocol.
    subject
        A name, a TOML file or a subject: the average of the people.
    subjects
        How many people in each arm.
    sessions
        How many sessions of training.
    arms
        Names (real, yoked, undriven, or a kind of sham) or descriptions.
    spread
        How much people differ: 0 all average, 1 as people do.
    seed
        Root of all noise, and of who they are; None picks one.
    days_between
        From session to session [d].
    follow_up_days
        When somebody looks again without training, after the last session [d].
    update_interval_s
        Length of a tick [s]; None for the protocol's.
    duration_s
        Length of a session [s]; the blocks shrink or grow in proportion.
    out
        Folder to write after every session; it must be new or empty.
    signals
        Streams of the body that those sinks want besides what the protocol uses, such as ``["truth/state"]``.
    sinks
        Called with each session and its number for further sinks.
    stop
        Asked before each tick whether to end here; whole sessions are kept.

    Raises
    ------
    UserError
        For everything that the arguments or the files they name have wrong.
    """
    wanted = protocol if isinstance(protocol, TrainingProtocol) else load_protocol(protocol)
    if update_interval_s is not None:
        wanted = wanted.model_copy(update={"update_interval_s": update_interval_s})
    if duration_s is not None:
        wanted = wanted.fit(duration_s)
    asked = {
        "protocol": wanted,
        "subject": subject if isinstance(subject, Subject) else load_subject(subject or wanted.subject),
        "people": subjects,
        "spread": spread,
        "seed": pick_seed() if seed is None else seed,
        "arms": arms_named(arms),
        "sessions": sessions,
        "days_between": days_between,
        "follow_up_days": tuple(follow_up_days),
    }
    plan = validate(asked, CoursePlan, "course")
    import pandas as pd

    folder = None if out is None else make_folder(Path(out))
    return _go_on(Course(plan, [], pd.DataFrame(), {}), folder, signals, sinks, stop)


def continue_course(
    folder: str | Path,
    sessions: int | None = None,
    *,
    signals: Sequence[str] = (),
    sinks: Callable[[Session, int], Sequence[Sink]] = lambda session, number: (),
    stop: Callable[[], bool] = lambda: False,
) -> Course:
    """Go on with a course from where its folder ends, to the bit as if it had never been left.

    Parameters
    ----------
    folder
        The folder.
    sessions
        Sessions of training in all; by default as many as were planned.
    signals, sinks, stop
        As for `run_course`.

    Raises
    ------
    UserError
        When it is no course, or nothing is left to do.
    """
    course = read_course(folder)
    if sessions is not None:
        course.plan = course.plan.model_copy(update={"sessions": sessions})
    if course.completed:
        raise UserError(f"is a course that is whole: {course.plan.sessions} sessions; ask for more", str(folder))
    return _go_on(course, Path(folder), signals, sinks, stop)


def _go_on(
    course: Course,
    folder: Path | None,
    signals: Sequence[str],
    sinks: Callable[[Session, int], Sequence[Sink]],
    stop: Callable[[], bool],
) -> Course:
    import pandas as pd

    plan, people = course.plan, range(course.plan.people)
    prepared = plan_arms(plan.protocol, plan.person, plan.arms, people, plan.seed, signals)
    for sitting in course.sittings[1:]:
        prepared.rest(sitting.days * DAY_S)
    if course.sittings:
        prepared.actors[0].recall(course.memory)
    trained = prepared.protocol
    for sitting in plan.to_come(course.sittings):
        if course.sittings:
            prepared.rest(sitting.days * DAY_S)
        blocks = trained.blocks if sitting.kind == "training" else plan.assessed().blocks
        protocol = trained.with_blocks(*blocks)
        try:
            session = Session(protocol, prepared.source, prepared.actors, sham=prepared.sham)
        except ConfigError as error:
            raise ConfigError(error.problems, f"{plan.protocol.name}.toml") from None
        sink = BlockSink()
        if not run(session, sinks=[sink, *sinks(session, len(course.sittings))], stop=stop):
            break
        course.sittings = [*course.sittings, sitting]
        rows = [_rows(course, session, block) for block in sink.blocks]
        table = pd.concat([course.blocks, *rows], ignore_index=True)
        rare = [str(name) for name in table if str(name).startswith("invalid_")]
        course.blocks = table.fillna(dict.fromkeys(rare, 0.0))  # a cause that had not come before
        course.memory = prepared.actors[0].memory()
        course.memories = [*course.memories, course.memory]
        if folder is not None:
            course.save(folder)
    return course


def _rows(course: Course, session: Session, block: BlockStatistics) -> pd.DataFrame:
    """Return a row for each arm and person of a block."""
    import pandas as pd

    plan, n = course.plan, course.plan.people
    trained = plan.protocol.rule.trained
    number = [feature.name for feature in plan.protocol.features].index(trained)
    holding = {f"holding_{name}": block.holding_rate[:, i] for i, name in enumerate(session.rule.condition_names)}
    causes = {f"invalid_{name}": block.cause_rate[:, i] for i, name in enumerate(session.pipeline.cause_names)}
    return pd.DataFrame(
        {
            "sitting": len(course.sittings),
            "kind": course.sittings[-1].kind,
            "day": sum(sitting.days for sitting in course.sittings),
            "arm": np.repeat([arm.name for arm in plan.arms], n),
            "subject": np.tile(np.arange(n), len(plan.arms)),
            "block": block.block.name,
            "block_kind": block.block.kind,
            "feature": block.mean_features[:, number],
            "truth": _truth(plan.protocol.features[number].truth, session, block),
            "reward_rate": block.reward_rate,
            "shown_rate": block.shown_rate,
            "valid_rate": block.valid_rate,
            "joint_rate": block.joint_rate,
            **holding,
            **{name: rate for name, rate in causes.items() if rate.any()},
        }
    )


def _truth(rhythm: str, session: Session, block: BlockStatistics) -> Float | float:
    """Return the mean true envelope of a rhythm ``(lane,)`` [uV]; NaN where the feature is about something else."""
    return block.mean_envelope(rhythm, session.source.specs) if rhythm else np.nan
