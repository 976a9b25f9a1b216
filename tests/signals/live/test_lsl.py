"""LSL over loopback: the streams come from other processes, with plain code of MNE-LSL."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from neurosim.core.errors import StreamError, UserError
from neurosim.core.spec import Float
from neurosim.session import read_session, simulate
from neurosim.session.result import Result
from neurosim.session.tick import Sink, Tick
from neurosim.signals.asked import asked_source

from .conftest import LOOPBACK, Run

pytest.importorskip("mne_lsl", reason="needs the extra 'lsl'")
pytestmark = pytest.mark.timeout(120)

FS = 128.0
#: Channel 0 counts, channel 1 is a rhythm in noise; stamps are regular, so that a loaded machine makes no gap.
SEND = """
name, source_id, start, n, waits = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5] == "1"
info = StreamInfo(name, "EEG", 2, 128.0, "float64", source_id)
info.set_channel_names(["Fp1", "O1"])
info.set_channel_types("eeg")
info.set_channel_units("microvolts")
outlet = StreamOutlet(info)
print("ready", flush=True)
if waits:
    outlet.wait_for_consumers(60)
t0 = local_clock()
noise = np.random.default_rng(start + 1)
for first in range(start, start + n, 16):
    index = np.arange(first, first + 16)
    alpha = 10 * np.sin(2 * np.pi * 10 * index / 128) + noise.normal(0, 4, 16)
    time.sleep(max(0.0, t0 + (first - start + 16) / 128 - local_clock()))
    outlet.push_chunk(np.stack([index / 16.0, alpha], axis=1), timestamp=t0 + (first - start + 15) / 128)
if sys.argv[6:] == ["stay"]:
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _loopback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "mine.cfg"
    config.write_text(LOOPBACK, encoding="utf-8")
    monkeypatch.setenv("LSLAPICFG", str(config))


def counted(result: Result) -> Float:
    return np.asarray(result.samples()[0] * 16.0)


def of_kind(result: Result, *kinds: str) -> list[tuple[str, float, float]]:
    return [(e.kind, e.onset_s, e.duration_s) for e in result.events if e.kind in kinds]


@pytest.mark.parametrize("source_id", ["", "cap-1"])
def test_a_stream_of_another_process_trains_a_session_sample_by_sample(name: str, other: Run, source_id: str) -> None:
    other(SEND, name, source_id, 0, 4096, 1)
    result = simulate("alpha_up", source=asked_source(f"lsl:{name}:gap_s=5"), duration_s=12.0, seed=1)
    assert result.completed
    assert result.source == f"lsl:{name}"
    spec = result.streams["eeg"]
    assert (spec.fs, spec.ch_names, spec.unit) == (FS, ("Fp1", "O1"), "uV")
    got = counted(result)
    assert got.size == 12 * FS
    np.testing.assert_array_equal(got, got[0] + np.arange(got.size))
    assert not of_kind(result, "gap", "silence", "duplicate")
    assert result.features.valid.mean() > 0.5


class _After(Sink):
    """Counts the samples that count from a number on."""

    def __init__(self, number: float) -> None:
        self._number, self.n_after = number, 0

    def write(self, tick: Tick) -> None:
        self.n_after += int((tick.samples["eeg"][0] * 16.0 >= self._number).sum())


@pytest.mark.parametrize("source_id", ["", "cap-2"])
def test_an_outlet_that_is_stopped_and_started_again(name: str, other: Run, source_id: str) -> None:
    """What comes before and after is all there and in order; between is a gap, marked and not trusted."""
    first = other(SEND, name, source_id, 0, 1024, 1)

    def restart() -> bool:
        if first.poll() is not None and not started:
            started.append(True)
            other(SEND, name, source_id, 100_000, 4096, 0)
        return seen.n_after >= 200

    started: list[bool] = []
    seen = _After(100_000.0)
    source = asked_source(f"lsl:{name}:gap_s=1:patience_s=60")
    result = simulate("alpha_up", source=source, seed=1, stop=restart, sinks=lambda session: [seen])
    got = counted(result)
    given = got[np.isfinite(got)]
    breaks = np.flatnonzero(np.diff(given) != 1.0)
    assert len(breaks) == 1
    before, after = given[: breaks[0] + 1], given[breaks[0] + 1 :]
    assert before[-1] == 1023.0  # the last that was sent
    assert after[0] >= 100_000.0
    assert after.size >= 200
    (gap,) = of_kind(result, "gap")
    assert gap[1] == pytest.approx(before.size / FS, abs=1e-6)
    assert gap[2] == pytest.approx(np.isnan(got).sum() / FS, abs=1e-6)
    table = result.features
    inside = (table.time_s > gap[1]) & (table.time_s < gap[1] + gap[2] - 0.05)
    assert not table.valid[inside].any()


def test_markers_of_another_stream_are_events(name: str, other: Run) -> None:
    other(
        """
info = StreamInfo(sys.argv[1], "Markers", 1, 0.0, "string", "")
outlet = StreamOutlet(info)
print("ready", flush=True)
outlet.wait_for_consumers(60)
for k in range(40):
    outlet.push_sample([f"trial {k}"])
    time.sleep(0.5)
""",
        f"{name}-marks",
    )
    other(SEND, name, "", 0, 4096, 1)
    result = simulate("alpha_up", source=asked_source(f"lsl:{name}:gap_s=5:markers={name}-marks"), duration_s=5, seed=1)
    marks = [e for e in result.events if e.kind == "marker" and e.onset_s > 0.0]
    assert len(marks) >= 4
    numbers = [int(e.text.removeprefix("trial ")) for e in marks]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_a_name_that_is_not_there_ends_with_what_is(name: str, other: Run) -> None:
    other(SEND, name, "", 0, 16, 1)
    with pytest.raises(StreamError) as error:
        simulate("alpha_up", source=asked_source(f"lsl:{name}x:wait_s=0.5"), seed=1)
    assert f"lsl:{name}x: no stream of this name came in 0.5 s" in str(error.value)
    assert name in str(error.value).partition(";")[2]


