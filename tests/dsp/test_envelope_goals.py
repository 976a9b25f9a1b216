"""What the recommended envelope must reach beside the bound, by `benchmarks.envelope`; numbers are issue 4's."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks import envelope, rhythms
from benchmarks.envelope import RECOMMENDED, Row, correlation, interval, measure
from benchmarks.rhythms import Rhythm, bursts, gaussian, recordings, resolved
from benchmarks.surrogates import chance, character, surrogates
from neurosim.dsp import WeightedFIREnvelope, envelope_bound
from neurosim.dsp.envelopes.bound import envelope_correlation

DELAYS_S = (0.0, 0.025, 0.05, 0.1, 0.15, 0.2)


def _row(rows: Sequence[Row], method: str, delay_s: float, target: str = "offline") -> Row:
    wanted = (method, round(1000 * delay_s), target)
    return next(row for row in rows if (row.method, row.delay_ms, row.target) == wanted)


def test_bursts() -> None:
    rows = measure(bursts(3.0, range(8)), (RECOMMENDED, "FIR", "FFT 1 s"), (0.0, 0.05, 0.1, 0.2))
    for delay_s, least in ((0.0, 0.82), (0.05, 0.91), (0.1, 0.955), (0.2, 0.98)):
        assert _row(rows, RECOMMENDED, delay_s).median >= least
        assert _row(rows, RECOMMENDED, delay_s).median > _row(rows, "FIR", delay_s).median
        assert _row(rows, "FFT 1 s", delay_s).median < 0.5


@pytest.mark.parametrize("snr", [1.0, 3.0, 10.0])
def test_gaussian_signals(snr: float) -> None:
    rows = measure(gaussian(snr, range(8)), (RECOMMENDED,), DELAYS_S)
    for delay_s in DELAYS_S:
        found, bound = _row(rows, RECOMMENDED, delay_s), _row(rows, "bound", delay_s)
        assert found.median >= bound.median - 0.01 - found.interval / np.sqrt(8)  # of the mean of eight seeds


def _recorded() -> list[Rhythm]:
    found = list(recordings())
    if not found:
        pytest.skip(f"no recordings in {rhythms.RECORDINGS}; set NEUROSIM_RECORDINGS")
    return found


def test_recordings() -> None:
    """At every lag within 0.01 of the linear optimum, and of the bound where Gaussian noise could have the envelope.

    The bound tells from the spectrum how much of the signal can be known, and takes the envelope to be distributed as
    that of Gaussian noise to say how the envelopes then correlate. Where 99 surrogates with the spectrum refute the
    second, the linear optimum is the bound of a linear filter; the filter must know as much as on Gaussian signals.
    """
    for rhythm in _recorded():
        rows = measure(rhythm, (RECOMMENDED,), DELAYS_S)
        gaussian_envelope = character(rhythm).gaussian
        for delay_s in DELAYS_S:
            found = _row(rows, RECOMMENDED, delay_s)
            for least in ("linear optimum", "bound") if gaussian_envelope else ("linear optimum",):
                assert found.median >= _row(rows, least, delay_s).median - 0.01 - found.interval, (rhythm.name, least)


def test_no_linear_filter_would_know_more_of_the_recordings() -> None:
    """Second-order optimality needs no Gaussian signal: coherence as the spectrum says, in each single channel."""
    for rhythm in _recorded():
        n, n_edge = round(rhythm.calibrate_s * rhythm.fs), round(2.0 * rhythm.fs)
        for x, z, spectrum in zip(rhythm.x, rhythm.analytic(), rhythm.spectra, strict=True):
            for delay_s in DELAYS_S:
                low, high = rhythm.band_hz
                stage = WeightedFIREnvelope(low_hz=low, high_hz=high, target_delay_s=delay_s)
                y = np.convolve(x, stage.taps(resolved(x[:n], rhythm.fs)))[n : x.size - n_edge]
                late = round(delay_s * rhythm.fs)
                wanted = z[n - late : x.size - n_edge - late]
                powers = np.vdot(y, y).real * np.vdot(wanted, wanted).real
                coherence = np.abs(np.vdot(y, wanted)) ** 2 / powers
                # What a correlation of Gaussian envelopes within 0.01 of the bound means for coherence.
                bound = envelope_bound(spectrum, low, high, delay_s)
                assert envelope_correlation(coherence) >= bound - 0.01, (rhythm.name, delay_s)


def test_surrogates_have_the_bound_of_their_true_spectrum() -> None:
    """Estimated from as little as there is of a recording, the bound is not optimistic, and its filter stands at it."""
    rhythm = next((r for r in _recorded() if "_cz_" in r.name), None)
    if rhythm is None:
        pytest.skip("no eeg_cz_eo_ec_pair_eeghacker")
    made = surrogates(rhythm, 0, 48)
    true = resolved(rhythm.x[0], rhythm.fs)
    for delay_s in (0.0, 0.1):
        bound = envelope_bound(true, *rhythm.band_hz, delay_s)
        estimated, reached = made.bounds(delay_s), envelope.recommended(made, delay_s)
        assert bound - 0.02 < estimated.mean() < bound
        assert bound - 0.01 < reached.mean() < bound
        assert 0.5 < np.std(reached) * 1.96 / chance(rhythm, delay_s, envelope.recommended, 48) < 2.0


def test_character_of_noise_and_of_a_steady_sine() -> None:
    noise = replace(gaussian(1.0, [1], 120.0), spectrum=None)
    assert character(noise).gaussian
    t = np.arange(noise.x.shape[1]) / noise.fs
    steady = replace(noise, x=noise.x + 5.0 * np.std(noise.x) * np.sin(2.0 * np.pi * 10.0 * t))
    assert not character(steady).gaussian
    growing = replace(noise, x=noise.x * np.exp(t / 60.0))
    assert character(growing).power_drift < 1e-6
    assert character(noise).power_drift > 0.01


def test_clear_alpha_of_the_eeglab_sample() -> None:
    rhythm = next((r for r in _recorded() if "eeglab" in r.name), None)
    if rhythm is None:
        pytest.skip("no eeg_eeglab_sample")
    rows = measure(rhythm, (RECOMMENDED,), (0.0, 0.05, 0.1, 0.2))
    for delay_s, about in ((0.0, 0.83), (0.05, 0.92), (0.1, 0.97), (0.2, 0.98)):
        assert _row(rows, RECOMMENDED, delay_s).median == pytest.approx(about, abs=0.01)


def test_correlation_and_its_interval() -> None:
    random = np.random.default_rng(1)
    z = random.normal(size=(40, 20_000))
    y = 0.6 * np.roll(z, 25, axis=1) + 0.8 * random.normal(size=z.shape)
    found = correlation(y, z, 0.1, 250.0, (1.0, 80.0))
    assert np.mean(found) == pytest.approx(0.6, abs=0.002)
    half = interval(y, z, 0.1, 250.0, (1.0, 80.0))
    assert np.median(half) == pytest.approx(1.96 * (1 - 0.6**2) / np.sqrt(19_750), rel=0.2)  # of Pearson's r
    assert np.mean(np.abs(found - 0.6) < half) > 0.8


def test_generators_have_the_snr_asked_for() -> None:
    rhythm = bursts(3.0, [1], 120.0)
    assert rhythm.latent is not None
    quiet = rhythm.x[0][rhythm.latent[0] == 0.0]
    assert quiet.size > 5000
    made = gaussian(3.0, [1, 2], 300.0)
    assert made.spectrum is not None
    frequency = np.fft.rfftfreq(made.x.shape[1], 1 / made.fs)
    inside = (frequency >= 8) & (frequency <= 12)
    power = 2 * np.sum(np.abs(np.fft.rfft(made.x)[:, inside]) ** 2, axis=1) / made.x.shape[1] ** 2
    np.testing.assert_allclose(power, made.spectrum.band_power(8, 12), rtol=4 / np.sqrt(4 * 300))


def test_command_writes_table_and_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(envelope, "recordings", lambda: iter(()))
    monkeypatch.setattr(envelope, "measure", lambda rhythm, **_: measure(rhythm, (RECOMMENDED, "FIR"), (0.0, 0.1)))
    envelope.main(["--seeds", "1", "--snr", "3", "--duration", "60", "--out", str(tmp_path / "table")])
    assert "sampling interval" in capsys.readouterr().out
    lines = (tmp_path / "table.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("signal,target,method,delay_ms,median")
    # Two delays of: two methods and three bounds; of bursts also the methods, and offline analysis, by the latent.
    assert len(lines) == 1 + 2 * (5 + 5 + 3)
    assert (tmp_path / "table.png").stat().st_size > 10_000
    with pytest.raises(SystemExit):
        envelope.main(["--seeds", "0"])


def test_measures_leave_the_baseline_out() -> None:
    rhythm = gaussian(10.0, [1], 90.0)
    spoiled = replace(rhythm, latent=np.where(np.arange(rhythm.x.shape[1]) < 29 * rhythm.fs, 1e6, rhythm.offline()))
    rows = measure(spoiled, ("FIR",), (0.1,))
    assert _row(rows, "FIR", 0.1, "latent").median == pytest.approx(_row(rows, "FIR", 0.1).median, abs=1e-12)
