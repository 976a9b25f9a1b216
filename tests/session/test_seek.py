"""Going to another place of a recording: what the baseline has taught stays, everything else begins again there."""

from __future__ import annotations

import copy
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from neurosim.core.errors import ConfigError
from neurosim.dsp import FIREnvelope
from neurosim.feedback.protocol import load_protocol
from neurosim.session import Logged, Result, Seek, Session, read_session, simulate
from neurosim.session.memory import MemorySink
from neurosim.session.plan import plan_sessions
from neurosim.session.twin import OtherThreshold, Past, Twin
from neurosim.signals import Recorded

FS, LONG_S = 256.0, 120.0
#: Ticks a second of `alpha_up`.
RATE = 64


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """Return a recording of two minutes: noise with a 10 Hz rhythm that comes and goes [uV]."""
    folder = tmp_path_factory.mktemp("recording")
    return write(folder, samples())


def samples() -> NDArray[np.float64]:
    rng = np.random.default_rng(3)
    t = np.arange(int(LONG_S * FS)) / FS
    rhythm = 8.0 * (1.0 + np.sin(2 * np.pi * 0.07 * t)) * np.sin(2 * np.pi * 10.0 * t)
    return rng.normal(0.0, 4.0, (2, t.size)) + rhythm


def write(folder: Path, data: NDArray[np.float64]) -> Recorded:
    np.save(folder / "data.npy", data)
    table = "\n".join(f'[[channels]]\nname = "{name}"\ncolumn = {i}' for i, name in enumerate(("O1", "Fp1")))
    (folder / "data.toml").write_text(f"fs = {FS}\n{table}\n", encoding="utf-8")
    return Recorded(path=str(folder / "data.npy"), sidecar=str(folder / "data.toml"))


def play(source: Recorded, *seeks: tuple[int, float]) -> Result:
    commands = [Logged(tick, Seek(to_s=to_s)) for tick, to_s in seeks]
    return simulate("alpha_up", source=source, seed=1, commands=commands)


def baseline_ticks() -> int:
    return round(load_protocol("alpha_up").fit(LONG_S).blocks[0].duration_s * RATE)


def test_the_samples_come_from_there(source: Recorded) -> None:
    first = baseline_ticks()
    result = play(source, (first, 60.0))
    n = first * FS / RATE
    shown, data = result.samples(), play(source).samples()  # `test_recorded` says that these are the file's
    np.testing.assert_array_equal(shown[:, : int(n)], data[:, : int(n)])
    np.testing.assert_array_equal(shown[:, int(n) :], data[:, int(60 * FS) :])
    assert result.n_ticks == first + 60 * RATE  # the recording has 60 s left there
    assert [event.text for event in result.events if event.kind == "command"] == ["seek to_s=60.0"]


def test_back_again_ends_with_the_protocol(source: Recorded) -> None:
    result = play(source, (60 * RATE, 30.0))
    unmoved = play(source)
    assert result.n_ticks == unmoved.n_ticks
    np.testing.assert_array_equal(
        result.samples()[:, int(60 * FS) :], unmoved.samples()[:, int(30 * FS) : int(90 * FS)]
    )


def test_nothing_but_the_baseline_is_remembered(source: Recorded) -> None:
    """Whatever was seen after the baseline, the features of a place are the same bits."""
    early, late = play(source, (20 * RATE, 60.0)), play(source, (50 * RATE, 60.0))
    n = 50 * RATE
    one, other = (r.features.alpha.to_numpy()[at * RATE :][:n] for r, at in ((early, 20), (late, 50)))
    np.testing.assert_array_equal(one, other)
    unmoved = play(source).features.alpha.to_numpy()[60 * RATE :][:n]
    # The filters have forgotten where they began after 20 of their longest time constants (0.32 s).
    np.testing.assert_allclose(one[8 * RATE :], unmoved[8 * RATE :], rtol=1e-6)
    assert np.abs(one[:32] - unmoved[:32]).max() > 0.1


