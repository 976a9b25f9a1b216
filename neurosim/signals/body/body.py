"""The simulated body: one state that a drive moves, and organs that make signals from it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from neurosim.core.config import load_named
from neurosim.core.drive import LATENTS, Drive, DriveEvent
from neurosim.core.errors import ConfigError, did_you_mean
from neurosim.core.event import SessionEvent
from neurosim.core.source import Source, SourceConfig
from neurosim.core.spec import Float, Samples, concatenate
from neurosim.core.timeline import TickGrid
from neurosim.signals.body.condition import MOST_SEVERE, Condition
from neurosim.signals.body.events import OF_THE_HEART, Artifact, EventProcess, parse_artifacts, with_typical_size
from neurosim.signals.body.organ import Given, InnerOrgan, InnerOrganConfig, Organ, OrganConfig
from neurosim.signals.body.span import STEP_HZ, Span
from neurosim.signals.body.state import State, moved_quantities
from neurosim.signals.body.traits import Traits
from neurosim.signals.body.truth import ArtifactTruth, StateTruth
from neurosim.signals.circuits.basal_ganglia import BasalGanglia
from neurosim.signals.circuits.cortical_column import CorticalColumn
from neurosim.signals.circuits.epileptic_focus import EpilepticFocus
from neurosim.signals.circuits.pain_gate import PainGate
from neurosim.signals.eeg.eeg import EEG
from neurosim.signals.heart.beats import Heart
from neurosim.signals.heart.ecg import ECG
from neurosim.signals.heart.lungs import Lungs
from neurosim.signals.heart.ppg import PPG
from neurosim.signals.heart.pressure import Circulation
from neurosim.signals.heart.respiration import Respiration
from neurosim.signals.periphery.emg import EMG
from neurosim.signals.periphery.hand_emg import HandEMG
from neurosim.signals.periphery.skin_conductance import SkinConductance
from neurosim.signals.periphery.temperature import Temperature

#: Longest stretch that a body lives through at once, so that memory stays flat however long a tick is; a batch takes
#: shorter ones, down to a second, which stay in the processor's cache.
_SPAN_S, _SUBJECT_SECONDS = 8, 100
_STEPS = TickGrid(1.0 / STEP_HZ)
#: An event is shown to the organs for this long after its end [s]; an electrode that popped is still settling.
_LINGER_S = 5.0


class Body(SourceConfig):
    """A simulated body.

    Every signal follows from one state (``latents.csv``, ``couplings.csv``), so that relaxing moves all of them, each
    with its own delay. Signals that nobody asks for are not made, and the others are the same to the bit.
    """

    kind: Literal["body"] = "body"
    title: str = Field("", description="whose body this is, in one line")
    references: tuple[str, ...] = Field((), description="where the numbers are from")
    eeg: EEG = Field(default_factory=lambda: EEG(), description="the electroencephalogram")
    lungs: Lungs = Field(default_factory=lambda: Lungs(), description="how it breathes")
    heart: Heart = Field(default_factory=lambda: Heart(), description="how its heart beats")
    ecg: ECG = Field(default_factory=lambda: ECG(), description="the electrocardiogram")
    ppg: PPG = Field(default_factory=lambda: PPG(), description="the pulse at a finger")
    respiration: Respiration = Field(default_factory=lambda: Respiration(), description="a belt around the chest")
    circulation: Circulation = Field(default_factory=lambda: Circulation(), description="truth about the circulation")
    emg: EMG = Field(default_factory=lambda: EMG(), description="the electromyogram of forehead and shoulder")
    temperature: Temperature = Field(default_factory=lambda: Temperature(), description="of a finger")
    skin_conductance: SkinConductance = Field(default_factory=lambda: SkinConductance(), description="of a palm")
    hand_emg: HandEMG = Field(
        default_factory=lambda: HandEMG(), description="the electromyogram of a hand, for magnetic pulses"
    )
    basal_ganglia: BasalGanglia = Field(
        default_factory=lambda: BasalGanglia(), description="an electrode in the subthalamic nucleus"
    )
    epileptic_focus: EpilepticFocus = Field(
        default_factory=lambda: EpilepticFocus(), description="an electrode beside a focus of the cortex"
    )
    cortical_column: CorticalColumn = Field(
        default_factory=lambda: CorticalColumn(), description="a model of a column of cortex, beside the EEG"
    )
    pain_gate: PainGate = Field(default_factory=lambda: PainGate(), description="pain, at the gate of the spinal cord")
    age_years: float = Field(30.0, ge=4, le=100, description="age", json_schema_extra={"unit": "years"})
    rest: dict[str, float] = Field(
        default_factory=dict,
        description="where latents rest (arousal 0.65), and how far off average what they move is (theta 0.3 ln)",
    )
    condition: Condition | None = Field(None, description="what is off in this body, of what healthy ones are like")
    severity: float = Field(
        1.0, ge=0, le=MOST_SEVERE, description="of the condition: 0 healthy, 1 as in the group on average"
    )
    artifacts: dict[str, Artifact] = Field(
        default_factory=dict,
        description="what comes by itself: a table, 'typical' for all, or a list such as 'blink=20, mains'",
    )
    mains_hz: float = Field(50.0, ge=40, le=70, description="power line", json_schema_extra={"unit": "Hz"})
    spread: float = Field(0.0, ge=0, le=2, description="how much subjects differ: 0 all average, 1 as people do")
    people_seed: int | None = Field(None, ge=0, description="root of who they are; by default that of the run")

    @model_validator(mode="after")
    def _ill(self) -> Self:
        if self.condition is None and self.severity != 1.0:
            raise ValueError("severity scales a condition, and this body is healthy")
        return self

    @field_validator("artifacts", mode="before")
    @classmethod
    def _typical(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return parse_artifacts(value)
        except ConfigError as error:
            raise ValueError("; ".join(map(str, error.problems))) from None

    def prepare(self, grid: TickGrid, seed: int, subjects: tuple[int, ...], batch_shape: tuple[int, ...]) -> BodySource:
        """Return the body of these subjects.

        Raises
        ------
        ConfigError
            For sensors, rhythms, latents or artifacts that are not known.
        """
        known = (*LATENTS, *moved_quantities())
        for name in self.rest:
            if name not in known:
                raise ConfigError(f"unknown latent '{name}'; {did_you_mean(name, known)}").within("rest", name)
        people = seed if self.people_seed is None else self.people_seed
        rest, moved = self.rest, dict[str, float]()
        if self.condition is not None:
            rest, moved = self.condition.rest_at(self.severity, rest), self.condition.traits_at(self.severity)
        if self.spread:
            traits = Traits.draw(people, subjects, self.spread, moved)
        else:
            traits = Traits(len(subjects), moved=moved)
        given = Given(seed, subjects, batch_shape, traits, self.mains_hz, self.age_years)
        inner: list[InnerOrgan] = []
        organs: list[Organ] = []
        for name, config in self:
            try:
                if isinstance(config, InnerOrganConfig):
                    inner.append(config.prepare(given))
                elif isinstance(config, OrganConfig):
                    organs += filter(None, (config.prepare(given), config.truth(given)))
            except ConfigError as error:
                raise error.within(name) from error
        state = State(seed, subjects, rest)
        organs += [StateTruth(given, tuple(state.index)), ArtifactTruth(given)]
        process = EventProcess(self.artifacts, seed, subjects)
        return BodySource(state, process, inner, organs, grid, given.traits.values)


def load_body(name: str | Path) -> Body:
    """Read a body that ships with neurosim or a plug-in, or a TOML file.

    Parameters
    ----------
    name
        A name such as ``"child"``, or the path of a file (ending in ``.toml``).

    Raises
    ------
    ConfigError
        With everything that is wrong in the file, each with its place and the remedy.
    """
    return load_named("body", name, Body)


class BodySource(Source):
    """Lives through each tick, and asks each organ for its samples.

    Parameters
    ----------
    state
        The latent state.
    process
        Brings artifacts about.
    inner
        Lungs and heart, in the order in which they look at each other.
    organs
        Each with streams of its own.
    grid
        The ticks of the session.
    traits
        What they are like, by trait ``(subject,)``.
    """

    def __init__(
        self,
        state: State,
        process: EventProcess,
        inner: Sequence[InnerOrgan],
        organs: Sequence[Organ],
        grid: TickGrid,
        traits: Mapping[str, Float],
    ) -> None:
        self.traits = traits
        self._state, self._process, self._inner, self._organs = state, process, list(inner), list(organs)
        self._session, self._begun = 0, False
        self._span_steps = int(STEP_HZ) * min(_SPAN_S, max(1, _SUBJECT_SECONDS // state.n))
        super().__init__({name: spec for organ in organs for name, spec in organ.specs.items()}, grid)

    def select_all_beside(self, streams: Collection[str]) -> None:
        """Keep what a body of anybody has, and what makes these streams: circuits are there when they are asked for."""
        usual = {name for organ in self._organs if not organ.on_request for name in organ.specs}
        self.select(usual | set(streams), OF_THE_HEART)

    def select(self, streams: Collection[str], events: Collection[str] = ()) -> None:
        """Keep the organs that have these streams, and the inner organs if they or the events look at them."""
        self._organs = [organ for organ in self._organs if any(name in streams for name in organ.specs)]
        heard = not OF_THE_HEART.isdisjoint((*events, *self._process.kinds))
        if not heard and not any(organ.needs_heart for organ in self._organs):
            self._inner = []
        self.specs = {name: spec for organ in self._organs for name, spec in organ.specs.items()}

    def _begin(self) -> None:
        self._begun = True
        self._state.start(self._session)
        self._process.start(self._session)
        self._active: list[DriveEvent] = []
        self._span: Span | None = None
        rest = Span(0, self._state.index, self._state.resting())
        for inner in self._inner:
            inner.start(self._session, rest)
        for organ in self._organs:
            organ.start(self._session, rest)

    def generate(self, tick_index: int, drive: Drive) -> dict[str, Samples]:
        """Return the samples of a tick by stream."""
        if not self._begun:
            self._begin()
        self._told: list[SessionEvent] = []
        for event in drive.events:
            if event.kind in OF_THE_HEART and not self._inner:
                raise ConfigError(f"the event '{event.kind}' needs the heart; ask for the signal 'ecg' as well")
            self._active.append(with_typical_size(event))
        first, stop = (self.grid.first_sample(k, STEP_HZ) for k in (tick_index, tick_index + 1))
        bounds = [*range(first, stop, self._span_steps), stop] if stop > first else [first, stop]
        parts = []
        for a, b in pairwise(bounds):
            span = self._live(a, b, drive)
            part: dict[str, Samples] = {}
            for organ in self._organs:
                begin = self.grid.first_sample(tick_index, organ.fs) if a == first else _STEPS.first_sample(a, organ.fs)
                end = (
                    self.grid.first_sample(tick_index + 1, organ.fs) if b == stop else _STEPS.first_sample(b, organ.fs)
                )
                part |= self._made(organ, begin, end, span)
            parts.append(part)
            self._active = [e for e in self._active if e.onset_s + (e.duration_s or 0.0) + _LINGER_S > b / STEP_HZ]
        return {name: concatenate([part[name] for part in parts]) for name in self.specs}

    def _made(self, organ: Organ, begin: int, end: int, span: Span) -> dict[str, Samples]:
        piece = self.piece or max(end - begin, 1)
        edges = [*range(begin, end, piece), end] if end > begin else [begin, end]
        pieces = [organ.generate(a, b - a, span) for a, b in pairwise(edges)]
        return {name: concatenate([p[name] for p in pieces]) for name in organ.specs}

    def _live(self, first: int, stop: int, drive: Drive) -> Span:
        """Go on from a step to another, and return the span, which keeps the step before as well."""
        begun = self._process.advance(first, stop - first)
        self._active += begun
        self._told += [
            SessionEvent(e.onset_s, e.duration_s or 0.0, e.kind, f"{e.amplitude:g}")
            for e in begun
            if e.subject is None or self._state.n == 1
        ]
        before = self._span
        n_before = 0 if before is None else 1
        values = self._state.advance(first, stop - first, drive, n_before)
        if before is not None:
            values[0] = before.values[-1]
        span = Span(first - n_before, self._state.index, values, tuple(self._active))
        for inner in self._inner:
            inner.advance(span, first)
        self._span = span
        return span

    def events(self) -> tuple[SessionEvent, ...]:
        """Return the artifacts that began in the last tick; of a batch only those that all have."""
        return tuple(self._told)

    def rest(self, duration_s: float) -> None:
        """Begin the next session, in a stationary state of its own."""
        self._session += 1
        self._begun = False
