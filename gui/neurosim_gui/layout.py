"""Which panels a session needs: they come from the protocol and its stages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from neurosim.core.chain import Chain
from neurosim.core.spec import SignalSpec
from neurosim.feedback.protocol import Feature
from neurosim.session.commands import Command, SetThreshold
from neurosim.session.sealing.veil import DrawnSham
from neurosim.session.session import Session
from neurosim.session.streams import choose_channels
from neurosim_gui.arrangement import Arrangement
from neurosim_gui.engine import Engine
from neurosim_gui.look import Look
from neurosim_gui.panels.artifacts import ArtifactsPanel
from neurosim_gui.panels.events import EventsPanel
from neurosim_gui.panels.feature import FeaturePanel
from neurosim_gui.panels.head_map import HeadMapPanel, flat_positions
from neurosim_gui.panels.heart import Heart, HeartWavePanel, IntervalsPanel, IntervalSpectrumPanel, PacerPanel
from neurosim_gui.panels.minutes import MinutesPanel
from neurosim_gui.panels.pipeline import PipelinePanel
from neurosim_gui.panels.quality import QualityPanel
from neurosim_gui.panels.rate import RatePanel
from neurosim_gui.panels.settings import SettingsPanel
from neurosim_gui.panels.signals import SignalsPanel
from neurosim_gui.panels.spectrogram import SpectrogramPanel
from neurosim_gui.panels.spectrum import SpectrumPanel
from neurosim_gui.panels.truth import TruthPanel, truth_source
from neurosim_gui.stage_trace import trained_feature
from neurosim_gui.technique import add_technique
from neurosim_gui.texts import text
from neurosim_gui.units import named

#: How many channels of a stream are drawn at first.
_MOST_TRACES, _OTHER_TRACES = 8, 2
#: Widest spectrum of the EEG [Hz]; of muscles it goes on to the end.
_EEG_HZ = (1.0, 40.0)
_LOWEST_EMG_HZ = 5.0
#: Features beside which pipeline and intervals have room.
_MOST_FEATURES = 2
#: Panels of the lower row before its tabs.
_MOST_BELOW = 2
_HEARTS = ("ecg", "ppg")


def bands_of(stages: tuple[Any, ...]) -> list[tuple[float, float]]:
    """Return the bands that stages look at [Hz]."""
    found = []
    for stage in stages:
        inner = getattr(stage, "branches", None)
        if isinstance(stage, Chain):
            found += bands_of(stage.stages)
        elif isinstance(inner, dict):
            found += bands_of(tuple(inner.values()))
        elif hasattr(stage, "low_hz") and hasattr(stage, "high_hz"):
            found.append((stage.low_hz, stage.high_hz))
    return found


def arrange(
    engine: Engine, session: Session, look: Look, submit: Callable[[Command], bool], *, free_play: bool = False
) -> Arrangement:
    """Choose the panels of a session.

    Parameters
    ----------
    engine
        Runs the session.
    session
        The session.
    look
        Theme and sizes.
    submit
        Hands a command to the session.
    free_play
        Whether somebody plays with a body: then what answers the keys is in front, spectrum and heart.
    """
    found = Arrangement()
    protocol, trained = session.protocol, trained_feature(session)
    specs = {n: s for n, s in session.source.specs.items() if not n.startswith("truth/") and not s.batch_shape}
    channels = _played_channels(session, specs) if free_play else _first_channels(session, specs)
    found.signals.append(SignalsPanel(look, _ordered(specs, protocol.streams), channels))
    sealed = isinstance(session.sham, DrawnSham)
    if not sealed:
        _add_features(found, session, look, submit)
        rewarding = bool(_conditions(session))
        found.trained.append(RatePanel(look, protocol.update_interval_s, _aim(session), rewarding=rewarding))
        pipeline = PipelinePanel(look, engine, session)
        if len(protocol.features) <= _MOST_FEATURES:
            found.trained.append(pipeline)
            found.folding.append(pipeline)
        else:  # the plots of the features need the room
            found.tabs.append(pipeline)
    _add_spectra(found, session, trained, specs, look)
    _add_heart(found, session, specs, look, free_play=free_play)
    quality = [QualityPanel(look, "eeg", specs["eeg"], protocol.update_interval_s)] if "eeg" in specs else []
    if sealed:  # what is trained, what it earns and what is shown are not to be seen
        found.trained += quality
        found.tabs += [ArtifactsPanel(look, submit), EventsPanel(look)]
        return found
    if (truth := truth_source(session)) is not None:
        found.tabs.append(TruthPanel(look, truth, protocol.update_interval_s))
    features = [(name, spec.unit) for name, spec in session.pipeline.specs.items()]
    table = MinutesPanel(look, engine.minutes, features)
    body = "eeg" not in {source.stream for source in trained.sources.values()}
    (found.below if body and len(found.below) < _MOST_BELOW else found.tabs).append(table)
    found.tabs += [SettingsPanel(look, session, submit), ArtifactsPanel(look, submit), EventsPanel(look), *quality]
    add_technique(found, session, look, submit)
    if free_play:
        _play_in_front(found)
    return found


def _play_in_front(found: Arrangement) -> None:
    """Put the spectrum and the heart's wave into the middle, where they are seen at every size of the window."""
    chosen = [*(p for p in found.below if isinstance(p, SpectrumPanel)),
              *(p for p in found.signals if isinstance(p, HeartWavePanel))]  # fmt: skip
    rest = [panel for panel in found.trained if not isinstance(panel, RatePanel)]
    found.signals = [panel for panel in found.signals if panel not in chosen]
    found.below = [panel for panel in found.below if panel not in chosen]
    found.trained = [*chosen, *(panel for panel in found.trained if isinstance(panel, RatePanel))]
    found.tabs = [*rest, *found.tabs]
    found.name, found.folding, found.first, found.upper = "play_", [], "feature", 660


