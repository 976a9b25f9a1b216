"""The command line, as a user types it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import chdir
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from neurosim.cli.app import app
from neurosim.core.dataset import Places, find_session
from neurosim.feedback import TrainingProtocol
from neurosim.session import read_session

Run = subprocess.CompletedProcess[str]


def started(*words: str, cwd: Path, encoding: str = "utf-8") -> Run:
    """Run a command in a process of its own, as a user does."""
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "COLUMNS": "100"}
    return subprocess.run(
        [sys.executable, "-m", "neurosim", *words], cwd=cwd, env=environment, encoding=encoding, errors="strict",
        capture_output=True, timeout=240, check=False,
    )  # fmt: skip


def neurosim(*words: str, cwd: Path) -> Run:
    """Run a command in this process: one of its own takes longer to start than most commands take."""
    with chdir(cwd):
        done = CliRunner(env={"COLUMNS": "100"}).invoke(app, words)
    return Run(words, done.exit_code, done.stdout, done.stderr)


def test_run_prints_one_json_object(tmp_path: Path) -> None:
    done = started("run", "smr_up", "--seed", "1", "--duration", "40", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert (summary["protocol"], summary["source"], summary["seed"]) == ("smr_up", "adult", 1)
    assert (summary["n_ticks"], summary["duration_s"], summary["late_ticks"]) == (2560, 40.0, 0)
    assert 0.0 < summary["reward_rate"] < 1.0
    assert summary["n_rewards"] > 0
    assert [b["name"] for b in summary["blocks"]][:2] == ["baseline", "training 1"]
    assert {"mean_feature", "reward_rate"} <= set(summary["blocks"][1])
    folder = tmp_path / summary["out"]
    results = find_session(folder).results
    assert (results / "summary.png").stat().st_size > 20000
    assert json.loads((results / "summary.json").read_text(encoding="utf-8")) == summary


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        words = ("run", "smr_up", "--seed", "1", "--speed", "max", "--duration", "20", "--out", name)
        assert started(*words, cwd=tmp_path).returncode == 0
    files = [path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {".bdf", ".gz", ".tsv", ".json", ".toml", ".png"}
    for file in files:
        if file.name != "summary.json":  # which names its folder
            assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file


def test_several_sessions_and_subjects(tmp_path: Path) -> None:
    words = ("--subjects", "3", "--sessions", "2", "--sham", "random", "--duration", "10", "--out", "c", "--json")
    done = neurosim("run", "alpha_up", "--update-interval", "0.125", *words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["n_subjects"] == 3
    assert [s["session"] for s in summary["sessions"]] == [1, 2]
    assert json.loads((tmp_path / "c" / "summary.json").read_text(encoding="utf-8")) == summary


def test_a_recording_that_is_shorter_than_the_protocol(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    table = "a,b\n" + "\n".join(f"{x:.3f},0.0" for x in rng.normal(0, 10, 2560))
    (tmp_path / "me.csv").write_text(table, encoding="utf-8")
    (tmp_path / "me.toml").write_text('fs = 128.0\n[[channels]]\nname = "Q"\ncolumn = "a"\n', encoding="utf-8")
    words = ("run", "alpha_up", "--source", "me.csv", "--sidecar", "me.toml", "--json", "--channel", "Q")
    done = neurosim(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["duration_s"] == 20.0
    assert "lasts 20 s" in done.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("run", "alpa_up"), "unknown protocol 'alpa_up'; did you mean 'alpha_up'?"),
        (("run", "alpha_up", "--source", "nowhere.edf"), "nowhere.edf"),
        (("run", "alpha_up", "--sham", "randm"), "unknown sham 'randm'; did you mean 'random'?"),
        (("run", "alpha_up", "--subject", "adlt"), "unknown subject 'adlt'; did you mean 'adult'?"),
        (("run", "alpha_up", "--speed", "-1"), "--speed: must be a number above 0, or max, got '-1'"),
        (("run", "alpha_up", "--duration", "0"), "--duration: must be above 0 s, got 0"),
        (("run", "alpha_up", "--sidecar", "x.toml"), "--sidecar: describes a recording"),
        (("run", "alpha_up", "--subjects", "0"), "--subjects"),
        (("run", "alpha_up", "--update-interval", "7"), "update_interval_s: must be less than or equal to 1, got 7"),
        (("run", "alpha_up", "--out", "taken"), "taken: exists already"),
        (("list", "protocls"), "cannot list 'protocls'; did you mean 'protocols'?"),
        (("check", "nowhere.toml"), "nowhere.toml: no such file"),
        (("run", "alpha_up", "--update-interval", "1e-9"), "update_interval_s: must be greater than or equal to 0.001"),
        (("run", "alpha_up", "--seed", "-1"), "--seed"),
        (("run", "alpha_up", "--duration", "nan"), "--duration: must be above 0 s, got nan"),
        (("run", "alpha_up", "--channel", "Nope", "--duration", "3"), "'Nope' is not in the signal"),
        (("run",), "(see neurosim run --help)"),
        (("walk",), "No such command 'walk' (see neurosim --help)"),
    ],
)
def test_a_users_error_is_one_line_and_status_2(tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine.txt").write_text("precious", encoding="utf-8")
    done = neurosim(*words, cwd=tmp_path)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stderr.startswith("neurosim: ")
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


def _recording(folder: Path, oz: NDArray[np.float64]) -> tuple[str, ...]:
    rng = np.random.default_rng(1)
    rows = np.column_stack([oz, rng.normal(0, 10, oz.size)])
    (folder / "me.csv").write_text("Oz,Fp1\n" + "\n".join(f"{a:g},{b:g}" for a, b in rows), encoding="utf-8")
    (folder / "me.toml").write_text("fs = 128.0\n", encoding="utf-8")
    return "run", "alpha_up", "--source", "me.csv", "--sidecar", "me.toml", "--out", "out"


def test_a_flat_channel_is_named(tmp_path: Path) -> None:
    done = neurosim(*_recording(tmp_path, np.zeros(128 * 20)), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "could be trusted: Oz is flat" in done.stderr
    assert (find_session(tmp_path / "out").results / "summary.png").exists()


def test_a_longer_duration_than_the_recordings_is_cut_to_it(tmp_path: Path) -> None:
    noise = np.random.default_rng(2).normal(0, 10, 128 * 20)
    done = neurosim(*_recording(tmp_path, noise), "--duration", "100", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    blocks = json.loads(done.stdout)["blocks"]
    assert (blocks[-1]["name"], sum(b["duration_s"] for b in blocks)) == ("transfer", 20.0)
    assert "(100 s) are shortened" in done.stderr


def test_a_recording_shorter_than_a_tick(tmp_path: Path) -> None:
    done = started(*_recording(tmp_path, np.ones(1)), cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr == "neurosim: me.csv: is shorter than a tick of 0.015625 s\n"


@pytest.mark.parametrize("duration_s", ["0.001", "0.05"])
def test_the_shortest_sessions(tmp_path: Path, duration_s: str) -> None:
    done = neurosim("run", "alpha_up", "--duration", duration_s, "--out", "o", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["n_ticks"] >= 1
    assert all(block["valid_rate"] == 1.0 for block in summary["blocks"])
    assert (find_session(tmp_path / "o").results / "summary.png").exists()


def test_check_tells_everything_at_once(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        """
name = "mine"
title = "Mine"
purpose = "A test"
colour = "red"
[[features]]
name = "smr"
channels = ["Cz"]
stages = [{ kind = "bandpas", low_hz = 12 }, { kind = "band_power", low_hz = -1, high_hz = 15 }]
[rule]
kind = "operant"
conditions = [{ feature = "smr", threshold = { kind = "fixed" } }]
[[blocks]]
name = "all"
kind = "training"
duration_s = 10
""",
        encoding="utf-8",
    )
    done = started("check", "mine.toml", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "neurosim: mine.toml: features[0].stages[0].kind: unknown stage 'bandpas'; did you mean 'bandpass'?",
        "neurosim: mine.toml: features[0].stages[1].low_hz: must be greater than 0, got -1",
        "neurosim: mine.toml: rule.conditions[0].threshold.value: is missing",
        f"neurosim: mine.toml: colour: unknown key; known: {', '.join(sorted(TrainingProtocol.model_fields))}",
    ]


def test_check_tries_the_protocol_on_a_body(tmp_path: Path) -> None:
    text = """
