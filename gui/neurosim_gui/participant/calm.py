"""Nothing flashes: a level that neither jumps nor turns round often."""

from __future__ import annotations

#: Full scale takes at least so long [s].
FULL_SCALE_S = 0.5
#: From turn to turn [s]. A place that the edge of a bar crosses right before one turn and right after the next but one
#: changes four times with three turns between: half a second from turn to turn keeps it to three changes a second.
#: (A flash is a pair of opposing changes, and WCAG 2.2, 2.3.1, allows three flashes; this is twice as careful.)
BETWEEN_TURNS_S = 0.5


class Calm:
    """Follows a target without jumps, and turns round so seldom that no place changes more than three times a second.

    The first step after a quiet time is followed at once: a turn waits only where the last one was too recent.

    Attributes
    ----------
    level
        Where it stands, 0 to 1.

    Examples
    --------
    >>> calm = Calm()
    >>> [round(calm.follow(target, 0.1), 3) for target in (1.0, 1.0, 0.0, 0.0, 0.0, 0.0)]
    [0.2, 0.4, 0.4, 0.4, 0.4, 0.2]
    """

    def __init__(self, level: float = 0.0) -> None:
        self.level = level
        self._direction = 0
        self._since_turn_s = BETWEEN_TURNS_S

    def follow(self, target: float, dt_s: float) -> float:
        """Go towards a target for some time [s], and return where it stands then."""
        self._since_turn_s += dt_s
        way = target - self.level
        direction = (way > 0) - (way < 0)
        if direction and direction != self._direction:
            if self._since_turn_s < BETWEEN_TURNS_S - 1e-9:
                return self.level
            self._direction, self._since_turn_s = direction, 0.0
        most = dt_s / FULL_SCALE_S
        self.level += min(max(way, -most), most)
        return self.level
