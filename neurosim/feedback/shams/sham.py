"""What a sham is, and how one is asked for by name."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

from pydantic import SerializeAsAny

from neurosim.core.config import KindConfig, of_kind, validate
from neurosim.core.errors import ConfigError
from neurosim.core.feedback import Feedback
from neurosim.core.registry import find_kind
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid


class Sham(ABC):
    """Replaces what is shown.

    Attributes
    ----------
    n_ticks
        Number of ticks until it ends; None where it has no end. A longer session is refused.
    """

    n_ticks: int | None = None

    @abstractmethod
    def update(self, tick_index: int, feedback: Feedback) -> Float:
        """Return what the subject gets instead ``(*batch,)``, 0 to 1; nothing outside training."""

    @abstractmethod
    def rest(self, duration_s: float) -> None:
        """Let the time between two sessions pass [s]."""


class ShamConfig(KindConfig):
    """The description of a sham; `kind` is its name in files and on the command line."""

    category: ClassVar[str] = "sham"

    def company(self, subjects: Sequence[int]) -> tuple[int, ...]:
        """Return the addresses of others whose feedback it needs, beside that of these subjects."""
        return ()

    def told(self) -> dict[str, Any]:
        """Return what of it may be written into a session's folder, ready for JSON."""
        return self.model_dump(mode="json")

    @abstractmethod
    def prepare(self, grid: TickGrid, seed: int, subjects: Sequence[int], batch_shape: tuple[int, ...]) -> Sham:
        """Return the sham of these subjects; they and their company make up the batch that `update` is given.

        Raises
        ------
        ConfigError
            When what it is made from is not there or cannot be used.
        """


#: A sham of any kind, as a field of another model.
AnySham = Annotated[SerializeAsAny[ShamConfig], of_kind(ShamConfig)]


def parse_sham(text: str) -> ShamConfig:
    """Read a sham as the command line names it: ``random``, ``shifted:shift_s=10``, ``replay:path=a.tsv:at_end=loop``.

    Raises
    ------
    ConfigError
        For an unknown kind, or with everything that is wrong in its settings.

    Examples
    --------
    >>> parse_sham("shifted:shift_s=0.5").shift_s
    0.5
    """
    kind, *settings = re.split(r":(?=[a-z_]+=)", text)
    model: type[ShamConfig] = find_kind("sham", kind)
    if ":" in kind:
        raise ConfigError(f"settings look like {kind.partition(':')[0]}:name=value", f"sham '{text}'")
    return validate(dict(setting.split("=", 1) for setting in settings), model, f"sham '{kind}'")
