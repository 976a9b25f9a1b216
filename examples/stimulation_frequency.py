"""
Which pulses take beta away?
============================

The subthalamic nucleus of four simulated patients with parkinsonism gets pulses of 2.5 mA at ten frequencies, a lane of
the batch for each, on the same noise. In patients the power of beta falls by half and more at 130 Hz (Kuehn et al.
2008), and stimulation at 20 Hz helps nobody. (A simulation of group averages, not medical advice.)
"""

import numpy as np
from matplotlib.figure import Figure
from scipy import signal

from neurosim.core import palette
from neurosim.core.drive import Drive
from neurosim.core.spec import Float
from neurosim.core.timeline import TickGrid
from neurosim.session.figure import show_figure
from neurosim.signals import load_body

FREQUENCIES = np.array([0.0, 10.0, 20.0, 40.0, 60.0, 80.0, 100.0, 130.0, 160.0, 185.0])
PATIENTS, CURRENT_MA, WIDTH_US = 4, 2.5, 60.0
FS = 250

# %%
# No part of the model knows which frequency is good: pulses are an input to a loop of two nuclei that beats by itself.


def beta(duration_s: float) -> Float:
    """Return the power of 13 to 35 Hz in the potential ``(frequency, patient)`` [uV^2]."""
    hertz = np.repeat(FREQUENCIES, PATIENTS)
    who = tuple(range(PATIENTS)) * len(FREQUENCIES)
    body = load_body("parkinson").prepare(TickGrid(1.0), seed=1, subjects=who, batch_shape=(len(who),))
    body.select(("lfp",))
    on = (hertz > 0).astype(float)
    drive = Drive({"stn_ma": CURRENT_MA * on, "stn_us": WIDTH_US * on, "stn_hz": hertz})
    made = np.concatenate([body.generate(k, drive)["lfp"][:, 0] for k in range(round(duration_s))], axis=-1)
    settled = made[:, made.shape[1] // 6 :]  # what it does builds up within seconds
    f, psd = signal.welch(settled, FS, nperseg=2 * FS)
    band = (f >= 13.0) & (f <= 35.0)
    power: Float = (psd[:, band].sum(axis=1) * f[1]).reshape(-1, PATIENTS)
    return power


def main(duration_s: float = 60.0, show: bool = True) -> dict[float, float]:
    found = beta(duration_s)
    left = 100.0 * found / found[0]
    axes = (figure := Figure(figsize=(8, 4.5), layout="constrained")).subplots()
    axes.plot(FREQUENCIES, left, ".", color=palette.FAINT)
    axes.plot(FREQUENCIES, left.mean(axis=1), "o-", color=palette.SIGNAL, label="mean of the patients")
    axes.axhline(50.0, color=palette.REWARD, linestyle="--", label="half: published at 130 Hz, or less")
    axes.set(xlabel="pulses a second [Hz]", ylabel="power of beta left [%]", ylim=(0, None))
    axes.legend()
    mean = {float(hz): float(x) for hz, x in zip(FREQUENCIES, left.mean(axis=1), strict=True)}
    print(f"Of beta's power {mean[20.0]:.0f} % are left at 20 Hz, {mean[60.0]:.0f} % at 60 Hz and {mean[130.0]:.0f} % "
          f"at 130 Hz; published is half or less at 130 Hz.")  # fmt: skip
    if show:
        show_figure(figure)
    return mean


if __name__ == "__main__":
    main()

# Now change: ``WIDTH_US`` to 30. Which current makes up for it? (The product of both is not the answer.)
