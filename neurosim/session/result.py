"""A session that has ended: tables for pandas, signals for MNE, numbers and a figure."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.core.config import load_toml
from neurosim.core.errors import UserError
from neurosim.core.event import SessionEvent
from neurosim.core.spec import Float, Samples, SignalSpec
from neurosim.feedback.protocol import TrainingProtocol
from neurosim.session.assessment import Finding
from neurosim.session.blocks import BlockStatistics
from neurosim.session.commands import Logged, read_commands
from neurosim.session.distrust import reasons
from neurosim.session.memory import MemorySink

if TYPE_CHECKING:
    import mne
    import pandas as pd
    from matplotlib.figure import Figure


#: Channel types that MNE has for our streams; the others are "misc".
_MNE_TYPES = {
    "eeg": "eeg", "ecg": "ecg", "emg": "emg", "respiration": "resp", "temperature": "temperature",
    "skin_conductance": "gsr",
}  # fmt: skip
_TO_SI = {"uV": 1e-6, "mV": 1e-3, "uS": 1e-6}


@dataclass
class Result:
    """What a session gave.

    Attributes
    ----------
    protocol
        What was trained.
    source
        Name of the subject or recording.
    seed
        Root of all noise.
    session
        Number of the session in its course, from 0.
    subjects
        The address of each subject.
    streams
        The specs of the source's streams.
    feature_names, feature_units
        Of the protocol's features.
    condition_names
        Of the rule's conditions.
    cause_names
        What could make a tick invalid.
    blocks
        Statistics of each block.
    late_ticks
        Ticks that were due before the loop came to them.
    completed
        Whether it ran to its end.
    out
        The folder it was written to.
    command_log
        What somebody did to the session, and in which tick.
    skill
        What each learner has learned ``(subject,)``, in the unit of what is learned: ln for rhythms; None without one.
    finding
        What an assessment found out; None for a training.
    commitment
        Of a sealed session: what its key will be held against. Nothing that was earned or shown is there then.
    """

    protocol: TrainingProtocol
    source: str
    seed: int
    session: int
    subjects: tuple[int, ...]
    streams: dict[str, SignalSpec]
    feature_names: tuple[str, ...]
    feature_units: tuple[str, ...]
    condition_names: tuple[str, ...]
    cause_names: tuple[str, ...]
    blocks: list[BlockStatistics]
    late_ticks: int
    completed: bool
    command_log: tuple[Logged, ...] = ()
    out: Path | None = None
    skill: Float | None = None
    finding: Finding | None = None
    commitment: str | None = None
    _memory: MemorySink | None = field(default=None, repr=False)

    @property
    def memory(self) -> MemorySink:
        """Every tick.

        Raises
        ------
        UserError
            When the session was run without keeping them.
        """
        if self._memory is None:
            raise UserError('the ticks were not kept; simulate with keep="ticks", or keep="all" for signals too')
        return self._memory

    def forget_ticks(self) -> None:
        """Let go of every tick, some 20 MB a minute; the statistics of the blocks stay."""
        self._memory = None

    @property
    def features(self) -> pd.DataFrame:
        """One row a tick (and subject): time [s], block, features, thresholds, feedback, why not valid."""
        import pandas as pd

        memory, n = self.memory, len(self.subjects)
        values = memory.features().reshape(memory.n_ticks * n, -1)
        thresholds = memory.thresholds().reshape(memory.n_ticks * n, -1)
        table: dict[str, Any] = {
            "time_s": np.repeat(memory.start_s(), n),
            "block": np.repeat(memory.block_names(), n),
            "kind": np.repeat(memory.block_kinds(), n),
        }
        if n > 1:
            table["subject"] = np.tile(self.subjects, memory.n_ticks)
        table |= {name: values[:, i] for i, name in enumerate(self.feature_names)}
        table |= {f"threshold_{name}": thresholds[:, i] for i, name in enumerate(self.condition_names)}
        if not self.sealed:
            holding = memory.holding().reshape(memory.n_ticks * n, -1)
            table |= {f"holding_{name}": holding[:, i] for i, name in enumerate(self.condition_names)}
        earned = () if self.sealed else ("joint", "met", "reward", "shown")
        table |= {name: memory.column(name).ravel() for name in ("valid", *earned)}
        causes = memory.causes().reshape(memory.n_ticks * n, -1)
        table["why_invalid"] = reasons(causes, self.cause_names)
        return pd.DataFrame(table)

    @property
    def events(self) -> list[SessionEvent]:
        """Blocks, blinks, gaps and whatever else happened."""
        return self.memory.events

    def samples(self, stream: str = "eeg") -> Samples:
        """Return a stream ``(*batch, channel, time)`` in its own unit."""
        if stream not in self.streams:
            raise UserError(f"no stream '{stream}'; known: {', '.join(self.streams)}")
        return self.memory.samples(stream)

    def to_raw(self, stream: str = "eeg") -> mne.io.RawArray:
        """Return a stream of a single subject as MNE Raw, with the session's events as annotations.

        In SI units where MNE has a type for the channels (V, S, degC), else in the stream's own.
        """
        import mne

        spec = self.streams[stream]
        if spec.batch_shape:
            raise UserError("MNE holds one subject at a time; simulate one, or take samples(...)[subject]")
        info = mne.create_info(list(spec.ch_names), spec.fs, _MNE_TYPES.get(stream, "misc"))
        raw = mne.io.RawArray(self.samples(stream) * _TO_SI.get(spec.unit, 1.0), info, verbose="error")
        onset, duration = [e.onset_s for e in self.events], [e.duration_s for e in self.events]
        # The last block may have been planned longer than the session was.
        duration = [min(d, raw.times[-1] + 1 / spec.fs - o) for o, d in zip(onset, duration, strict=True)]
        raw.set_annotations(mne.Annotations(onset, duration, [f"{e.kind}: {e.text}" for e in self.events]))
        return raw

    def _of_kind(self, kind: str) -> list[BlockStatistics]:
        return [b for b in self.blocks if b.block.kind == kind]

    @property
    def sealed(self) -> bool:
        """Whether the arm is not known, nor what was earned and shown."""
        return self.commitment is not None

    def _training_mean(self, name: str) -> float | None:
        training = self._of_kind("training")
        n = sum(b.n_ticks for b in training)
        return float(sum(getattr(b, name).mean() for b in training) / n) if n and not self.sealed else None

    @property
    def reward_rate(self) -> float | None:
        """Share of the training time in which the conditions were met, mean over subjects; None without, or sealed."""
        return self._training_mean("n_met")

    @property
    def shown_rate(self) -> float | None:
        """Mean of what was shown in training, over subjects: of a sham at the matched rate, the reward rate."""
        return self._training_mean("n_shown")

    @property
    def holding_rates(self) -> dict[str, float]:
        """Share of the training time in which each condition held by itself, mean over subjects."""
        training = self._of_kind("training")
        n = sum(b.n_ticks for b in training)
        means = [b.n_holding.reshape(-1, len(self.condition_names)).mean(axis=0) for b in training]
        return {name: float(sum(m[i] for m in means) / n) for i, name in enumerate(self.condition_names)} if n else {}

    @property
    def joint_rate(self) -> float | None:
        """Share of the training time in which all that a reward needs held at once; None without training."""
        training = self._of_kind("training")
        n = sum(b.n_ticks for b in training)
        return float(sum(b.n_joint.mean() for b in training) / n) if n else None

    @property
    def switches_per_min(self) -> float | None:
        """How often what is met goes on or off in training [1/min], mean over subjects; None without training."""
        training = self._of_kind("training")
        minutes = sum(b.n_ticks for b in training) * self.protocol.update_interval_s / 60.0
        return float(sum(b.n_switches.mean() for b in training) / minutes) if training else None

    @property
    def n_rewards(self) -> int:
        """Rewards earned, over all subjects.

        Raises
        ------
        UserError
            While the session is sealed.
        """
        if self.sealed:
            raise UserError("the session is sealed; reveal it first")
        return int(sum(b.n_rewards.sum() for b in self.blocks))

    @property
    def n_ticks(self) -> int:
        """Ticks that ran."""
        return sum(b.n_ticks for b in self.blocks)

    def true_amplitude(self, rhythm: str, block: int = -1) -> Float:
        """Return the mean true envelope of a rhythm in a training block ``(*batch,)`` [uV].

        Parameters
        ----------
        rhythm
            Such as ``"alpha"``; the mean over its sources, each at its strongest sensor.
        block
            Which training block, the last by default.
        """
        return self._of_kind("training")[block].mean_envelope(rhythm, self.streams)

    def summary(self) -> dict[str, Any]:
        """Return the numbers that matter, ready for JSON; means over subjects where there are several."""
        earned: dict[str, Any] = {"commitment": self.commitment}
        if not self.sealed:
            rates = {"reward_rate": _rounded(self.reward_rate), "shown_rate": _rounded(self.shown_rate)}
            earned = rates | {
                "joint_rate": _rounded(self.joint_rate),
                "holding_rates": {name: _rounded(rate) for name, rate in self.holding_rates.items()},
                "switches_per_min": _rounded(self.switches_per_min),
                "n_rewards": self.n_rewards,
            }
        return {
            "protocol": self.protocol.name,
            "source": self.source,
            "seed": self.seed,
            "session": self.session + 1,
            "n_subjects": len(self.subjects),
            "duration_s": self.n_ticks * self.protocol.update_interval_s,
            "n_ticks": self.n_ticks,
            "late_ticks": self.late_ticks,
            "completed": self.completed,
            **earned,
            "feature": self.protocol.rule.trained,
            "blocks": [self._block_summary(b) for b in self.blocks],
            "assessment": None if self.finding is None else self.finding.summary(),
            "out": None if self.out is None else str(self.out),
        }

    def _block_summary(self, b: BlockStatistics) -> dict[str, Any]:
        feature = self.feature_names.index(self.protocol.rule.trained)
        means = b.mean_features[..., feature]
        seen = means[np.isfinite(means)]
        earned: dict[str, Any] = {}
        if not self.sealed:
            rates = ("reward_rate", "shown_rate", "joint_rate")
            earned = {name: _rounded(float(getattr(b, name).mean())) for name in rates} | {
                "holding_rates": {
                    name: _rounded(float(b.holding_rate[..., i].mean())) for i, name in enumerate(self.condition_names)
                },
                "n_rewards": int(b.n_rewards.sum()),
            }
        return {
            "name": b.block.name,
            "kind": b.block.kind,
            "duration_s": b.n_ticks * self.protocol.update_interval_s,
            "mean_feature": _rounded(float(seen.mean())) if seen.size else None,
            **earned,
            "valid_rate": _rounded(float(b.valid_rate.mean())),
        }

    def figure(self) -> Figure:
        """Draw the session: signal, feature with threshold and rewards, reward rate, truth beside the estimate."""
        from neurosim.session.figure import draw_session

        return draw_session(self)

    def save_figure(self, path: str | Path) -> Path:
        """Write the figure as PNG, PDF or SVG, whatever the path ends with."""
        self.figure().savefig(path)
        return Path(path)


def _rounded(x: float | None) -> float | None:
    return None if x is None else float(f"{x:.6g}")


@dataclass(frozen=True)
class SessionFolder:
    """A session on disk.

    Attributes
    ----------
    path
        The folder.
    protocol
        What was trained.
    facts
        What ``session.json`` says.
    features, events
        The tables.
    commands
        What somebody did to the session, and in which tick.
    """

    path: Path
    protocol: TrainingProtocol
    facts: dict[str, Any]
    features: pd.DataFrame
    events: pd.DataFrame
    commands: list[Logged]

    def to_raw(self, stream: str = "eeg") -> mne.io.BaseRaw:
        """Read a stream with MNE [V]."""
        import mne

        return mne.io.read_raw_brainvision(self.path / f"{stream.replace('/', '_')}.vhdr", verbose="error")


def read_table(path: Path) -> pd.DataFrame:
    """Read a table of a session's folder, its numbers to the bit."""
    import pandas as pd

    # In one piece: read in pieces, a column of words that begins empty would have mixed types.
    return pd.read_csv(path, sep="\t", na_values="n/a", float_precision="round_trip", low_memory=False)


def read_facts(folder: Path) -> dict[str, Any]:
    """Read what ``session.json`` says.

    Raises
    ------
    UserError
        When the folder has none.
    """
    if not (folder / "session.json").is_file():
        raise UserError("is no session folder: there is no session.json in it", str(folder))
    facts: dict[str, Any] = json.loads((folder / "session.json").read_text(encoding="utf-8"))
    return facts


def read_session(path: str | Path) -> SessionFolder:
    """Read a session folder.

    Raises
    ------
    UserError
        When it is not one.
    """
    folder = Path(path)
    facts = read_facts(folder)
    if (facts.get("made_of") or {}).get("subjects") is not None:
        raise UserError("holds a batch, of which only the summary is kept; name the folder of one subject", str(folder))
    names = ("revealed.tsv" if (folder / "revealed.tsv").is_file() else "features.tsv", "events.tsv")
    features, events = (read_table(folder / name) for name in names)
    protocol, commands = load_toml(folder / "protocol.toml", TrainingProtocol), read_commands(folder / "commands.jsonl")
    return SessionFolder(folder, protocol, facts, features, events, commands)
