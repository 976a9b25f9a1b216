"""
How much feedback delay can learning stand?
===========================================

Who learns by trying must hear soon what a try was worth: Belinskaia et al. (2020) added 0, 250 and 500 ms to alpha
feedback, and the later it came, the less of the change lasted. Here simulated learners train alpha; nothing differs
between the groups but how late they hear the tone.

This is a simulation of group averages, not medical advice.
"""

import numpy as np
from matplotlib.figure import Figure

import neurosim as ns
from neurosim.core import palette
from neurosim.core.chain import Chain
from neurosim.dsp import DCBlock, WeightedFIREnvelope
from neurosim.session.figure import show_figure

ADDED_S = (0.0, 0.25, 0.5, 1.0, 2.0)
LEARNERS = 48

# %%
# The envelope is the recommended one, calibrated on the baseline. What it says is how a tenth of a second ago was; a
# slow change needs about as long through it (`spec.delay_s`, of the fitted filter a few milliseconds less or more).

STAGES = (DCBlock(), WeightedFIREnvelope(low_hz=8.0, high_hz=12.0, target_delay_s=0.1))
PEOPLE = ns.Subject(name="learners", title="Learners with one electrode", body=ns.Body(eeg=ns.EEG(ch_names=("Pz",))),
                    actors=(ns.Learner(non_responders=0.0),))  # fmt: skip


def main(duration_s: float = 1500.0, show: bool = True) -> dict[float, float]:
    protocol = ns.load_protocol("alpha_up")
    alpha = protocol.features[0].model_copy(update={"stages": STAGES})
    protocol = protocol.model_copy(update={"features": (alpha,), "gates": (), "update_interval_s": 1 / 8})
    measured_s = Chain(stages=STAGES).prepare(ns.SignalSpec(256.0, ("Pz",), "uV")).spec.delay_s

    skill, error = {}, {}
    for added_s in ADDED_S:
        late = protocol.model_copy(update={"display_delay_s": added_s})
        result = ns.simulate(late, subject=PEOPLE, subjects=LEARNERS, seed=1, duration_s=duration_s)
        learned = np.array(result.skill)
        skill[added_s], error[added_s] = (100 * float(x) for x in (learned.mean(), learned.std() / np.sqrt(LEARNERS)))

    axes = (figure := Figure(figsize=(8, 4.5), layout="constrained")).subplots()
    delay_ms = [1000 * (measured_s + added_s) for added_s in ADDED_S]
    axes.errorbar(delay_ms, [*skill.values()], [*error.values()], fmt="o-", color=palette.SIGNAL, capsize=3)
    axes.axhline(0.0, color=palette.INVALID, linewidth=1)
    axes.set(title=f"Mean of {LEARNERS} learners and its standard error", xlabel="delay of the feedback [ms]",
             ylabel="learned drive of alpha [%]")  # fmt: skip
    kept = [100 * skill[added_s] / skill[0.0] for added_s in (0.25, 1.0)]
    print(f"With {delay_ms[0]:.0f} ms of delay they learned {skill[0.0]:.1f} %; a quarter of a second more left "
          f"{kept[0]:.0f} % of that, a second more {kept[1]:.0f} %.")  # fmt: skip
    if show:
        show_figure(figure)
    return skill


if __name__ == "__main__":
    main()

# Now change: STAGES to FFTEnvelope(low_hz=8, high_hz=12), as most programs do. What is its delay, what is left?
