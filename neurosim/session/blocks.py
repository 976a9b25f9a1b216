"""What a session comes down to, block by block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from neurosim.core.errors import UserError
from neurosim.core.spec import Bool, Float, SignalSpec, time_first
from neurosim.feedback.block import Block
from neurosim.session.tick import Sink, Tick


@dataclass
class BlockStatistics:
    """Sums over the ticks of a block; arrays are ``(*batch,)`` or ``(*batch, ...)``.

    Attributes
    ----------
    block
        The block.
    n_ticks
        Ticks in it so far.
    n_valid, n_met, n_shown, n_rewards
        Trusted ticks, ticks in which the conditions were met, ticks' worth of what was shown, rewards.
    n_holding
        Trusted ticks in which each condition held by itself ``(*batch, condition)``.
    n_joint
        Trusted ticks in which all that a reward needs held at once, dwell and release left out.
    n_switches
        How often what is met went on or off.
    n_causes
        Ticks in which each cause made the tick invalid ``(*batch, cause)``; causes can overlap.
    feature_sums
        Of each feature over the trusted ticks ``(*batch, feature)``.
    truth_sums
        By truth stream, over its samples ``(*batch, channel)``.
    n_truth
        Samples of each truth stream.
    """

    block: Block
    n_ticks: int
    n_valid: Float
    n_met: Float
    n_shown: Float
    n_rewards: Float
    n_holding: Float
    n_joint: Float
    n_switches: Float
    n_causes: Float
    feature_sums: Float
    truth_sums: dict[str, Float]
    n_truth: dict[str, int]

    @property
    def mean_features(self) -> Float:
        """Mean of each feature over the trusted ticks ``(*batch, feature)``; NaN where there is none."""
        n = self.n_valid[..., None]
        return np.divide(self.feature_sums, n, out=np.full_like(self.feature_sums, np.nan), where=n > 0)

    @property
    def reward_rate(self) -> Float:
        """Share of the block's time in which the conditions were met ``(*batch,)``."""
        return self.n_met / self.n_ticks

    @property
    def holding_rate(self) -> Float:
        """Share of the block's time in which each condition held by itself ``(*batch, condition)``."""
        return self.n_holding / self.n_ticks

    @property
    def joint_rate(self) -> Float:
        """Share of the block's time in which all that a reward needs held at once ``(*batch,)``.

        Independent conditions would hold together for the product of their rates.
        """
        return self.n_joint / self.n_ticks

    @property
    def shown_rate(self) -> Float:
        """Mean of what was shown ``(*batch,)``."""
        return self.n_shown / self.n_ticks

    @property
    def valid_rate(self) -> Float:
        """Share of trusted ticks ``(*batch,)``."""
        return self.n_valid / self.n_ticks

    @property
    def cause_rate(self) -> Float:
        """Share of the block's time in which each cause made it invalid ``(*batch, cause)``."""
        return self.n_causes / self.n_ticks

    def mean_truth(self, stream: str) -> Float:
        """Return the mean of a truth stream ``(*batch, channel)``."""
        return self.truth_sums[stream] / max(self.n_truth[stream], 1)

    def mean_envelope(self, rhythm: str, streams: Mapping[str, SignalSpec]) -> Float:
        """Return the mean true envelope of a rhythm ``(*batch,)`` [uV], over its sources, each at its strongest sensor.

        Raises
        ------
        UserError
            When the source, whose streams they are, knows no truth about it.
        """
        stream = "truth/eeg_envelope"
        names = streams[stream].ch_names if stream in streams else ()
        columns = [i for i, name in enumerate(names) if name.partition("_")[0] == rhythm]
        if not columns:
            raise UserError(f"no truth about '{rhythm}': only a simulated body knows, and only of its own rhythms")
        mean: Float = self.mean_truth(stream)[..., columns].mean(axis=-1)
        return mean


class BlockSink(Sink):
    """Keeps the statistics of each block, whatever the number of subjects.

    Attributes
    ----------
    blocks
        One for each block entered, in order.
    """

    def __init__(self) -> None:
        self.blocks: list[BlockStatistics] = []
        self._met: Bool = np.zeros(0, dtype=np.bool_)

    def write(self, tick: Tick) -> None:
        from neurosim.core.kernels.moments import add_in_order

        if not self.blocks or self.blocks[-1].block is not tick.block:
            self.blocks.append(_fresh(tick))
            self._met = np.zeros_like(tick.feedback.met)
        s = self.blocks[-1]
        feedback = tick.feedback
        s.n_ticks += 1
        s.n_valid += feedback.valid
        s.n_met += feedback.met
        s.n_shown += feedback.shown
        s.n_rewards += feedback.reward
        s.n_holding += feedback.holding
        s.n_joint += feedback.joint
        s.n_switches += feedback.met != self._met
        self._met = feedback.met
        if feedback.valid.all():
            s.feature_sums += tick.features
        else:
            s.n_causes += tick.causes
            s.feature_sums += np.where(feedback.valid[..., None], tick.features, 0.0)
        for name, sums in s.truth_sums.items():
            x = tick.samples[name]
            add_in_order(_by_channel(time_first(x)), _by_channel(sums[None])[0])
            s.n_truth[name] += x.shape[-1]


def _by_channel(rows: Float) -> Float:
    """View ``(time, *batch, channel)`` as ``(time, channel, subject)``."""
    return rows[..., None] if rows.ndim == 2 else rows.transpose(0, 2, 1)


def _fresh(tick: Tick) -> BlockStatistics:
    n_valid, n_met, n_shown, n_rewards, n_joint, n_switches = np.zeros((6, *tick.feedback.met.shape))
    truth = {name: np.zeros(x.shape[:-1]) for name, x in tick.samples.items() if name.startswith("truth/")}
    return BlockStatistics(
        block=tick.block,
        n_ticks=0,
        n_valid=n_valid,
        n_met=n_met,
        n_shown=n_shown,
        n_rewards=n_rewards,
        n_holding=np.zeros(tick.feedback.holding.shape),
        n_joint=n_joint,
        n_switches=n_switches,
        n_causes=np.zeros(tick.causes.shape),
        feature_sums=np.zeros(tick.features.shape),
        truth_sums=truth,
        n_truth=dict.fromkeys(truth, 0),
    )
