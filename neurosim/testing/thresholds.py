"""The laws of thresholds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from neurosim.core.spec import Bool, Float
from neurosim.feedback.thresholds import Seen, Threshold, ThresholdConfig
from neurosim.testing.exact import Outputs, assert_identical
from neurosim.testing.inputs import law_cue, law_features, law_trust
from neurosim.testing.sources import GRID
from neurosim.testing.trial import Given, Trial, step_laws

_N_TICKS = 640


def _series(subjects: tuple[int, ...]) -> tuple[Float, Bool]:
    return np.ascontiguousarray(law_features(_N_TICKS, subjects)[:, :, 0]), law_trust(_N_TICKS, subjects)


def threshold_step(threshold: Threshold, k: int, values: Float, take: Bool) -> Float:
    """Run one tick of a condition that is to be above its threshold; return the thresholds of it ``(subject,)``."""
    cue = law_cue(k)
    now = threshold.now(cue)
    threshold.note(Seen(values.copy(), values > now, take & (cue.block != "rest"), cue, 1.0))
    return now


def threshold_trial(config: ThresholdConfig) -> Trial[Threshold]:
    """Return how a threshold is put through the laws of everything that goes on step by step."""
    made: dict[tuple[int, ...], tuple[Float, Bool]] = {}

    def step(threshold: Threshold, k: int, given: Given) -> Outputs:
        if given.subjects not in made:
            made[given.subjects] = _series(given.subjects)
        values, take = (a[k] for a in made[given.subjects])
        if given.changed(k):
            values = 50.0 - values
        return {"threshold": given.shaped(threshold_step(threshold, k, values, take))}

    def prepare(given: Given) -> Threshold:
        return config.prepare(GRID, len(given.subjects))

    return Trial(config.kind, prepare, step, _N_TICKS, reset=lambda threshold: threshold.reset())


def _run(config: ThresholdConfig, values: Float, take: Bool) -> Float:
    threshold = config.prepare(GRID, values.shape[1])
    found = []
    for k in range(_N_TICKS):
        out = threshold_step(threshold, k, values[k], take[k])
        assert isinstance(out, np.ndarray), f"{config.kind}: tick {k} gives {type(out).__name__}, not an array"
        assert out.shape == values[k].shape, f"{config.kind}: tick {k} gives the shape {out.shape}, not one a subject"
        assert not np.isinf(out).any(), f"{config.kind}: tick {k} gives infinity; NaN stands for none yet"
        found.append(out.copy())
    return np.array(found)


def looks_back_only(config: ThresholdConfig) -> None:
    """Laws 3, 4 and 8: one finite number a subject, from values before this tick that were to be taken.

    The value of the tick itself is compared with the threshold; it must not have moved it.

    Raises
    ------
    AssertionError
        When the threshold of a tick depends on its own value, or on values that were not to be taken.
    """
    values, take = _series((0, 1, 2))
    plain = _run(config, values, take)
    for at in (1, 100, 500):
        changed = values.copy()
        changed[at:] = 50.0 - values[at:]
        got = _run(config, changed, take)[: at + 1]
        what = f"{config.kind}: the value of tick {at} moves the threshold it is compared with, or an earlier one"
        assert_identical(got, plain[: at + 1], what)
    wild = np.where(take, values, 1e10)
    assert_identical(_run(config, wild, take), plain, f"{config.kind}: values count that were not to be taken")


#: The laws of thresholds by name; each takes a `ThresholdConfig` and raises AssertionError.
THRESHOLD_LAWS: dict[str, Callable[[ThresholdConfig], None]] = {"time and finite": looks_back_only} | step_laws(
    threshold_trial
)


def check_threshold(config: ThresholdConfig) -> None:
    """Hold a threshold to every law.

    Raises
    ------
    AssertionError
        Saying which law is broken and where.

    Examples
    --------
    >>> from neurosim.feedback import PercentileThreshold
    >>> check_threshold(PercentileThreshold(percentile=80, window_s=4, least_s=1))
    """
    for law in THRESHOLD_LAWS.values():
        law(config)
