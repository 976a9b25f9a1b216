"""Ways to cut a signal into chunks."""

from __future__ import annotations

import numpy as np


def partitions(n_times: int) -> dict[str, list[int]]:
    """Return partitions by name, each the lengths of its chunks, which add up to `n_times`.

    Hand-chosen ones and random ones, with chunks of one sample and of none.

    Examples
    --------
    >>> all(sum(lengths) == 1000 for lengths in partitions(1000).values())
    True
    """
    found = {
        "empty chunks around the whole": [0, n_times, 0],
        "single samples": [1] * n_times,
        "the first sample, then the rest": [1, n_times - 1],
        "all but the last sample, then it": [n_times - 1, 0, 1],
    }
    for n in (7, 16, 64, 100):
        found[f"chunks of {n}"] = [*[n] * (n_times // n), n_times % n]
    for seed in range(3):
        rng = np.random.default_rng(seed)
        cuts = np.sort(rng.integers(0, n_times + 1, size=60))
        cuts = np.sort(np.concatenate((cuts, cuts[::5], cuts[::6] + 1))).clip(0, n_times)  # empty and single ones too
        found[f"random partition {seed}"] = np.diff(cuts, prepend=0, append=n_times).tolist()
    return found


def cut_at(lengths: list[int], at: int) -> list[int]:
    """Return the same partition with one cut more, at a sample.

    Examples
    --------
    >>> cut_at([4, 4], 6), cut_at([4, 4], 4)
    ([4, 2, 2], [4, 4])
    """
    ends = np.cumsum(lengths)
    if at in (0, *ends):
        return list(lengths)
    i = int(np.searchsorted(ends, at))
    before = at - int(ends[i] - lengths[i])
    return [*lengths[:i], before, lengths[i] - before, *lengths[i + 1 :]]
