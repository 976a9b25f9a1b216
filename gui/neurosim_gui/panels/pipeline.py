"""The pipeline as a chain of stages, each with its delay; a click on one shows what it gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtWidgets import QLabel, QToolButton, QWidget

from neurosim.core.chain import ChainStage
from neurosim.core.spec import Samples, SignalSpec
from neurosim.session.probe import Probe
from neurosim.session.session import Session
from neurosim.session.streams import choose_channels
from neurosim_gui.engine import Engine
from neurosim_gui.look import Look
from neurosim_gui.panels.flow import FlowLayout
from neurosim_gui.panels.panel import PlotPanel, follow
from neurosim_gui.panels.signals import nice_above
from neurosim_gui.rings import History, Ring
from neurosim_gui.sweep import TraceSweep
from neurosim_gui.texts import text
from neurosim_gui.units import named, unit_words
from neurosim_gui.widgets import small_button

_SWEEP_S, _KEPT_S = 10.0, 12.0
_MOST_TRACES = 8
_MOST_NAMED = 4
_SCALE_S = 1.0
_OUTPUT_PX = 130


@dataclass(frozen=True)
class StageDelay:
    """A stage of a feature and what it adds to the delay by design [s]."""

    feature: str
    kind: str
    added_s: float


def stage_delays(session: Session, feature: str) -> list[StageDelay]:
    """Return the stages of a feature in order, with what each adds to the delay of its way."""
    description = next(f for f in session.protocol.features if f.name == feature)
    ways = [*(source.stages for source in description.sources.values()), description.stages]
    if not description.inputs:
        ways = [(), description.stages]
    kinds = [stage.kind for way in ways for stage in way]
    found: list[StageDelay] = []
    named, inputs_s = iter(kinds), 0.0
    chains = session.pipeline.stages_of(feature)
    for chain in chains:
        last_s = inputs_s if chain is chains[-1] else 0.0
        for stage in chain.stages if isinstance(chain, ChainStage) else [chain]:
            found.append(StageDelay(feature, next(named), stage.spec.delay_s - last_s))
            last_s = stage.spec.delay_s
        inputs_s = max(inputs_s, last_s)
    return found


class PipelinePanel(PlotPanel):
    """The stages of every feature, with their delays; a click shows the output of one.

    Parameters
    ----------
    look
        Theme and sizes.
    engine
        Runs the session; a copy of its pipeline is watched there.
    session
        The session.
    """

    tab = "pipeline"

    def __init__(self, look: Look, engine: Engine, session: Session) -> None:
        super().__init__(look, text("pipeline.title"), text("signals.axis_time"), text("pipeline.output", unit="1"))
        self._engine = engine
        # Filled by the engine's thread, between two ticks.
        self._watching: list[tuple[Probe, Ring]] = []
        self._sweep: TraceSweep | None = None
        self.buttons: list[QToolButton] = []
        chain = QWidget()
        self._flow = FlowLayout()
        chain.setLayout(self._flow)
        protocol = session.protocol
        for feature in protocol.features:
            self._flow.begin_line()
            origin = ", ".join(self._origin(session, feature.name))
            self._flow.addWidget(QLabel(f"{origin} ▸"))
            for i, delay in enumerate(stage_delays(session, feature.name)):
                words = text("pipeline.stage", kind=delay.kind, ms=1000.0 * delay.added_s)
                button = small_button(words, text("pipeline.click", kind=delay.kind))
                button.setCheckable(True)
                button.clicked.connect(lambda on, f=feature.name, i=i, b=button: self._click(f, i, b, on))
                self.buttons.append(button)
                self._flow.addWidget(button)
            self._flow.addWidget(QLabel(f"▸ {named('name', feature.name)}"))
        waits = 500.0 * protocol.update_interval_s, 1000.0 * protocol.display_delay_s
        self._flow.addWidget(QLabel(text("pipeline.then", tick=waits[0], display=waits[1])))
        self.body.insertWidget(1, chain)
        self.body.addStretch(0)  # the chain stands on top while there is no output to show
        self.canvas.hide()
        self.canvas.setMinimumHeight(_OUTPUT_PX)
        self.set_look(look)

    @staticmethod
    def _origin(session: Session, name: str) -> list[str]:
        feature = next(f for f in session.protocol.features if f.name == name)
        if feature.inputs:
            return [named("stream", source.stream) for source in feature.sources.values()]
        (source,) = feature.sources.values()
        spec = session.source.specs[source.stream]
        channels = [spec.ch_names[i] for i in choose_channels(source, spec)]
        words = "+".join(channels) if len(channels) <= _MOST_NAMED else f"{channels[0]} ... {channels[-1]}"
        stream = named("stream", source.stream)
        return [stream if words == stream else f"{stream} {words}"]  # the ECG's one channel has its name

    @property
    def watched(self) -> SignalSpec | None:
        """What the output that is shown means; None while none is."""
        return self._watching[0][0].spec if self._watching else None

    def _click(self, feature: str, stage: int, button: QToolButton, on: bool) -> None:
        for other in self.buttons:
            other.setChecked(on and other is button)
        if on:
            self.watch(feature, stage)
        else:
            self.stop()

    def stop(self) -> None:
        """Show no output."""
        self._leave()
        self.canvas.hide()

    def _leave(self) -> None:
        left, self._watching = self._watching, []
        sinks = self._engine.sinks

        def go(_: Session) -> None:
            for probe, _ring in left:
                sinks.remove(probe)

        self._engine.between_ticks(go)

    def watch(self, feature: str, stage: int) -> None:
        """Show the output of a stage, by its place among all of the feature."""
        self._leave()
        history, sinks, watching = self._engine.history, self._engine.sinks, self._watching
        assert history is not None
        lock = history.lock

        def join(session: Session) -> None:
            rings: list[Ring] = []

            def take(out: Samples) -> None:
                with lock:
                    rings[0].extend(out)

            probe = Probe(session, feature, stage, take)
            rings.append(Ring(probe.spec.n_channels, max(2, round(_KEPT_S * probe.spec.fs))))
            sinks.append(probe)
            watching.append((probe, rings[0]))

        self._engine.between_ticks(join)
        self._forget_sweep()
        self.canvas.show()

    def _forget_sweep(self) -> None:
        if self._sweep is not None:
            self.plot.removeItem(self._sweep)
            self._sweep = None

    def _begin(self, spec: SignalSpec) -> TraceSweep:
        n = min(spec.n_channels, _MOST_TRACES)
        sweep = TraceSweep(n, spec.fs, _SWEEP_S, (-1.0, 1.0))
        self.plot.addItem(sweep)
        self.plot.setXRange(0.0, _SWEEP_S, padding=0)
        self._sweep = sweep
        self.set_look(self.look)
        return sweep

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        if self._sweep is not None:
            colors = [look.palette.signal] * self._sweep.n_traces
            self._sweep.set_look(look.palette.ground, colors, look.size_px("signal"))

    def refresh(self, history: History) -> None:
        if not self._watching:
            return
        probe, ring = self._watching[0]
        if ring.total < 2:
            return
        sweep = self._sweep or self._begin(probe.spec)
        if self.due("scale", _SCALE_S):
            self._scale(sweep, probe.spec, history, ring)
        found = follow(sweep, history, ring)
        if found is not None:
            sweep.append(found[0], found[1][0][: sweep.n_traces])

    def _scale(self, sweep: TraceSweep, spec: SignalSpec, history: History, ring: Ring) -> None:
        with history.lock:
            recent = ring.newest(sweep.n_columns)[: sweep.n_traces]
        low, high = float(np.percentile(recent, 0.5)), float(np.percentile(recent, 99.5))
        middle = 0.5 * (low + high) if low * high > 0 else 0.0
        half = nice_above(max(high - middle, middle - low, 1e-6) * 1.1)
        now, at = sweep.half_range[0], sweep.middle[0]
        if half > now or half < 0.4 * now or abs(middle - at) > 0.5 * half or sweep.place == (-1.0, 1.0):
            n = sweep.n_traces
            sweep.set_scale(np.full(n, half), np.full(n, middle))
            sweep.prepareGeometryChange()
            sweep.place = (middle - half, middle + half)
            self.plot.setYRange(*sweep.place, padding=0)
            self.label_axis("left", text("pipeline.output", unit=unit_words(spec.unit)))
