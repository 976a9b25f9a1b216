"""Assessments: what a session finds out about a person, as a table with one sentence."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.core.errors import ConfigError
from neurosim.core.spec import Bool, Float, Samples, SignalSpec
from neurosim.dsp.body.beats import ECGBeats
from neurosim.dsp.body.resonance import Resonance, assess_resonance
from neurosim.feedback.block import Block
from neurosim.feedback.protocol import RESONANCE_STREAMS, TrainingProtocol
from neurosim.session.blocks import BlockSink
from neurosim.session.tick import Sink, Tick

_BACK = 0.5  # of a change that must be gone for "recovered"


@dataclass(frozen=True)
class Finding:
    """What was found out.

    Parameters
    ----------
    columns
        Names with units, the first for what a row is about.
    rows
        Its cells; None for what is not known.
    sentence
        What it comes down to.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | None, ...], ...]
    sentence: str

    def summary(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        rows = [[float(f"{x:.6g}") if isinstance(x, float) else x for x in row] for row in self.rows]
        return {"columns": list(self.columns), "rows": rows, "finding": self.sentence}

    def as_tsv(self) -> str:
        """Return it as a table of tab-separated values with a header."""
        cells = [["n/a" if x is None else f"{x:.6g}" if isinstance(x, float) else x for x in row] for row in self.rows]
        return "\n".join("\t".join(row) for row in ([*self.columns], *cells)) + "\n"


class Assessor(Sink):
    """Watches a session for what it is to find out."""

    @abstractmethod
    def finding(self) -> Finding:
        """Return what was found out so far; of a batch the means over its subjects."""


def assessor(
    protocol: TrainingProtocol, streams: Mapping[str, SignalSpec], units: Mapping[str, str]
) -> Assessor | None:
    """Return who watches a session of this protocol; None where nothing is assessed.

    Parameters
    ----------
    protocol
        The protocol.
    streams
        The streams of the source.
    units
        Of each feature.

    Raises
    ------
    ConfigError
        When a stream is missing.
    """
    if protocol.assessment == "profile":
        return ProfileAssessor(units)
    if protocol.assessment == "resonance":
        for name in RESONANCE_STREAMS:
            if name not in streams:
                raise ConfigError(f"the resonance assessment needs the stream '{name}', and the source has none")
        return ResonanceAssessor(protocol.blocks, *(streams[name] for name in RESONANCE_STREAMS))
    return None


class ProfileAssessor(Assessor):
    """The stress profile: each feature in each block, and how far each goes back after stress.

    Parameters
    ----------
    units
        Of each feature.
    """

    def __init__(self, units: Mapping[str, str]) -> None:
        self._units = dict(units)
        self._blocks = BlockSink()

    def write(self, tick: Tick) -> None:
        self._blocks.write(tick)

    def finding(self) -> Finding:
        """Return a row a block, and what changed most and what has not gone back by half in the last block."""
        blocks = [b.block for b in self._blocks.blocks]
        means = np.array([_over_subjects(b.mean_features) for b in self._blocks.blocks])
        rows = tuple((block.name, *_cells(row)) for block, row in zip(blocks, means, strict=True))
        columns = ("block", *(f"{name} [{unit}]" for name, unit in self._units.items()))
        return Finding(columns, rows, self._sentence(blocks, means))

    def _sentence(self, blocks: Sequence[Block], means: Float) -> str:
        stressed = [i for i, block in enumerate(blocks) if block.stressor]
        rested = [i for i, block in enumerate(blocks) if stressed and i > stressed[-1]]
        if not rested or blocks[0].stressor:
            return "The session ended before the recovery from the last stressor."
        change = means[stressed] - means[0]
        largest = change[np.argmax(np.abs(np.nan_to_num(change)), axis=0), np.arange(means.shape[1])]
        left = (means[rested[-1]] - means[0]) / np.where(largest == 0, np.nan, largest)
        said = [
            f"{name} {largest[i]:+.3g} {unit}, {'back' if left[i] <= _BACK else 'not back'}"
            for i, (name, unit) in enumerate(self._units.items())
            if np.isfinite(left[i])
        ]
        return f"Largest change under stress, and whether half of it was gone in the last recovery: {'; '.join(said)}."


class ResonanceAssessor(Assessor):
    """How the heart swings at each pace of breathing, and which pace is the best.

    Parameters
    ----------
    blocks
        Those with a pacer are compared.
    ecg, respiration
        The streams it looks at.
    """

    def __init__(self, blocks: Sequence[Block], ecg: SignalSpec, respiration: SignalSpec) -> None:
        self._blocks, self._ecg, self._respiration = blocks, ecg.replace(ch_names=ecg.ch_names[:1]), respiration
        self._beats = ECGBeats().prepare(self._ecg)
        self._n, self._index, self._end_s = ecg.n_subjects, 0, 0.0
        self._since = np.zeros((self._n, 1))
        self._subject: list[Any] = []
        self._at_s: list[Float] = []
        self._ibi_s: list[Float] = []
        self._volume: list[Samples] = []

    def write(self, tick: Tick) -> None:
        ecg, respiration = (tick.samples[name] for name in RESONANCE_STREAMS)
        self._end_s = tick.start_s
        if respiration.shape[-1]:
            self._volume.append(respiration[..., 0, :].reshape(self._n, -1).copy())
        if ecg.shape[-1]:
            self._find(self._beats.process(np.nan_to_num(ecg[..., :1, :])).reshape(self._n, 3, -1))

    def _find(self, beats: Samples) -> None:
        """Keep the beats that a chunk reports; see `neurosim.dsp.list_beats`."""
        ibi_s, since_s, raw_s = beats[:, 0], beats[:, 1], beats[:, 2]
        reported: Bool = np.diff(since_s, axis=1, prepend=self._since) < 0
        reported &= (raw_s > 0) & (raw_s == ibi_s)
        subject, at = np.nonzero(reported)
        self._subject.append(subject)
        self._at_s.append((self._index + at) / self._ecg.fs - since_s[subject, at])
        self._ibi_s.append(ibi_s[subject, at])
        self._since = since_s[:, -1:].copy()
        self._index += beats.shape[-1]

    def finding(self) -> Finding:
        """Return a row a pace; without rows where the session was too short or beats are missing."""
        columns = ("pace [1/min]", "heart rate [1/min]", "peak to trough [1/min]", "LF power [ms^2]", "phase [turns]")
        try:
            found = [self._of_subject(i) for i in range(self._n)]
        except ConfigError as error:
            return Finding(columns, (), f"The resonance could not be assessed: {error}.")
        cells = np.array([[_pace_cells(pace) for pace in each.paces] for each in found])
        paces = [pace.pace_per_min for pace in found[0].paces]
        means = _over_subjects(cells)
        rows = tuple((f"{pace:g}", *_cells(row)) for pace, row in zip(paces, means, strict=True))
        best = np.array([each.resonance_per_min for each in found])
        mean = f"{best[0]:g}" if self._n == 1 else f"{best.mean():.2f} (SD {best.std():.2f}, {self._n} subjects)"
        return Finding(columns, rows, f"The heart resonates at {mean} breaths a minute.")

    def _of_subject(self, number: int) -> Resonance:
        if not self._subject or not self._volume:
            raise ConfigError("there is no heartbeat or no breath")
        mine = np.concatenate(self._subject) == number
        at_s, ibi_s = np.concatenate(self._at_s)[mine], np.concatenate(self._ibi_s)[mine]
        steps, start_s = [], 0.0
        for block in self._blocks:
            stop_s = min(start_s + block.duration_s, self._end_s)
            if block.pacer_per_min is not None and stop_s > start_s:
                steps.append((block.pacer_per_min, start_s, stop_s))
            start_s += block.duration_s
        if not steps:
            raise ConfigError("the session ended before the first pace")
        volume = np.concatenate([chunk[number] for chunk in self._volume])
        return assess_resonance(at_s, ibi_s, steps, volume, self._respiration.fs)


def _pace_cells(pace: Any) -> list[float]:
    phase = np.nan if pace.phase_turns is None else pace.phase_turns
    return [pace.heart_rate_bpm, pace.peak_to_trough_bpm, pace.lf_ms2, phase]


def _over_subjects(values: Float) -> Float:
    """Return the mean over the first axis where there is more than one left for it."""
    if values.ndim == 1:
        return values
    known = np.isfinite(values)
    total = np.where(known, values, 0.0).sum(axis=0)
    mean: Float = np.divide(total, known.sum(axis=0), out=np.full(total.shape, np.nan), where=known.any(axis=0))
    return mean


def _cells(row: Float) -> list[float | None]:
    return [float(x) if np.isfinite(x) else None for x in row]
