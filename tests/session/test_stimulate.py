"""A stimulator that is set by hand: refused past the electrode's limit, logged, repeated to the bit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from neurosim.core.errors import ConfigError
from neurosim.core.timeline import TickGrid
from neurosim.feedback import load_protocol
from neurosim.modulation import Electrode, Stimulator
from neurosim.modulation.stimulator import StimulatorActor
from neurosim.session import Command, Logged, Result, Session, Stimulate, simulate
from neurosim.session.commands import parse_command
from neurosim.session.plan import plan_sessions

_SET = [
    Logged(128, Stimulate(site="stn", switch="on")),
    Logged(320, Stimulate(site="stn", current_ma=1.0, width_us=90.0)),
    Logged(512, Stimulate(site="stn", switch="off")),
]


def _run(commands: Sequence[Logged] = ()) -> Result:
    return simulate("dbs", seed=1, duration_s=12.0, commands=commands, signals=["truth/state"])


def _given(result: Result, what: str) -> np.ndarray:
    """Return what the nucleus gets, 32 times a second."""
    row = result.streams["truth/state"].ch_names.index(f"stn_{what}")
    return np.asarray(result.samples("truth/state")[row])


def test_it_is_set_at_the_border_of_a_tick_and_repeated_from_the_log() -> None:
    done = _run(_SET)
    current, width = _given(done, "ma"), _given(done, "us")
    assert current[:64].max() == 0.0  # 2 s of the baseline, before it is switched on
    assert current[64:160].max() == pytest.approx(2.5)  # dbs.toml
    assert width[:160].max() == pytest.approx(60.0)
    assert current[170:255].max() == pytest.approx(1.0)
    assert width[170:255].max() == pytest.approx(90.0)
    assert current[-32:].max() == 0.0  # off, after a ramp of two seconds
    log = [Logged(each.tick, parse_command(each.command.model_dump())) for each in done.command_log]
    assert log == list(done.command_log)
    again = _run(log)
    assert again.features.equals(done.features)
    np.testing.assert_array_equal(_given(again, "ma"), current)
    assert not _run().features.equals(done.features)


def _session() -> Session:
    return plan_sessions("dbs", seed=1).session()


@pytest.mark.parametrize(
    ("command", "message"),
    [
        # Shannon 1992: log10(Q) + log10(Q / A) = 1.85 at 2.06 uC on 0.06 cm2, which is 22.9 mA for 90 us.
        (Stimulate(site="stn", current_ma=30.0, width_us=90.0), r"Shannon's k 2\.\d+ above 1\.85: at most 22\.9 mA"),
        (Stimulate(site="stn", width_us=1999.0, frequency_hz=1000.0), "two phases of width_us must fit into a period"),
        (Stimulate(site="stn", current_ma=-1.0), "must be greater than or equal to 0"),
        (Stimulate(site="cord", current_ma=1.0), "no stimulator at the site 'cord'; known: stn"),
    ],
)
def test_what_cannot_be_given_is_refused_with_the_figure(command: Command, message: str) -> None:
    session = _session()
    with pytest.raises(ConfigError, match=message):
        session.submit(command)
    assert not session.pending


def test_the_limit_is_the_one_of_shannon() -> None:
    charge = Electrode.at("stn").most_charge_uc
    assert np.log10(charge) + np.log10(charge / 0.06) == pytest.approx(1.85)
    assert 1000.0 * charge / 90.0 == pytest.approx(22.9, abs=0.05)


def test_what_waits_for_the_same_tick_counts() -> None:
    """Each alone would be within the limit; both together are not, and a held session finds out before it goes on."""
    session = _session()
    session.submit(Stimulate(site="stn", current_ma=20.0))
    with pytest.raises(ConfigError, match="Shannon"):
        session.submit(Stimulate(site="stn", width_us=450.0))
    session.submit(Stimulate(site="stn", current_ma=2.0))
    session.submit(Stimulate(site="stn", width_us=450.0))
    session.step()
    (actor,) = (actor for actor in session.actors if isinstance(actor, StimulatorActor))
    assert (actor.config.pulses.current_ma, actor.config.pulses.width_us) == (2.0, 450.0)
    again = plan_sessions("dbs", seed=1)
    repeated = Session(again.protocol, again.source, again.actors, commands=session.command_log)
    repeated.step()
    assert repeated.command_log == session.command_log


def test_nobody_stimulates_where_nothing_stimulates() -> None:
    with pytest.raises(ConfigError, match="there is none here"):
        plan_sessions("alpha_up", seed=1).session().submit(Stimulate(site="stn", current_ma=1.0))


def test_the_next_session_begins_as_described() -> None:
    (config,) = load_protocol("adaptive_dbs").devices
    assert isinstance(config, Stimulator)
    actor = config.prepare(TickGrid(0.25), 1, (0,), ())
    actor.set(config.pulses.model_copy(update={"current_ma": 1.0}), "on")
    assert [float(actor.act(k)["stn_ma"]) for k in range(2)] == [1.0, 1.0]  # though no feedback asks for it
    actor.set(actor.config.pulses, "program")
    assert float(actor.act(2)["stn_ma"]) == 0.0
    actor.rest(86400.0)
    assert actor.config == config
    assert actor.switch == "program"
