"""
What does a magnetic pulse evoke, and what do theta bursts leave behind?
========================================================================

One pulse: a twitch of the hand, and a wave in the EEG that only the mean of many pulses shows. Six hundred pulses in
bursts: larger twitches when the bursts pause (published +35.5 %), smaller ones without a pause (-22.8 %, Wischnewski &
Schutter 2015). The signs are the model's, the sizes were fitted and stop near a quarter.

This is a simulation of group averages, not medical advice.
"""

import numpy as np
from matplotlib.figure import Figure

import neurosim as ns
from neurosim.core import palette
from neurosim.core.spec import Float
from neurosim.modulation import Coil, Train
from neurosim.session.figure import show_figure

EVERY_S, INTENSITY, TRAIN_S = 2.0, 1.2, 200.0  # test pulses; theta bursts are over after that time
WINDOW_S = (-0.1, 0.4)

# %%
# The bursts of a sham coil click and do nothing: the test pulses behind them are the measure of the others.


def answers(stream: str, duration_s: float, *bursts: Coil) -> Float:
    """Return what follows each test pulse ``(pulse, time)`` [uV]."""
    first_s = TRAIN_S if bursts else 1.0
    train = Train(n_pulses=int(duration_s / EVERY_S), rate_hz=1.0 / EVERY_S)
    test = Coil(train=train, start_s=first_s, intensity=INTENSITY)
    protocol = ns.load_protocol("tms_single")
    whole = protocol.blocks[0].model_copy(update={"duration_s": first_s + duration_s + 1.0})
    features = protocol.features[:1] if bursts else protocol.features  # after bursts the hand alone is looked at
    changed = protocol.model_copy(update={"devices": (*bursts, test), "features": features}).with_blocks(whole)
    result = ns.simulate(changed, seed=1)
    spec, x = result.streams[stream], result.samples(stream)
    around = np.arange(round(WINDOW_S[0] * spec.fs), round(WINDOW_S[1] * spec.fs))
    pulses = np.round((first_s + np.array(train.times_s())) * spec.fs).astype(int)
    at: Float = x[spec.ch_names.index("C3") if "C3" in spec.ch_names else 0]
    return at[pulses[:, None] + around]


def main(duration_s: float = 180.0, show: bool = True) -> dict[str, float]:
    brain = answers("eeg", duration_s)
    time_ms = 1000.0 * np.linspace(*WINDOW_S, brain.shape[1], endpoint=False)
    wave = brain.mean(axis=0) - brain[:, time_ms < -10].mean()
    bursts = {"sham": Coil(train="itbs", intensity=0.8, sham=True), "itbs": Coil(train="itbs", intensity=0.8),
              "ctbs": Coil(train="ctbs", intensity=0.8, start_s=150.0)}  # fmt: skip
    sizes = {name: np.ptp(answers("hand_emg", duration_s, coil), axis=1) for name, coil in bursts.items()}
    change = {name: float(100.0 * (sizes[name].mean() / sizes["sham"].mean() - 1.0)) for name in ("itbs", "ctbs")}
    left, right = (figure := Figure(figsize=(10, 4), layout="constrained")).subplots(1, 2)
    left.plot(time_ms, brain[0], color=palette.FAINT, label="after one pulse")
    left.plot(time_ms, wave, color=palette.SIGNAL, label=f"mean of {len(brain)}")
    left.set(xlabel="time after the pulse [ms]", ylabel="EEG at C3 [µV]")
    left.legend()
    for (name, size), color in zip(sizes.items(), (palette.FAINT, palette.REWARD, palette.SIGNAL), strict=True):
        right.plot(TRAIN_S + EVERY_S * np.arange(len(size)), size, ".-", color=color, label=name)
    right.set(xlabel="time [s]", ylabel="twitch, peak to peak [µV]")
    right.legend()
    print(f"A twitch of {np.median(sizes['sham']):.0f} µV; after theta bursts with pauses {change['itbs']:+.0f} % "
          f"(published +35.5), without {change['ctbs']:+.0f} % (published -22.8).")  # fmt: skip
    if show:
        show_figure(figure)
    return change | {"n100": float(wave[(time_ms > 85) & (time_ms < 115)].min())}


if __name__ == "__main__":
    main()

# Now change: ``INTENSITY`` to 1.0, the threshold. In how many pulses is the twitch above 50 µV?
