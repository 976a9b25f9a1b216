"""Features that have no value yet are not trusted, and nothing learns from what stands in for them."""

from typing import Any

import numpy as np
import pytest

from neurosim.core.chain import Chain, Fork
from neurosim.core.spec import SignalSpec
from neurosim.core.stage import StageConfig
from neurosim.core.timeline import TickGrid
from neurosim.dsp import (
    IBI,
    RMSSD,
    RSA,
    SDNN,
    AlphaFrequency,
    AperiodicAdjustedPower,
    AperiodicExponent,
    BandPower,
    BreathHeartPhase,
    BreathingPhase,
    BreathingRate,
    Coherence,
    CoherenceRatio,
    ECGBeats,
    EMGMedianFrequency,
    HeartRate,
    HRVPower,
    Log,
    PhaseAmplitudeCoupling,
    Pick,
    SCRAmplitude,
    SCRRate,
    Smooth,
    TrialBaseline,
    ZScore,
)
from neurosim.feedback import Block, Condition, Feature, FixedThreshold, Operant, TrainingProtocol
from neurosim.session import Session, run, simulate
from neurosim.session.memory import MemorySink
from neurosim.session.pipeline import Pipeline
from neurosim.signals import EEG, Body
from neurosim.testing import registered

_TICK_S = 1 / 8


def _protocol(*stages: StageConfig, stream: str = "eeg", channels: tuple[str, ...] = ("Cz",), **more: Any
              ) -> TrainingProtocol:  # fmt: skip
    blocks = more.pop("blocks", (Block(name="all", kind="training", duration_s=90.0),))
    feature = Feature(name="x", stream=stream, channels=channels, stages=stages, **more)
    return TrainingProtocol(
        name="early", title="Early", purpose="A test", features=(feature,), blocks=blocks, update_interval_s=_TICK_S,
        rule=Operant(conditions=(Condition(feature="x", threshold=FixedThreshold(value=-1e9)),)),
    )  # fmt: skip


_BEATS = ECGBeats()
#: Stages on streams of a body, and when their value comes [s]: not before and not after. Beats and breaths are found
#: from the second second on; of 5 differences 7 beats are needed, at 40 to 110 a minute.
_EARLY: dict[str, tuple[TrainingProtocol, float, float]] = {
    "ibi": (_protocol(_BEATS, IBI(), stream="ecg", channels=("ECG",)), 1.5, 5.0),
    "heart_rate": (_protocol(_BEATS, HeartRate(), stream="ecg", channels=("ECG",)), 1.5, 5.0),
    "rmssd": (_protocol(_BEATS, RMSSD(), stream="ecg", channels=("ECG",)), 4.0, 13.0),
    "sdnn": (_protocol(_BEATS, SDNN(), stream="ecg", channels=("ECG",)), 3.5, 12.0),
    "hrv_power": (_protocol(_BEATS, HRVPower(window_s=40), stream="ecg", channels=("ECG",)), 40.0, 48.0),
    "coherence_ratio": (_protocol(_BEATS, CoherenceRatio(window_s=40), stream="ecg", channels=("ECG",)), 40.0, 48.0),
    "breathing_rate": (_protocol(BreathingRate(), stream="respiration", channels=("RESP",)), 5.0, 20.0),
    "breathing_phase": (_protocol(BreathingPhase(), stream="respiration", channels=("RESP",)), 5.0, 20.0),
    "scr_rate": (_protocol(SCRRate(window_s=20), stream="skin_conductance", channels=("palm",)), 20.0, 20.0),
    "coherence": (_protocol(Coherence(first="Cz", second="Pz", low_hz=8, high_hz=12, window_s=4),
                            channels=("Cz", "Pz")), 4.0, 4.0),
    "phase_amplitude": (_protocol(PhaseAmplitudeCoupling(window_s=6)), 6.0, 6.0),
    "alpha_frequency": (_protocol(AlphaFrequency(window_s=5)), 5.0, 5.0),
    "aperiodic_exponent": (_protocol(AperiodicExponent(window_s=5)), 5.0, 5.0),
    "aperiodic_adjusted_power": (_protocol(AperiodicAdjustedPower(low_hz=8, high_hz=12, window_s=5)), 5.0, 5.0),
    "emg_median_frequency": (_protocol(EMGMedianFrequency(low_hz=5, high_hz=100, window_s=3)), 3.0, 3.0),
    "trial_baseline": (_protocol(TrialBaseline(first_trial_s=1.0, period_s=10.0, baseline_s=2.0)), 3.0, 3.0),
    "behind and beside others": (_protocol(Chain.of(Fork(branches={
        "slow": Chain.of(AperiodicExponent(window_s=5), Smooth(tau_s=0.25)),
        "fast": Chain.of(AperiodicExponent(window_s=3)),
    }), Pick(ch_names=("fast",)))), 5.75, 5.75),
    "at once": (_protocol(BandPower(low_hz=8, high_hz=12), Log()), 0.0, 0.0),
}  # fmt: skip


