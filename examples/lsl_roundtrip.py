"""
Does a signal survive the way over LSL into another program's session?
======================================================================

One process plays a session and publishes its EEG on the Lab Streaming Layer, another trains on the stream as on any
amplifier's. Both know the seed, so what comes back can be held against what was sent, sample by sample. It needs the
extra ``lsl``, stays on this computer, and runs in real time.

This is a simulation of group averages, not medical advice.
"""

import subprocess
import sys
import uuid

import numpy as np
from matplotlib.figure import Figure

import neurosim as ns
from neurosim.core import palette
from neurosim.session.figure import show_figure

# %%
# ``--wait`` lets the sender begin when somebody listens, so that nothing is missed.


def main(duration_s: float = 30.0, show: bool = True) -> tuple[int, float]:
    name = f"example-{uuid.uuid4().hex[:8]}"
    options = ["--name", name, "--signals", "eeg", "--seed", "3", "--duration", str(duration_s), "--wait", "60"]
    sender = subprocess.Popen([sys.executable, "-m", "neurosim", "stream", "alpha_up", *options],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        source = ns.LSL(stream=f"{name}-eeg", wait_s=90.0, gap_s=5.0)
        live = ns.simulate("alpha_up", source=source, duration_s=duration_s - 1.0)
    finally:
        sender.kill()
        sender.wait()
    direct = ns.simulate("alpha_up", seed=3, duration_s=duration_s)

    received = live.samples()
    sent = direct.samples()[:, : received.shape[1]]
    apart_uv = float(np.abs(received - sent).max())
    figure = Figure(figsize=(10, 3), layout="constrained")
    axes, last = figure.subplots(), int(2 * direct.streams["eeg"].fs)
    time_s = np.arange(last) / direct.streams["eeg"].fs
    axes.plot(time_s, sent[0, :last], color=palette.SIGNAL, label="sent")
    axes.plot(time_s, received[0, :last], "--", color=palette.FEATURE, label="received")
    axes.set(xlabel="time [s]", ylabel="Fp1 [µV]")
    axes.legend()
    print(f"{received.shape[1]} samples of {received.shape[0]} channels came, the largest difference is {apart_uv:.3f} "
          "µV (samples from outside are rounded to steps of 0.031 µV, as a recording has them).")  # fmt: skip
    if show:
        show_figure(figure)
    return received.shape[1], apart_uv


if __name__ == "__main__":
    main()

# %%
# Now change: the sender to a device of your own, and the source to ``ns.LSL(stream="its name")``.
