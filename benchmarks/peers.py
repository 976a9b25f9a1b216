"""Five band powers of 32 channels by other programs, 16 samples at 256 Hz at a time.

Those who look at windows (NumPy's and MNE's spectra, BrainFlow, NeuroKit2) work out two seconds anew with every chunk.
``python benchmarks/peers.py timeflux`` times one and prints JSON. This module imports nothing of neurosim, so that it
also runs in an environment that has only the peer, see `benchmarks.second_environment`.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import signal

FS, N_CHANNELS, N_TIMES, WINDOW_S = 256.0, 32, 16, 2.0
N_WINDOW = int(WINDOW_S * FS)
BANDS_HZ = {"delta": (1, 4), "theta": (4, 8), "alpha": (8, 12), "smr": (12, 15), "beta": (15, 30)}
NAMES = tuple(f"E{i + 1}" for i in range(N_CHANNELS))

Float = NDArray[np.float64]
Process = Callable[[Float], Any]


@dataclass(frozen=True)
class Peer:
    """A program to compare with.

    Attributes
    ----------
    make
        Returns what takes a chunk ``(channel, time)`` and gives five bands.
    module
        What must be importable; empty for what neurosim needs itself.
    requirements
        How to install it where it is not.
    rounds, iterations
        How often it is timed, and how many chunks a time.
    """

    make: Callable[[], Process]
    module: str = ""
    requirements: tuple[str, ...] = ()
    rounds: int = 400
    iterations: int = 5


def chunks() -> list[Float]:
    """Return running noise: a filter at rest would meet denormal numbers."""
    return [np.random.default_rng(seed).normal(0.0, 10.0, (N_TIMES, N_CHANNELS)).T.copy() for seed in range(64)]


def _windowed(measure: Process) -> Process:
    """Return something that measures the last two seconds whenever a chunk comes."""
    window = np.random.default_rng(2).normal(0.0, 10.0, (N_CHANNELS, N_WINDOW))

    def process(x: Float) -> Any:
        window[:, :-N_TIMES] = window[:, N_TIMES:]
        window[:, -N_TIMES:] = x
        return measure(window)

    return process


def _in_bands(hz: NDArray[np.floating], power: NDArray[np.floating]) -> list[NDArray[np.floating]]:
    return [power[:, (hz >= low) & (hz < high)].mean(axis=1) for low, high in BANDS_HZ.values()]


def _numpy() -> Process:
    hann, hz = np.hanning(N_WINDOW), np.fft.rfftfreq(N_WINDOW, 1 / FS)
    return _windowed(lambda w: _in_bands(hz, np.abs(np.fft.rfft(w * hann, axis=1)) ** 2))


def _scipy_welch() -> Process:
    return _windowed(lambda w: _in_bands(*signal.welch(w, FS, nperseg=N_WINDOW // 2)))


def _mne_welch() -> Process:
    import mne  # type: ignore[import-untyped, unused-ignore]

    def measure(window: Float) -> Any:
        power, hz = mne.time_frequency.psd_array_welch(
            window, FS, fmin=1, fmax=30, n_fft=N_WINDOW // 2, n_overlap=N_WINDOW // 4, verbose="ERROR"
        )
        return _in_bands(hz, power)

    return _windowed(measure)


def _scipy_filters() -> Process:
    sos = [signal.butter(2, band, "bandpass", fs=FS, output="sos") for band in BANDS_HZ.values()]
    states = [np.zeros((len(s), N_CHANNELS, 2)) for s in sos]

    def process(x: Float) -> Any:
        powers = []
        for i, sections in enumerate(sos):
            y, states[i] = signal.sosfilt(sections, x, zi=states[i])
            powers.append((y**2).mean(axis=1))
        return powers

    return process


def _ezmsg() -> Process:
    from ezmsg.sigproc.butterworthfilter import ButterworthFilterTransformer
    from ezmsg.util.messages.axisarray import AxisArray

    filters = [
        ButterworthFilterTransformer(order=2, cuton=float(low), cutoff=float(high), coef_type="sos", axis="time")
        for low, high in BANDS_HZ.values()
    ]

    def process(x: Float) -> Any:
        message = AxisArray(x.T, dims=["time", "ch"], axes={"time": AxisArray.TimeAxis(fs=FS)}, key="x")
        return [(each(message).data ** 2).mean(axis=0) for each in filters]

    return process


def _timeflux() -> Process:
    import pandas as pd
    from timeflux_dsp.nodes.filters import IIRFilter

    sos = [signal.butter(2, band, "bandpass", fs=FS, output="sos") for band in BANDS_HZ.values()]
    nodes = [IIRFilter(rate=FS, sos=each) for each in sos]
    # It passes tables with times; a graph's scheduler would come on top.
    times = pd.date_range("2000-01-01", periods=N_TIMES, freq=pd.Timedelta(seconds=1 / FS))

    def process(x: Float) -> Any:
        table = pd.DataFrame(x.T, index=times, columns=NAMES)
        powers = []
        for node in nodes:
            node.i.clear()
            node.i.data = table
            node.i.meta = {"rate": FS}
            node.update()
            powers.append((node.o.data.to_numpy() ** 2).mean(axis=0))
        return powers

    return process


def _brainflow() -> Process:
    from brainflow.data_filter import DataFilter

    channels = list(range(N_CHANNELS))
    return _windowed(lambda w: DataFilter.get_avg_band_powers(w, channels, int(FS), False))


def _neurokit() -> Process:
    import mne
    import neurokit2 as nk

    info = mne.create_info(list(NAMES), FS, "eeg", verbose="ERROR")
    bands = list(BANDS_HZ.values())
    return _windowed(
        lambda w: nk.eeg_power(mne.io.RawArray(1e-6 * w, info, verbose="ERROR"), frequency_band=bands, sampling_rate=FS)
    )


PEERS: dict[str, Peer] = {
    "NumPy sliding FFT": Peer(_numpy),
    "SciPy filters": Peer(_scipy_filters),
    "SciPy Welch": Peer(_scipy_welch),
    "MNE Welch": Peer(_mne_welch, "mne"),
    "ezmsg-sigproc": Peer(_ezmsg, "ezmsg.sigproc", ("ezmsg-sigproc", "scipy")),
    "timeflux": Peer(_timeflux, "timeflux_dsp", ("timeflux==0.17.2", "timeflux-dsp==0.3.4")),
    "BrainFlow": Peer(_brainflow, "brainflow", ("brainflow", "setuptools<81", "scipy")),
    "NeuroKit2": Peer(_neurokit, "neurokit2", ("neurokit2", "mne"), rounds=20, iterations=1),
}


def time_peer(name: str) -> list[float]:
    """Return how long a chunk takes in each round [s]."""
    peer = PEERS[name]
    process, pieces, found = peer.make(), chunks(), []
    for x in pieces[:3]:
        process(x)
    for i in range(peer.rounds):
        begin = time.perf_counter()
        for k in range(peer.iterations):
            process(pieces[(i * peer.iterations + k) % len(pieces)])
        found.append((time.perf_counter() - begin) / peer.iterations)
    return found


if __name__ == "__main__":
    print(json.dumps(time_peer(sys.argv[1])))
