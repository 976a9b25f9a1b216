"""What came of a course: change against the same people on the same noise without drive, person by person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from neurosim.cohort.arm import UNDRIVEN
from neurosim.cohort.statistics import Interval, mean_interval, reliable_change, share_interval
from neurosim.core.spec import Float

if TYPE_CHECKING:
    import pandas as pd

#: Change in the trained direction from which somebody has learned [%]; the criterion of models.md's row of
#: non-learners, as 5 % is what a mean over a block varies by in people who do nothing.
CRITERION_PERCENT = 5.0
#: Reliable change indices beyond this are no error of measurement, at 5 % (Jacobson & Truax 1991).
RELIABLE = 1.96
#: The numbers of each person that arms are compared in.
MEASURES = ("trained_percent", "transfer_percent", "follow_up_percent")


def judged_on(blocks: pd.DataFrame) -> str:
    """Return the column that learning is judged on: the truth, or the feature where there is no truth about it."""
    return "truth" if bool(blocks["truth"].notna().all()) else "feature"


def with_change(blocks: pd.DataFrame) -> pd.DataFrame:
    """Return the blocks with the change against the undriven people [unit of the measure, and %]."""
    measure, keys = judged_on(blocks), ["sitting", "block", "subject"]
    alone = blocks[blocks["arm"] == UNDRIVEN].set_index(keys)[measure]
    against = alone.reindex(list(blocks[keys].itertuples(index=False, name=None))).to_numpy()
    change = blocks[measure].to_numpy() - against
    return blocks.assign(change=change, change_percent=100.0 * change / np.abs(against))


def people_table(blocks: pd.DataFrame, direction: float) -> pd.DataFrame:
    """Return a row for each person of each arm.

    Columns: ``resting`` in the first baseline; the change in the last block of the last training session
    (``trained_percent``), in its transfer block and in the last follow-up [%]; ``responder``; the reliable change index
    of the feature from the first baseline to that block, and whether it is ``reliable``.

    Parameters
    ----------
    blocks
        One row for each block, arm and person.
    direction
        1 where more is wanted, -1 where less is.
    """
    import pandas as pd

    table, measure = with_change(blocks), judged_on(blocks)
    index = pd.MultiIndex.from_frame(table[["arm", "subject"]].drop_duplicates())

    def of(kind: str, sitting: str, column: str, which: int = -1) -> Float:
        found = table[(table["block_kind"] == kind) & (table["kind"] == sitting)]
        if found.empty:
            return np.full(len(index), np.nan)
        edge = found[found["sitting"] == found["sitting"].iloc[which]]
        edge = edge[edge["block"] == edge["block"].iloc[which]].set_index(["arm", "subject"])
        values: Float = edge[column].reindex(index).to_numpy(dtype=float)
        return values

    before, after = of("baseline", "training", "feature", 0), of("training", "training", "feature")
    trained = of("training", "training", "change_percent")
    steady = np.asarray(index.get_level_values("arm") == UNDRIVEN)
    rci = direction * reliable_change(before, after, before[steady], after[steady])
    return pd.DataFrame(
        {
            "resting": of("baseline", "training", measure, 0),
            "trained": of("training", "training", "change"),
            "trained_percent": trained,
            "transfer_percent": of("transfer", "training", "change_percent"),
            "follow_up_percent": of("transfer", "follow_up", "change_percent"),
            "responder": direction * trained >= CRITERION_PERCENT,
            "reliable_change_index": rci,
            "reliable": rci > RELIABLE,
        },
        index,
    ).reset_index()


def arms_table(people: pd.DataFrame) -> pd.DataFrame:
    """Return the mean and its 95 % interval of every measure in every arm; shares of responders with Wilson's."""
    rows = []
    for arm, group in people.groupby("arm", sort=False):
        for name in ("trained", *MEASURES):
            rows.append({"arm": arm, "measure": name} | asdict(mean_interval(_values(group, name))))
        for name in ("responder", "reliable"):
            hits = group[name].to_numpy(dtype=bool)
            rows.append({"arm": arm, "measure": name} | asdict(share_interval(hits)))
    return _frame(rows)


def differences_table(people: pd.DataFrame) -> pd.DataFrame:
    """Return the difference between every two arms with its 95 % interval; each person is their own control."""
    arms = list(dict.fromkeys(people["arm"]))
    rows = []
    for i, arm in enumerate(arms):
        for versus in arms[i + 1 :]:
            for name in ("trained", *MEASURES):
                one, other = (_values(people[people["arm"] == a].sort_values("subject"), name) for a in (arm, versus))
                rows.append({"arm": arm, "versus": versus, "measure": name} | asdict(mean_interval(one - other)))
    return _frame(rows)


def curve_table(blocks: pd.DataFrame) -> pd.DataFrame:
    """Return the learning curve: by block and arm the mean change [%] and feature with their intervals."""
    rows = []
    keys = ["sitting", "kind", "day", "arm", "block", "block_kind"]
    for key, group in with_change(blocks).groupby(keys, sort=False):
        assert isinstance(key, tuple)
        row = dict(zip(keys, key, strict=True)) | {"reward_rate": float(group["reward_rate"].mean())}
        row |= _named("change_percent", mean_interval(_values(group, "change_percent")))
        rows.append(row | _named("feature", mean_interval(_values(group, "feature"))))
    return _frame(rows)


def _named(name: str, interval: Interval) -> dict[str, float]:
    return {name: interval.mean, f"{name}_low": interval.low, f"{name}_high": interval.high}


def _values(group: pd.DataFrame, name: str) -> Float:
    return group[name].to_numpy(dtype=float)


def _frame(rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(list(rows))