name = "mine"
title = "Mine"
purpose = "A test"
features = [{ name = "x", channels = ["Cz"], stages = [{ kind = "band_power", low_hz = 100, high_hz = 140 }] }]
rule = { kind = "operant", conditions = [{ feature = "x", threshold = { kind = "fixed", value = 1 } }] }
blocks = [{ name = "all", kind = "training", duration_s = 10 }]
"""
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    done = neurosim("check", "mine.toml", cwd=tmp_path)
    assert done.stderr == ("neurosim: mine.toml: features[0].stages[0].high_hz: must be below fs/2 = 128 Hz, got 140\n")
    (tmp_path / "mine.toml").write_text(text.replace("140", "120"), encoding="utf-8")
    done = neurosim("check", "mine.toml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "mine.toml: ok, a protocol\n")


@pytest.mark.parametrize(
    "kind", ["protocols", "subjects", "stages", "source", "actors", "rules", "thresholds", "shams"]
)
def test_list_names_every_kind_with_its_purpose(tmp_path: Path, kind: str) -> None:
    from neurosim.core.registry import kind_names

    done = (started if kind == "protocols" else neurosim)("list", kind, cwd=tmp_path)
    assert done.returncode == 0
    for name in kind_names(kind.removesuffix("s")):
        line = next(line for line in done.stdout.splitlines() if line.startswith(name))
        assert len(line.split()) > 2


def test_doctor_finds_this_machine_ready(tmp_path: Path) -> None:
    done = started("doctor", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "This machine is ready." in done.stdout
    for word in ("Python", "libraries", "display", "kernels", "speed", "sound", "writing"):
        assert f"  {word}: " in done.stdout


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_demo_plays_its_story_on_any_console(tmp_path: Path, encoding: str) -> None:
    done = started("demo", "--terminal", "--speed", "max", "--out", "d", cwd=tmp_path, encoding=encoding)
    assert done.returncode == 0, done.stderr
    for words in ("eyes are closed", "A blink!", "not medical advice"):
        assert words in done.stdout
    assert ("µV²" in done.stdout) is (encoding != "ascii")
    played = read_session(tmp_path / "d")
    table = played.features.set_index("onset")
    # What the captions claim is measured: alpha rises three- to sixfold, blinks are distrusted and earn nothing.
    rise = table[13.0:22.0].alpha.mean() / table[2.0:10.0].alpha.mean()
    assert 3.0 < rise < 6.0
    for blink_s in (42.0, 66.0):
        blinking = table[blink_s + 0.2 : blink_s + 1.2]
        assert not blinking.valid.any()
        assert not blinking.reward.any()
    events = played.events
    assert events[events.trial_type == "blink"].onset.tolist() == [42.0, 66.0]
    assert (played.places.results / "summary.png").exists()


def test_a_course_of_one_subject_is_kept_session_by_session(tmp_path: Path) -> None:
    words = ("run", "alpha_up", "--sessions", "2", "--duration", "5", "--seed", "3", "--out", "c", "--json")
    done = neurosim(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    sessions = json.loads(done.stdout)["sessions"]
    assert [Path(s["out"]).name for s in sessions] == ["ses-01", "ses-02"]
    for summary in sessions:
        folder = find_session(tmp_path / summary["out"]).results
        assert json.loads((folder / "summary.json").read_text(encoding="utf-8")) == summary
        assert (folder / "summary.png").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for another process on Windows")
def test_ctrl_c_keeps_everything(tmp_path: Path) -> None:
    words = ["run", "alpha_up", "--seed", "1", "--speed", "1", "--out", "s", "--json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "neurosim", *words], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        encoding="utf-8",
    )  # fmt: skip
    features = Places(tmp_path / "s", "alphaup").file("stim.tsv", "feedback")
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not (features.exists() and features.stat().st_size > 5000):
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    summary = json.loads(out)
    assert summary["completed"] is False
    session = read_session(tmp_path / "s")
    assert len(session.features) == summary["n_ticks"]
    assert session.samples().shape[-1] == summary["n_ticks"] * 4
    assert session.events.trial_type.tolist()[-1] == "stop"
    assert (session.places.results / "summary.png").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for another process on Windows")
def test_ctrl_c_twice_aborts_and_keeps_the_folder_readable(tmp_path: Path) -> None:
    # A tick of this slow session lasts 5 s, so both arrive within one.
    words = ["run", "alpha_up", "--update-interval", "0.5", "--speed", "0.1", "--out", "s"]
    process = subprocess.Popen(
        [sys.executable, "-m", "neurosim", *words], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        encoding="utf-8",
    )  # fmt: skip
    assert process.stderr is not None
    events = Places(tmp_path / "s", "alphaup").file("events.tsv")
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not (events.exists() and "block" in events.read_text(encoding="utf-8")):
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    assert "Ctrl-C again aborts" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "KeyboardInterrupt" in events.read_text(encoding="utf-8")
    assert read_session(tmp_path / "s").facts["status"] == "closed"


def test_importing_neurosim_loads_nothing_heavy(tmp_path: Path) -> None:
    code = (
        "import sys, neurosim; "
        "heavy = {'mne', 'matplotlib', 'scipy.signal', 'scipy', 'numba', 'pandas', 'PySide6', 'PyQt6', 'pydantic'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout == "[]\n"


def test_check_knows_a_body_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        'title = "Mine"\nage_years = 50\n[heart]\nperiod_ms = 800.0\n', encoding="utf-8"
    )
    done = neurosim("check", "mine.toml", cwd=tmp_path)
    assert (done.returncode, done.stdout.strip()) == (0, "mine.toml: ok, a body")
    (tmp_path / "mine.toml").write_text("age_years = 200\n[hart]\nperiod_ms = 800.0\n", encoding="utf-8")
    done = neurosim("check", "mine.toml", cwd=tmp_path)
    assert done.returncode == 2
    assert "age_years: must be less than or equal to 100, got 200" in done.stderr
    assert "hart: unknown key; did you mean 'heart'?" in done.stderr


def test_compare_thresholds(tmp_path: Path) -> None:
    words = ("compare-thresholds", "alpha_up", "--policies", "percentile,controller", "--subjects", "2", "--seed", "1")
    done = started(*words, "--duration", "40", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [row["policy"] for row in found["policies"]] == ["percentile", "controller"]
    assert {"reward_rate", "untrained_rate", "switches_per_min", "learned_percent", "learned_error"} <= set(
        found["policies"][0]
    )
    assert "hides learning" in found["caveat"]
    assert not list(tmp_path.iterdir())
    wrong = neurosim("compare-thresholds", "alpha_up", "--policies", "percentil", cwd=tmp_path)
    assert (wrong.returncode, wrong.stderr.splitlines()[-1]) == (
        2, "neurosim: policies: unknown threshold 'percentil'; did you mean 'percentile'?",
    )  # fmt: skip
