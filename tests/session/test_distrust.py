"""Why a tick is not trusted, and what features are meanwhile."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from neurosim.core.source import Source
from neurosim.core.spec import Samples, SignalSpec
from neurosim.core.timeline import TickGrid
from neurosim.dsp import BandPower, PeakToPeak
from neurosim.feedback import Block, Condition, Feature, FixedThreshold, Gate, Operant, TrainingProtocol
from neurosim.session import Session, read_session, run, simulate
from neurosim.session.memory import MemorySink
from neurosim.session.pipeline import Pipeline
from neurosim.subject import Script, Subject

_FS = 256.0
_N_TICKS = 640
_SPEC = SignalSpec(_FS, ("Oz", "Fp1", "T8"), "uV")


def _protocol(**feature: Any) -> TrainingProtocol:
    alpha = Feature(name="alpha", channels=("Oz",), stages=(BandPower(low_hz=8, high_hz=12, tau_s=0.1),), **feature)
    return TrainingProtocol(
        name="why",
        title="Why",
        purpose="A test",
        features=(alpha, alpha.model_copy(update={"name": "plain", "while_invalid": "go_on"})),
        gates=(Gate(stage=PeakToPeak(max_uv=100.0, hold_s=0.25), also=("Fp1",)),
               Gate(stage=PeakToPeak(max_uv=900.0, window_s=0.25, hold_s=0.0), name="huge")),
        rule=Operant(conditions=(Condition(feature="alpha", threshold=FixedThreshold(value=1)),)),
        blocks=(Block(name="all", kind="training", duration_s=_N_TICKS / 64),),
    )  # fmt: skip


def _signal() -> NDArray[np.float64]:
    t = np.arange(4 * _N_TICKS) / _FS
    return 10 * np.sin(2 * np.pi * 10 * t) + np.random.default_rng(1).normal(size=(3, t.size))


def _run(protocol: TrainingProtocol, x: Samples, piece: int | None = None) -> tuple[Any, ...]:
    spec = SignalSpec(_FS, _SPEC.ch_names, "uV", x.shape[:-2])
    pipeline = Pipeline(protocol, {"eeg": spec}, piece)
    values, valid, causes = [], [], []
    for k in range(_N_TICKS):
        now = pipeline.process({"eeg": x[..., 4 * k : 4 * k + 4]})
        values.append(now[0])
        valid.append(now[1])
        causes.append(pipeline.causes)
    return pipeline, np.array(values), np.array(valid), np.array(causes)


def _spoil(x: NDArray[np.float64]) -> NDArray[np.float64]:
    x = x.copy()
    x[0, 512] = np.nan  # 2 s
    x[1, 1024:1280] = 3.0  # 4 s: flat
    x[1, 1792:1800] = 150.0  # 7 s: a blink
    x[0, 2304] = 1e5  # 9 s
    x[2, 300:600] = np.nan  # nobody uses T8
    return x


def test_each_cause_is_named_with_its_channel_while_it_lasts() -> None:
    pipeline, _, valid, causes = _run(_protocol(), _spoil(_signal()))
    when = {name: np.flatnonzero(c) / 64 for name, c in zip(pipeline.cause_names, causes.T, strict=True) if c.any()}
    assert set(when) == {"gap: Oz", "flat: Fp1", "peak_to_peak: Fp1", "implausible: Oz"}
    np.testing.assert_array_equal(causes.any(axis=1), ~valid)
    # A bad sample and three after it are one tick here; the fast filter remembers no longer.
    np.testing.assert_array_equal(when["gap: Oz"], [2.0])
    np.testing.assert_array_equal(when["implausible: Oz"], [9.0])
    # Flat is known after half a second, then distrusted for as long as the feature remembers: three delays.
    memory_s = 3 * pipeline.specs["alpha"].delay_s
    assert when["flat: Fp1"][[0, -1]] == pytest.approx([4.5, 5.0 + memory_s], abs=2 / 64)
    # The blink's 8 samples, what the window sees of them (7/8 to 8/8 of 0.5 s), and the hold.
    assert when["peak_to_peak: Fp1"][0] == 7.0
    assert 7.03 + 0.43 + 0.25 <= when["peak_to_peak: Fp1"][-1] <= 7.03 + 0.5 + 0.25


def test_pieces_and_batch_name_the_same_causes() -> None:
    x = _spoil(_signal())
    _, values, valid, causes = _run(_protocol(while_invalid="fade"), x)
    cut = _run(_protocol(while_invalid="fade"), x, piece=1)
    batch = _run(_protocol(while_invalid="fade"), np.stack([_signal(), x, _signal()]))
    assert not batch[3][:, [0, 2]].any()
    for i, alone in enumerate((values, valid, causes), 1):
        np.testing.assert_array_equal(cut[i], alone)
        np.testing.assert_array_equal(batch[i][:, 1], alone)


@pytest.mark.parametrize(("way", "fade_s"), [("go_on", 1.0), ("hold", 1.0), ("mute", 1.0), ("fade", 0.2)])
def test_a_feature_goes_on_holds_mutes_or_fades(way: str, fade_s: float) -> None:
    _, values, valid, _ = _run(_protocol(while_invalid=way, fade_s=fade_s), _spoil(_signal()))
    alpha, plain = values.T
    kept = {"hold": 1.0, "mute": 0.0, "fade": math.exp(-1 / 64 / fade_s)}
    expected = plain.copy()
    for k in np.flatnonzero(~valid):
        if way != "go_on":
            expected[k] = kept[way] * expected[k - 1]
    np.testing.assert_allclose(alpha, expected, rtol=1e-12)
    assert np.isfinite(plain).all()


class _Played(Source):
    def __init__(self, x: Samples) -> None:
        super().__init__({"eeg": _SPEC}, TickGrid(1 / 64))
        self.x = x

    def generate(self, tick_index: int, drive: Any) -> dict[str, Samples]:
        return {"eeg": self.x[:, 4 * tick_index : 4 * tick_index + 4]}

    def rest(self, duration_s: float) -> None:
        pass


def test_bad_stretches_are_events_with_onset_duration_and_reason() -> None:
    x = _spoil(_signal())
    x[1, 2500:] = 200.0 * np.sign(np.sin(np.arange(x.shape[1] - 2500)))  # until the end
    memory = MemorySink()
    run(Session(_protocol(), _Played(x)), sinks=[memory])
    bad = [e for e in memory.events if e.kind == "bad"]
    assert [e.text for e in bad] == [
        "gap: Oz",
        "flat: Fp1",
        "peak_to_peak: Fp1",
        "implausible: Oz",
        "peak_to_peak: Fp1",
    ]
    valid = memory.column("valid").astype(bool)
    expected = np.zeros(_N_TICKS, dtype=bool)
    for event in bad:
        expected[round(event.onset_s * 64) : round((event.onset_s + event.duration_s) * 64)] = True
    np.testing.assert_array_equal(~valid, expected)


def test_a_session_that_is_stopped_tells_of_the_stretch_it_was_in() -> None:
    memory = MemorySink()
    session = Session(_protocol(), _Played(_spoil(_signal())))
    run(session, sinks=[memory], stop=lambda: session.tick_index >= 460)
    assert [(e.kind, e.text) for e in memory.events][-2:] == [
        ("bad", "peak_to_peak: Fp1"),
        ("stop", "ended by the user"),
    ]
    assert memory.events[-2].onset_s == 7.0
    assert memory.events[-2].duration_s == pytest.approx(460 / 64 - 7.0)


def test_tables_and_mne_know_the_reason(tmp_path: Any) -> None:
    script = Script(steps=({"at_s": 20.0, "event": "blink", "amplitude": 150.0},))
    subject = Subject(name="blinker", title="blinks", actors=(script,))
    result = simulate("alpha_up", subject=subject, seed=2, duration_s=30.0, out=tmp_path / "s")
    table = result.features
    blinking = table[(table.time_s > 20.15) & (table.time_s < 21.3)]
    assert set(blinking.why_invalid.str.split(": ").str[0]) == {"peak_to_peak"}
    assert blinking.why_invalid.str.contains("Fp1").all()
    assert (table.why_invalid[table.valid] == "").all()
    assert (table.why_invalid[~table.valid] != "").all()
    written = read_session(tmp_path / "s")
    pd.testing.assert_series_equal(written.features.why_invalid.fillna(""), table.why_invalid, check_dtype=False)
    assert "bad" in set(written.events.trial_type)
    # MNE leaves out what is annotated as bad.
    raw = result.to_raw()
    left = raw.get_data(reject_by_annotation="omit").shape[1] / raw.info["sfreq"]
    assert left == pytest.approx(30.0 - sum(e.duration_s for e in result.events if e.kind == "bad"), abs=0.1)


def test_many_subjects_have_a_reason_each() -> None:
    result = simulate("smr_up", seed=1, duration_s=20.0, subjects=3, keep="ticks")
    table = result.features
    assert ((table.why_invalid == "") == table.valid).all()
    assert not any(e.kind == "bad" for e in result.events)