def test_a_stream_that_stops_ends_in_one_line_and_keeps_what_was_recorded(
    name: str, other: Run, tmp_path: Path
) -> None:
    other(SEND, name, "cap-3", 0, 512, 1, "stay")
    with pytest.raises(StreamError) as error:
        simulate("alpha_up", source=asked_source(f"lsl:{name}:patience_s=4"), seed=1, out=tmp_path / "kept")
    assert len(str(error.value).splitlines()) == 1
    assert "has given nothing for 4 s; it is there and sends nothing" in str(error.value)
    kept = read_session(tmp_path / "kept")
    assert "silence" in set(kept.events["trial_type"])
    # Whole ticks of 4 samples are recorded: the last that was given whole is there.
    assert kept.samples().shape == (2, len(kept.features) * 2)
    assert len(kept.features) >= 2 * 64


def test_a_stream_that_comes_back_with_other_channels_is_told(name: str, other: Run) -> None:
    sending = other(SEND, name, "cap-4", 0, 256, 1)

    def swap() -> bool:
        if sending.poll() is not None and not swapped:
            swapped.append(True)
            other(
                'i = StreamInfo(sys.argv[1], "EEG", 5, 128.0, "float64", "cap-4")\noutlet = StreamOutlet(i)\n'
                'print("ready", flush=True)\ntime.sleep(60)\n',
                name,
            )
        return False

    swapped: list[bool] = []
    with pytest.raises(StreamError, match=r"a stream of this name is there with 5 channels of float64, it had 2"):
        simulate("alpha_up", source=asked_source(f"lsl:{name}:patience_s=6"), seed=1, stop=swap)


def test_samples_that_are_no_numbers_are_not_trusted_and_do_not_end_it(name: str, other: Run) -> None:
    broken = SEND.replace("outlet.push_chunk(", "alpha[3:6] = [np.nan, np.inf, -np.inf]\n    outlet.push_chunk(")
    other(broken, name, "", 0, 4096, 1)
    result = simulate("alpha_up", source=asked_source(f"lsl:{name}:gap_s=5"), duration_s=4.0, seed=1)
    assert result.completed
    assert np.isfinite(result.features.alpha).all()
    broken_at = np.flatnonzero(np.isnan(result.samples()[1])) / FS
    assert broken_at.size > 20
    table = result.features
    assert not table.valid[np.searchsorted(table.time_s, broken_at, side="right") - 1].any()


def test_text_and_a_stream_without_a_rate_are_refused_with_the_remedy(name: str, other: Run) -> None:
    code = """
one = StreamOutlet(StreamInfo(sys.argv[1] + "t", "Markers", 1, 0.0, "string", ""))
two = StreamOutlet(StreamInfo(sys.argv[1] + "r", "EEG", 1, 0.0, "float32", ""))
print("ready", flush=True)
time.sleep(60)
"""
    other(code, name)
    with pytest.raises(StreamError, match="gives text and no samples; as events it is asked for by markers="):
        simulate("alpha_up", source=asked_source(f"lsl:{name}t"), seed=1)
    with pytest.raises(StreamError, match="has no sampling rate; give it as fs="):
        simulate("alpha_up", source=asked_source(f"lsl:{name}r"), seed=1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lsl", "source 'lsl': stream: is missing"),
        ("lsl:a:gap=2", "source 'lsl': gap: unknown key; did you mean 'gap_s'?"),
        ("lsl:a:gap_s=soon", "source 'lsl': gap_s: must be a number, got 'soon'"),
    ],
)
def test_what_is_asked_wrongly_is_told_with_its_place(text: str, message: str) -> None:
    with pytest.raises(UserError) as error:
        asked_source(text)
    assert message in str(error.value)


def test_players_of_mne_lsl_are_peers(name: str, other: Run, tmp_path: Path) -> None:
    """`PlayerLSL` plays an MNE file in volts; the session has it in microvolts."""
    import mne

    rng = np.random.default_rng(1)
    info = mne.create_info(["Fp1", "O1"], FS, "eeg")
    raw = mne.io.RawArray(1e-6 * np.rint(rng.normal(0.0, 30.0, (2, 40 * int(FS)))), info, verbose="error")
    raw.save(tmp_path / "played_raw.fif", verbose="error")
    other(
        """
from mne_lsl.player import PlayerLSL
player = PlayerLSL(sys.argv[2], chunk_size=16, name=sys.argv[1], n_repeat=10)
player.start()
print("ready", flush=True)
time.sleep(60)
""",
        name,
        tmp_path / "played_raw.fif",
    )
    result = simulate("alpha_up", source=asked_source(f"lsl:{name}:gap_s=5"), duration_s=6.0, seed=1)
    got = result.samples()
    played = np.rint(1e6 * raw.get_data())
    start = int(np.argmin(np.abs(played[:, :, None] - got[:, None, :1]).sum(axis=(0, 2))))
    several = np.concatenate([played, played], axis=1)[:, start : start + got.shape[1]]
    np.testing.assert_allclose(got, several, atol=0.0313)  # float32 of a file in volts, and half a step
