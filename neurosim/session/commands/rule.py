"""What is done to the rule: a threshold by hand, a number of its description."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from neurosim.core.config import validate
from neurosim.core.errors import ConfigError, did_you_mean
from neurosim.core.rule import Rule, RuleConfig
from neurosim.feedback.protocol import TrainingProtocol
from neurosim.session.commands.command import RuleCommand, check_subject

if TYPE_CHECKING:
    from neurosim.session.session import Session


class SetThreshold(RuleCommand):
    """Sets a manual threshold."""

    command: Literal["threshold"] = "threshold"
    condition: str = Field(description="name of the condition")
    value: float = Field(description="in the unit of its feature")
    subject: int | None = Field(None, ge=0, description="which subject of a batch, by position; all by default")

    def check(self, session: Session) -> None:
        rule = session.rule
        if self.condition not in rule.condition_names:
            raise ConfigError(f"no condition '{self.condition}'; {did_you_mean(self.condition, rule.condition_names)}")
        if self.condition not in rule.manual:
            there = f"manual ones here: {', '.join(rule.manual)}" if rule.manual else "none here is"
            raise ConfigError(f"the threshold of '{self.condition}' is not of the kind 'manual'; {there}")
        check_subject(self.subject, session)

    def change(self, protocol: TrainingProtocol, rule: Rule) -> TrainingProtocol:
        rule.set_threshold(self.condition, self.value, self.subject)
        return protocol


class SetParameter(RuleCommand):
    """Changes a number of the rule that may change while it runs."""

    command: Literal["set"] = "set"
    parameter: str = Field(description="where it stands in the protocol, such as `rule.conditions[0].hysteresis`")
    value: float = Field(description="in its unit")

    def _changed(self, protocol: TrainingProtocol) -> RuleConfig:
        rule = protocol.rule
        data = rule.model_dump()
        *way, last = [int(p) if p.isdigit() else p for p in re.findall(r"[^.\[\]]+", self.parameter)]
        if not way or way[0] != "rule":
            raise ConfigError(f"no parameter '{self.parameter}' of the rule; its name begins with 'rule.'")
        inner: Any = data
        for part in (*way[1:], last):
            known = range(len(inner)) if isinstance(inner, Sequence) else inner if isinstance(inner, dict) else ()
            if part not in known:
                raise ConfigError(f"no parameter '{self.parameter}'; {did_you_mean(str(part), map(str, known))}")
            parent, inner = inner, inner[part]
        if not isinstance(inner, (int, float)):
            raise ConfigError(f"'{self.parameter}' is not a number")
        if isinstance(parent, tuple):
            raise ConfigError(f"'{self.parameter}' is not a number that has a name")
        parent[last] = self.value
        return validate(data, type(rule), self.parameter)

    def check(self, session: Session) -> None:
        session.protocol.rule.check_change(self._changed(session.protocol))

    def change(self, protocol: TrainingProtocol, rule: Rule) -> TrainingProtocol:
        changed = self._changed(protocol)
        rule.change(changed)
        return protocol.model_copy(update={"rule": changed})
