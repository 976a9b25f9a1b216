"""
When would an adaptive stimulator have been on in my recording?
===============================================================

The protocol ``adaptive_dbs`` runs as an open loop: it reads beta, asks for pulses, and nobody gives any. How late it is
is measured against an envelope that sees the future (SciPy). Without a file the potential of a simulated patient is
read; ``python stimulator_on_a_recording.py RECORDING CHANNEL [SIDECAR]`` reads yours: its first third finds the
threshold. (The simulation follows group averages; it is not medical advice.)
"""

import sys

import numpy as np
from matplotlib.figure import Figure
from scipy import signal

import neurosim as ns
from neurosim.core import palette
from neurosim.session import Result
from neurosim.session.figure import show_figure

# %%
# On a body the device would act; without devices the same rule only asks.


def asked(duration_s: float, recording: str, channel: str, sidecar: str) -> tuple[Result, str]:
    """Return the session, and the stream that it read."""
    protocol, stream = ns.load_protocol("adaptive_dbs"), "eeg" if recording else "lfp"
    beta = protocol.features[0]
    if recording:
        beta = beta.model_copy(update={"stream": stream, "channels": (channel,), "choose": "all"})
    source = ns.Recorded(path=recording, sidecar=sidecar or None) if recording else None
    off, on = (
        b.model_copy(update={"duration_s": duration_s * s})
        for b, s in zip(protocol.blocks, (1 / 3, 2 / 3), strict=False)
    )
    whole = protocol.model_copy(update={"features": (beta,), "devices": ()}).with_blocks(off, on)
    return ns.simulate(whole, source=source, seed=1), stream


def main(
    duration_s: float = 85.0, show: bool = True, recording: str = "", channel: str = "", sidecar: str = ""
) -> tuple[float, float]:
    result, stream = asked(duration_s, recording, channel, sidecar)
    spec, rate = result.streams[stream], 1.0 / result.protocol.update_interval_s
    raw = result.samples(stream)[spec.ch_names.index(channel) if recording else 0]
    band = signal.sosfiltfilt(signal.butter(2, [13, 30], "bandpass", fs=spec.fs, output="sos"), raw)
    width = round(0.4 * spec.fs)
    smooth = np.convolve(np.abs(signal.hilbert(band)), np.ones(width) / width, mode="same")
    offline = smooth[(np.arange(result.n_ticks) * spec.fs / rate).astype(int)]
    training = np.array(result.memory.block_kinds()) == "training"
    on = (result.memory.column("shown") > 0.5)[training].astype(float)
    high = (offline > np.median(offline))[training].astype(float)
    x, y = on - on.mean(), high - high.mean()
    late_s = float(np.argmax([x[k:] @ y[: len(y) - k] / (len(y) - k) for k in range(64)]) / rate)
    axes = (figure := Figure(figsize=(9, 4), layout="constrained")).subplots()
    time_s = np.flatnonzero(training) / rate
    axes.plot(time_s, offline[training], color=palette.SIGNAL, label="envelope that sees the future")
    axes.fill_between(time_s, 0, offline.max() * on, color=palette.REWARD, alpha=0.25, linewidth=0, label="would be on")
    axes.set(xlabel="time [s]", ylabel=f"beta [{spec.unit}]")
    axes.legend()
    print(f"It would have been on for {on.mean():.0%} of the time, {late_s:.2f} s behind the envelope offline.")
    if show:
        show_figure(figure)
    return float(on.mean()), late_s


if __name__ == "__main__":
    main(85.0, True, *sys.argv[1:])

# Now change: the band of the protocol's feature to your patient's own peak. Is it on for a smaller share of the time?
