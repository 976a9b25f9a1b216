"""What the laws put in: a signal, features and feedback, each a pure function of subject and time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from neurosim.core.feedback import Cue
from neurosim.core.spec import Bool, Float, Samples, SignalSpec, Values, time_last

#: Sampling rate of the laws' signal [Hz].
LAW_FS = 256.0
#: Its channels.
LAW_CHANNELS = ("Cz", "Pz")
#: The features that rules are tried on.
LAW_FEATURES = ("power", "inhibit")

_EPOCH = 1024  # random numbers come in stretches of their own, so that a longer signal begins like a shorter one


def law_spec(batch_shape: tuple[int, ...] = (), unit: str = "uV") -> SignalSpec:
    """Return the meaning of `law_signal`."""
    return SignalSpec(LAW_FS, LAW_CHANNELS, unit, batch_shape)


def law_signal(n_times: int, subjects: Sequence[int] | None = None) -> Samples:
    """Return a signal to try stages on [uV].

    White noise of 5 uV, a 10 Hz rhythm that waxes and wanes, and an electrode offset of some 40 uV. A subject's
    signal does not depend on the others or on the length asked for.

    Parameters
    ----------
    n_times
        Number of samples at 256 Hz.
    subjects
        The address of each subject; None for subject 0 without a batch axis.

    Returns
    -------
    Samples
        ``(2, n_times)`` or ``(subject, 2, n_times)``, time-major in memory.

    Examples
    --------
    >>> law_signal(512).shape, law_signal(512, [17, 3]).shape
    ((2, 512), (2, 2, 512))
    >>> bool((law_signal(512, [17, 3])[1, :, :100] == law_signal(100, [3])[0]).all())
    True
    """
    if subjects is None:
        return cast(Samples, law_signal(n_times, [0])[0])
    t = np.arange(n_times) / LAW_FS
    signal = np.empty((n_times, len(subjects), len(LAW_CHANNELS)))
    for i, subject in enumerate(subjects):
        for c in range(len(LAW_CHANNELS)):
            phase = 0.7 * subject + 1.9 * c
            rhythm = 8.0 * (1.0 + 0.6 * np.sin(2.0 * np.pi * 0.3 * t + phase)) * np.sin(2.0 * np.pi * 10.0 * t + phase)
            signal[:, i, c] = 40.0 - 15.0 * c + rhythm + 5.0 * _white(n_times, subject, c)
    return time_last(signal)


def _white(n_times: int, *address: int) -> Float:
    epochs = [np.random.default_rng((*address, e)).standard_normal(_EPOCH) for e in range(n_times // _EPOCH + 1)]
    return np.concatenate(epochs)[:n_times]


def law_valid(n_times: int, subjects: Sequence[int] | None = None) -> Bool:
    """Return which samples of `law_signal` are said to be trusted: all but one in seven stretches of 64.

    Returns
    -------
    Bool
        ``(n_times,)`` or ``(subject, n_times)``.
    """
    if subjects is None:
        return cast(Bool, law_valid(n_times, [0])[0])
    stretch = np.arange(n_times) // 64
    return np.array([(stretch + subject) % 7 != 3 for subject in subjects])


def law_features(n_ticks: int, subjects: Sequence[int], names: Sequence[str] = LAW_FEATURES) -> Values:
    """Return features to try rules on: positive, rough, and low together for a second of every eight.

    Parameters
    ----------
    n_ticks
        Number of ticks of 1/64 s.
    subjects
        The address of each subject.
    names
        Of the features.

    Returns
    -------
    Values
        ``(tick, subject, feature)``.
    """
    t = np.arange(n_ticks) / 64.0
    values = np.empty((n_ticks, len(subjects), len(names)))
    for i, subject in enumerate(subjects):
        for j in range(len(names)):
            wave = np.sin(2.0 * np.pi * 0.4 * t + subject + 0.5 * j)
            values[:, i, j] = np.exp(0.5 * wave + 0.3 * _white(n_ticks, 1000 + subject, j))
    values[t % 8.0 >= 7.0] *= 0.01
    return values


def law_trust(n_ticks: int, subjects: Sequence[int]) -> Bool:
    """Return which ticks of `law_features` are trusted ``(tick, subject)``: all but 10 of every 100."""
    return np.array([(np.arange(n_ticks) + 17 * s) % 100 >= 10 for s in subjects]).T


def law_cue(tick: int) -> Cue:
    """Return the cue of a tick: two seconds of baseline, closed eyes in the first, then training with short breaks.

    In the breaks there is mental arithmetic.
    """
    if tick < 128:
        return Cue("baseline", "", "closed" if tick < 64 else None)
    kind = {0: "rest", 1: "transfer"}.get(tick // 24 % 6, "training")
    return Cue(kind, stressor="arithmetic" if kind == "rest" else "")
