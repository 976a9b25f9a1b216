"""
How do I get signals into MNE and features into pandas?
=======================================================

`result.to_raw()` is an MNE Raw in volts, with the blocks of the session as annotations. `result.features` is a
pandas DataFrame with one row a tick. No file is written on the way.

This is a simulation of group averages, not medical advice.
"""

import numpy as np
from matplotlib.figure import Figure

import neurosim as ns
from neurosim.core import palette
from neurosim.session.figure import show_figure

# %%
# MNE estimates the spectrum, pandas groups the features by block, and one figure shows both.


def main(duration_s: float = 120.0, show: bool = True) -> tuple[float, float]:
    result = ns.simulate("alpha_up", seed=2, duration_s=duration_s)

    raw = result.to_raw()
    spectrum = raw.compute_psd(fmin=2, fmax=40, n_fft=int(2 * raw.info["sfreq"]), picks="O1", verbose="error")
    psd, frequencies_hz = spectrum.get_data(return_freqs=True)
    psd_uv2_hz = 1e12 * psd[0]  # MNE keeps volts
    inside = (frequencies_hz >= 7) & (frequencies_hz <= 14)
    # The peak stands on the 1/f background; multiplied by f it stands on level ground.
    peak_hz = float(frequencies_hz[inside][np.argmax((psd_uv2_hz * frequencies_hz)[inside])])

    table = result.features
    trusted = table[table["valid"]]
    by_block = trusted.groupby("block", sort=False)["alpha"].agg(["mean", "std"])
    tone_percent = 100 * float(table.loc[table["kind"] == "training", "met"].mean())
    print(by_block.round(2))

    figure = Figure(figsize=(10, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.semilogy(frequencies_hz, psd_uv2_hz, color=palette.SIGNAL)
    left.set(title="From MNE: spectrum at O1", xlabel="frequency [Hz]", ylabel="power spectral density [µV²/Hz]")
    right.barh(by_block.index, by_block["mean"], color=palette.FEATURE)
    right.invert_yaxis()
    right.set(title="From pandas: mean of each block", xlabel="alpha power [µV²]")
    print(f"MNE finds the alpha peak at {peak_hz:.1f} Hz in {raw.times[-1]:.0f} s of signal; pandas finds the tone "
          f"on in {tone_percent:.0f} % of the {(table['kind'] == 'training').sum()} ticks of training.")  # fmt: skip
    if show:
        show_figure(figure)
    return peak_hz, tone_percent


if __name__ == "__main__":
    main()

# %%
# Now change: ``to_raw()`` to ``to_raw("truth/eeg_envelope")`` and plot what the body itself knows.
