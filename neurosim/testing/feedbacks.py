"""The feedback that actors and shams are tried on."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from neurosim.core.feedback import Feedback
from neurosim.core.spec import Bool, Float
from neurosim.testing.inputs import law_cue, law_features, law_trust
from neurosim.testing.trial import Given

#: Number of ticks of 1/64 s.
N_TICKS = 640


@lru_cache(maxsize=32)
def law_feedbacks(given: Given) -> tuple[Feedback, ...]:
    """Return the feedback of every tick: of each subject's own, with distrusted ticks and an unknown threshold.

    A rule's outcome in all but the dwell time: `met` where a trusted value is above the threshold of 1. The cue
    asks for closed eyes in the first second.
    """
    values, trusts = law_features(N_TICKS, given.subjects)[:, :, 0], law_trust(N_TICKS, given.subjects)
    return tuple(_feedback(k, given, values[k], trusts[k]) for k in range(N_TICKS))


def _feedback(tick: int, given: Given, value: Float, trust: Bool) -> Feedback:
    if given.changed(tick):
        value, trust = 2.0 - value, ~trust
    cue = law_cue(tick)
    met = trust & (value > 1.0) & (cue.block in ("training", "transfer"))
    reward = met & (cue.block == "training")
    threshold = np.full(len(trust), np.nan if tick < 10 else 1.0)
    value, threshold, met, reward, trust = (given.shaped(a) for a in (value, threshold, met, reward, trust))
    return Feedback(value, threshold, met[..., None], met, met, reward, trust, reward.astype(np.float64), cue)
