"""The laws that every kind keeps, for the built-in ones and for plug-ins.

For a stage of your own, in a test: ``from neurosim.testing import check_stage; check_stage(MyStage())``.
Each law is a function that raises AssertionError and says what differs where; `LAWS` has them by name, for pytest
to go through, and `registered` everything that is registered.
"""

from __future__ import annotations

from neurosim.testing.actors import check_actor
from neurosim.testing.delay import measured_delay_s
from neurosim.testing.exact import assert_identical
from neurosim.testing.inputs import law_features, law_signal, law_spec
from neurosim.testing.partitions import partitions
from neurosim.testing.registered import LAWS, registered
from neurosim.testing.rules import check_rule
from neurosim.testing.sessions import branches_go_on_alike, check_session
from neurosim.testing.shams import check_sham
from neurosim.testing.sources import check_source
from neurosim.testing.stages import check_stage, run_stage
from neurosim.testing.thresholds import check_threshold

__all__ = [
    "LAWS",
    "assert_identical",
    "branches_go_on_alike",
    "check_actor",
    "check_rule",
    "check_session",
    "check_sham",
    "check_source",
    "check_stage",
    "check_threshold",
    "law_features",
    "law_signal",
    "law_spec",
    "measured_delay_s",
    "partitions",
    "registered",
    "run_stage",
]
