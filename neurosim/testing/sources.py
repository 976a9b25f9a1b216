"""The laws of sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from neurosim.core.drive import EVENTS, LATENTS, NEUTRAL, Drive, DriveEvent
from neurosim.core.source import Source, SourceConfig
from neurosim.core.spec import Float, Samples, concatenate
from neurosim.core.timeline import TickGrid
from neurosim.testing.exact import Outputs, assert_identical
from neurosim.testing.trial import ALONE, Given, Trial, step_laws

SEED = 1
GRID = TickGrid(1 / 64)
_N_TICKS = 96
_DURATION_S = 1.5


def _drive(tick: int, given: Given) -> Drive:
    """Return a drive that moves every latent, some by each subject's own amount, and lets every event happen."""
    own = given.shaped(0.1 * (np.array(given.subjects) % 7 - 3.0))
    late = float(tick >= 30)
    offsets: dict[str, Float | float] = dict.fromkeys(LATENTS, 0.2 * late + 0.3 * own)
    offsets |= {"breathing_pace": 6.0 * late, "eyes_closed": late, "alpha_drive": own}
    # One kind a tick; the first ones again, so that a blink meets what is there by then.
    kinds = [tuple(EVENTS)[(tick - 10) % len(EVENTS)]] if 10 <= tick < 15 + len(EVENTS) else []
    if given.changed(tick):
        offsets |= {"alpha_drive": 1.0 - own, "eyes_closed": 0.0, "arousal": 0.4}
        kinds.append("blink")
    # Not all begin where the steps of the state do.
    return Drive(offsets, tuple(DriveEvent(kind, (tick + 0.3) / 64) for kind in kinds))


def source_trial(config: SourceConfig) -> Trial[Source]:
    """Return how a source is put through the laws of everything that goes on step by step."""

    def prepare(given: Given) -> Source:
        return config.prepare(GRID, SEED, given.subjects, given.batch_shape)

    def step(source: Source, k: int, given: Given) -> Outputs:
        return source.generate(k, _drive(k, given))

    return Trial(config.kind, prepare, step, _N_TICKS, rest=lambda source: source.rest(86400.0))


def _whole(source: Source, n_ticks: int, drive: Callable[[int], Drive]) -> Mapping[str, Samples]:
    ticks = [source.generate(k, drive(k)) for k in range(n_ticks)]
    return {name: concatenate([tick[name] for tick in ticks]) for name in source.specs}


def cuts_never_matter(config: SourceConfig) -> None:
    """Law 1: cut into pieces inside the ticks, or into other ticks under a constant drive, the samples are the same.

    Raises
    ------
    AssertionError
        Naming the cut.
    """
    given = Given((ALONE, 3), (2,))
    plain = _whole(source_trial(config).prepare(given), _N_TICKS, lambda k: _drive(k, given))
    for piece in (1, 3, 7, 64):
        source = source_trial(config).prepare(given)
        source.piece = piece
        got = _whole(source, _N_TICKS, lambda k: _drive(k, given))
        for name, samples in got.items():
            assert_identical(samples, plain[name], f"{config.kind}: {name} made in pieces of {piece}, not whole ticks")
    held = Drive({"eyes_closed": 0.5})
    plain = _whole(source_trial(config).prepare(given), _N_TICKS, lambda k: held)
    for interval_s in (1 / 500, 0.1, 0.5):  # some ticks of 2 ms hold no sample
        grid = TickGrid(interval_s)
        source = config.prepare(grid, SEED, given.subjects, given.batch_shape)
        got = _whole(source, grid.n_ticks(_DURATION_S), lambda k: held)
        for name, samples in got.items():
            assert_identical(samples, plain[name], f"{config.kind}: {name} in ticks of {interval_s:g} s, not 1/64 s")


def ticks_are_time(config: SourceConfig, *, finite: bool = True) -> None:
    """Laws 4 and 8: a tick holds the samples that lie in it, as `specs` says, and they are finite.

    Parameters
    ----------
    config
        The source.
    finite
        False for a recording, which is played with its gaps.

    Raises
    ------
    AssertionError
        When a stream of a tick has another shape, type or length.
    """
    for interval_s, given in ((1 / 64, Given()), (1 / 500, Given((ALONE, 3), (2,))), (0.3, Given((5,), (1,)))):
        grid = TickGrid(interval_s)
        source = config.prepare(grid, SEED, given.subjects, given.batch_shape)
        for k in range(grid.n_ticks(_DURATION_S)):
            streams = source.generate(k, NEUTRAL)
            assert isinstance(streams, dict), f"{config.kind}: tick {k} gives {type(streams).__name__}, not streams"
            message = f"{config.kind}: tick {k} gives {sorted(streams)}, specs says {sorted(source.specs)}"
            assert streams.keys() == source.specs.keys(), message
            for name, x in streams.items():
                spec = source.specs[name]
                assert spec.batch_shape == given.batch_shape, f"{config.kind}: {name} has batch {spec.batch_shape}"
                due = grid.first_sample(k + 1, spec.fs) - grid.first_sample(k, spec.fs)
                got, expected = (x.shape, x.dtype), ((*given.batch_shape, spec.n_channels, due), np.dtype(np.float64))
                message = f"{config.kind}: {name} of tick {k} of {interval_s:g} s is {got}, not {expected}"
                assert got == expected, message
                assert not finite or np.isfinite(x).all(), f"{config.kind}: {name} of tick {k} is not finite"


#: The laws of sources by name; each takes a `SourceConfig` and raises AssertionError.
SOURCE_LAWS: dict[str, Callable[[SourceConfig], None]] = {
    "chunking": cuts_never_matter,
    "time": ticks_are_time,
} | step_laws(source_trial)


def check_source(config: SourceConfig, *, finite: bool = True) -> None:
    """Hold a source to every law; it must be able to give 1.5 s.

    Parameters
    ----------
    config
        The source.
    finite
        False for a recording, which is played with its gaps.

    Raises
    ------
    AssertionError
        Saying which law is broken and where.

    Examples
    --------
    >>> from neurosim.signals import EEG, Body
    >>> check_source(Body(eeg=EEG(ch_names=("Pz",))))
    """
    for name, law in SOURCE_LAWS.items():
        if name == "time":
            ticks_are_time(config, finite=finite)
        else:
            law(config)
