"""
Does the heart follow the breath, and how closely?
==================================================

Two signals of two sensors, an ECG 250 times a second and a belt 32 times, make one feature: how far the heart rate
swings in each breath (RSA), and where in the breath it is fastest. First own breathing, then a pacer at 5.5 a minute,
where heart rate and lungs rise and fall nearly together (Vaschillo et al. 2002).

This is a simulation of group averages, not medical advice.
"""

import numpy as np
from matplotlib.figure import Figure

import neurosim as ns
from neurosim.core import palette
from neurosim.feedback import Block, Condition, Feature, FixedThreshold, Input, Operant, TrainingProtocol
from neurosim.session.figure import show_figure
from neurosim.subject import Subject
from neurosim.subject.script import Script

PACE = 5.5  # breaths a minute

# %%
# A feature of several streams names its inputs; stages see a channel for each.

INPUTS = {
    "heart": Input(stream="ecg", channels=("ECG",)),
    "breath": Input(stream="respiration", channels=("RESP",)),
}
FEATURES = [
    Feature(name=kind, inputs=INPUTS, stages=({"kind": kind, "heart": "heart", "breath": "breath"},))
    for kind in ("rsa", "breath_heart_phase")
]
RULE = Operant(conditions=(Condition(feature="rsa", threshold=FixedThreshold(value=10.0)),))


def main(duration_s: float = 480.0, show: bool = True) -> tuple[float, float]:
    half_s = duration_s / 2
    blocks = [Block(name=name, kind="training", duration_s=half_s) for name in ("own breathing", "with the pacer")]
    protocol = TrainingProtocol(
        name="follow", title="The heart follows", purpose="An example", features=FEATURES, rule=RULE, blocks=blocks
    )
    pacer = Script(steps=[{"at_s": half_s, "drive": {"breathing_pace": PACE}}])
    table = ns.simulate(protocol, subject=Subject(name="paced", title="paced", actors=(pacer,)), seed=1).features
    late = table[(table["time_s"] % half_s) > half_s / 2]  # breathing has settled by then
    own, paced = (late.loc[late["block"] == block.name, "rsa"].mean() for block in blocks)
    figure = Figure(figsize=(10, 5), layout="constrained")
    swing, phase = figure.subplots(2, 1, sharex=True)
    swing.plot(table["time_s"], table["rsa"], color=palette.SIGNAL)
    phase.plot(table["time_s"], 360 * table["breath_heart_phase"], color=palette.FEATURE)
    swing.set(xlabel="time [s]", ylabel="RSA [1/min]", title=f"From {half_s:g} s on at {PACE:g} breaths a minute")
    phase.set(xlabel="time [s]", ylabel="heart fastest at [degrees]", yticks=np.arange(-180, 181, 90))
    print(f"In a breath the heart rate swings by {own:.1f} beats a minute, with the pacer by {paced:.1f}.")
    if show:
        show_figure(figure)
    return float(own), float(paced)


if __name__ == "__main__":
    main()

# Now change: ``PACE`` to 12. How much of the swing is left?
