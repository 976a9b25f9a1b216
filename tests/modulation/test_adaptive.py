"""Adaptive stimulation of the subthalamic nucleus, from running sessions; and of real cortex, as an open loop."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal

import neurosim
from neurosim.feedback import Block, TrainingProtocol, load_protocol
from neurosim.signals import Recorded
from tools.modulation_rows import adaptive

Float = NDArray[np.float64]
_BLOCKS = (Block(name="off", kind="baseline", duration_s=60), Block(name="on", kind="training", duration_s=180))
_DEFAULT = Path(__file__).parents[3] / "shared" / "data" / "recordings"


@pytest.mark.slow
def test_mean_of_beta_stays_higher_than_with_continuous_stimulation() -> None:
    """models.md 5.1, a test of the model; what it does to long bursts are rows 40 and 41 (test_rows.py)."""
    (_, rest, _), (_, some, _), (_, always, on) = adaptive()
    assert on.mean() == pytest.approx(1.0)
    assert always.mean() < some.mean() < rest.mean()


def on_cortex(protocol: TrainingProtocol) -> TrainingProtocol:
    """Return the protocol on the stream that a recording has."""
    beta = protocol.features[0].model_copy(update={"stream": "eeg", "channels": ("M1",), "choose": "all"})
    return protocol.model_copy(update={"features": (beta,)}).with_blocks(
        _BLOCKS[0].model_copy(update={"duration_s": 25.0}), _BLOCKS[1].model_copy(update={"duration_s": 60.0})
    )


def test_real_cortex_would_be_stimulated_late_in_its_bursts() -> None:
    """Open loop on the cortex of a patient: what is asked for follows the offline envelope (SciPy, without delay) by
    what the pipeline says of itself, and an offline burst that lasts long is caught."""
    root = Path(os.environ.get("NEUROSIM_RECORDINGS", _DEFAULT))
    path = root / "ecog_pd_m1_beta" / "exampledata.npy"
    if not path.exists():
        pytest.skip(f"no ecog_pd_m1_beta/exampledata.npy in {root}; set NEUROSIM_RECORDINGS")
    sidecar = Path(__file__).parents[1] / "real" / "sidecars" / "ecog_pd_m1_beta.toml"
    protocol = on_cortex(load_protocol("adaptive_dbs"))
    result = neurosim.simulate(protocol, source=Recorded(path=str(path), sidecar=str(sidecar)), seed=1)
    asked = result.memory.column("shown") > 0.5
    training = np.array(result.memory.block_kinds()) == "training"
    assert not asked[~training].any()
    assert 0.3 < asked[training].mean() < 0.95
    raw = result.samples("eeg")[0]
    band = signal.sosfiltfilt(signal.butter(2, [13, 30], "bandpass", fs=1000, output="sos"), raw)
    smooth = np.convolve(np.abs(signal.hilbert(band)), np.ones(400) / 400, mode="same")
    offline = smooth[(np.arange(result.n_ticks) * 1000 / 64).astype(int)]
    over = (offline > np.median(offline))[training].astype(float)
    wanted = asked[training].astype(float)
    shifts = np.arange(0, 64)
    match = [np.corrcoef(wanted[k:], over[: len(over) - k])[0, 1] for k in shifts]
    delay_s = shifts[int(np.argmax(match))] / 64
    assert max(match) > 0.5
    assert delay_s == pytest.approx(0.24, abs=0.1)  # by design: `neurosim explain adaptive_dbs`
