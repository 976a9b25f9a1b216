"""The only loop: actors, body, pipeline, rule, and what is shown."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from neurosim.core.actor import Actor
from neurosim.core.drive import DriveEvent, total_drive
from neurosim.core.errors import ConfigError, Problem, did_you_mean
from neurosim.core.event import SessionEvent
from neurosim.core.feedback import Feedback
from neurosim.core.source import Source
from neurosim.core.spec import SignalSpec
from neurosim.core.timeline import TickGrid
from neurosim.feedback.baseline import check_baseline
from neurosim.feedback.protocol import TrainingProtocol
from neurosim.feedback.shams.sham import Sham
from neurosim.session.commands import Command, Hand, Logged
from neurosim.session.distrust import Stretches
from neurosim.session.pipeline import Pipeline
from neurosim.session.schedule import Schedule
from neurosim.session.tick import Tick

#: The stream in which a simulated body tells the true envelope of each of its rhythms.
ENVELOPES = "truth/eeg_envelope"


class Session:
    """One sitting. It knows no clock, no thread and no files; the same for a live window and for thousands.

    A deep copy goes on exactly as the original does, so a running session can be branched.

    Parameters
    ----------
    protocol
        What is trained and how.
    source
        Where the samples come from.
    actors
        Who moves the body.
    sham
        Replaces what is shown in training blocks; None for real feedback.
    piece
        Largest number of samples that source and pipeline handle at once; None for a whole tick.
    commands
        What is done to it in which tick: the command log of a session that is to be repeated.

    Attributes
    ----------
    command_log
        Every command that has taken effect, and in which tick.
    notes
        What a user should know: of a recording, and of a protocol that works, but not as it says.

    Raises
    ------
    ConfigError
        With everything in the protocol that does not fit itself or the source.
    """

    def __init__(
        self,
        protocol: TrainingProtocol,
        source: Source,
        actors: Sequence[Actor] = (),
        *,
        sham: Sham | None = None,
        piece: int | None = None,
        commands: Sequence[Logged] = (),
    ) -> None:
        self.protocol, self.source, self.actors, self.sham = protocol, source, tuple(actors), sham
        self.grid = TickGrid(protocol.update_interval_s)
        source.piece = piece
        unfitted = check_baseline(protocol)
        notes = [*unfitted.notes, *_without_truth(protocol, source.specs)]
        self.notes = (*source.notes, *(f"{protocol.name}.toml: {note}" for note in notes))
        self.schedule = Schedule(protocol.blocks, self.grid)
        self.pipeline = _prepare_pipeline(protocol, self.schedule.tell_trials(source.specs), piece, unfitted.problems)
        self.batch_shape = self.pipeline.values.shape[:-1]
        try:
            self.rule = protocol.rule.prepare(self.pipeline.specs, self.grid, self.batch_shape)
        except ConfigError as error:
            raise error.within("rule") from error
        self.tick_index = 0
        self.command_log: list[Logged] = []
        self.hand = Hand()
        self._planned = deque(sorted(commands, key=lambda logged: logged.tick))
        self._submitted: deque[Command] = deque()
        if sham is not None and sham.n_ticks is not None and sham.n_ticks < self.n_ticks:
            lasts_s, needed_s = self.grid.start_s(sham.n_ticks), self.grid.start_s(self.n_ticks)
            message = f"lasts {lasts_s:.1f} s, the session {needed_s:.1f} s; shorten the session, or let a replay loop"
            raise ConfigError([Problem(("sham",), message)])
        # What comes from outside is decided on as it is recorded, so that the recording leads to the same decisions; a
        # simulation is repeated from its seed.
        outside = () if source.answers else source.specs
        self._steps = {name: source.step(name) for name in outside}
        self._block = -1
        self._stretches = [] if self.batch_shape else self._find_stretches()
        n_delay = self.grid.n_ticks(protocol.display_delay_s)
        self._on_display: deque[Feedback] = deque([self._nothing()] * n_delay)

    def _find_stretches(self) -> list[tuple[slice, Stretches]]:
        """Return what tells of causes, and which causes: ``bad`` are signals, which MNE leaves out then."""
        names = self.pipeline.cause_names
        n_signal = len(names) - len(self.protocol.features)
        parts = {"bad": slice(n_signal), "no_value": slice(n_signal, None)}
        return [(part, Stretches(kind, names[part])) for kind, part in parts.items()]

    def _nothing(self) -> Feedback:
        zeros = np.zeros(self.batch_shape)
        no = np.zeros(self.batch_shape, dtype=np.bool_)
        none = np.zeros((*self.batch_shape, len(self.rule.condition_names)), dtype=np.bool_)
        return Feedback(zeros, zeros, none, no, no, no, no, zeros, self.schedule.cue(0, 0))

    @property
    def n_ticks(self) -> int:
        """Number of ticks until the protocol or the source ends."""
        end = self.source.n_ticks
        return self.schedule.ends[-1] if end is None else min(self.schedule.ends[-1], end)

    @property
    def finished(self) -> bool:
        """Whether there is no further tick."""
        return self.tick_index >= self.n_ticks

    @property
    def time_s(self) -> float:
        """Where the next tick begins [s]."""
        return self.grid.start_s(self.tick_index)

    @property
    def block_index(self) -> int:
        """Number of the block that the next tick is in."""
        return next(
            (i for i, end in enumerate(self.schedule.ends) if self.tick_index < end), len(self.schedule.ends) - 1
        )

    def step(self) -> Tick:
        """Go on by one tick.

        Raises
        ------
        StopIteration
            When the session is finished.
        """
        if self.finished:
            raise StopIteration("the session is finished")
        k, start_s = self.tick_index, self.time_s
        commands = self._obey(k)
        events = self._enter_block(k)
        block, cue = self.protocol.blocks[self._block], self.schedule.cue(self._block, k)
        drive = total_drive([*(actor.act(k) for actor in self.actors), self.hand.act()])
        samples = self.source.generate(k, drive)
        samples |= {name: step.round(samples[name]) for name, step in self._steps.items()}
        features, valid = self.pipeline.process(samples)
        feedback = self.rule.update(features, valid, cue)
        if self.sham is not None:
            feedback = replace(feedback, shown=self.sham.update(k, feedback))
        self._on_display.append(feedback)
        seen = self._on_display.popleft()
        for actor in self.actors:
            actor.observe(seen)
        self.tick_index += 1
        events += [SessionEvent(start_s, 0.0, "command", str(command)) for command in commands]
        events += [_told(event) for event in drive.events]
        events += self.source.events()
        for part, stretches in self._stretches:
            events += stretches.update(start_s, self.pipeline.causes[part])
        thresholds = self.rule.thresholds
        causes = self.pipeline.causes
        return Tick(k, start_s, samples, features, thresholds, feedback, block, tuple(events), causes, commands)

    def submit(self, command: Command) -> None:
        """Let a command take effect at the next border of a tick; may be called from another thread.

        Raises
        ------
        ConfigError
            When the session cannot do it; then nothing happens.
        """
        command.check(self)
        self._submitted.append(command)

    @property
    def pending(self) -> tuple[Command, ...]:
        """What has been submitted, and waits for the next border of a tick."""
        return tuple(self._submitted)

    def _obey(self, tick_index: int) -> tuple[Command, ...]:
        commands: list[Command] = []
        while self._planned and self._planned[0].tick <= tick_index:
            commands.append(self._planned.popleft().command)
            commands[-1].check(self)  # as it is after those before
            commands[-1].apply(self)
        while self._submitted:
            commands.append(self._submitted.popleft())
            commands[-1].apply(self)
        self.command_log += [Logged(tick_index, command) for command in commands]
        return tuple(commands)

    def open_events(self) -> list[SessionEvent]:
        """Return what has begun and not ended, as if it ended here; for when no further step is made."""
        return [event for _, stretches in self._stretches for event in stretches.end(self.time_s)]

    def _enter_block(self, tick_index: int) -> list[SessionEvent]:
        events = []
        while self._block < 0 or tick_index >= self.schedule.ends[self._block]:
            if self._block >= 0 and self.protocol.blocks[self._block].kind == "baseline":
                self.pipeline.calibrate()
            self._block += 1
            events.append(self.schedule.entry(self._block))
        return events


def _prepare_pipeline(
    protocol: TrainingProtocol, streams: Mapping[str, SignalSpec], piece: int | None, problems: Sequence[Problem]
) -> Pipeline:
    """Return the pipeline, or tell what it lacks together with the problems that are known."""
    try:
        pipeline = Pipeline(protocol, streams, piece)
    except ConfigError as error:
        raise ConfigError([*error.problems, *problems]) from None
    if problems:
        raise ConfigError(problems)
    return pipeline


def _without_truth(protocol: TrainingProtocol, streams: Mapping[str, SignalSpec]) -> list[Problem]:
    """Return which features name a rhythm that the body does not have; a recording knows none."""
    if ENVELOPES not in streams:
        return []
    rhythms = {name.partition("_")[0] for name in streams[ENVELOPES].ch_names}
    return [
        Problem(("features", i, "truth"), f"the body has no rhythm '{f.truth}'; {did_you_mean(f.truth, rhythms)}")
        for i, f in enumerate(protocol.features)
        if f.truth and f.truth not in rhythms
    ]


def _told(event: DriveEvent) -> SessionEvent:
    size = "" if event.amplitude is None else f"{event.amplitude:g}"
    return SessionEvent(event.onset_s, event.duration_s or 0.0, event.kind, f"{size} {event.where}".strip())
