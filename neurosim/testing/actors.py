"""The laws of actors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from neurosim.core.actor import Actor, ActorConfig
from neurosim.core.drive import LATENTS, Drive
from neurosim.testing.exact import Outputs, assert_steps_identical
from neurosim.testing.feedbacks import N_TICKS, law_feedbacks
from neurosim.testing.sources import GRID, SEED
from neurosim.testing.trial import Given, Trial, step_laws


def actor_trial(config: ActorConfig) -> Trial[Actor]:
    """Return how an actor is put through the laws of everything that goes on step by step."""

    def prepare(given: Given) -> Actor:
        return config.prepare(GRID, SEED, given.subjects, given.batch_shape)

    def step(actor: Actor, k: int, given: Given) -> Outputs:
        drive = actor.act(k)
        outputs = {name: np.broadcast_to(drive[name], given.batch_shape) for name in LATENTS}
        events = [[e.onset_s, e.amplitude, e.duration_s] for e in drive.events]
        outputs["events"] = np.broadcast_to(np.array(events).ravel(), (*given.batch_shape, 3 * len(events)))
        actor.observe(law_feedbacks(given)[k])
        return outputs

    return Trial(config.kind, prepare, step, N_TICKS, rest=lambda actor: actor.rest(86400.0))


def drives_are_sound(config: ActorConfig) -> None:
    """Laws 4 and 8: every tick gives a drive of finite offsets, one for each subject, and events that have a time.

    Raises
    ------
    AssertionError
        When one does not.
    """
    for given in (Given(), Given((17, 3), (2,))):
        actor = actor_trial(config).prepare(given)
        for k in range(N_TICKS):
            drive = actor.act(k)
            assert isinstance(drive, Drive), f"{config.kind}: tick {k} gives {type(drive).__name__}, not a Drive"
            for name, offset in drive.offsets.items():
                what = f"{config.kind}: {name} of tick {k}"
                assert np.shape(offset) in ((), given.batch_shape), f"{what} has the shape {np.shape(offset)}"
                assert np.isfinite(offset).all(), f"{what} is not finite"
            for event in drive.events:
                assert event.onset_s >= GRID.start_s(k), f"{config.kind}: {event.kind} of tick {k} lies in the past"
                assert event.onset_s < GRID.start_s(k + 1), f"{config.kind}: {event.kind} of tick {k} lies after it"
            actor.observe(law_feedbacks(given)[k])


def memory_is_all_that_stays(config: ActorConfig) -> None:
    """Law 6 across sessions: whoever recalls the memory of others goes into the next session as they do.

    One of them alone, too: memories are by subject.

    Raises
    ------
    AssertionError
        When something else was carried over.
    """
    trial, given, alone = actor_trial(config), Given((17, 3), (2,)), Given((3,), (1,))
    assert trial.rest is not None
    first = trial.prepare(given)
    trial.go_on(first, given)
    kept = {name: values.tolist() for name, values in first.memory().items()}
    trial.rest(first)
    whole = trial.go_on(first, given)
    for which, subjects in ((slice(None), given), (slice(1, 2), alone)):
        fresh = trial.prepare(subjects)
        fresh.recall({name: np.array(values)[which] for name, values in kept.items()})
        trial.rest(fresh)
        theirs = [{name: x[which] for name, x in outputs.items()} for outputs in whole]
        what = f"{config.kind}: the second session of {len(subjects.subjects)} who recall"
        assert_steps_identical(trial.go_on(fresh, subjects), theirs, what)


#: The laws of actors by name; each takes an `ActorConfig` and raises AssertionError.
ACTOR_LAWS: dict[str, Callable[[ActorConfig], None]] = {
    "time and finite": drives_are_sound,
    "memory": memory_is_all_that_stays,
} | step_laws(actor_trial)


def check_actor(config: ActorConfig) -> None:
    """Hold an actor to every law, over 10 s of feedback.

    Raises
    ------
    AssertionError
        Saying which law is broken and where.

    Examples
    --------
    >>> from neurosim.subject import Learner
    >>> check_actor(Learner(learns={"smr_drive": 0.45}))
    """
    for law in ACTOR_LAWS.values():
        law(config)