def test_without_a_fit_it_is_as_if_the_recording_began_there(source: Recorded, tmp_path: Path) -> None:
    """Closed form: a pipeline that nothing is fitted in knows of nothing before the place it begins at."""
    whole, cut = (_unfitted(where) for where in (source, write(tmp_path, samples()[:, int(40 * FS) :])))
    for _ in range(10):
        whole.step()
    whole.submit(Seek(to_s=40.0))
    for _ in range(20 * RATE):
        np.testing.assert_array_equal(whole.step().features, cut.step().features)


def _unfitted(source: Recorded) -> Session:
    protocol = load_protocol("alpha_up")
    training = protocol.blocks[1].model_copy(update={"duration_s": LONG_S})
    band = FIREnvelope(low_hz=8.0, high_hz=12.0)
    feature = protocol.features[0].model_copy(update={"stages": (protocol.features[0].stages[0], band)})
    protocol = protocol.with_blocks(training).model_copy(update={"features": (feature,), "gates": ()})
    plan = plan_sessions(protocol, source=source, seed=1)
    return Session(plan.protocol, plan.source, plan.actors)


def test_a_baseline_is_not_cut(source: Recorded) -> None:
    plan = plan_sessions("alpha_up", source=source, seed=1)
    session = Session(plan.protocol, plan.source, plan.actors)
    with pytest.raises(ConfigError, match=r"'baseline' is a baseline, .* without a cut; go there after \d+ s"):
        session.submit(Seek(to_s=60.0))
    while session.block_index == 0:
        session.step()
    with pytest.raises(ConfigError, match=r"the recording goes from 0 to 120\.0 s, and 200 s is not in it"):
        session.submit(Seek(to_s=200.0))
    session.submit(Seek(to_s=60.0))
    session.step()
    assert session.source.place_s(session.tick_index) == pytest.approx(60.0 + 1 / RATE)


def test_only_a_recording_has_other_places() -> None:
    plan = plan_sessions("alpha_up", seed=1, duration_s=20.0)
    with pytest.raises(ConfigError, match="only in a recording"):
        Session(plan.protocol, plan.source, plan.actors).submit(Seek(to_s=1.0))


def test_a_live_session_is_repeated_from_its_log(source: Recorded, tmp_path: Path) -> None:
    first = play(source, (30 * RATE, 80.0), (45 * RATE, 5.0))
    out = simulate("alpha_up", source=source, seed=1, commands=first.command_log, out=tmp_path / "out").out
    assert out is not None
    again = simulate("alpha_up", source=source, seed=1, commands=read_session(out).commands)
    assert first.n_rewards
    np.testing.assert_array_equal(first.memory.rewards(), again.memory.rewards())
    np.testing.assert_array_equal(first.features.alpha, again.features.alpha)


def test_a_copy_goes_on_by_itself(source: Recorded) -> None:
    plan = plan_sessions("alpha_up", source=source, seed=1)
    session = Session(plan.protocol, plan.source, plan.actors)
    while session.tick_index < 30 * RATE:
        session.step()
    branch = copy.deepcopy(session)
    session.submit(Seek(to_s=5.0))
    session.step()
    assert branch.source.place_s(branch.tick_index) == 30.0


def test_both_branches_go_there(source: Recorded) -> None:
    plan = plan_sessions("alpha_up", source=source, seed=1)
    session, past, branch = Session(plan.protocol, plan.source, plan.actors), Past(), MemorySink()
    while session.tick_index < 30 * RATE:
        past.write(session.step())
    twin = Twin(session, OtherThreshold("controller"), branch, past, {}, 0)
    session.submit(Seek(to_s=80.0))
    for _ in range(RATE):
        twin.write(session.step())
        np.testing.assert_array_equal(twin.session.pipeline.values, session.pipeline.values)
