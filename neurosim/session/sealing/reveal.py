"""The reveal: which arm it was, what would have been earned, and what was shown instead."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.core.dataset import FEEDBACK
from neurosim.core.errors import ConfigError, OutputError, UserError
from neurosim.core.feedback import Feedback
from neurosim.core.spec import SignalSpec
from neurosim.core.timeline import TickGrid
from neurosim.feedback.protocol import TrainingProtocol
from neurosim.session.commands import RuleCommand
from neurosim.session.recording.reading import SessionFolder, read_session
from neurosim.session.recording.series import read_series, read_table
from neurosim.session.schedule import Schedule
from neurosim.session.sealing.blinding import BlindingIndex, bang_index, james_index
from neurosim.session.sealing.guess import Guesses, read_guesses
from neurosim.session.sealing.key import Key, read_key
from neurosim.session.sealing.veil import RECORDED

if TYPE_CHECKING:
    import pandas as pd

#: Rates within 5 of 100 count as matched.
MATCHED_WITHIN = 0.05


@dataclass(frozen=True)
class Revealed:
    """A sealed session that has been opened.

    Parameters
    ----------
    folder
        Of the session.
    arm
        As it was named when it was sealed.
    sham
        Kind of the sham; None for real feedback.
    commitment
        What the key was held against.
    reward_rate
        Share of the training time in which the conditions were met.
    earned_rate
        Mean of the feedback that the subject's own signal would have given in training.
    shown_rate
        Mean of what was shown in training.
    agreement
        Share of the training ticks in which what was shown is what was earned.
    guesses
        What participant and operator believed.
    """

    folder: str
    arm: str
    sham: str | None
    commitment: str
    reward_rate: float
    earned_rate: float
    shown_rate: float
    agreement: float
    guesses: Guesses

    @property
    def matched(self) -> bool:
        """Whether as much was shown as was earned, within `MATCHED_WITHIN`."""
        return abs(self.shown_rate - self.earned_rate) <= MATCHED_WITHIN

    def summary(self) -> dict[str, Any]:
        """Return all of it, ready for JSON."""
        return asdict(self) | {"guesses": self.guesses.model_dump(mode="json"), "matched": self.matched}


def reveal_session(folder: str | Path, keys: Sequence[str | Path]) -> Revealed:
    """Open a sealed session and write ``revealed.tsv`` and ``revealed.json`` beside its other results.

    The recorded features go through the protocol's rule once more: what is met and earned comes out as the engine had
    it, to the bit, and stands beside what was shown.

    Parameters
    ----------
    folder
        Of the session.
    keys
        Files of keys; the one that fits the folder's commitment is taken.

    Raises
    ------
    UserError
        When no key fits, something is missing, or the records do not fit each other.
    """
    session = _sealed_session(Path(folder))
    key, path = _fitting_key(session, [Path(key) for key in keys])
    record = _record(session, path)
    table = session.features.iloc[: len(record)].copy()
    feedbacks = _replayed(session, table)
    training = np.array([feedback.cue.block == "training" for feedback in feedbacks])
    met, reward = (np.array([getattr(f, name) for f in feedbacks], dtype=np.int64) for name in ("met", "reward"))
    if not (np.array_equal(met, record["met"]) and np.array_equal(reward, record["reward"])):
        raise UserError("what is earned does not come out as the engine had it; the folder was changed", str(folder))
    earned, shown = np.array([float(f.shown) for f in feedbacks]), record["shown"].to_numpy()
    for name, column in {"met": met, "reward": reward, "earned": earned, "shown": shown}.items():
        table.insert(len(table.columns) - 1, name, column)
    n = max(1, int(training.sum()))
    revealed = Revealed(
        folder=str(session.path),
        arm=key.arm.name,
        sham=None if key.arm.sham is None else key.arm.sham.kind,
        commitment=key.commitment,
        reward_rate=float(met[training].sum() / n),
        earned_rate=float(earned[training].sum() / n),
        shown_rate=float(shown[training].sum() / n),
        agreement=float((earned == shown)[training].sum() / n),
        guesses=read_guesses(session.path),
    )
    _write(session.places.results, table, revealed)
    return revealed


def blinding_indices(revealed: Sequence[Revealed], who: str) -> dict[str, BlindingIndex]:
    """Return James' index of all, and Bang's of the real and of the sham arms.

    Parameters
    ----------
    revealed
        Sessions, one a subject; those without a guess are passed over.
    who
        ``"participant"`` or ``"operator"``.
    """
    counts = np.zeros((3, 2), dtype=np.int64)
    for session in revealed:
        guess = getattr(session.guesses, who)
        if guess is not None:
            counts[("real", "sham", "unknown").index(guess), 0 if session.sham is None else 1] += 1
    real, sham = counts[:, 0].tolist(), counts[:, 1].tolist()
    return {
        "james": james_index(counts.tolist()),
        "bang, real": bang_index(real[0], real[1], real[2]),
        "bang, sham": bang_index(sham[1], sham[0], sham[2]),
    }


def _sealed_session(folder: Path) -> SessionFolder:
    session = read_session(folder)
    if not isinstance(session.facts.get("commitment"), str):
        raise UserError("is not sealed: its tables say what was shown", str(folder))
    # A reveal before has left a table of its own.
    return replace(session, features=read_series(session.places.stem_of(FEEDBACK)))


def _fitting_key(session: SessionFolder, paths: Sequence[Path]) -> tuple[Key, Path]:
    for path in paths:
        key = read_key(path)
        if key.commitment == session.facts["commitment"]:
            return key, path
    wrong = "the key does not fit" if len(paths) == 1 else f"none of the {len(paths)} keys fits"
    raise ConfigError(f"{wrong} its commitment: it is another session's, or was changed", str(session.path))


def _record(session: SessionFolder, key: Path) -> pd.DataFrame:
    """Read the engine's record of the session, as far as the session's own table goes."""
    name = session.facts.get("record")
    # The folder comes from the operator's side; it may name a file beside the key and no other.
    if not isinstance(name, str) or Path(name).name != name or not name.endswith(".shown.tsv"):
        raise UserError("the record in session.json must be the name of a .shown.tsv file", str(session.path))
    path = key.with_name(name)
    if not path.is_file():
        raise UserError("no such file; the record of what was shown lies beside the key", str(path))
    try:
        record = read_table(path)[list(RECORDED)].astype(np.float64).iloc[: len(session.features)]
    except (ValueError, KeyError):
        raise UserError("is not what the engine wrote", str(path)) from None
    if not np.array_equal(record["onset"], session.features["onset"].iloc[: len(record)]):
        raise UserError("its times are not those of the session", str(path))
    return record


def _replayed(session: SessionFolder, table: pd.DataFrame) -> list[Feedback]:
    """Run the recorded features through the protocol's rule.

    Raises
    ------
    UserError
        When its thresholds do not come out as recorded.
    """
    protocol: TrainingProtocol = session.protocol
    grid = TickGrid(protocol.update_interval_s)
    names = [feature.name for feature in protocol.features]
    specs = {name: SignalSpec(1.0 / protocol.update_interval_s, (name,), "1") for name in names}
    rule = protocol.rule.prepare(specs, grid, ())
    schedule = Schedule(protocol.blocks, grid)
    blocks = np.searchsorted(schedule.ends, np.arange(len(table)), side="right").tolist()
    features = np.ascontiguousarray(table[names].to_numpy(dtype=np.float64))
    valid = table["valid"].to_numpy().astype(np.bool_)
    recorded = table[[f"threshold_{name}" for name in rule.condition_names]].to_numpy(dtype=np.float64)
    commands = deque(logged for logged in session.commands if isinstance(logged.command, RuleCommand))
    found = []
    for k, block in enumerate(blocks):
        while commands and commands[0].tick <= k:
            command = commands.popleft().command
            assert isinstance(command, RuleCommand)
            protocol = command.change(protocol, rule)
        found.append(rule.update(features[k], np.asarray(valid[k]), schedule.cue(block, k)))
        if not np.array_equal(rule.thresholds, recorded[k], equal_nan=True):
            message = f"tick {k}: the threshold does not come out as recorded; the folder was changed"
            raise UserError(message, str(session.path))
    return found


def _write(folder: Path, table: pd.DataFrame, revealed: Revealed) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        table.to_csv(folder / "revealed.tsv", sep="\t", na_rep="n/a", index=False, lineterminator="\n")
        text = json.dumps(revealed.summary(), indent=2, ensure_ascii=False) + "\n"
        (folder / "revealed.json").write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", str(folder)) from None
