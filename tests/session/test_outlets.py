"""What others get of a session: LSL in another process with plain code, OSC at a socket."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neurosim.core.errors import ConfigError
from neurosim.session import simulate
from neurosim.session.outlets import Outlets

pytestmark = pytest.mark.timeout(180)
SESSION_S = 8.0

RECEIVE = """
import json, sys, time
import numpy as np
from mne_lsl.lsl import StreamInlet, resolve_streams
name, n, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
inlets = {}
for stream in ("eeg", "features", "feedback", "markers"):
    found, until = [], time.monotonic() + 60
    while not found and time.monotonic() < until:
        found = resolve_streams(1.0, name=f"{name}-{stream}", minimum=1)
    inlets[stream] = StreamInlet(found[0], max_buffered=600)
for stream in ("markers", "features", "feedback", "eeg"):  # those the session waits for last
    inlets[stream].open_stream(20)
info = inlets["eeg"].get_sinfo(10)
about = {"names": info.get_channel_names(), "types": info.get_channel_types(), "units": info.get_channel_units(),
         "fs": info.sfreq, "type": info.stype, "xml": info.as_xml}
got, marks, until = {s: [] for s in inlets}, [], time.monotonic() + 60
stamps = []
while sum(map(len, got["eeg"])) < n and time.monotonic() < until:
    for stream, inlet in inlets.items():
        rows, times = inlet.pull_chunk(0.02, 512)
        if stream == "markers":
            marks += [row[0] for row in rows]
        elif len(times):
            got[stream].append(np.array(rows))
            if stream == "eeg":
                stamps.append(np.array(times))