def _rename(protocol: TrainingProtocol, specs: Any) -> TrainingProtocol:
    """Return the protocol with the channel that the stream has, where it has only one kind."""
    feature = protocol.features[0]
    if feature.stream == "eeg":
        return protocol
    name = specs[feature.stream].ch_names[:1]
    return protocol.model_copy(update={"features": (feature.model_copy(update={"channels": name}),)})


@pytest.mark.parametrize("name", _EARLY)
def test_a_feature_is_trusted_from_its_first_value_on(name: str) -> None:
    protocol, earliest_s, latest_s = _EARLY[name]
    body = Body(eeg=EEG(ch_names=("Cz", "Pz"))).prepare(TickGrid(_TICK_S), 1, (0, 1, 2), (3,))
    body.select({protocol.features[0].stream})
    protocol = _rename(protocol, body.specs)
    session = Session(protocol, body)
    valid, values, causes, met = [], [], [], []
    while session.time_s < min(latest_s + 2.0, 60.0):
        tick = session.step()
        valid.append(tick.feedback.valid)
        values.append(tick.features[:, 0])
        causes.append(tick.causes)
        met.append(tick.feedback.met)
    trusted = np.array(valid)
    from_s = (trusted.argmax(axis=0) + (0 if latest_s == 0.0 else 1)) * _TICK_S
    assert trusted.any(axis=0).all()
    assert (from_s >= earliest_s).all()
    assert (from_s <= latest_s + 2 * _TICK_S).all()
    # Once there is a value there always is; before there is none a 0 stands, the reason is named, and nothing is met.
    assert (np.diff(trusted.astype(int), axis=0) >= 0).all()
    names = np.array(session.pipeline.cause_names)
    early = ~trusted
    assert (np.array(met) == trusted).all()
    assert set(names[np.array(causes)[early].any(axis=0)]) == ({"no value yet: x"} if early.any() else set())
    if name not in ("coherence", "phase_amplitude", "alpha_frequency", "behind and beside others", "scr_rate",
                    "aperiodic_exponent", "aperiodic_adjusted_power"):  # fmt: skip
        assert not np.array(values)[early].any()


def test_a_breath_without_beats_takes_the_value_back() -> None:
    fs = 250.0
    t = np.arange(round(fs * 120)) / fs
    at = np.arange(0.5, 50.0, 0.8) + 0.04 * np.sin(2 * np.pi * 0.2 * np.arange(0.5, 50.0, 0.8))
    noise = 0.005 * np.random.default_rng(1).normal(size=t.size) * (t < 50.0)
    ecg = np.exp(-(((t[:, None] - at) / 0.012) ** 2) / 2).sum(axis=1) + noise
    x = np.stack([ecg, 0.25 * np.sin(2 * np.pi * 0.2 * t)])
    for config in (RSA(heart="ECG", breath="RESP"), BreathHeartPhase(heart="ECG", breath="RESP")):
        stage = config.prepare(SignalSpec(fs, ("ECG", "RESP"), "mV"))
        out = stage.process(x)
        assert stage.known is not None
        assert not stage.known[: round(8 * fs)].any()
        assert stage.known[round(25 * fs) : round(75 * fs)].all()
        assert not stage.known[round(90 * fs) :].any()  # the last beat at 49.7 s, a breath and hold_s = 30 s later
        assert not out[0, ~stage.known].any()


def test_a_response_of_the_skin_is_waited_for() -> None:
    t = np.arange(100 * 60) / 100
    since = np.clip(t - 30.0, 0.0, None)
    eda = 5.0 + (np.exp(-since / 2) - np.exp(-since / 0.75))
    stage = SCRAmplitude().prepare(SignalSpec(100.0, ("palm",), "uS"))
    stage.process(eda[None])
    assert stage.known is not None
    assert 30.0 < stage.known.argmax() / 100 < 32.0


def test_a_baseline_learns_from_values_alone() -> None:
    x = np.random.default_rng(1).normal(size=(1, 256 * 60))
    spec = SignalSpec(256.0, ("Cz",), "uV")
    exponent = AperiodicExponent(window_s=20.0)
    stage = Chain.of(exponent, ZScore(least_s=5.0, robust=False)).prepare(spec)
    for start in range(0, 256 * 50, 100):
        stage.process(x[:, start : min(start + 100, 256 * 50)])
    stage.calibrate()
    z = stage.process(x[:, 256 * 50 :])
    alone = exponent.prepare(spec).process(x)[0]
    learnt = alone[256 * 20 - 1 : 256 * 50]
    np.testing.assert_allclose(z[0], (alone[256 * 50 :] - learnt.mean()) / learnt.std(), rtol=1e-9)


