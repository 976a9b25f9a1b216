"""
How do I add a feature and prove that it obeys the laws?
========================================================

A stage is a description (a frozen model with a `kind`) and what runs. This one is the Teager-Kaiser energy (Kaiser
1990), x[n-1]^2 - x[n] x[n-2]; for a sine, (A sin(2 pi f / fs))^2. (A simulation, not medical advice.)
"""

from typing import Literal

import numpy as np
from matplotlib.figure import Figure

import neurosim as ns
from neurosim.core.spec import Float
from neurosim.core.stage import Stage, StageConfig
from neurosim.dsp import BandPass, BandPower, DCBlock, Smooth
from neurosim.dsp.lanes import LaneStage
from neurosim.session.figure import show_figure
from neurosim.testing import check_stage


class Teager(StageConfig):
    """The Teager-Kaiser energy of a signal, in the input's unit squared: what a protocol's file says."""

    kind: Literal["teager"] = "teager"
    remember: bool = True  # only so that the laws have something to find below

    def prepare(self, spec: ns.SignalSpec) -> Stage:
        return TeagerStage(self, spec.replace(unit=f"{spec.unit}^2", added_delay_s=1.0 / spec.fs))


class TeagerStage(LaneStage):
    """Gets lanes (subjects times channels) as ``(time, lane)``, in chunks of any length."""

    def __init__(self, config: Teager, spec: ns.SignalSpec) -> None:
        self._remember = config.remember
        super().__init__(spec)

    def reset(self) -> None:
        self._last_two = np.zeros((2, self.spec.n_lanes))

    def run(self, x: Float, out: Float) -> None:
        line = np.concatenate([self._last_two, x])
        out[:] = line[1:-1] ** 2 - line[2:] * line[:-2]
        self._last_two = line[-2:] * self._remember


# %%
# To name it in files, a plug-in's pyproject.toml has ``"stage.teager" = "my_package:Teager"`` under
# ``[project.entry-points."neurosim.kinds"]``. `check_stage` raises where chunks, company or the future matter.


def main(duration_s: float = 60.0, show: bool = True) -> tuple[str, float]:
    check_stage(Teager())
    try:
        check_stage(Teager(remember=False))
    except AssertionError as error:
        broken = str(error).splitlines()[0]
    protocol, band = ns.load_protocol("alpha_up"), {"low_hz": 8.0, "high_hz": 12.0}
    stages = {"alpha": (BandPower(**band, tau_s=0.15),), "energy": (BandPass(**band), Teager(), Smooth(tau_s=0.15))}
    copy = protocol.features[0].model_copy
    features = tuple(copy(update={"name": name, "stages": (DCBlock(), *those)}) for name, those in stages.items())
    table = ns.simulate(protocol.model_copy(update={"features": features}), seed=1, duration_s=duration_s).features
    old_uv, new_uv = np.sqrt(2 * table["alpha"]), np.sqrt(table["energy"].clip(lower=0)) / np.sin(2 * np.pi * 10 / 256)
    axes = (figure := Figure(figsize=(10, 4), layout="constrained")).subplots()
    axes.plot(table["time_s"], np.column_stack([old_uv, new_uv]), label=["from band power", "from Teager energy"])
    axes.set(title="Alpha of a simulated person", xlabel="time [s]", ylabel="amplitude [µV]", xlim=(10, 20))
    axes.legend(loc="upper right")
    r = float(np.corrcoef(old_uv, new_uv)[0, 1])
    print(f"Teager obeys the laws and follows band power with r = {r:.2f}; without its memory it breaks one: {broken}")
    if show:
        show_figure(figure)
    return broken, r


if __name__ == "__main__":
    main()

# Now change: BandPass to 4-30 Hz. Why does the energy now follow what is fast rather than alpha?
