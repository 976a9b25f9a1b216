"""Who gets a session besides the window and the recording: LSL, OSC."""

from __future__ import annotations

from dataclasses import dataclass

from neurosim.session.session import Session
from neurosim.session.tick import Sink


@dataclass(frozen=True)
class Outlets:
    """Where a session is sent to, when it is asked for.

    Parameters
    ----------
    lsl
        What the names of its LSL streams begin with; empty for none.
    osc
        A port of this computer, or HOST:PORT; empty for none.
    network
        Whether other computers may find the LSL streams.
    """

    lsl: str = ""
    osc: str = ""
    network: bool = False

    def watch(self, session: Session) -> list[Sink]:
        """Return who watches a session from outside; of a sealed one, behind a veil.

        Raises
        ------
        UserError
            When a package is not installed, or an address is none.
        """
        if not self.lsl:
            return []
        from neurosim.session.lsl import LSLOutlet

        return [LSLOutlet(session, self.lsl, network=self.network)]

    def participant(self, session: Session) -> list[Sink]:
        """Return what gives the subject the feedback, in a sealed session too.

        Raises
        ------
        UserError
            When a package is not installed, or an address is none.
        """
        if not self.osc:
            return []
        from neurosim.session.osc import OSCOutlet

        return [OSCOutlet(session, self.osc)]
