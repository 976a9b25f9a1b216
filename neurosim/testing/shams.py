"""The laws of shams."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from neurosim.feedback.shams.sham import Sham, ShamConfig
from neurosim.testing.exact import Outputs
from neurosim.testing.feedbacks import N_TICKS, law_feedbacks
from neurosim.testing.inputs import law_cue
from neurosim.testing.sources import GRID, SEED
from neurosim.testing.trial import Given, Trial, step_laws


def sham_trial(config: ShamConfig) -> Trial[Sham]:
    """Return how a sham is put through the laws of everything that goes on step by step."""

    def prepare(given: Given) -> Sham:
        there = _with_company(config, given)
        return config.prepare(GRID, SEED, there.subjects, there.batch_shape)

    def step(sham: Sham, k: int, given: Given) -> Outputs:
        there = _with_company(config, given)
        shown = sham.update(k, law_feedbacks(there)[k])
        return {"shown": shown if there is given else given.shaped(shown[: len(given.subjects)])}

    return Trial(config.kind, prepare, step, N_TICKS, rest=lambda sham: sham.rest(86400.0))


def _with_company(config: ShamConfig, given: Given) -> Given:
    """Return who must be there for these subjects to be shown something: one alone may need another."""
    company = config.company(given.subjects)
    subjects = (*given.subjects, *company)
    return replace(given, subjects=subjects, batch_shape=(len(subjects),)) if company else given


def shown_is_sound(config: ShamConfig) -> None:
    """Laws 4 and 8: what is shown is one number a subject within 0 to 1, and 0 outside training.

    Raises
    ------
    AssertionError
        When it is not.
    """
    for given in (_with_company(config, Given()), _with_company(config, Given((17, 3), (2,)))):
        sham = sham_trial(config).prepare(given)
        for k in range(N_TICKS):
            shown, what = sham.update(k, law_feedbacks(given)[k]), f"{config.kind}: tick {k}"
            assert isinstance(shown, np.ndarray), f"{what}: gives {type(shown).__name__}, not an array"
            got, due = (shown.shape, shown.dtype), (given.batch_shape, np.dtype(np.float64))
            assert got == due, f"{what}: gives {got}, not {due}"
            assert ((shown >= 0) & (shown <= 1)).all(), f"{what}: shows {shown}, not within 0 to 1"
            outside = law_cue(k).block != "training"
            assert not (outside and shown.any()), f"{what}: something is shown in a {law_cue(k).block} block"


#: The laws of shams by name; each takes a `ShamConfig` and raises AssertionError.
SHAM_LAWS: dict[str, Callable[[ShamConfig], None]] = {"time and finite": shown_is_sound} | step_laws(sham_trial)


def check_sham(config: ShamConfig) -> None:
    """Hold a sham to every law.

    Raises
    ------
    AssertionError
        Saying which law is broken and where.

    Examples
    --------
    >>> from neurosim.feedback import RandomSham
    >>> check_sham(RandomSham(mean_on_s=0.5))
    """
    for law in SHAM_LAWS.values():
        law(config)
