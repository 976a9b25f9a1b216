"""From a sample pushed by another process to the feedback, over LSL on loopback: `alpha_up`, 19 channels at 256 Hz.

A chunk of 4 samples is a tick of 1/64 s. The goal is a median of at most 1 ms above the chunk's own length, beside a
raw inlet of MNE-LSL and its `StreamLSL` at the same sender. `neurosim certify` measures the same on your machine.
"""

from __future__ import annotations

import pytest

from neurosim import load_protocol
from neurosim.testing.latency import lsl_latencies


def test_from_sample_to_feedback(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("mne_lsl", reason="needs the extra 'lsl'")
    found = lsl_latencies(load_protocol("alpha_up"), duration_s=20.0)
    with capsys.disabled():
        print()
        for each in found:
            print(f"{each.name}: median {1e3 * each.median_s:.2f} ms, p99 {1e3 * each.p99_s:.2f} ms")
