"""Which panels a session needs: they come from the protocol and its stages, a protocol never names a widget."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from neurosim.core.chain import Chain
from neurosim.feedback.protocol import Feature
from neurosim.session.sealing.veil import DrawnSham
from neurosim.session.session import Session
from neurosim.session.streams import choose_channels
from neurosim_gui.look import Look
from neurosim_gui.panels.feature import FeaturePanel
from neurosim_gui.panels.panel import Panel, unit_words
from neurosim_gui.panels.signals import SignalsPanel
from neurosim_gui.panels.spectrum import SpectrumPanel
from neurosim_gui.panels.truth import TruthPanel, truth_source

_MOST_TRACES = 32


@dataclass
class Arrangement:
    """The panels by place: signals and features above, spectra and tables below."""

    signals: list[Panel] = field(default_factory=list)
    features: list[Panel] = field(default_factory=list)
    below: list[Panel] = field(default_factory=list)

    @property
    def panels(self) -> list[Panel]:
        """All of them."""
        return [*self.signals, *self.features, *self.below]


def bands_of(stages: tuple[Any, ...]) -> list[tuple[float, float]]:
    """Return the bands that stages look at [Hz]."""
    found = []
    for stage in stages:
        inner = getattr(stage, "stages", None)
        if isinstance(stage, Chain):
            found += bands_of(stage.stages)
        elif isinstance(inner, dict):
            found += bands_of(tuple(inner.values()))
        elif hasattr(stage, "low_hz") and hasattr(stage, "high_hz"):
            found.append((stage.low_hz, stage.high_hz))
    return found


def trained_feature(session: Session) -> Feature:
    """Return the feature of the first condition."""
    name = session.protocol.rule.trained
    return next(feature for feature in session.protocol.features if feature.name == name)


def arrange(session: Session, look: Look) -> Arrangement:
    """Choose the panels of a session."""
    found = Arrangement()
    protocol, conditions = session.protocol, session.rule.condition_names
    trained = trained_feature(session)
    source = next(iter(trained.sources.values()))
    for name, spec in session.source.specs.items():
        if name == source.stream or (not name.startswith("truth/") and spec.n_channels <= _MOST_TRACES):
            channels = list(range(min(spec.n_channels, _MOST_TRACES)))
            found.signals.append(SignalsPanel(look, name, spec, channels))
    sealed = isinstance(session.sham, DrawnSham)
    for column, feature in enumerate(() if sealed else protocol.features):
        unit = unit_words(session.pipeline.specs[feature.name].unit)
        condition = conditions.index(feature.name) if feature.name in conditions else None
        panel = FeaturePanel(look, feature.name, unit, column, condition, protocol.update_interval_s)
        found.features.append(panel)
    spec = session.source.specs[source.stream]
    channel = choose_channels(source, spec)[0]
    if bands := bands_of(trained.stages):
        found.below.append(SpectrumPanel(look, source.stream, spec.fs, channel, spec.ch_names[channel], bands))
    if not sealed and (truth := truth_source(session)) is not None:
        found.below.append(TruthPanel(look, truth, protocol.update_interval_s))
    return found