time.sleep(0.5)
marks += [row[0] for row in inlets["markers"].pull_chunk(0.5, 512)[0]]
arrays = {s: np.concatenate(rows) for s, rows in got.items() if rows}
np.savez(out, stamps=np.concatenate(stamps), **arrays)
print(json.dumps({"about": about, "marks": marks}), flush=True)
"""


@pytest.fixture(autouse=True)
def loopback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "mine.cfg"
    config.write_text("[multicast]\nResolveScope = machine\n[lab]\nKnownPeers = {127.0.0.1}\n[log]\nlevel = -3\n")
    monkeypatch.setenv("LSLAPICFG", str(config))


def received(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, _ = process.communicate(timeout=90)
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return found


def test_another_process_receives_every_sample_in_order_with_all_that_is_said_of_it(tmp_path: Path) -> None:
    pytest.importorskip("mne_lsl", reason="needs the extra 'lsl'")
    from neurosim.session.lsl import LSLOutlet
    from neurosim.session.session import Session

    name, n = f"test-{uuid.uuid4().hex[:12]}", int(SESSION_S * 256)
    receiver = subprocess.Popen([sys.executable, "-c", RECEIVE, name, str(n), str(tmp_path / "got.npz")],
                                stdout=subprocess.PIPE, text=True)  # fmt: skip
    opened: list[LSLOutlet] = []

    def watch(session: Session) -> list[LSLOutlet]:
        opened.append(LSLOutlet(session, name))
        assert opened[0].wait(60.0)
        time.sleep(2.0)  # the other three are subscribed to first
        return opened

    try:
        result = simulate("alpha_up", seed=1, duration_s=SESSION_S, sinks=watch, speed=2.0)
        told = received(receiver)
    finally:
        receiver.kill()
    about, got = told["about"], np.load(tmp_path / "got.npz")
    np.testing.assert_array_equal(got["eeg"].T, result.samples())
    np.testing.assert_allclose(np.diff(got["stamps"]), 1 / 256, atol=1e-6)
    table = result.features
    np.testing.assert_array_equal(got["features"][:, 0], table.alpha[: len(got["features"])])
    np.testing.assert_array_equal(got["feedback"][:, 2], table.shown[: len(got["feedback"])])
    spec = result.streams["eeg"]
    assert about["names"] == list(spec.ch_names)
    assert about["units"] == ["microvolts"] * spec.n_channels
    assert (about["fs"], about["type"], set(about["types"])) == (256.0, "EEG", {"EEG"})
    assert about["xml"].count("<location>") == spec.n_channels
    blocks = [f"block: {block.name}" for block in result.protocol.blocks]
    assert [mark for mark in told["marks"] if mark.startswith("block")] == blocks
    assert told["marks"].count("reward") == result.n_rewards > 0
    assert set(opened[0].streams) == {f"{name}-{s}" for s in ("eeg", "features", "feedback", "markers")}


def test_stream_lsl_of_mne_lsl_is_a_peer_of_the_command(tmp_path: Path) -> None:
    """`neurosim stream` in a process of its own; `StreamLSL` finds channels, units and the alpha rhythm."""
    pytest.importorskip("mne_lsl", reason="needs the extra 'lsl'")
    name = f"test-{uuid.uuid4().hex[:12]}"
    command = [sys.executable, "-m", "neurosim", "stream", "adult", "--name", name, "--signals", "eeg", "--seed", "1",
               "--wait", "60", "--duration", "60"]  # fmt: skip
    streaming = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert streaming.stdout is not None
        assert streaming.stdout.readline().startswith(f"{name}-eeg: 19 channels, 256 Hz")
        code = (
            "import sys, time\nimport numpy as np\nfrom mne_lsl.stream import StreamLSL\n"
            "stream = StreamLSL(6.0, name=sys.argv[1]).connect(timeout=60)\n"
            "while stream.n_new_samples < 6 * 256: time.sleep(0.1)\n"
            "x, _ = stream.get_data()\n"
            "print(stream.ch_names[:3], stream.get_channel_types(unique=True), set(stream.get_channel_units('eeg')),"
            " x.shape, bool(np.isfinite(x).all()), 1.0 < x.std() < 200.0)\n"
        )
        got = subprocess.run([sys.executable, "-c", code, f"{name}-eeg"], capture_output=True, text=True, timeout=120)
        said = got.stdout.splitlines()[-1] if got.stdout else got.stderr
        assert said.startswith("['Fp1', 'Fp2', 'F7'] ['eeg']"), got.stderr
        assert said.endswith("(19, 1536) True True")
        assert "-6" in said  # microvolts
    finally:
        streaming.kill()
        streaming.communicate()


@pytest.fixture
def ear() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        ear.settimeout(1.0)
        yield ear


def heard(ear: socket.socket) -> list[tuple[str, list[Any]]]:
    from pythonosc.osc_message import OscMessage

    messages: list[tuple[str, list[Any]]] = []
    while not messages or messages[-1][0] != "/neurosim/end":
        message = OscMessage(ear.recv(4096))
        messages.append((message.address, message.params))
    return messages


def test_osc_gives_what_the_subject_gets(ear: socket.socket) -> None:
    pytest.importorskip("pythonosc", reason="needs the extra 'osc'")
    address = str(ear.getsockname()[1])
    result = simulate("alpha_up", seed=1, duration_s=12.0, speed=6.0, participant=Outlets(osc=address).participant)
    messages = heard(ear)
    shown = np.array([params[0] for name, params in messages if name == "/neurosim/feedback"])
    np.testing.assert_allclose(shown, result.features.shown, rtol=1e-6)
    value = np.array([params[0] for name, params in messages if name == "/neurosim/value"])
    np.testing.assert_allclose(value, result.features.alpha, rtol=1e-6)  # OSC's floats have 32 bits
    rewards = [params[0] for name, params in messages if name == "/neurosim/reward"]
    assert rewards == list(range(1, result.n_rewards + 1))
    blocks = [tuple(params) for name, params in messages if name == "/neurosim/block"]
    assert blocks == [(b.name, b.kind) for b in result.protocol.blocks]
    assert any(name == "/neurosim/cue" and params[0] for name, params in messages)


def test_a_sealed_session_gives_the_subject_the_feedback_and_tells_nothing_else(
    ear: socket.socket, tmp_path: Path
) -> None:
    pytest.importorskip("pythonosc", reason="needs the extra 'osc'")
    from neurosim.cli.sealing import seal_arm

    key = tmp_path / "key.json"
    seal_arm("real,random", "", key)
    outlets = Outlets(osc=str(ear.getsockname()[1]))
    simulate("alpha_up", seed=1, duration_s=12.0, speed=6.0, blind=key, out=tmp_path / "out",
             participant=outlets.participant)  # fmt: skip
    messages = heard(ear)
    names = {name.removeprefix("/neurosim/") for name, _ in messages}
    assert names == {"feedback", "valid", "block", "cue", "end"}
    assert max(params[0] for name, params in messages if name == "/neurosim/feedback") > 0


@pytest.mark.parametrize("address", ["", "studio", "9000:studio", "localhost:99999", "localhost:0"])
def test_an_address_that_is_none_is_told(address: str) -> None:
    from neurosim.session.osc import parse_address

    with pytest.raises(ConfigError, match="--osc: must be a port, or HOST:PORT"):
        parse_address(address)


def test_what_is_not_installed_is_told_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    from neurosim.core.errors import UserError
    from neurosim.signals.asked import asked_source

    for module in ("mne_lsl.lsl", "mne_lsl", "pythonosc.udp_client", "pythonosc", "brainflow.board_shim", "brainflow"):
        monkeypatch.setitem(sys.modules, module, None)
    asked: list[tuple[str, dict[str, Any]]] = [
        ("lsl", {"source": asked_source("lsl:any")}),
        ("lsl", {"sinks": Outlets(lsl="x").watch}),
        ("osc", {"participant": Outlets(osc="9000").participant}),
        ("brainflow", {"source": asked_source("brainflow:synthetic")}),
    ]
    for extra, options in asked:
        with pytest.raises(UserError, match=rf"python -m pip install 'neurosim\[{extra}\]'"):
            simulate("alpha_up", seed=1, duration_s=1.0, **options)


def test_the_environment_of_others_is_left_alone() -> None:
    assert "LSLAPICFG" in os.environ  # a file of one's own is used as it is
