"""One direction of a plane works, and only that one."""

from __future__ import annotations

import math

import numpy as np
import pytest

from neurosim.core.errors import ConfigError
from neurosim.core.timeline import TickGrid
from neurosim.session import Point, Session
from neurosim.session.commands import parse_command
from neurosim.session.plan import plan_sessions
from neurosim.subject import HiddenStrategy, Subject


def test_along_it_works_against_it_lowers_and_across_nothing_happens() -> None:
    actor = HiddenStrategy(learns={"alpha_drive": 1.5}).prepare(TickGrid(1.0), 5, (0,), ())
    x, y = map(float, actor.direction[0])
    assert math.hypot(x, y) == pytest.approx(1.0)
    for place, drive in (((x, y), 1.5), ((-x, -y), -1.5), ((-y, x), 0.0), ((0.5 * x, 0.5 * y), 0.75), ((0, 0), 0.0)):
        actor.move(*place)
        assert float(actor.act(0)["alpha_drive"]) == pytest.approx(drive, abs=1e-12)


def test_the_direction_is_the_seeds() -> None:
    directions = [HiddenStrategy().prepare(TickGrid(1.0), seed, (0,), ()).direction[0] for seed in range(200)]
    quadrants = {(x > 0, y > 0) for x, y in directions}
    assert len(quadrants) == 4
    again = HiddenStrategy().prepare(TickGrid(1.0), 7, (0,), ()).direction[0]
    np.testing.assert_array_equal(again, directions[7])


def test_pointing_is_a_command_that_replays() -> None:
    seeker = Subject(name="seeker", title="Who looks for it", actors=(HiddenStrategy(),))

    def session(**options: object) -> Session:
        plan = plan_sessions("alpha_up", seeker, seed=3, duration_s=20.0)
        return Session(plan.protocol, plan.source, plan.actors, **options)  # type: ignore[arg-type]

    live = session()
    features = []
    for k in range(640):
        if k % 100 == 50:
            live.submit(Point(x=math.cos(k), y=math.sin(k)))
        features.append(live.step().features.copy())
    assert [logged.tick for logged in live.command_log] == [50, 150, 250, 350, 450, 550]
    again = session(commands=[*live.command_log])
    np.testing.assert_array_equal(features, [again.step().features.copy() for _ in range(640)])


def test_a_point_needs_somebody_who_looks_for_it() -> None:
    plan = plan_sessions("alpha_up", "adult", seed=1, duration_s=20.0)
    with pytest.raises(ConfigError, match="hidden_strategy"):
        Session(plan.protocol, plan.source, plan.actors).submit(Point(x=0, y=0))
    with pytest.raises(ConfigError, match="less than or equal to 1"):
        parse_command({"command": "point", "x": 2, "y": 0})
