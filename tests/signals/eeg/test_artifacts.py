"""What disturbs the EEG: sizes, places, spectra (SciPy), and the laws. Numbers are from models.md 1.4."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import signal, stats

from neurosim.core.drive import EVENTS, Drive, DriveEvent
from neurosim.core.errors import ConfigError
from neurosim.core.timeline import TickGrid
from neurosim.signals import EEG, Body
from neurosim.signals.body.events import NO_ARTIFACTS
from neurosim.signals.body.tables import read_table
from neurosim.signals.eeg.artifacts import KINDS, blink_shape
from neurosim.signals.eeg.mixing import SENSORS_1020, sphere_mixing
from neurosim.signals.eeg.topography import Scalp
from neurosim.testing import check_source

Float = NDArray[np.float64]
FS = 256.0
SILENT = EEG(psd_at_1hz_open=1e-12, psd_at_1hz_closed=1e-12, rhythms={})


def play(
    events: Sequence[DriveEvent],
    duration_s: float,
    eeg: EEG = SILENT,
    update_interval_s: float = 0.5,
    subjects: tuple[int, ...] | None = None,
    piece: int | None = None,
    mains_hz: float = 50.0,
    seed: int = 1,
) -> Float:
    """Return the EEG ``(*batch, channel, time)`` with some events in it."""
    grid = TickGrid(update_interval_s)
    batch = () if subjects is None else (len(subjects),)
    source = Body(eeg=eeg, mains_hz=mains_hz).prepare(grid, seed, subjects or (0,), batch)
    source.select({"eeg"}, {event.kind for event in events})
    source.piece = piece
    ticks = []
    for k in range(grid.n_ticks(duration_s)):
        now = [e for e in events if grid.start_s(k) <= e.onset_s < grid.start_s(k + 1)]
        ticks.append(source.generate(k, Drive(events=tuple(now)))["eeg"])
    return np.concatenate(ticks, axis=-1)


def at(name: str) -> int:
    return SENSORS_1020.index(name)


def rms_by_sensor(x: Float) -> dict[str, float]:
    return dict(zip(SENSORS_1020, np.sqrt((x**2).mean(axis=-1)).tolist(), strict=True))


def test_every_artifact_of_the_eeg_is_drawn() -> None:
    elsewhere = {"ectopic_beat", "missed_beat", "extra_beat", "ppg_motion", "ecg_in_emg", "detached_thermistor"}
    assert set(KINDS) == set(EVENTS) - elsewhere - set(NO_ARTIFACTS)


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        ("blink", 50, 200), ("saccade", 20, 100), ("jaw_clench", 5, 50), ("forehead_tension", 5, 50),
        ("mains", 0.5, 20), ("electrode_pop", 50, 500), ("heartbeat", 1, 5),
    ],
)  # fmt: skip
def test_typical_sizes_are_as_published(kind: str, low: float, high: float) -> None:
    """The median, and one event in six each way."""
    row = next(row for row in read_table("events") if row["event"] == kind)
    median, spread = float(row["amplitude"]), np.exp(float(row["spread_ln"]))
    assert low <= median / spread
    assert median * spread <= high


def test_blink_is_largest_at_the_forehead() -> None:
    """1 at Fp1, about 0.35 at F3, 0.1 at C3, 0.02 at O1; 0.3 to 0.4 s long."""
    gain = dict(zip(SENSORS_1020, Scalp(sphere_mixing(), SENSORS_1020).blink, strict=True))
    assert gain["Fp1"] > 0.98
    assert gain["F3"] == pytest.approx(0.35, abs=0.05)
    assert gain["C3"] == pytest.approx(0.10, abs=0.02)
    assert gain["O1"] == pytest.approx(0.02, abs=0.01)
    x = play([DriveEvent("blink", 0.25, 120.0)], 1.0)[at("Fp1")]
    assert x.max() == pytest.approx(120.0 * gain["Fp1"], rel=0.01)
    assert np.count_nonzero(x > 1.0) / FS == pytest.approx(0.37, abs=0.05)
    assert blink_shape(np.array([-0.01, 0.12, 0.41])).tolist() == [0.0, 1.0, 0.0]


def test_blink_rises_faster_than_it_falls_and_can_be_long() -> None:
    usual, long = (play([DriveEvent("blink", 0.0, 100.0, s)], 2.0)[at("Fp2")] for s in (0.4, 0.8))
    assert np.argmax(usual) / FS == pytest.approx(0.12, abs=0.01)
    assert np.argmax(long) / FS == pytest.approx(0.24, abs=0.01)
    assert np.count_nonzero(long > 50.0) == pytest.approx(2 * np.count_nonzero(usual > 50.0), abs=2)


@pytest.mark.parametrize("size", [40.0, -40.0])
def test_saccade_has_two_signs_and_is_forgotten(size: float) -> None:
    """Opposite at F7 and F8, nothing at the midline, small at the back; decay by an AC amplifier of 0.5 to 1 s."""
    x = play([DriveEvent("saccade", 0.5, size)], 6.0)
    top = round(0.6 * FS)
    assert x[at("F8"), top] == pytest.approx(0.88 * size, rel=0.05)  # a part has been forgotten
    assert x[at("F7"), top] == pytest.approx(-0.88 * size, rel=0.05)
    assert abs(x[at("Fz"), top]) < 0.05 * abs(size)
    assert np.abs(x[[at("O1"), at("O2"), at("Pz")], top]).max() < 0.05 * abs(size)
    late = np.arange(round(0.7 * FS), round(2.5 * FS))
    tau_s = -1.0 / (np.polyfit(late / FS, np.log(np.abs(x[at("F8"), late])), 1)[0])
    assert 0.5 < tau_s < 1.0
    assert np.abs(x[:, -1]).max() < 0.2


def test_saccade_starts_with_a_spike_potential() -> None:
    """20 ms, negative at the front and nearly the same on both sides: it is what is left of the sum of F7 and F8."""
    x = play([DriveEvent("saccade", 0.5, 40.0)], 2.0)
    both = x[at("F7")] + x[at("F8")]
    lasting = np.flatnonzero(both < both.min() / 10)
    assert both.min() < -2.0
    assert (np.ptp(lasting) + 1) / FS == pytest.approx(0.02, abs=0.008)


@pytest.mark.parametrize(
    ("kind", "places", "neighbours", "far"),
    [
        ("jaw_clench", ("T7", "T8"), ("F7", "F8", "P7", "P8"), ("Cz", "Pz", "Fz", "O1")),
        ("forehead_tension", ("Fp1", "Fp2"), ("F7", "F8", "F3", "F4"), ("Cz", "Pz", "O1", "T7")),
    ],
)
def test_muscles_have_their_place(
    kind: str, places: tuple[str, ...], neighbours: tuple[str, ...], far: tuple[str, ...]
) -> None:
    """The amplitude is the rms over the muscle, and falls off from there."""
    x = play([DriveEvent(kind, 1.0, 30.0, 20.0)], 22.0)
    during, after = x[:, 512:5120], x[:, 5376:]
    rms = rms_by_sensor(during)
    for name in places:
        assert rms[name] == pytest.approx(30.0, rel=0.05)
    assert all(0.15 * 30 < rms[name] < 0.5 * 30 for name in neighbours)
    assert all(rms[name] < 0.12 * 30 for name in far)
    assert np.abs(after).max() < 1e-3
    # Two muscles; those of the forehead lie side by side.
    assert abs(np.corrcoef(during[at(places[0])], during[at(places[1])])[0, 1]) < (0.2 if kind == "jaw_clench" else 0.7)


def test_muscles_have_the_spectrum_of_surface_emg() -> None:
    """models.md 3.1, Stulen & De Luca: median 95 Hz (row 23: 60 to 100 Hz), little of it below 20 Hz."""
    eeg = SILENT.model_copy(update={"fs": 1024.0, "ch_names": ("T7",)})
    x = play([DriveEvent("jaw_clench", 0.0, 30.0, 60.0)], 60.0, eeg)[0]
    frequency, psd = signal.welch(x, 1024.0, nperseg=1024)
    share = np.cumsum(psd) / psd.sum()
    assert 60.0 < np.interp(0.5, share, frequency) < 100.0
    assert np.interp(20.0, frequency, share) < 0.05
    wanted = frequency**2 / (frequency**2 + 60.0**2) / (frequency**2 + 120.0**2) ** 2
    band = (frequency >= 15) & (frequency <= 300)
    ratio_db = 10 * np.log10(psd[band] / wanted[band])
    assert np.std(ratio_db) < 1.0


def test_jaw_reaches_the_band_of_alpha() -> None:
    """Goncharova et al. 2003: muscles disturb even 8 to 13 Hz; by the formula 9 % of the density at 80 Hz."""
    x = play([DriveEvent("jaw_clench", 0.0, 30.0, 60.0)], 60.0)[at("T7")]
    frequency, psd = signal.welch(x, FS, nperseg=512)
    alpha, band = (psd[(frequency >= low) & (frequency <= high)].mean() for low, high in ((8, 12), (70, 90)))
    assert 0.04 < alpha / band < 0.2


def test_muscle_has_the_length_of_its_event_and_no_edge() -> None:
    x = play([DriveEvent("jaw_clench", 1.0, 30.0, 0.5)], 3.0)[at("T7")]
    on = np.flatnonzero(np.abs(x) > 1.0) / FS
    assert 1.0 <= on.min() < 1.05
    assert 1.45 < on.max() <= 1.5


@pytest.mark.parametrize("mains_hz", [50.0, 60.0])
def test_mains_is_a_line_with_a_third_harmonic(mains_hz: float) -> None:
    """0.5 to 20 uV at every electrode, unlike in strength; nothing beside the lines."""
    eeg = SILENT.model_copy(update={"fs": 512.0})
    x = play([DriveEvent("mains", 0.0, 3.0, 60.0)], 11.0, eeg, mains_hz=mains_hz)[:, 512:-512]
    spectrum = np.abs(np.fft.rfft(x * np.hanning(x.shape[-1]), axis=-1)) * 4.0 / x.shape[-1]
    frequency = np.fft.rfftfreq(x.shape[-1], 1 / 512)
    line, third = (spectrum[:, np.argmin(np.abs(frequency - k * mains_hz))] for k in (1, 3))
    assert np.median(line) == pytest.approx(3.0, rel=0.3)
    assert np.all((line > 0.5) & (line < 20.0))
    assert third / line == pytest.approx(0.2, rel=0.05)
    elsewhere = (np.abs(frequency - mains_hz) > 2) & (np.abs(frequency - 3 * mains_hz) > 2)
    assert spectrum[:, elsewhere].max() < 1e-3


def test_what_a_slow_amplifier_cannot_see_is_not_there() -> None:
    """No alias: the third harmonic of 50 Hz at 256 Hz would stand at 106 Hz, the line at 64 Hz would stand at 14 Hz."""
    x = play([DriveEvent("mains", 0.0, 3.0, 60.0)], 9.0)[at("Cz"), 256:]
    frequency, psd = signal.welch(x, FS, nperseg=512)
    assert psd[np.argmin(np.abs(frequency - 106))] < 1e-6 * psd.max()
    slow = SILENT.model_copy(update={"fs": 64.0})
    assert np.abs(play([DriveEvent("mains", 0.0, 3.0, 60.0)], 2.0, slow)).max() < 1e-3


def test_electrode_pop_hits_the_sensor_that_is_named() -> None:
    """A jump that settles with 0.3 to 2 s, at one electrode."""
    taus = []
    for seed in range(12):
        x = play([DriveEvent("electrode_pop", 1.0, 150.0, where="p4")], 4.0, seed=seed)
        others = np.delete(x, at("P4"), axis=0)
        assert np.abs(others).max() < 1e-3
        assert x[at("P4"), 256] == pytest.approx(150.0, abs=0.1)
        assert np.abs(x[at("P4"), :256]).max() < 1e-3
        taus.append(-1.0 / np.polyfit(np.arange(256) / FS, np.log(x[at("P4"), 256:512]), 1)[0])
    assert 0.3 <= min(taus) < 0.7
    assert 1.0 < max(taus) <= 2.0


def test_electrode_pop_is_settled_before_it_is_forgotten() -> None:
    """No step where it ends: over the whole of its tail two samples differ by what its slowest decay gives."""
    for seed in range(12):
        x = play([DriveEvent("electrode_pop", 1.0, 150.0, where="P4")], 11.0, seed=seed)[at("P4")]
        assert np.abs(np.diff(x[257:])).max() < 150.0 / (0.3 * FS) * 1.05
        assert np.abs(np.diff(x[6 * 256 :])).max() < 0.1
        assert abs(x[-1]) < 1e-3


@pytest.mark.parametrize("kind", ["electrode_pop", "loose_electrode", "flat_electrode"])
def test_any_sensor_may_be_the_one(kind: str) -> None:
    """Without a name it is one sensor, another one for each subject and each time."""
    size = 50.0
    events = [DriveEvent(kind, 0.5 + k, size, 0.5) for k in range(2)]
    x = play(events, 3.0, subjects=tuple(range(30)))
    hit = []
    for k in range(2):
        moved = np.abs(x[:, :, round((0.5 + k) * FS) : round((1.0 + k) * FS)]).max(axis=-1)
        before = np.abs(x[:, :, round((0.5 + k) * FS) - 1])
        hit.append(np.argmax(moved - before, axis=1))
    assert len(set(hit[0])) > 10
    assert np.mean(hit[0] == hit[1]) < 0.3


def test_a_sensor_that_is_not_recorded_disturbs_nothing_and_an_unknown_one_is_named() -> None:
    eeg = SILENT.model_copy(update={"ch_names": ("Cz",)})
    assert np.abs(play([DriveEvent("electrode_pop", 0.1, 150.0, where="O1")], 1.0, eeg)).max() < 1e-3
    with pytest.raises(ConfigError, match="did you mean 'PO7'"):
        play([DriveEvent("electrode_pop", 0.1, 150.0, where="PO77")], 1.0, eeg)


def test_drift_is_slow_and_each_electrode_has_its_own() -> None:
    """Below 0.1 Hz, tens of uV; independent between electrodes, and Gaussian."""
    eeg = SILENT.model_copy(update={"fs": 32.0})
    x = play([DriveEvent("drift", 0.0, 20.0, np.inf)], 1200.0, eeg, update_interval_s=8.0)
    assert x.std(axis=-1) == pytest.approx(np.full(19, 20.0), rel=0.2)
    assert x.std() == pytest.approx(20.0, rel=0.05)
    frequency, psd = signal.welch(x, 32.0, nperseg=4096)
    assert psd[:, frequency <= 0.1].sum() / psd.sum() > 0.95
    among = np.asarray(np.corrcoef(x))[np.triu_indices(19, 1)]
    assert np.abs(among).max() < 0.35
    many = play([DriveEvent("drift", 0.0, 20.0, np.inf)], 300.0, eeg, 8.0, subjects=tuple(range(20)))
    assert stats.kstest(many[:, :, 512::512].ravel() / 20.0, "norm").pvalue > 0.01


def test_heartbeat_is_a_picture_of_the_heart() -> None:
    """1 to 5 uV with each R wave, positive on the left and negative on the right; R waves found in the ECG by SciPy."""
    source = Body(eeg=SILENT).prepare(TickGrid(0.5), 1, (0,), ())
    source.select({"eeg", "ecg"}, {"heartbeat"})
    drive = Drive(events=(DriveEvent("heartbeat", 0.0, 3.0, np.inf),))
    ticks = [source.generate(k, drive if k == 0 else Drive()) for k in range(120)]
    x, ecg = (np.concatenate([tick[name] for tick in ticks], axis=-1) for name in ("eeg", "ecg"))
    fs = source.specs["ecg"].fs
    beats_s = signal.find_peaks(ecg[0], height=0.6 * ecg[0].max(), distance=0.3 * fs)[0][2:-2] / fs
    assert 45 < beats_s.size < 90
    averages = np.mean([x[:, round(at_s * FS) - 25 : round(at_s * FS) + 120] for at_s in beats_s], axis=0)
    left, right = averages[at("T7")], averages[at("C4")]
    assert left.max() == pytest.approx(3.0, rel=0.15)
    assert right.min() == pytest.approx(-3.0, rel=0.2)
    assert abs(np.argmax(left) - 25) <= 1  # with the R wave of the ECG, to a sample
    t_wave = left[25 + round(0.2 * FS) : 25 + round(0.4 * FS)].max()
    assert t_wave == pytest.approx(0.75, rel=0.1)


def test_loose_electrode_loses_its_signal_to_hum_and_swings() -> None:
    eeg = EEG(ch_names=("Cz", "Pz"))
    plain, loose = play([], 40.0, eeg), play([DriveEvent("loose_electrode", 2.0, 60.0, 36.0, "Pz")], 40.0, eeg)
    np.testing.assert_array_equal(loose[0], plain[0])
    during = slice(round(3 * FS), round(37 * FS))
    frequency, psd = signal.welch(loose[1, during], FS, nperseg=1024)
    _, before = signal.welch(plain[1, during], FS, nperseg=1024)
    middle, hum, slow = (frequency > 4) & (frequency < 40), (frequency > 49) & (frequency < 51), frequency < 1
    assert np.median(psd[middle] / before[middle]) == pytest.approx(0.3**2, rel=0.2)
    assert np.trapezoid(psd[hum], frequency[hum]) == pytest.approx((0.5 * 60.0) ** 2 / 2, rel=0.1)
    assert psd[slow].mean() > 10 * before[slow].mean()


def test_flat_electrode_is_constant() -> None:
    eeg = EEG(ch_names=("Cz", "Pz"))
    plain, flat = play([], 3.0, eeg), play([DriveEvent("flat_electrode", 1.0, 0.0, 1.0, "Pz")], 3.0, eeg)
    assert np.all(flat[1, 256:512] == 0.0)
    for rows in (slice(0, 256), slice(512, None)):
        np.testing.assert_array_equal(flat[:, rows], plain[:, rows])
    np.testing.assert_array_equal(flat[0], plain[0])


def test_an_event_of_one_subject_leaves_the_others_alone() -> None:
    for kind in KINDS:
        event = DriveEvent(kind, 0.25, 50.0, 1.5, subject=1)
        x = play([event], 2.5, subjects=(4, 9, 2))
        assert np.abs(x[[0, 2]]).max() < 1e-3, kind
        assert np.abs(x[1]).max() > 1.0, kind


def test_any_cut_and_any_company_gives_the_same_bits() -> None:
    """Laws 1 and 2 with every kind at once, overlapping, some over several ticks."""
    eeg = EEG(ch_names=("Fp1", "F8", "T7", "Cz", "O1"))
    events = [DriveEvent(kind, 0.3 + 0.13 * i, 50.0, 1.1) for i, kind in enumerate(KINDS)]
    events += [DriveEvent("electrode_pop", 2.2, -80.0, 0.5, "T7"), DriveEvent("saccade", 2.2, -30.0, 0.5)]
    whole = play(events, 8.0, eeg, 8.0)
    for interval_s in (1.0, 1 / 8, 1 / 500):
        np.testing.assert_array_equal(play(events, 8.0, eeg, interval_s), whole, err_msg=f"ticks of {interval_s} s")
    for piece in (1, 7, 64):
        np.testing.assert_array_equal(play(events, 8.0, eeg, piece=piece), whole, err_msg=f"pieces of {piece}")
    together = play(events, 8.0, eeg, subjects=(5, 0, 17))
    np.testing.assert_array_equal(together[1], whole)
    np.testing.assert_array_equal(play(events, 8.0, eeg, 8.0, subjects=(17,)), together[2:])


def test_the_order_in_which_events_come_does_not_matter() -> None:
    events = [DriveEvent(kind, 0.3, 50.0, 1.1) for kind in KINDS]
    np.testing.assert_array_equal(play(events, 2.0), play(events[::-1], 2.0))


def test_laws_with_typical_artifacts() -> None:
    check_source(Body(eeg=EEG(ch_names=("Fp1", "T7", "O1")), artifacts="typical"))
