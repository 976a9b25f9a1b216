"""The latent state of the body and its couplings, which are data: ``latents.csv`` and ``couplings.csv``."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from neurosim.core.drive import LATENTS, Drive
from neurosim.core.noise import SESSION_STRIDE, AddressedNoise
from neurosim.core.spec import Float
from neurosim.signals.body.span import STEP_HZ
from neurosim.signals.body.tables import read_table

_DT = 1.0 / STEP_HZ


def _gain(tau_s: float) -> float:
    """Return the share of a gap that a first-order lag closes in a step; all of it without a lag."""
    return 1.0 - math.exp(-_DT / tau_s) if tau_s > 0 else 1.0


def resting_values() -> dict[str, float]:
    """Return where each latent rests in a group-average adult."""
    return {row["latent"]: float(row["rest"]) for row in read_table("latents")}


def moved_quantities() -> tuple[str, ...]:
    """Return what the latents move besides each other, in the order of the table of couplings."""
    return tuple(dict.fromkeys(row["to"] for row in read_table("couplings") if row["to"] not in LATENTS))


class State:
    """Latents that follow the drive with inertia and wander a little, and what they move.

    A latent goes where its resting value, the drive and the couplings from other latents send it, with a lag, and
    within its limits. What it moves follows its distance from the reference (0.5 for tones), after a dead time and
    with a lag of its own.

    Parameters
    ----------
    seed, subjects
        Root of all noise, and the address of each subject.
    rest
        Where latents rest in these subjects, ``(subject,)`` or a number; the others as in the table. For what they
        move, such as ``theta`` [ln], how far it is from the average all the time.

    Attributes
    ----------
    index
        Where each quantity stands: the latents first.
    n
        How many subjects.
    """

    def __init__(self, seed: int, subjects: Sequence[int], rest: Mapping[str, Float | float]) -> None:
        latents = read_table("latents")
        names = [row["latent"] for row in latents]
        self.index = {name: i for i, name in enumerate((*names, *moved_quantities()))}
        self.n = len(subjects)
        self._table = np.array([_latent_column(row) for row in latents]).T.copy()
        self._noisy = np.array([i for i, row in enumerate(latents) if float(row["noise_sd"]) > 0], dtype=np.int64)
        self._noise_sd = np.array([float(latents[i]["noise_sd"]) for i in self._noisy])
        usual = resting_values() | dict(rest)
        self._rest = np.stack([np.broadcast_to(np.asarray(usual[name], dtype=float), (self.n,)) for name in names])
        self._shift = np.zeros((len(self.index), self.n))
        for name in moved_quantities():
            self._shift[self.index[name]] = rest.get(name, 0.0)
        couplings = read_table("couplings")
        reference = {row["latent"]: float(row["reference"]) for row in latents}
        self._ends = np.array([[self.index[row["from"]], self.index[row["to"]]] for row in couplings], dtype=np.int64)
        self._edges = np.array([_coupling_column(row, reference[row["from"]]) for row in couplings]).T.copy()
        wandering = [names[i] for i in self._noisy]
        self._noise = AddressedNoise(seed, "body/state", subjects, wandering, channel_major=True)
        self._initial = AddressedNoise(seed, "body/state/initial", subjects, wandering, channel_major=True)

    def start(self, session: int) -> None:
        """Begin a session at rest."""
        n_latents, n_edges = len(self._rest), len(self._ends)
        self._base = session * SESSION_STRIDE
        self._ou = self._noise_sd[:, None] * self._initial.normal(self._base, 1).reshape(-1, self.n)
        self._inflow = self._shift.copy()
        low, high = self._table[2][:, None], self._table[3][:, None]
        for _ in range(n_latents):  # latents that move latents that move latents
            x = np.clip(self._rest + self._inflow[:n_latents], low, high)
            self._lagged = x[self._ends[:, 0]] - self._edges[4][:, None]
            self._inflow[:] = self._shift
            for e in range(n_edges):
                self._inflow[self._ends[e, 1]] += self._edges[0, e] * self._lagged[e]
        self._x = x
        self._history = np.tile(x, (int(self._edges[1].max()) + 1, 1, 1))

    def resting(self) -> Float:
        """Return the state at the beginning of a session, as one step ``(1, quantity, subject)``."""
        return np.concatenate([self._x, self._inflow[len(self._x) :]])[None]

    def advance(self, first: int, n_steps: int, drive: Drive, n_before: int = 0) -> Float:
        """Return the quantities at some steps ``(step, quantity, subject)``; asked for in order.

        There is room for steps before the first, which are left to the caller.
        """
        from neurosim.core.kernels.state import advance_state

        aim = self._rest.copy()
        for name, offset in drive.offsets.items():
            aim[self.index[name]] += np.asarray(offset, dtype=float).reshape(-1)
        out = np.empty((n_before + n_steps, len(self.index), self.n))
        noise = self._noise.normal(self._base + first, n_steps)
        advance_state(
            first, aim, self._table, self._noisy, noise, self._ou, self._x, self._inflow, self._shift, self._history,
            self._ends, self._edges, self._lagged, out[n_before:],
        )  # fmt: skip
        return out


def _latent_column(row: Mapping[str, str]) -> list[float]:
    pole = math.exp(-_DT / float(row["noise_tau_s"]))
    innovation = float(row["noise_sd"]) * math.sqrt(1.0 - pole**2)
    lags = [_gain(float(row["tau_up_s"])), _gain(float(row["tau_down_s"]))]
    return [*lags, float(row["low"]), float(row["high"]), pole, innovation]


def _coupling_column(row: Mapping[str, str], reference: float) -> list[float]:
    lags = [_gain(float(row["tau_up_s"])), _gain(float(row["tau_down_s"]))]
    return [float(row["gain"]), round(float(row["dead_time_s"]) * STEP_HZ), *lags, reference]
