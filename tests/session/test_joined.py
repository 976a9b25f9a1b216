"""Features of several streams in one session: against the truth, with honest validity, beside others in one rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import neurokit2 as nk
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from neurosim.core.config import validate
from neurosim.core.drive import Drive
from neurosim.core.errors import ConfigError
from neurosim.core.source import Source
from neurosim.core.spec import Samples, SignalSpec
from neurosim.core.timeline import TickGrid
from neurosim.dsp import Pick, Smooth
from neurosim.feedback import Block, Condition, Feature, FixedThreshold, Input, Operant, TrainingProtocol, load_protocol
from neurosim.session import Session, simulate
from neurosim.session.memory import MemorySink
from neurosim.session.plan import plan_sessions
from neurosim.session.result import Result
from neurosim.session.run import run
from neurosim.subject import Subject
from neurosim.subject.script import Script
from neurosim.testing import check_session
from neurosim.testing.budget import delay_budgets

Array = NDArray[np.float64]

MULTIMODAL = Path(__file__).parent / "multimodal.toml"
HEART_AND_BREATH = {
    "heart": Input(stream="ecg", channels=("ECG",)),
    "breath": Input(stream="respiration", channels=("RESP",)),
}
_BREATHING = "truth/breathing_phase"
PACE = 5.5  # breaths a minute, the resonance of the body's heart


def _protocol(*features: Feature, duration_s: float = 4.0) -> TrainingProtocol:
    return TrainingProtocol(
        name="joined",
        title="Joined",
        purpose="A test",
        features=features,
        rule=Operant(conditions=(Condition(feature=features[0].name, threshold=FixedThreshold(value=0)),)),
        blocks=(Block(name="all", kind="training", duration_s=duration_s),),
    )


@pytest.fixture(scope="module")
def paced() -> Result:
    """RSA and breath-heart phase live, in a body that breathes with a pacer at its resonance, with the truth."""
    names = ("rsa", "breath_heart_phase")
    stages = [{"kind": name, "heart": "heart", "breath": "breath"} for name in names]
    features = [Feature(name=n, inputs=HEART_AND_BREATH, stages=(s,)) for n, s in zip(names, stages, strict=True)]
    pacer = Script(steps=[{"at_s": 0, "drive": {"breathing_pace": PACE}}])
    subject = Subject(name="paced", title="breathes with a pacer", actors=(pacer,))
    protocol = _protocol(*features, duration_s=300.0)
    truth = ("truth/heart_phase", "truth/ibi", _BREATHING)
    return simulate(protocol, subject=subject, seed=1, signals=truth, keep="all")


def _each_breath(result: Result) -> list[tuple[float, Array, Array, Array]]:
    """Return, for each breath of the truth: when it ends [s], and of its beats place in it [turns], rate, interval."""
    heart, turns = (np.unwrap(result.samples(name)[0], period=1.0) for name in ("truth/heart_phase", _BREATHING))
    # A beat is where the phase of the heart comes to a whole number.
    beats = np.interp(np.arange(np.ceil(heart[0]), heart[-1]), heart, np.arange(heart.size) / 250.0)
    middle, interval = (beats[1:] + beats[:-1]) / 2.0, np.diff(beats)
    place = np.interp(middle, np.arange(turns.size) / 32.0, turns)
    breaths = []
    for k in range(int(turns[0]) + 1, int(turns[-1])):
        inside = np.floor(place) == k
        end_s = float(np.interp(k + 1, turns, np.arange(turns.size) / 32.0))
        breaths.append((end_s, place[inside] - k, 60.0 / interval[inside], interval[inside]))
    return breaths


def test_rsa_at_resonance_is_that_of_the_truth(paced: Result) -> None:
    """Breath by breath, where both saw the same beats; a beat at the border may count for either breath."""
    live, time_s = paced.features["rsa"].to_numpy(), paced.features["time_s"].to_numpy()
    delay_s = 2.5  # of the report at this pace, and a little
    errors = []
    for end_s, _, rate, _ in _each_breath(paced):
        if 60.0 < end_s < 290.0:
            errors.append(live[np.searchsorted(time_s, end_s + delay_s)] / np.ptp(rate) - 1.0)
    assert len(errors) >= 19
    assert abs(np.median(errors)) < 0.02
    assert np.percentile(np.abs(errors), 90) < 0.1


def test_rsa_at_resonance_is_neurokits_peak_to_trough(paced: Result) -> None:
    ecg, belt = paced.samples("ecg")[0, 250 * 60 :], paced.samples("respiration")[0, 32 * 60 :]
    _, info = nk.ecg_peaks(ecg, sampling_rate=250)
    at = np.arange(ecg.size) / 250.0
    breathing, _ = nk.rsp_process(np.interp(at, np.arange(belt.size) / 32.0, belt), sampling_rate=250)
    peaks = np.zeros(ecg.size)
    peaks[info["ECG_R_Peaks"]] = 1
    signals = pd.DataFrame({"ECG_R_Peaks": peaks, "ECG_Rate": nk.ecg_rate(info["ECG_R_Peaks"], 250, ecg.size)})
    theirs_ms = nk.hrv_rsa(signals, breathing, info, sampling_rate=250)["RSA_P2T_Mean"]
    live = paced.features["rsa"].to_numpy()[64 * 72 :]
    mean_s = paced.samples("truth/ibi")[0, 32 * 60 :].mean()
    # A swing of the rate about its mean, as one of the interval: d(60 / T) = 60 / T^2 dT.
    assert 1000.0 * live.mean() * mean_s**2 / 60.0 == pytest.approx(theirs_ms, rel=0.05)


def test_phase_at_resonance_is_that_of_the_truth(paced: Result) -> None:
    """By NumPy over all breaths; at resonance heart rate and lungs rise and fall nearly together (Vaschillo 2002)."""
    pull = 0j
    for end_s, place, rate, interval in _each_breath(paced):
        if 60.0 < end_s < 290.0:
            pull += np.sum((rate - rate.mean()) * interval * np.exp(2j * np.pi * place))
    live = paced.features["breath_heart_phase"].to_numpy()[64 * 70 :]
    mean = np.angle(np.mean(np.exp(2j * np.pi * live))) / (2 * np.pi)
    truth = np.angle(pull) / (2 * np.pi)
    assert abs((mean - truth + 0.5) % 1.0 - 0.5) < 0.03


_RATES = {"ecg": 250.0, "respiration": 32.0, "temperature": 4.0}


class _Counting(Source):
    """Three streams whose samples are their own index; samples that are bad are not a number."""

    def __init__(self, bad: str = "", from_s: float = 2.0, to_s: float = 3.0) -> None:
        self._grid, self._bad, self._span = TickGrid(1 / 64), bad, (from_s, to_s)
        super().__init__({name: SignalSpec(fs, ("x",), "a.u.") for name, fs in _RATES.items()}, self._grid)

    def generate(self, tick_index: int, drive: Drive) -> dict[str, Samples]:
        made = {}
        for name, fs in _RATES.items():
            first, last = (self._grid.first_sample(k, fs) for k in (tick_index, tick_index + 1))
            x = np.arange(first, last, dtype=float)
            x[(name == self._bad) & (x / fs >= self._span[0]) & (x / fs < self._span[1])] = np.nan
            made[name] = x[None]
        return made

    def rest(self, duration_s: float) -> None:
        pass


_THREE = {name: Input(stream=name, channels=("x",)) for name in _RATES}


def _run(protocol: TrainingProtocol, source: Source, piece: int | None = None) -> MemorySink:
    memory = MemorySink()
    run(Session(protocol, source, piece=piece), sinks=[memory])
    return memory


@pytest.mark.parametrize("piece", [None, 1, 3])
def test_streams_without_a_sample_in_a_tick_are_held(piece: int | None) -> None:
    features = [
        Feature(name=name, inputs=_THREE, rate_of=at, stages=(Pick(ch_names=(name,)),))
        for name, at in (("ecg", ""), ("respiration", ""), ("temperature", ""))
    ]
    slow = Feature(name="slow", inputs=_THREE, rate_of="temperature", stages=(Pick(ch_names=("ecg",)),))
    memory = _run(_protocol(*features, slow), _Counting(), piece)
    end_s = memory.start_s() + 1 / 64
    newest = np.ceil(end_s * 250.0) - 1  # of the fastest, and there the newest of the others
    ecg, respiration, temperature, at_4_hz = memory.features().T
    np.testing.assert_array_equal(ecg, newest)
    np.testing.assert_array_equal(respiration, np.floor(newest * 32 / 250))
    np.testing.assert_array_equal(temperature, np.floor(newest * 4 / 250))
    np.testing.assert_array_equal(at_4_hz, np.floor((np.ceil(end_s * 4.0) - 1) * 250 / 4))


@pytest.mark.parametrize("bad", _RATES)
def test_a_bad_stream_makes_what_is_made_from_it_invalid_and_is_named(bad: str) -> None:
    protocol = _protocol(Feature(name="joined", inputs=_THREE, stages=(Pick(ch_names=("ecg",)),)))
    session = Session(protocol, _Counting(bad))
    memory = MemorySink()
    run(session, sinks=[memory])
    valid = memory.column("valid").astype(bool)
    assert np.flatnonzero(~valid)[0] == 128
    remembered_s = 3.0 * session.pipeline.specs["joined"].delay_s  # the mean wait of what is held
    assert 3.0 <= (np.flatnonzero(~valid)[-1] + 1) / 64 <= 3.0 + remembered_s + 1 / 64
    found = {session.pipeline.cause_names[i] for i in np.flatnonzero(memory.causes().any(axis=0))}
    assert found == {f"gap: x ({bad})"}


def test_distrust_lasts_as_long_as_the_joined_stages_remember() -> None:
    stages = (Pick(ch_names=("ecg",)), Smooth(tau_s=0.5))
    protocol = _protocol(Feature(name="joined", inputs=_THREE, stages=stages), duration_s=8.0)
    valid = _run(protocol, _Counting("temperature", 2.0, 4.0)).column("valid").astype(bool)
    longest_s = 3.0 * Session(protocol, _Counting()).pipeline.specs["joined"].delay_s
    last_s = (np.flatnonzero(~valid)[-1] + 1) / 64
    assert last_s == pytest.approx(4.0 + longest_s, abs=0.25)  # a sample of the bad stream


def test_delays_of_branches_add_up_to_the_longest() -> None:
    inputs = {
        "ecg": Input(stream="ecg", channels=("x",), stages=(Smooth(tau_s=0.1),)),
        "temperature": Input(stream="temperature", channels=("x",), stages=(Smooth(tau_s=2.0),)),
    }
    protocol = _protocol(Feature(name="mean", inputs=inputs, stages=({"kind": "mean"}, Smooth(tau_s=0.3))))
    said_s = Session(protocol, _Counting()).pipeline.specs["mean"].delay_s
    (budget,) = delay_budgets(protocol, _Counting().specs)
    assert budget.said_s - budget.tick_s - budget.display_s == pytest.approx(said_s)
    assert budget.measured_s == pytest.approx(budget.said_s, abs=0.25)  # a sample of the slow stream
    # Of a one-pole smoother tau, less half a sample; of 250 and 4 Hz held 0 to 124 samples of 125.
    expected_s = (2.0 - 0.125) + 62.0 / 125.0 / 4.0 + (0.3 - 0.002)
    assert said_s == pytest.approx(expected_s, rel=0.01)


def test_laws_of_a_session_with_features_of_many_streams() -> None:
    check_session(MULTIMODAL, duration_s=16.0, pieces=(1, 7))


def test_features_of_many_streams_in_one_rule() -> None:
    protocol = load_protocol(MULTIMODAL)
    pacer = Script(steps=[{"at_s": 0, "drive": {"breathing_pace": 6.0}}])
    truth, who = ("truth/emg_rms", "truth/skin_temperature"), Subject(name="calm", title="calm", actors=(pacer,))
    result = simulate(protocol, subject=who, seed=1, signals=truth)
    table = result.features[result.features["kind"] == "training"].iloc[64 * 30 :]
    assert table["breathing"].mean() == pytest.approx(6.0, rel=0.05)
    truth_uv = np.sqrt(np.mean(result.samples("truth/emg_rms")[0, 32 * 90 :] ** 2))
    assert np.sqrt(np.mean(table["tension"] ** 2)) == pytest.approx(truth_uv, rel=0.1)
    assert table["warmth"].mean() == pytest.approx(
        result.samples("truth/skin_temperature")[0, 4 * 90 :].mean(), abs=0.1
    )
    assert table["coherence"].mean() > 1.0  # one rhythm, that of the pacer
    assert table["rsa"].mean() > 5.0
    # The joined feature is what its two parts say, where both are made alone; it samples the tension at the EEG's rate.
    assert np.corrcoef(table["alpha_less_tension"], np.log(table["alpha"]))[0, 1] > 0.9
    every = [f"threshold_{name}" for name in result.condition_names]
    assert table[every].notna().all(axis=None)
    met = table["met"].to_numpy(bool)
    assert 0.1 < met.mean() < 1.0


def test_heart_is_taken_out_of_the_emg_by_an_ecg_of_another_stream() -> None:
    """The same body without the heart in its shoulder is the truth."""
    inputs = {
        "shoulder": Input(stream="emg", channels=("trapezius",)),
        "heart": Input(stream="ecg", channels=("ECG",)),
    }
    clean = ({"kind": "heartbeat_subtraction", "heart": "heart"}, {"kind": "emg_rms", "tau_s": 1.0})
    plain = Feature(name="plain", stream="emg", channels=("trapezius",), stages=({"kind": "emg_rms", "tau_s": 1.0},))
    protocol = _protocol(Feature(name="clean", inputs=inputs, stages=clean), plain, duration_s=60.0)
    leak = Script(steps=[{"at_s": 0, "event": "ecg_in_emg", "amplitude": 50.0, "duration_s": 60.0}])
    with_heart, without = (
        simulate(protocol, subject=Subject(name="x", title="x", actors=actors), seed=1).features.iloc[64 * 15 :]
        for actors in ((leak,), ())
    )
    rms = {name: np.sqrt(np.mean(with_heart[name] ** 2) / np.mean(without[name] ** 2)) for name in ("plain", "clean")}
    assert rms["plain"] > 1.1
    assert rms["clean"] == pytest.approx(1.0, rel=0.01)
    session = Session(protocol, plan_sessions(protocol, seed=0).source)
    specs = session.pipeline.specs
    assert specs["clean"].unit == "uV"
    # 0.301 s in the stage, and the ECG of 250 Hz is held for 0 to 3 samples of 1000 Hz.
    assert specs["clean"].delay_s - specs["plain"].delay_s == pytest.approx(0.301 + 0.0015)


def test_an_input_that_is_calibrated_gives_what_is_behind_the_join_its_baseline_anew() -> None:
    protocol = load_protocol(MULTIMODAL)
    source = protocol.features[0]
    inputs = {"alpha": Input(channels=source.channels, stages=source.stages),
              "breath": Input(stream="respiration", channels=("RESP",))}  # fmt: skip
    scored = ({"kind": "pick", "ch_names": ["alpha"]}, {"kind": "zscore"})
    alone = source.model_copy(update={"name": "alone", "stages": (*source.stages, {"kind": "zscore"})})
    features = (Feature.model_validate(alone.model_dump()), Feature(name="joined", inputs=inputs, stages=scored))
    rule = Operant(conditions=(Condition(feature="alone", threshold=FixedThreshold(value=0)),))
    changed = protocol.model_copy(update={"features": features, "rule": rule, "gates": ()})
    result = simulate(changed, seed=1, duration_s=60)
    np.testing.assert_array_equal(result.features["alone"], result.features["joined"])
    assert result.features["joined"].iloc[64 * 20 :].abs().max() > 1.0


def _problems(**feature: Any) -> str:
    def prepare() -> Session:
        return Session(_protocol(validate({"name": "x", **feature}, Feature)), _Counting())

    with pytest.raises(ConfigError) as error:
        prepare()
    return str(error.value)


def test_what_does_not_fit_is_told_with_its_place() -> None:
    three = {name: {"stream": name, "channels": ["x"]} for name in ("ecg", "respiration")}
    assert "needs either channels, or inputs" in _problems(stages=[])
    assert "needs either channels, or inputs" in _problems(channels=["x"], inputs=three, stages=[])
    assert "did you mean 'ecg'?" in _problems(inputs=three, rate_of="egc", stages=[])
    assert "features[0].inputs.a.stream: the source has no stream 'egc'; did you mean 'ecg'?" in _problems(
        inputs={"a": {"stream": "egc", "channels": ["x"]}}, stages=[]
    )
    assert "features[0].inputs.ecg.channels[0]: 'y' is not in the signal" in _problems(
        inputs=three | {"ecg": {"stream": "ecg", "channels": ["y"]}}, stages=[]
    )
    assert "features[0].inputs.ecg.stages[0].ch_names[0]" in _problems(
        inputs=three | {"ecg": {"stream": "ecg", "channels": ["x"], "stages": [{"kind": "pick", "ch_names": ["z"]}]}},
        stages=[],
    )
    assert "features[0].stages: must end with one channel, ends with 2" in _problems(inputs=three, stages=[])


def test_what_is_mixed_of_several_units_is_refused() -> None:
    source = plan_sessions("hrv_resonance", seed=0).source
    ecg, respiration = (source.specs[name].unit for name in ("ecg", "respiration"))
    feature = Feature(name="x", inputs=HEART_AND_BREATH, stages=({"kind": "mean"},))
    with pytest.raises(ConfigError) as error:
        Session(_protocol(feature), source)
    assert f"features[0].inputs: join 'heart' in {ecg}, 'breath' in {respiration}, and what comes" in str(error.value)
    kept = feature.model_copy(update={"stages": (Pick(ch_names=("breath",)),)})
    assert Session(_protocol(kept), source).pipeline.specs["x"].unit == respiration


def test_channels_of_single_streams_are_replaced_and_joined_ones_kept() -> None:
    joined = Feature(name="joined", inputs=_THREE, stages=(Pick(ch_names=("ecg",)),))
    single = Feature(name="single", stream="ecg", channels=("y",), stages=())
    changed = _protocol(single, joined).with_channels("x")
    assert changed.features[0].channels == ("x",)
    assert changed.features[1] == joined
