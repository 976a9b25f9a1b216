"""The laws that every kind keeps that goes on step by step, written once for all of them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from neurosim.testing.exact import Outputs, assert_steps_identical

M = TypeVar("M")
C = TypeVar("C")

#: The batch of law 2; subject 17 of 50 is compared with subject 17 alone.
BATCH = tuple(range(50))
ALONE = 17


@dataclass(frozen=True)
class Given:
    """Who takes part, and from which step on the input is another.

    Parameters
    ----------
    subjects
        The address of each subject.
    batch_shape
        ``()`` or ``(n,)``.
    changed_from
        Step from which the input is changed beyond recognition; None for never.
    """

    subjects: tuple[int, ...] = (ALONE,)
    batch_shape: tuple[int, ...] = ()
    changed_from: int | None = None

    def changed(self, step: int) -> bool:
        """Return whether the input of a step is the changed one."""
        return self.changed_from is not None and step >= self.changed_from

    def shaped(self, values: NDArray[Any]) -> NDArray[Any]:
        """Give values ``(subject, ...)`` the batch shape ``(*batch, ...)``."""
        return values.reshape((*self.batch_shape, *values.shape[1:]))


@dataclass(frozen=True)
class Trial(Generic[M]):
    """How a kind is put through its paces.

    Parameters
    ----------
    name
        Of the kind, for messages.
    prepare
        Makes the thing that runs.
    step
        Runs one step of it and returns its outputs by name, each ``(*batch, ...)``.
    n_steps
        How many steps a run has.
    reset
        Brings it back to its beginning; None where there is no such thing.
    rest
        Lets the time between two sessions pass; None where there is no such thing.
    """

    name: str
    prepare: Callable[[Given], M]
    step: Callable[[M, int, Given], Outputs]
    n_steps: int
    reset: Callable[[M], None] | None = None
    rest: Callable[[M], None] | None = None

    def go_on(self, machine: M, given: Given, start: int = 0, stop: int | None = None) -> list[Outputs]:
        """Run steps and return a copy of the outputs of each."""
        found: list[Outputs] = []
        for k in range(start, self.n_steps if stop is None else stop):
            outputs = self.step(machine, k, given)
            found.append({name: np.array(values, copy=True) for name, values in outputs.items()})
        return found

    def run(self, given: Given) -> list[Outputs]:
        """Prepare and run all steps."""
        return self.go_on(self.prepare(given), given)


def batch_never_matters(trial: Trial[Any]) -> None:
    """Law 2: a subject alone is bit-identical to the same subject in a batch.

    Raises
    ------
    AssertionError
        When it is not.
    """
    alone = trial.run(Given())
    batches = (BATCH, BATCH[::-1], (ALONE, 3, 5), (ALONE,))
    for batch in batches:
        at = batch.index(ALONE)
        together = trial.run(Given(batch, (len(batch),)))
        picked = [{name: values[at] for name, values in step.items()} for step in together]
        what = f"{trial.name}: subject {ALONE} as number {at} of {len(batch)}, not alone"
        assert_steps_identical(picked, alone, what)


def future_never_matters(trial: Trial[Any]) -> None:
    """Law 3: what comes in later changes nothing that came out before.

    Raises
    ------
    AssertionError
        When it does.
    """
    given, at = Given(), trial.n_steps // 2
    plain, changed = trial.run(given), trial.run(replace(given, changed_from=at))
    assert_steps_identical(changed[:at], plain[:at], f"{trial.name}: the input changes at step {at}, the past with it")


def same_again(trial: Trial[Any]) -> None:
    """Laws 4 and 5: prepared again with another at work in between, it does the same, and draws from no global noise.

    Raises
    ------
    AssertionError
        When the outputs or NumPy's global generator differ afterwards.
    """
    given, other = Given(), Given((100,))
    before = np.random.get_state(legacy=False)  # noqa: NPY002
    plain = trial.run(given)
    machine, neighbour = trial.prepare(given), trial.prepare(other)
    again = []
    for k in range(trial.n_steps):
        trial.go_on(neighbour, other, k, k + 1)
        again += trial.go_on(machine, given, k, k + 1)
    assert_steps_identical(again, plain, f"{trial.name}: prepared again, beside another one")
    after = np.random.get_state(legacy=False)  # noqa: NPY002
    assert repr(after) == repr(before), f"{trial.name}: draws from NumPy's global generator; use AddressedNoise"


def copies_go_on_alike(trial: Trial[Any]) -> None:
    """Law 6: a deep copy goes on as the original does, and neither moves the other; a reset begins again.

    Raises
    ------
    AssertionError
        When one of them differs from a run that nothing happened to.
    """
    given = Given()
    plain = trial.run(given)
    for at in (trial.n_steps // 4, trial.n_steps // 2):
        machine = trial.prepare(given)
        trial.go_on(machine, given, 0, at)
        twin, spoiled = copy.deepcopy(machine), copy.deepcopy(machine)
        trial.go_on(spoiled, replace(given, changed_from=at), at)
        rest = trial.go_on(machine, given, at)
        assert_steps_identical(rest, plain[at:], f"{trial.name}: the original, after its deep copy of step {at} ran")
        rest = trial.go_on(twin, given, at)
        assert_steps_identical(rest, plain[at:], f"{trial.name}: the deep copy of step {at}")
    if trial.reset is not None:
        trial.reset(machine)
        assert_steps_identical(trial.go_on(machine, given), plain, f"{trial.name}: after reset()")
    if trial.rest is not None:
        machine, other = trial.prepare(given), trial.prepare(given)
        trial.go_on(machine, given)
        trial.go_on(other, given)
        twin = copy.deepcopy(machine)
        for each in (machine, other, twin):
            trial.rest(each)
        second = trial.go_on(machine, given)
        assert_steps_identical(trial.go_on(other, given), second, f"{trial.name}: the second session")
        assert_steps_identical(trial.go_on(twin, given), second, f"{trial.name}: the second session of a deep copy")


_STEP_LAWS: dict[str, Callable[[Trial[Any]], None]] = {
    "batch": batch_never_matters,
    "causal": future_never_matters,
    "noise": same_again,
    "reset": copies_go_on_alike,
}


def step_laws(trial: Callable[[C], Trial[Any]]) -> dict[str, Callable[[C], None]]:
    """Return the laws of everything that goes on step by step, by name.

    Parameters
    ----------
    trial
        Makes the trial of a description; so the laws take a description.
    """

    def of(law: Callable[[Trial[Any]], None]) -> Callable[[C], None]:
        return lambda config: law(trial(config))

    return {name: of(law) for name, law in _STEP_LAWS.items()}