def test_an_unfitted_z_score_is_no_value() -> None:
    blocks = (Block(name="b", kind="baseline", duration_s=6.0), Block(name="t", kind="training", duration_s=4.0))
    protocol = _protocol(BandPower(low_hz=8, high_hz=12), ZScore(least_s=6.0), blocks=blocks)
    body = Body(eeg=EEG(ch_names=("Cz",))).prepare(TickGrid(_TICK_S), 1, (0,), ())
    memory = MemorySink()
    run(Session(protocol, body), sinks=[memory])
    valid = memory.column("valid").astype(bool)
    np.testing.assert_array_equal(valid, np.arange(len(valid)) * _TICK_S >= 6.0)
    told = [(e.kind, e.onset_s, e.duration_s, e.text) for e in memory.events if e.kind in ("bad", "no_value")]
    assert told == [("no_value", 0.0, 6.0, "no value yet: x")]  # and no bad signal, which MNE would leave out


def test_too_little_trusted_baseline_gives_no_value_at_all() -> None:
    blocks = (Block(name="b", kind="baseline", duration_s=6.0), Block(name="t", kind="training", duration_s=4.0))
    protocol = _protocol(BandPower(low_hz=8, high_hz=12), ZScore(least_s=6.0), blocks=blocks)
    pipeline = Pipeline(protocol, {"eeg": SignalSpec(256.0, ("Cz",), "uV")})
    x = 10 * np.random.default_rng(1).normal(size=(1, 2560))
    x[0, 700:800] = np.nan
    for k in range(80):
        if k == 48:
            pipeline.calibrate()
        _, valid = pipeline.process({"eeg": x[:, 32 * k : 32 * k + 32]})
        assert not valid
    assert [n for n, c in zip(pipeline.cause_names, pipeline.causes, strict=True) if c] == ["no value yet: x"]


def test_tables_tell_why() -> None:
    protocol = _protocol(_BEATS, RMSSD(), stream="ecg", channels=("ECG",),
                         blocks=(Block(name="t", kind="training", duration_s=20.0),))  # fmt: skip
    specs = Body().prepare(TickGrid(_TICK_S), 1, (0,), ()).specs
    table = simulate(_rename(protocol, specs), seed=1).features
    early = table[table.time_s < 4.0]
    assert not early.valid.any()
    assert set(early.why_invalid) == {"no value yet: x"}
    late = table[table.time_s > 14.0]
    assert late.valid.all()
    assert set(late.why_invalid) == {""}


def test_what_a_stage_says_of_its_first_value_is_no_more_than_it_takes() -> None:
    # What a baseline must be long enough for: `StageConfig.first_value_s`.
    x = np.random.default_rng(3).normal(size=(2, 256 * 40)) * 20
    for name, config in registered("stage"):
        assert isinstance(config, StageConfig)
        stage = config.prepare(SignalSpec(256.0, ("Cz", "Pz"), "uV"))
        stage.process(x)
        known = stage.known
        first_s = 0.0 if known is None else (int(known.argmax()) + 1 if known.any() else known.size) / 256.0
        assert config.first_value_s() <= first_s + 1 / 16 or config.first_value_s() > 40.0, name


@pytest.mark.parametrize("piece", [1, 100, 10_000])
def test_what_stands_behind_must_have_forgotten_what_stood_in(piece: int) -> None:
    # A smoother behind has 5 %, exp(-3), of the way to go after three time constants, and is a value then.
    tau_s, spec = 0.5, SignalSpec(256.0, ("Cz",), "uV")
    stage = Chain.of(AperiodicExponent(window_s=4.0), Log(), Smooth(tau_s=tau_s)).prepare(spec)
    x = np.random.default_rng(1).normal(size=(1, 2560)).cumsum(axis=1)
    known = []
    for start in range(0, 2560, piece):
        n = stage.process(x[:, start : start + piece]).shape[-1]
        known.append(np.ones(n, dtype=np.bool_) if stage.known is None else stage.known)
    first_s = np.concatenate(known).argmax() / 256.0
    assert np.concatenate(known)[(256 * 6) :].all()
    assert first_s == pytest.approx(4.0 + 3 * tau_s, abs=0.02)


def test_a_smoother_of_a_fitted_stage_has_seen_the_baseline() -> None:
    stage = Chain.of(BandPower(low_hz=8, high_hz=12), ZScore(), Smooth(tau_s=2.0)).prepare(
        SignalSpec(256.0, ("Cz",), "uV")
    )
    x = np.random.default_rng(1).normal(size=(1, 256 * 20))
    stage.process(x)
    assert stage.known is not None
    assert not stage.known.any()
    stage.calibrate()
    stage.process(x)
    assert stage.known is None
