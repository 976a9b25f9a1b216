"""Branches of a running session: the unchanged one goes on to the bit, a changed one as if it had always been so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from neurosim.core.config import validate
from neurosim.core.errors import ConfigError
from neurosim.core.registry import find_kind
from neurosim.core.spec import Float, Samples
from neurosim.dsp import Envelope
from neurosim.feedback.protocol import TrainingProtocol, load_protocol
from neurosim.session.memory import MemorySink
from neurosim.session.plan import plan_sessions
from neurosim.session.session import Session
from neurosim.session.twin import OtherFilter, OtherSham, OtherThreshold, Past, Twin, Variation, variations, with_filter
from neurosim.signals.recordings.recorded import Recorded

_BRANCH_S, _END_S = 20.0, 40.0


def _session(
    protocol: str | TrainingProtocol = "alpha_up", subject: str = "adult", path: Path | None = None
) -> Session:
    source = None if path is None else Recorded(path=str(path))
    plan = plan_sessions(protocol, subject, source, seed=3, duration_s=_END_S)
    return Session(plan.protocol, plan.source, plan.actors)


def _branched(session: Session, variation: Variation) -> tuple[MemorySink, MemorySink]:
    """Run a session, branch it, and return what both did from then on."""
    past, one, other = Past(), MemorySink(), MemorySink()
    recent: list[Samples] = []
    n = session.grid.n_ticks(_BRANCH_S)
    for _ in range(n):
        tick = session.step()
        past.write(tick)
        recent.append(tick.samples["eeg"])
    twin = Twin(session, variation, other, past, {"eeg": np.concatenate(recent, axis=-1)}, seed=3)
    assert twin.first_tick == n
    while not session.finished:
        tick = session.step()
        one.write(tick)
        twin.write(tick)
    return one, other


def _whole(session: Session) -> MemorySink:
    memory = MemorySink()
    while not session.finished:
        memory.write(session.step())
    return memory


def test_an_unchanged_branch_goes_on_to_the_bit() -> None:
    one, other = _branched(_session(), OtherSham("real"))
    assert one.n_ticks == other.n_ticks > 1000
    np.testing.assert_array_equal(one.features(), other.features())
    np.testing.assert_array_equal(one.rewards(), other.rewards())
    np.testing.assert_array_equal(one.samples("eeg"), other.samples("eeg"))


def test_a_sham_is_shown_in_the_branch_alone() -> None:
    one, other = _branched(_session(), OtherSham("random"))
    training = np.array([kind == "training" for kind in other.block_kinds()])
    np.testing.assert_array_equal(one.column("shown")[training], one.column("met")[training].astype(float))
    assert (other.column("shown") != other.column("met"))[training].any()


def test_another_threshold_goes_on_as_if_it_had_been_there_from_the_start() -> None:
    """Somebody who is not moved by feedback gives the same samples under both policies."""
    protocol = load_protocol("alpha_up")
    variation = OtherThreshold("controller")
    assert variation in variations(_session())["threshold"]
    _, other = _branched(_session(protocol, "resting_adult"), variation)
    data = protocol.model_dump(mode="json")
    aimed = find_kind("threshold", "controller").aimed(0.6, "above")
    data["rule"]["conditions"][0]["threshold"] = aimed.model_dump(mode="json")
    whole = _whole(_session(validate(data, TrainingProtocol, "changed"), "resting_adult"))
    np.testing.assert_array_equal(other.thresholds(), whole.thresholds()[-other.n_ticks :])
    np.testing.assert_array_equal(other.rewards(), whole.rewards()[-other.n_ticks :])


def test_two_filters_on_a_recording_see_the_same_samples(tmp_path: Path) -> None:
    """A band-pass has forgotten its start after the twenty seconds it is shown (relative 1e-6, as law 8 says)."""
    rng = np.random.default_rng(5)
    x: Float = 10.0 * rng.standard_normal((round(256 * _END_S), 1))
    np.savetxt(tmp_path / "noise.csv", x, delimiter=",", header="Oz", comments="")
    (tmp_path / "noise.toml").write_text('fs = 256.0\nunit = "uV"\n', encoding="utf-8")
    source = Recorded(path=str(tmp_path / "noise.csv"), sidecar=str(tmp_path / "noise.toml"))
    protocol = load_protocol("alpha_up")
    stage = Envelope(low_hz=8.0, high_hz=12.0)
    runs = []
    for what in (protocol, with_filter(protocol, stage)):
        plan = plan_sessions(what, "adult", source, seed=3)
        runs.append(Session(plan.protocol, plan.source, plan.actors))
    one, other = _branched(runs[0], OtherFilter(stage))
    np.testing.assert_array_equal(one.samples("eeg"), other.samples("eeg"))
    whole = _whole(runs[1]).features()[-other.n_ticks :]
    np.testing.assert_allclose(other.features(), whole, rtol=1e-6)
    assert np.abs(one.features() - other.features()).max() > 1.0


def test_what_has_no_band_has_no_other_filter() -> None:
    session = _session("hrv_coherence")
    assert variations(session)["filter"] == []
    with pytest.raises(ConfigError, match="no stage of"):
        with_filter(session.protocol, Envelope(low_hz=8.0, high_hz=12.0))
