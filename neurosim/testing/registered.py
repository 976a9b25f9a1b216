"""Everything that stands in the registry, plug-ins included."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from neurosim.core.config import KindConfig
from neurosim.core.registry import find_kind, kind_names
from neurosim.testing.actors import ACTOR_LAWS
from neurosim.testing.rules import RULE_LAWS
from neurosim.testing.shams import SHAM_LAWS
from neurosim.testing.sources import SOURCE_LAWS
from neurosim.testing.stages import STAGE_LAWS
from neurosim.testing.thresholds import THRESHOLD_LAWS

#: The laws of each category of kinds, by name; each takes a description and raises AssertionError.
LAWS: Mapping[str, Mapping[str, Callable[[Any], None]]] = {
    "stage": STAGE_LAWS,
    "source": SOURCE_LAWS,
    "actor": ACTOR_LAWS,
    "rule": RULE_LAWS,
    "threshold": THRESHOLD_LAWS,
    "sham": SHAM_LAWS,
}


def registered(category: str) -> Iterator[tuple[str, KindConfig]]:
    """Go through all kinds of a category, as many times each as it has examples.

    Parameters
    ----------
    category
        stage, source, actor, rule, threshold or sham.

    Yields
    ------
    name : str
        Under which it is registered, with a number if there are several examples.
    config : KindConfig
        The example.

    Examples
    --------
    >>> [name for name, config in registered("threshold")]  # doctest: +ELLIPSIS
    ['baseline-0', 'baseline-1', 'controller', 'fixed', 'manual', 'one_shot', 'percentile', ...]
    """
    for name in kind_names(category):
        examples = find_kind(category, name).examples()
        for i, config in enumerate(examples):
            yield (name if len(examples) == 1 else f"{name}-{i}"), config
