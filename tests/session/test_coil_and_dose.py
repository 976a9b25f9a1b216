"""A coil and a drug by hand: what a train or a schedule would have done at the same moment; logged, and repeated."""

from __future__ import annotations

import numpy as np
import pytest

from neurosim.core.errors import ConfigError
from neurosim.core.timeline import TickGrid
from neurosim.modulation import Coil, Drug, load_medicine
from neurosim.modulation.magnetic import CoilActor, Train
from neurosim.session import Command, Dose, Logged, Result, SetCoil, simulate
from neurosim.session.commands import parse_command
from neurosim.session.plan import plan_sessions

_TICK_S = 0.0625
GRID = TickGrid(_TICK_S)


def _coil(train: Train, start_s: float = 0.0) -> CoilActor:
    actor = Coil(train=train, start_s=start_s, intensity=0.9).prepare(GRID, 1, (0,), ())
    assert isinstance(actor, CoilActor)
    return actor


def test_pulses_by_hand_do_what_a_train_does() -> None:
    """A train of 8 Hz whose pulses begin with a tick, its second half given by hand."""
    train = _coil(Train(n_pulses=40, rate_hz=8.0))
    by_hand = _coil(Train(n_pulses=20, rate_hz=8.0))
    for k in range(160):
        if 40 <= k < 80 and k % 2 == 0:
            by_hand.pulse()
        drives = train.act(k), by_hand.act(k)
        assert drives[0].events == drives[1].events
        assert train.read() == by_hand.read()
    assert train.synapse.change > 0.0


def test_what_a_coil_leaves_out_is_not_made_up_for() -> None:
    actor = _coil(Train(n_pulses=10, rate_hz=1.0))
    n = 0
    for k in range(320):
        if k in (40, 104):  # from 2.5 to 6.5 s: without the pulses at 3, 4, 5 and 6 s
            actor.set(switch="off" if k == 40 else "program")
        n += len(actor.act(k).events)
    assert n == 6
    actor.set(intensity=0.5, switch="off")
    actor.rest(86400.0)
    assert (actor.config.intensity, actor.switch) == (0.9, "program")


def test_a_dose_by_hand_adds_what_the_closed_form_says() -> None:
    """First-order kinetics are linear: a dose after one hour adds F D ka/(V (ka-ke)) (exp(-ke t) - exp(-ka t))."""
    medicine = load_medicine("levodopa")
    drug = Drug(medicine=medicine, dose_mg=100.0, n_doses=1, hours_per_s=0.25)
    alone, more = (drug.prepare(GRID, 1, (0,), ()) for _ in range(2))
    for k in range(round(4.0 / 0.25 / _TICK_S)):
        if k == round(1.0 / 0.25 / _TICK_S):
            more.take(50.0)
        alone.act(k)
        more.act(k)
    kinetics, t = medicine.kinetics, 3.0
    ka, ke, volume_l = kinetics.absorption_per_h, kinetics.elimination_per_h, 70.0 * kinetics.volume_l_per_kg
    added = kinetics.bioavailability * 50.0 * ka / (volume_l * (ka - ke)) * (np.exp(-ke * t) - np.exp(-ka * t))
    assert float(more.concentration_mg_per_l - alone.concentration_mg_per_l) == pytest.approx(added, rel=1e-9)
    np.testing.assert_allclose(more.taken_h, [0.0, 1.0], atol=1e-9)
    again = drug.prepare(GRID, 1, (0,), ())
    again.recall(more.memory())
    np.testing.assert_array_equal(again.taken_h, more.taken_h)


_DONE = {
    "tms_single": [
        Logged(64, SetCoil(pulse=True)),
        Logged(96, SetCoil(intensity=1.5)),
        Logged(128, SetCoil(pulse=True)),
    ],
    "levodopa_day": [Logged(32, Dose(medicine="levodopa", dose_mg=200.0))],
}


def _run(protocol: str, commands: list[Logged]) -> Result:
    return simulate(protocol, seed=1, duration_s=12.0, commands=commands, signals=["truth/devices"])


@pytest.mark.parametrize("protocol", _DONE)
def test_it_is_repeated_from_the_log(protocol: str) -> None:
    done = _run(protocol, _DONE[protocol])
    log = [Logged(each.tick, parse_command(each.command.model_dump())) for each in done.command_log]
    assert log == _DONE[protocol]
    assert _run(protocol, log).features.equals(done.features)
    assert not _run(protocol, []).features.equals(done.features)
    if protocol == "tms_single":
        pulses, intensity, _ = done.samples("truth/devices")
        np.testing.assert_array_equal(np.flatnonzero(pulses), [64, 128])
        np.testing.assert_array_equal(intensity[[64, 128]], [1.2, 1.5])
    else:
        before, after = done.samples("truth/devices")[0][[31, -1]]
        assert before == 0.0 < after


@pytest.mark.parametrize(
    ("protocol", "command", "message"),
    [
        ("alpha_up", SetCoil(pulse=True), "there is no coil here"),
        ("alpha_up", Dose(medicine="levodopa"), "nobody here takes 'levodopa'; none is taken here"),
        ("levodopa_day", Dose(medicine="levadopa"), "nobody here takes 'levadopa'; did you mean 'levodopa'"),
    ],
)
def test_what_is_not_there_is_refused(protocol: str, command: Command, message: str) -> None:
    session = plan_sessions(protocol, seed=1).session()
    with pytest.raises(ConfigError, match=message):
        session.submit(command)
    assert not session.pending


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"command": "coil", "intensity": 3.0}, "intensity: must be less than or equal to 2"),
        ({"command": "coil", "switch": "on"}, "switch: must be 'program' or 'off'"),
        ({"command": "dose", "medicine": "levodopa", "dose_mg": 0.0}, "dose_mg: must be greater than 0"),
    ],
)
def test_what_no_hand_can_do_is_refused_when_it_is_read(data: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_command(data)
