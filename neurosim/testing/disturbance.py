"""Law 8: bad samples are survived and forgotten."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from neurosim.core.spec import Bool, Float, Samples
from neurosim.core.stage import StageConfig, known_of
from neurosim.dsp.cleaning.entrance import Entrance
from neurosim.testing.inputs import LAW_FS, law_signal, law_spec
from neurosim.testing.memory import longest_time_s

#: How near the output must come to the undisturbed one, relative to its largest value.
TOLERANCE = 1e-6
#: After how many of the longest time constants.
TIME_CONSTANTS = 20.0

_BASELINE_S = 6.0
_START_S = 7.0
_LONGEST_S = 1.0
_COMPARE_S = 2.0


def _fill(value: float, duration_s: float) -> Callable[[Float, int], None]:
    def spoil(x: Float, at: int) -> None:
        x[:, at : at + max(1, round(duration_s * LAW_FS))] = value

    return spoil


def _hold(x: Float, at: int) -> None:
    x[:, at : at + round(_LONGEST_S * LAW_FS)] = x[:, at - 1 : at]


def _gaps(x: Float, at: int) -> None:
    for start in (0, 40, 43, 100):
        x[:, at + start : at + start + 20] = np.nan


#: What happens to bad signals; each spoils ``(channel, time)`` from a sample on, for a second at most.
DISTURBANCES: dict[str, Callable[[Float, int], None]] = {
    "a NaN": _fill(np.nan, 0.0),
    "Inf": _fill(np.inf, 0.05),
    "-Inf": _fill(-np.inf, 0.05),
    "a spike of 1e5": _fill(1e5, 0.0),
    "gaps": _gaps,
    "a second without samples": _fill(np.nan, 1.0),
    "saturation at 3200": _fill(3200.0, 0.3),
    "a flat second": _hold,
}


def _through(config: StageConfig, x: Samples) -> tuple[Samples, Bool]:
    """Return the output behind the entrance, and where it is a value; bad samples are marked, as a pipeline does."""
    stage, entrance = config.prepare(law_spec()), Entrance(law_spec())
    n_baseline = round(_BASELINE_S * LAW_FS)
    outputs, known = [], []
    for part in (x[:, :n_baseline], x[:, n_baseline:]):
        repaired, valid = entrance.process(part)
        stage.mark_valid(np.asarray(valid.all(axis=-2)))
        outputs.append(stage.process(repaired))
        known.append(known_of(stage, outputs[-1]))
        stage.calibrate()
    return np.concatenate(outputs, axis=-1), np.concatenate(known, axis=-1)


def recovers(config: StageConfig, *, settle_s: float | None = None) -> None:
    """Law 8: behind the entrance outputs are finite whatever comes in, and bad samples are forgotten.

    They come a second after the baseline, since what is fitted to a baseline remembers it by design.

    Parameters
    ----------
    config
        The stage.
    settle_s
        After which time the output must be the undisturbed one, within 1e-6 of its largest value [s]. By default 20
        of the longest time constants that the description names; a stage with a window forgets sooner, one that
        names no time but remembers must say here for how long.

    Raises
    ------
    AssertionError
        Naming what happened to the signal.
    """
    settle_s = TIME_CONSTANTS * longest_time_s(config) if settle_s is None else settle_s
    start = round(_START_S * LAW_FS)
    n_settled = start + round((_LONGEST_S + settle_s) * LAW_FS)
    x = law_signal(n_settled + round(_COMPARE_S * LAW_FS))
    undisturbed, known = _through(config, x)
    fs = config.prepare(law_spec()).spec.fs
    late = slice(int(np.ceil(n_settled * fs / LAW_FS)), None)
    scale = np.abs(undisturbed[:, late]).max(axis=-1)
    for name, spoil in DISTURBANCES.items():
        bad = x.copy(order="K")
        spoil(bad, start)
        got, known_now = _through(config, bad)
        first = np.flatnonzero(~np.isfinite(got).all(axis=0))
        assert not first.size, f"{config.kind}: {name} at {_START_S:g} s makes it not finite at {first[:1] / fs} s"
        off = np.abs(got[:, late] - undisturbed[:, late]).max(axis=-1)
        message = f"{config.kind}: {name} is still there {settle_s:.3g} s later: off by {off} where {scale} is usual"
        assert (off <= TOLERANCE * scale).all(), message
        message = f"{config.kind}: {name} has changed where there is a value {settle_s:.3g} s later"
        assert (known_now[late] == known[late]).all(), message
