"""Noise as a pure function of its address: (seed, component, subject, channel, sample index).

Chunking, batching, order and threads cannot change it, there is no state to save, and adding a component
shifts nobody else's noise.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from neurosim.core.spec import Float

#: Sessions of a course read the noise of their own stretch of sample indices.
SESSION_STRIDE = 1 << 40


def pick_seed() -> int:
    """Return a fresh seed, to be recorded with the session."""
    return secrets.randbits(32)


def _words(text: str, n: int) -> NDArray[np.uint64]:
    digest = hashlib.sha256(text.encode()).digest()
    return np.frombuffer(digest[: 4 * n], dtype="<u4").astype(np.uint64)


def _times(subject: NDArray[np.uint64]) -> int:
    """Return how often the same subjects, in the same order, stand side by side."""
    if len(subject) < 2:
        return 1
    n = len(np.unique(subject))
    if len(subject) % n:
        return 1
    return len(subject) // n if (subject.reshape(-1, n) == subject[:n]).all() else 1


class AddressedNoise:
    """The noise of one component, for all its lanes.

    Parameters
    ----------
    seed
        Root of all noise of a run.
    component
        Name of what the noise is for; another name gives independent noise.
    subjects
        The address of each subject.
    channels
        Names of the series of each subject. The name is the address: order and company do not matter.
    channel_major
        Order of the lanes: ``(channel, subject)`` instead of ``(subject, channel)``.

    Attributes
    ----------
    key, subjects, channels
        The address as words, for kernels that draw by themselves: ``(2,)``, and ``(n_lanes,)`` each.

    Examples
    --------
    >>> noise = AddressedNoise(1, "alpha", [17], ["left", "right"])
    >>> whole = noise.normal(0, 8)
    >>> bool((noise.normal(3, 2) == whole[3:5]).all())
    True
    """

    def __init__(
        self,
        seed: int,
        component: str,
        subjects: Sequence[int],
        channels: Sequence[str] = ("",),
        *,
        channel_major: bool = False,
    ) -> None:
        self.key = _words(f"{seed}/{component}", 2)
        subject = np.asarray(subjects, dtype=np.uint64)
        channel = np.array([_words(name, 1)[0] for name in channels], dtype=np.uint64)
        order = (channel, subject) if channel_major else (subject, channel)
        first, second = (axis.ravel() for axis in np.meshgrid(*order, indexing="ij"))
        self.subjects, self.channels = (second, first) if channel_major else (first, second)
        self.n_lanes = int(self.subjects.size)
        # Arms of a trial are the same people over and over: what is theirs is drawn once, and copied.
        times = _times(subject)
        n = len(subject) // times
        kept = np.tile(np.arange(len(subject)) < n, len(channel)) if channel_major else slice(n * len(channel))
        self._drawn = self.subjects[kept], self.channels[kept]
        self._copies = (len(channel) if channel_major else 1, times)
        self._block: tuple[int, Float] | None = None

    def normal(self, start: int, n_times: int) -> Float:
        """Return standard normals ``(n_times, n_lanes)`` from a sample index on."""
        from neurosim.core.kernels.philox import normals

        subjects, channels = self._drawn
        drawn = np.empty((n_times, len(subjects)))
        normals(drawn, self.key, start, subjects, channels)
        outer, times = self._copies
        if times == 1:
            return drawn
        n = len(subjects) // outer
        out = np.empty((n_times, outer, times, n))
        out[:] = drawn.reshape(n_times, outer, 1, n)
        return out.reshape(n_times, self.n_lanes)

    def normal_at(self, index: int) -> Float:
        """Return the standard normals of one sample index ``(n_lanes,)``, for series read one by one."""
        if self._block is None or self._block[0] != index // 4:
            self._block = index // 4, self.normal(index // 4 * 4, 4)  # what a block costs, for all it serves
        row: Float = self._block[1][index % 4]
        return row

    def uniform(self, index: NDArray[np.int64] | int) -> Float:
        """Return numbers inside (0, 1) ``(n_lanes,)``, each lane at its own index or all at one."""
        from neurosim.core.kernels.philox import uniforms

        at = np.ascontiguousarray(np.broadcast_to(np.asarray(index, dtype=np.int64), (self.n_lanes,)))
        out = np.empty(self.n_lanes)
        uniforms(out, self.key, at, self.subjects, self.channels)
        return out

    def normal_of(self, lanes: NDArray[np.int64], index: NDArray[np.int64]) -> Float:
        """Return standard normals ``(n,)`` of some lanes, each at an index of its own."""
        from neurosim.core.kernels.philox import normals_each

        out = np.empty(len(lanes))
        normals_each(out, self.key, index, self.subjects[lanes], self.channels[lanes])
        return out

    def exponential(self, index: NDArray[np.int64] | int) -> Float:
        """Return unit exponentials ``(n_lanes,)``; an event fires when its integrated rate crosses one."""
        result: Float = -np.log(self.uniform(index))
        return result
