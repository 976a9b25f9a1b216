"""The laws of stages."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from neurosim.core.spec import Bool, Samples, SignalSpec, concatenate, take_channels, time_first, time_last
from neurosim.core.stage import Stage, StageConfig, known_of, stages_inside
from neurosim.testing.delay import delay_agrees
from neurosim.testing.disturbance import recovers
from neurosim.testing.exact import Outputs, assert_identical
from neurosim.testing.inputs import LAW_FS, law_signal, law_spec, law_valid
from neurosim.testing.partitions import cut_at, partitions
from neurosim.testing.trial import Given, Trial, step_laws

#: The first seconds of the laws' signal are the baseline that calibrated stages are fitted to [s].
BASELINE_S = 6.0

_CHUNK = 64
_N_STEPS = 48
_N_BASELINE = round(BASELINE_S * LAW_FS)
_N_TIMES = _N_STEPS * _CHUNK


@lru_cache(maxsize=16)
def _input(subjects: tuple[int, ...]) -> tuple[Samples, Bool]:
    return law_signal(_N_TIMES, subjects), law_valid(_N_TIMES, subjects)


def _other(x: Samples) -> Samples:
    """Return an input that has nothing to do with the first."""
    return time_last(1000.0 - 2.0 * time_first(x)[::-1])


def _given_input(given: Given) -> tuple[Samples, Bool]:
    return _input(given.subjects) if given.batch_shape else _alone(given.subjects[0])


def _alone(subject: int) -> tuple[Samples, Bool]:
    x, valid = _input((subject,))
    return x[0], valid[0]


def run_stage(
    stage: Stage, x: Samples, valid: Bool, lengths: Sequence[int] | None = None, calibrate_at: int | None = _N_BASELINE
) -> Samples:
    """Run a stage over a signal, chunk by chunk, as a session does.

    Parameters
    ----------
    stage
        As prepared.
    x, valid
        The signal ``(*batch, channel, time)`` and which of its samples are trusted ``(*batch, time)``.
    lengths
        Of the chunks; None for as few as there can be.
    calibrate_at
        Sample before which the baseline ends; None for never.

    Returns
    -------
    Samples
        The output.
    """
    return _run(stage, x, valid, lengths, calibrate_at)[0]


def _run(
    stage: Stage, x: Samples, valid: Bool, lengths: Sequence[int] | None = None, calibrate_at: int | None = _N_BASELINE
) -> tuple[Samples, Bool]:
    """Return the output, as `run_stage` does, and where it is a value ``(*batch, time)``."""
    lengths = [x.shape[-1]] if lengths is None else list(lengths)
    if calibrate_at is not None:
        lengths = cut_at(lengths, calibrate_at)
    parts, known, at = [], [], 0
    for n in lengths:
        if at == calibrate_at:
            stage.calibrate()
            calibrate_at = None
        stage.mark_valid(valid[..., at : at + n])
        parts.append(stage.process(x[..., at : at + n]))
        known.append(known_of(stage, parts[-1]))
        at += n
    return concatenate(parts), np.concatenate(known, axis=-1)


def stage_trial(config: StageConfig) -> Trial[Stage]:
    """Return how a stage is put through the laws of everything that goes on step by step."""

    def prepare(given: Given) -> Stage:
        return config.prepare(law_spec(given.batch_shape))

    def step(stage: Stage, k: int, given: Given) -> Outputs:
        x, valid = _given_input(given)
        now = slice(k * _CHUNK, (k + 1) * _CHUNK)
        if k * _CHUNK == _N_BASELINE:
            stage.calibrate()
        stage.mark_valid(valid[..., now])
        chunk = _other(x)[..., now] if given.changed(k) else x[..., now]
        out = stage.process(chunk.copy(order="K"))
        return {"output": out, "known": known_of(stage, out)}

    return Trial(config.kind, prepare, step, _N_STEPS, reset=lambda stage: stage.reset())


def chunking_never_matters(config: StageConfig) -> None:
    """Law 1: any partition of the input, in any order in memory, gives bit-identical output.

    Raises
    ------
    AssertionError
        Naming the partition.
    """
    x, valid = _alone(0)
    whole, known = _run(config.prepare(law_spec()), x, valid)
    for name, lengths in partitions(_N_TIMES).items():
        cut, known_cut = _run(config.prepare(law_spec()), x, valid, lengths)
        assert_identical(cut, whole, f"{config.kind}: cut into {name}, not whole")
        assert_identical(known_cut, known, f"{config.kind}: where it has a value, cut into {name}, not whole")
    other_order = run_stage(config.prepare(law_spec()), np.ascontiguousarray(x), valid)
    assert_identical(other_order, whole, f"{config.kind}: input with channels first in memory, not time")


def whole_is_causal(config: StageConfig) -> None:
    """Law 3 within a single chunk: a change of later samples changes no earlier output.

    Raises
    ------
    AssertionError
        When it does.
    """
    x, valid = _alone(0)
    spec = law_spec()
    for at in (_N_TIMES // 2 + 1, _N_TIMES - 1):
        changed = x.copy(order="K")
        changed[..., at:] = _other(x)[..., at:]
        stage = config.prepare(spec)
        plain = run_stage(stage, x, valid)
        n = math.ceil(at * stage.spec.fs / spec.fs)
        got = run_stage(config.prepare(spec), changed, valid)
        what = f"{config.kind}: the input changes from sample {at} on, the output before it"
        assert_identical(got[..., :n], plain[..., :n], what)


def index_is_time(config: StageConfig) -> None:
    """Law 4: the output is what `spec` says, sample i stands at i / fs, and the input is left alone.

    Raises
    ------
    AssertionError
        When a chunk's output has another shape, type or length, or is None.
    """
    for given in (Given((0,)), Given((3, 0), (2,))):
        x, valid = _given_input(given)
        before = law_spec(given.batch_shape)
        stage = config.prepare(before)
        spec = stage.spec
        _check_spec(config.kind, spec, before)
        n_in, n_out = 0, 0
        for n in (0, 1, 1, 62, 300, 0, 1172, 500):  # the baseline ends after the 1172
            if n_in == _N_BASELINE:
                stage.calibrate()
            chunk = x[..., n_in : n_in + n].copy(order="K")
            kept = chunk.copy(order="K")
            stage.mark_valid(valid[..., n_in : n_in + n])
            out = stage.process(chunk)
            what = f"{config.kind}: a chunk of {n} samples"
            assert isinstance(out, np.ndarray), f"{what}: gives {type(out).__name__}, not an array (if need be empty)"
            assert out.dtype == np.float64, f"{what}: gives {out.dtype}, not float64"
            lanes = (*given.batch_shape, spec.n_channels)
            assert out.shape[:-1] == lanes, f"{what}: gives the shape {out.shape}, spec says {lanes} and time"
            assert_identical(chunk, kept, f"{what}: writes into its input")
            known = known_of(stage, out).shape
            assert known == (*out.shape[:-2], out.shape[-1]), f"{what}: known has the shape {known}, out {out.shape}"
            n_in, n_out = n_in + n, n_out + out.shape[-1]
            due = n_in * spec.fs / before.fs
            message = f"{what}: {n_out} samples came out after {n_in} went in; at {spec.fs:g} Hz {due:g} are due"
            assert math.floor(due) <= n_out <= math.ceil(due), message
        after = stage.spec
        message = f"{config.kind}: spec has changed from {spec} to {after}; it is fixed for a session"
        assert replace(after, delay_s=spec.delay_s) == spec, message


def _check_spec(kind: str, spec: SignalSpec, before: SignalSpec) -> None:
    assert spec.fs > 0, f"{kind}: spec.fs is {spec.fs}"
    assert spec.batch_shape == before.batch_shape, f"{kind}: spec.batch_shape is {spec.batch_shape}, not the input's"
    assert len(set(spec.ch_names)) == spec.n_channels > 0, f"{kind}: channel names must differ: {spec.ch_names}"
    assert 0 <= spec.delay_s < math.inf, f"{kind}: spec.delay_s is {spec.delay_s}"


def channels_keep_apart(config: StageConfig) -> None:
    """Part of law 2: a stage that keeps the channels gives each the same beside any company.

    A stage that joins or names channels (a mean, a ratio) is passed over, and one that says ``mixes_channels``.

    Raises
    ------
    AssertionError
        When a channel's output depends on how many others there are.
    """
    x, valid = _alone(0)
    spec = law_spec()
    stage = config.prepare(spec)
    if stage.spec.ch_names != spec.ch_names or _mixes(config):
        return
    together = run_stage(stage, x, valid)
    for c, name in enumerate(spec.ch_names):
        alone = run_stage(config.prepare(spec.replace(ch_names=(name,))), take_channels(x, [c]), valid)
        assert_identical(together[c : c + 1], alone, f"{config.kind}: channel {name} beside others, not alone")


def _mixes(config: StageConfig) -> bool:
    return config.mixes_channels or any(_mixes(stage) for _, stage in stages_inside(config))


def restart_keeps_what_was_learned(config: StageConfig) -> None:
    """At another place of the signal a stage begins anew, with what the baseline has taught it and nothing else.

    Over the baseline once more it gives what it said it gives there once it is fitted; and whatever came between the
    baseline and the new place changes nothing behind it.
    """
    x, valid = _alone(0)
    baseline, after = slice(_N_BASELINE), slice(_N_BASELINE, None)
    between = _other(x)[..., : 5 * _CHUNK], valid[..., : 5 * _CHUNK]
    tails = []
    for seen in (None, between):
        stage = config.prepare(law_spec(()))
        run_stage(stage, x[..., baseline], valid[..., baseline], calibrate_at=None)
        given, spec = stage.calibrate(), stage.spec
        if seen is not None:
            run_stage(stage, *seen, calibrate_at=None)
        stage.restart()
        assert stage.spec == spec, f"{config.kind}: spec has changed from {spec} to {stage.spec} by a restart"
        if given is not None:
            again = run_stage(stage, x[..., baseline], valid[..., baseline], calibrate_at=None)
            assert_identical(again, given[0], f"{config.kind}: the baseline once more, after a restart")
            stage.restart()
        tails.append(run_stage(stage, x[..., after], valid[..., after], calibrate_at=None))
    assert_identical(tails[1], tails[0], f"{config.kind}: after a restart, what came before it")


#: The laws of stages by name; each takes a `StageConfig` and raises AssertionError.
STAGE_LAWS: dict[str, Callable[[StageConfig], None]] = {
    "chunking": chunking_never_matters,
    "channels": channels_keep_apart,
    "causal within a chunk": whole_is_causal,
    "time": index_is_time,
    "finite": recovers,
    "delay": delay_agrees,
    "another place": restart_keeps_what_was_learned,
} | step_laws(stage_trial)


def check_stage(config: StageConfig, *, settle_s: float | None = None, carrier_hz: float | None = None) -> None:
    """Hold a stage to every law.

    Parameters
    ----------
    config
        The stage; it is tried on `law_signal`: channels Cz and Pz at 256 Hz in uV, the first 6 s baseline.
    settle_s
        When it must have forgotten bad samples [s]; 20 of the longest time constants by default.
    carrier_hz
        What its delay is measured with; see `neurosim.testing.measured_delay_s`.

    Raises
    ------
    AssertionError
        Saying which law is broken and where.

    Examples
    --------
    A plug-in's stage, and one that takes the mean of each chunk away:

    >>> from typing import Literal
    >>> from neurosim.core.stage import Stage, StageConfig
    >>> class Rectify(StageConfig):
    ...     kind: Literal["rectify"] = "rectify"
    ...
    ...     def prepare(self, spec):
    ...         return Rectifier(spec)
    >>> class Rectifier(Stage):
    ...     def process(self, x):
    ...         return abs(x)
    ...
    ...     def reset(self):
    ...         pass
    >>> check_stage(Rectify())

    >>> class Centre(Rectify):
    ...     def prepare(self, spec):
    ...         stage = Rectifier(spec)
    ...         stage.process = lambda x: x - x.mean(axis=-1, keepdims=True) if x.size else x
    ...         return stage
    >>> check_stage(Centre())  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    AssertionError: rectify: cut into single samples, not whole: ...
    """
    for name, law in STAGE_LAWS.items():
        if name == "finite":
            recovers(config, settle_s=settle_s)
        elif name == "delay":
            delay_agrees(config, carrier_hz=carrier_hz)
        else:
            law(config)