def _ordered(specs: dict[str, SignalSpec], first: frozenset[str]) -> dict[str, SignalSpec]:
    """Put the streams that are trained on top."""
    return dict(sorted(specs.items(), key=lambda each: each[0] not in first))


def _first_channels(session: Session, specs: dict[str, SignalSpec]) -> dict[str, list[int]]:
    """Return the channels that are drawn at first: what the protocol looks at, and some of the rest."""
    protocol, chosen = session.protocol, dict[str, list[int]]()
    for feature in protocol.features:
        for source in feature.sources.values():
            if source.stream in specs:
                chosen.setdefault(source.stream, []).extend(choose_channels(source, specs[source.stream]))
    for name, spec in specs.items():
        used = list(dict.fromkeys(chosen.get(name, [])))
        most = _MOST_TRACES if used else _OTHER_TRACES
        rest = [i for i in range(spec.n_channels) if i not in used]
        # Evenly over what is left: the sensors of a montage run from front to back.
        n = max(0, min(most - len(used), len(rest)))
        used += [rest[i * len(rest) // n] for i in range(n)]
        chosen[name] = used
    return chosen


def _played_channels(session: Session, specs: dict[str, SignalSpec]) -> dict[str, list[int]]:
    """Return the channels that answer the keys of somebody who plays: eyes, alpha, heart, breath, muscle."""
    source = next(iter(trained_feature(session).sources.values()))
    eeg = [*choose_channels(source, specs["eeg"]), *(i for i, n in enumerate(specs["eeg"].ch_names) if n == "Fp1")]
    return {"eeg": eeg} | {name: [0] for name in (*_HEARTS[:1], "respiration", "emg") if name in specs}


def _conditions(session: Session) -> list[Any]:
    return list(getattr(session.protocol.rule, "conditions", ()))


def _aim(session: Session) -> float | None:
    conditions = _conditions(session)
    aim: float | None = conditions[0].threshold.aim(conditions[0].direction) if conditions else None
    return aim


def _add_features(found: Arrangement, session: Session, look: Look, submit: Callable[[Command], bool]) -> None:
    protocol, conditions = session.protocol, _conditions(session)
    for column, feature in enumerate(protocol.features):
        at = next((i for i, each in enumerate(conditions) if each.feature == feature.name), None)
        drag = None
        if at is not None and conditions[at].called in session.rule.manual:
            drag = _by_hand(conditions[at].called, submit)
        direction = "" if at is None else conditions[at].direction
        kind = "only" if at is None else "inhibit" if direction == "below" and at else direction
        title = text(f"feature.{kind}", name=named("name", feature.name))
        acts = at is not None and protocol.does == "treats"
        if acts:
            title = text("feature.acts", name=named("name", feature.name))
        unit = session.pipeline.specs[feature.name].unit
        panel = FeaturePanel(look, title, feature.name, unit, column, at, protocol.update_interval_s,
                             rewarded=feature.name == protocol.rule.trained, acts=acts, set_threshold=drag)  # fmt: skip
        found.trained.append(panel)
        if len(found.trained) > 1:
            found.folding.append(panel)
    # The trained one on top.
    found.trained.sort(key=lambda panel: panel.name != protocol.rule.trained if isinstance(panel, FeaturePanel) else 2)


def _by_hand(condition: str, submit: Callable[[Command], bool]) -> Callable[[float], None]:
    def drag(value: float) -> None:
        submit(SetThreshold(condition=condition, value=value))

    return drag


def _add_spectra(
    found: Arrangement, session: Session, trained: Feature, specs: dict[str, SignalSpec], look: Look
) -> None:
    source = next(iter(trained.sources.values()))
    bands = bands_of(trained.stages) or bands_of(source.stages)
    spec = specs.get(source.stream)
    if spec is None or not bands or source.stream not in ("eeg", "emg"):
        return
    shown = _EEG_HZ if source.stream == "eeg" else (_LOWEST_EMG_HZ, spec.fs / 2.0)
    channel = choose_channels(source, spec)[0]
    of = (look, source.stream, spec.fs, spec.unit, channel, spec.ch_names[channel], bands, shown)
    found.below += [SpectrumPanel(*of), SpectrogramPanel(*of)]
    at = flat_positions(spec.ch_names) if source.stream == "eeg" else None
    if at is not None and spec.n_channels > 2:
        channels = list(range(spec.n_channels))
        found.side.append(HeadMapPanel(look, source.stream, spec.fs, spec.unit, channels, at, bands[0]))


def _add_heart(
    found: Arrangement, session: Session, specs: dict[str, SignalSpec], look: Look, *, free_play: bool
) -> None:
    used = specs.keys() if free_play else session.protocol.streams
    stream = next((name for name in _HEARTS if name in used and name in specs), None)
    if stream is None:
        return
    heart = Heart(stream, specs[stream])
    breath = "respiration" if "respiration" in specs else None
    wave = HeartWavePanel(look, heart, breath, specs.get("respiration"))
    if free_play:
        found.signals.append(wave)
        return
    found.folding.append(found.signals[0])
    found.signals.insert(0, wave)
    intervals = IntervalsPanel(look, heart)
    if len(session.protocol.features) <= _MOST_FEATURES:
        found.trained.insert(1, intervals)
        found.folding.append(intervals)
    else:
        found.tabs.append(intervals)
    paced = any(block.pacer_per_min for block in session.protocol.blocks)  # else only a command sets one
    (found.side if paced else found.tabs).append(PacerPanel(look, heart))
    found.below.append(IntervalSpectrumPanel(look, heart))
