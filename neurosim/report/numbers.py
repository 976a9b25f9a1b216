"""The numbers of a session, from the tables in its folder and from nothing else."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.core.errors import UserError
from neurosim.core.timeline import TickGrid
from neurosim.report.pieces import session_intervals
from neurosim.session.brainvision import read_spec
from neurosim.session.pipeline import Pipeline
from neurosim.session.schedule import Schedule
from neurosim.testing.budget import Budget, delay_budgets

if TYPE_CHECKING:
    import pandas as pd

    from neurosim.session.result import SessionFolder

#: Blocks in which something can be earned.
EARNING = ("training", "transfer")


@dataclass(frozen=True)
class SessionNumbers:
    """What a report says of a session in numbers.

    Attributes
    ----------
    blocks
        A row for each block that was entered: name, kind, length [s], share of trusted time, mean of each feature over
        it (``mean_NAME``) and standard deviation of the trained one (``sd``); shares of the block's time in which each
        condition held (``holding_NAME``), all that a reward needs (``joint``) and the whole rule (``met``); mean of
        what was earned and ``shown``; ``n_rewards``. What the folder does not tell, of a sealed session above all, has
        no column. ``truth`` is the mean true envelope of the rhythm that the trained feature is about [uV], where the
        body told it.
    training
        The same rates over all training together, and the ``product`` of those of the conditions.
    thresholds
        A row for each condition: lowest, mean and highest threshold in training.
    invalid
        A row for each cause of distrust: how long [s], in all and by kind of block. Causes can overlap.
    intervals
        Means and shares with 95 % intervals from the session's half minutes; see `pieces.session_intervals`.
    events
        A row for each kind of event: how many, how long altogether [s], and how many a minute.
    units
        Of each feature.
    budgets
        The way of each feature from the body to the feedback.
    """

    blocks: pd.DataFrame
    training: dict[str, float]
    thresholds: pd.DataFrame
    invalid: pd.DataFrame
    intervals: pd.DataFrame
    events: pd.DataFrame
    units: dict[str, str]
    budgets: list[Budget]

    def as_dict(self) -> dict[str, Any]:
        """Return all of it, ready for JSON."""
        tables = {name: getattr(self, name) for name in ("blocks", "thresholds", "invalid", "intervals", "events")}
        delays = [
            {"feature": b.feature, "said_s": _rounded(b.said_s), "measured_s": _rounded(b.measured_s)}
            for b in self.budgets
        ]
        records = {name: json.loads(table.to_json(orient="records")) for name, table in tables.items()}
        return records | {"training": self.training, "units": self.units, "delays": delays}


def _rounded(seconds: float) -> float | None:
    return round(seconds, 6) if seconds == seconds else None


def session_numbers(session: SessionFolder) -> SessionNumbers:
    """Work out the numbers of a session.

    Raises
    ------
    UserError
        When the folder lacks a signal, or holds no tick.
    """
    table, protocol = session.features, session.protocol
    if table.empty:
        raise UserError("holds no tick: the session ended before it began", str(session.path))
    kinds = table["block"].map({block.name: str(block.kind) for block in protocol.blocks})
    streams = {name: read_spec(_header(session, name)) for name in sorted(protocol.streams)}
    schedule = Schedule(protocol.blocks, TickGrid(protocol.update_interval_s))
    features = Pipeline(protocol, schedule.tell_trials(streams)).specs
    return SessionNumbers(
        blocks=_blocks(session, kinds),
        training=_training(table[kinds == "training"]),
        thresholds=_thresholds(table[kinds == "training"]),
        invalid=_invalid(table, kinds, protocol.update_interval_s),
        intervals=session_intervals(session, kinds, rate_columns(table) if (kinds == "training").any() else []),
        events=_events(session.events, len(table) * protocol.update_interval_s),
        units={name: spec.unit for name, spec in features.items()},
        budgets=delay_budgets(protocol, streams),
    )


def rate_columns(table: pd.DataFrame) -> list[str]:
    """Return the columns that say how much of the time something held, was met, earned or shown, as far as told."""
    usual = ("joint", "met", "earned", "shown")
    return [*columns_of(table, "holding_"), *(name for name in usual if name in table)]


def columns_of(table: pd.DataFrame, prefix: str) -> list[str]:
    """Return the columns that begin so, in order."""
    return [str(name) for name in table if str(name).startswith(prefix)]


def _header(session: SessionFolder, stream: str) -> Any:
    return session.path / f"{stream.replace('/', '_')}.vhdr"


def _blocks(session: SessionFolder, kinds: pd.Series[str]) -> pd.DataFrame:
    import pandas as pd

    table, dt = session.features, session.protocol.update_interval_s
    rows = []
    for name, ticks in table.groupby("block", sort=False):
        trusted = ticks[ticks["valid"] == 1]
        row = {
            "block": name,
            "kind": kinds[ticks.index[0]],
            "start_s": float(ticks["onset"].iloc[0]),
            "duration_s": len(ticks) * dt,
            "trusted": float(ticks["valid"].mean()),
        }
        row |= {f"mean_{f.name}": float(trusted[f.name].mean()) for f in session.protocol.features}
        row["sd"] = float(trusted[session.protocol.rule.trained].std())
        row |= {column: float(ticks[column].mean()) for column in rate_columns(ticks)}
        if "reward" in ticks:
            row["n_rewards"] = int(ticks["reward"].sum())
        rows.append(row)
    blocks = pd.DataFrame(rows)
    truth = _truth(session, blocks)
    return blocks if truth is None else blocks.assign(truth=truth)


def _truth(session: SessionFolder, blocks: pd.DataFrame) -> list[float] | None:
    """Return the mean true envelope of each block [uV], where the body told it."""
    protocol = session.protocol
    rhythm = next(f.truth for f in protocol.features if f.name == protocol.rule.trained)
    if not rhythm or not _header(session, "truth/eeg_envelope").is_file():
        return None
    raw = session.to_raw("truth/eeg_envelope")
    picks = [name for name in raw.ch_names if name.partition("_")[0] == rhythm]
    if not picks:
        return None
    envelope_uv = 1e6 * raw.get_data(picks).mean(axis=0)
    fs = raw.info["sfreq"]
    ends_s = (blocks["start_s"] + blocks["duration_s"]).tolist()
    edges = [(round(start_s * fs), round(end_s * fs)) for start_s, end_s in zip(blocks["start_s"], ends_s, strict=True)]
    return [float(envelope_uv[start:stop].mean()) for start, stop in edges]


def _training(ticks: pd.DataFrame) -> dict[str, float]:
    """Return the rates over all training."""
    if ticks.empty:
        return {}
    rates = {column: float(ticks[column].mean()) for column in rate_columns(ticks)}
    holding = [rate for name, rate in rates.items() if name.startswith("holding_")]
    if len(holding) > 1:
        product = 1.0
        for rate in holding:
            product *= rate
        rates["product"] = product
    return rates | {"trusted": float(ticks["valid"].mean())}


def _thresholds(ticks: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    columns = [name for name in columns_of(ticks, "threshold_") if ticks[name].notna().any()]
    return pd.DataFrame(
        {
            "condition": [name.removeprefix("threshold_") for name in columns],
            "lowest": [float(ticks[name].min()) for name in columns],
            "mean": [float(ticks[name].mean()) for name in columns],
            "highest": [float(ticks[name].max()) for name in columns],
        }
    )


def _invalid(table: pd.DataFrame, kinds: pd.Series[str], dt: float) -> pd.DataFrame:
    import pandas as pd

    bad = table["valid"] == 0
    causes = table.loc[bad, "why_invalid"].astype(object).fillna("not told").str.split(", ").explode()
    by_kind = pd.crosstab(causes.to_numpy(), kinds[causes.index].to_numpy()) * dt
    by_kind = by_kind.reindex(columns=[kind for kind in ("baseline", *EARNING, "rest") if kind in set(kinds)])
    rows = by_kind.astype(float).fillna(0.0).rename_axis(index="cause", columns=None)
    rows.insert(0, "all", rows.sum(axis=1))
    return rows.sort_values("all", ascending=False, kind="stable").reset_index()


def _events(events: pd.DataFrame, length_s: float) -> pd.DataFrame:
    happened = events[events["trial_type"] != "block"]
    inside = np.minimum(happened["duration"], length_s - happened["onset"])  # some last for ever
    happened = happened.assign(duration=inside)
    found = happened.groupby("trial_type")["duration"].agg(["count", "sum"]).reset_index()
    found = found.set_axis(["event", "n", "duration_s"], axis=1)
    return found.assign(per_min=found["n"] * 60.0 / length_s)
