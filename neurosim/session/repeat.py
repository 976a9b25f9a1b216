"""A session run again from its folder alone: the same to the bit, or where it first differs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.core.config import load_toml, validate
from neurosim.core.errors import ConfigError, UserError
from neurosim.feedback.protocol import TrainingProtocol
from neurosim.session.commands import Logged
from neurosim.session.recipe import Recipe
from neurosim.session.result import Result, SessionFolder, read_facts, read_session
from neurosim.session.sealing.veil import Seal
from neurosim.session.session import Session
from neurosim.session.simulate import simulate_sessions, versions

if TYPE_CHECKING:
    from neurosim.feedback.shams.sham import ShamConfig

#: What a summary tells of the run and not of the session.
_OF_THE_RUN = ("out", "late_ticks")


@dataclass(frozen=True)
class Repeated:
    """A session that was run again.

    Attributes
    ----------
    result
        What came of it now.
    n_ticks, columns
        How many ticks were compared, and what of them.
    difference
        Where it first differs, in words; empty where it is the same to the bit.
    other_versions
        By package, the version then and now where they are not the same.
    """

    result: Result
    n_ticks: int
    columns: tuple[str, ...]
    difference: str
    other_versions: dict[str, tuple[str, str]] = field(default_factory=dict)

    def summary(self) -> dict[str, Any]:
        """Return all but the result, ready for JSON."""
        return {
            "same": not self.difference,
            "n_ticks": self.n_ticks,
            "columns": list(self.columns),
            "difference": self.difference,
            "other_versions": {name: list(pair) for name, pair in self.other_versions.items()},
        }


def repeat_session(folder: str | Path, key: str | Path | None = None) -> Repeated:
    """Run the session of a folder again and compare every tick; of a batch, its summary.

    Parameters
    ----------
    folder
        Of the session, with ``protocol.toml``, ``session.json`` and ``commands.jsonl``. Sessions before it in its
        course are run first, with the same commands.
    key
        Of a sealed session: who repeats it sees what was shown.

    Raises
    ------
    UserError
        When the folder is none, does not say what it was made of, or is sealed and no key fits.

    Examples
    --------
    >>> import tempfile
    >>> from neurosim import simulate
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     result = simulate("alpha_up", seed=1, duration_s=4, sham="random", out=f"{folder}/s")
    ...     repeat_session(f"{folder}/s").difference
    ''
    """
    path = Path(folder)
    facts = read_facts(path)
    recipe, sham = _recipe(path, facts, key)
    now = versions()
    others = {name: (then, now.get(name, "not there")) for name, then in facts["versions"].items()}
    others = {name: pair for name, pair in others.items() if pair[0] != pair[1]}
    if recipe.subjects is not None:
        protocol = load_toml(path / "protocol.toml", TrainingProtocol)
        result = _run(protocol, facts, recipe, sham)
        columns, difference = _compare_summaries(path, result)
        return Repeated(result, result.n_ticks, columns, difference, others)
    session = read_session(path)
    first = round(facts.get("start_s", 0.0) / session.protocol.update_interval_s)
    n_ticks = first + len(session.features)
    result = _run(session.protocol, facts, recipe, sham, session.commands, n_ticks)
    columns, difference = _compare(session, result, first)
    return Repeated(result, len(session.features), columns, difference, others)


def _run(
    protocol: TrainingProtocol, facts: dict[str, Any], recipe: Recipe, sham: ShamConfig | None,
    commands: Sequence[Logged] = (), n_ticks: int | None = None,
) -> Result:  # fmt: skip
    """Run it and those before it in its course; it ends after so many ticks, where it was ended early."""
    number = int(facts["session"])
    begun: list[Session] = []

    def watch(running: Session) -> tuple[()]:
        begun.append(running)
        return ()

    def forget(result: Result) -> None:
        if result.session + 1 < number:
            result.forget_ticks()

    return simulate_sessions(
        protocol,
        n_sessions=number,
        subject=recipe.subject,
        source=recipe.source,
        subjects=recipe.subjects,
        sham=sham,
        seed=facts["seed"],
        rest_s=recipe.rest_s,
        keep="ticks" if recipe.subjects is None else "blocks",
        sinks=watch,
        stop=lambda: n_ticks is not None and len(begun) == number and begun[-1].tick_index >= n_ticks,
        done=forget,
        signals=recipe.signals,
        commands=commands,
        address=recipe.address,
    )[-1]


def _recipe(folder: Path, facts: dict[str, Any], key: str | Path | None) -> tuple[Recipe, ShamConfig | None]:
    made = facts.get("made_of")
    if not isinstance(made, dict):
        raise UserError("session.json does not say what the session was made of (`made_of`)", str(folder))
    sealed = isinstance(made.get("sham"), dict) and made["sham"].get("kind") == "sealed"
    recipe = validate(made | {"sham": None if sealed else made.get("sham")}, Recipe, f"{folder}/session.json")
    if not sealed:
        return recipe, recipe.sham
    if key is None:
        raise UserError("is sealed; only who has its key can repeat it (--key)", str(folder))
    seal = Seal.read(Path(key))
    if seal.key.commitment != facts.get("commitment"):
        raise ConfigError("the key does not fit its commitment: it is another session's", str(folder))
    return recipe, seal.sham


def _compare(session: SessionFolder, result: Result, first: int) -> tuple[tuple[str, ...], str]:
    """Return what was compared, and where it first differs."""
    now, then = result.features.iloc[first:], session.features
    columns = tuple(str(name) for name in then if name in now and name not in ("block", "why_invalid"))
    if len(now) != len(then):
        return columns, f"{len(then)} ticks were recorded, and there are {len(now)} now"
    for name in columns:
        here, there = (table[name].to_numpy(dtype=np.float64) for table in (now, then))
        differs = np.flatnonzero(~((here == there) | (np.isnan(here) & np.isnan(there))))
        if differs.size:
            k = int(differs[0])
            was, is_ = (float(x[k]) for x in (there, here))
            return columns, f"{name} at {then['onset'].iloc[k]:g} s was {was!r} and is {is_!r} now"
    return columns, ""


def _compare_summaries(folder: Path, result: Result) -> tuple[tuple[str, ...], str]:
    path = folder / "summary.json"
    if not path.is_file():
        raise UserError("of a batch only the summary can be compared, and there is no summary.json", str(folder))
    then = json.loads(path.read_text(encoding="utf-8"))
    now = json.loads(json.dumps(result.summary()))
    names = tuple(name for name in now if name not in _OF_THE_RUN)
    differs = next((name for name in names if then.get(name) != now[name]), None)
    return names, "" if differs is None else f"{differs} was {then.get(differs)} and is {now[differs]} now"
