"""The report on a session, as pandas, a browser without a network and a careless user see it."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from neurosim import UserError, load_protocol, make_report, simulate, simulate_sessions
from neurosim.cli.app import app
from neurosim.core.dataset import find_session
from neurosim.report.cred_nf import fill, items
from neurosim.report.make import report_on
from neurosim.report.page import percent
from neurosim.session import Result, read_session

#: Ros et al. 2020, doi:10.1093/brain/awaa009: all items, and those that need no more than the run.
ITEMS = "1a 1b 2a 2b 2c 2d 2e 3a 3b 3c 3d 3e 4a 4b 4c 4d 4e 5a 5b 5c 6a 6b 7a"
BY_THE_RUN = {"3d", "3e", "4a", "4b", "4c", "4d", "4e", "5a", "5b", "7a"}


class Loads(HTMLParser):
    """Notes what a browser would fetch to show a page, and the words of the page."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.words: list[str] = []
        self._within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = tag
        wanted = ("src", "srcset", "data", "poster") if tag != "link" else ("href",)
        self.fetched += [value for name, value in attrs if name in wanted and value]

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within == "style":
            self.fetched += re.findall(r"(?:@import\s+|url\(\s*)['\"]?([^'\")\s]+)", data)
        elif self._within != "script":
            self.words.append(data)


def read(path: Path) -> Loads:
    page = Loads()
    page.feed(path.read_text(encoding="utf-8"))
    return page


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("trained") / "s"
    result = simulate("smr_up", seed=2, artifacts="typical", duration_s=60.0, out=folder)
    return result, folder, report_on(folder)[1]


def test_the_numbers_are_those_of_the_table(trained: tuple[Result, Path, dict[str, Any]]) -> None:
    _, folder, data = trained
    table = read_session(folder).features
    words = " ".join(read(find_session(folder).results / "report.html").words)
    for block in data["blocks"]:
        ticks = table[table.block == block["block"]]
        assert block["duration_s"] == len(ticks) / 64
        mean = ticks.smr[ticks.valid == 1].mean()
        assert block["mean_smr"] == (None if np.isnan(mean) else pytest.approx(mean, rel=1e-9))
        assert block["met"] == pytest.approx(ticks.met.mean(), abs=1e-9)
        assert block["n_rewards"] == ticks.reward.sum()
    training = table[table.block.str.startswith("training")]
    for column in ("holding_smr", "holding_theta", "holding_muscle", "joint", "met", "shown"):
        assert data["training"][column] == pytest.approx(training[column].mean(), abs=1e-12)
        assert percent(training[column].mean()) in words
    product = training[["holding_smr", "holding_theta", "holding_muscle"]].mean().prod()
    assert data["training"]["product"] == pytest.approx(product, abs=1e-12)
    for cause in data["invalid"]:
        named = table.why_invalid.str.contains(cause["cause"], regex=False, na=False)
        assert cause["all"] == named.sum() / 64
        assert cause["training"] == named[training.index].sum() / 64
    events = read_session(folder).events
    counts = events.trial_type[events.trial_type != "block"].value_counts()
    assert {e["event"]: e["n"] for e in data["events"]} == counts.to_dict()
    assert max(e["duration_s"] / e["n"] for e in data["events"]) <= 60.0
    threshold = next(t for t in data["thresholds"] if t["condition"] == "theta")
    assert threshold["highest"] == pytest.approx(training.threshold_theta.max(), rel=1e-9)


def test_the_truth_is_that_of_the_body(tmp_path: Path) -> None:
    result = simulate("alpha_up", seed=1, duration_s=30.0, out=tmp_path / "s")
    told = [b["truth"] for b in report_on(tmp_path / "s")[1]["blocks"] if b["kind"] == "training"]
    true = [float(result.true_amplitude("alpha", i)) for i in range(len(told))]
    np.testing.assert_allclose(told, true, rtol=1e-6)  # the file holds six decimals


def test_the_page_fetches_nothing(trained: tuple[Result, Path, dict[str, Any]]) -> None:
    _, folder, _ = trained
    page = read(find_session(folder).results / "report.html")
    assert page.fetched
    assert all(each.startswith("data:") for each in page.fetched), page.fetched
    assert "Simulation of group averages, not medical advice." in page.words


def test_the_page_says_how_the_feature_was_made(trained: tuple[Result, Path, dict[str, Any]]) -> None:
    result, folder, data = trained
    words = " ".join(read(find_session(folder).results / "report.html").words)
    assert "low_hz 12, high_hz 15" in words
    assert "eeg: Cz" in words
    assert "They must hold for 0.25 s first. Rewards come 0.5 s apart at least." in words
    assert [d["feature"] for d in data["delays"]] == ["smr", "theta", "muscle"]
    assert data["units"]["smr"] == result.feature_units[0]
    for caveat in result.protocol.caveats:
        assert caveat in words


def test_cred_nf_is_filled_by_the_run_or_marked_for_a_person(trained: tuple[Result, Path, dict[str, Any]]) -> None:
    _, folder, data = trained
    assert [item.number for item in items()] == ITEMS.split()
    entries = fill(data["cred_nf"])
    assert {e.item.number for e in entries if e.filled} >= BY_THE_RUN
    assert {e.item.number for e in entries if not e.filled} >= {"1b", "2c", "2d", "2e", "3a", "3c", "5c", "6a", "6b"}
    assert all(e.filled or e.missing for e in entries)
    n_marked = sum(bool(e.missing) for e in entries)
    assert (
        " ".join(read(find_session(folder).results / "report.html").words).count("to be filled in by a person")
        == n_marked
    )


def test_an_assessment_of_several_streams(tmp_path: Path) -> None:
    simulate("stress_profile", seed=1, duration_s=60.0, out=tmp_path / "s")
    words = " ".join(read(make_report(tmp_path / "s")).words)
    assert "What was found" in words
    assert "Nothing: this is an assessment." in words


def test_trials_without_a_gate(tmp_path: Path) -> None:
    protocol = load_protocol("slow_cortical_potentials")
    blocks = [block.model_copy(update={"duration_s": 30.0}) for block in protocol.blocks]
    simulate(protocol.with_blocks(*blocks[:2]), seed=1, out=tmp_path / "s")
    assert "trials of" in " ".join(read(make_report(tmp_path / "s")).words)


def test_what_was_shown_instead_is_told(tmp_path: Path) -> None:
    simulate("alpha_up", seed=1, duration_s=10.0, sham="random", out=tmp_path / "s")
    assert report_on(tmp_path / "s")[1]["feedback"] == "sham: random"


def test_what_cannot_be_reported(tmp_path: Path, trained: tuple[Result, Path, dict[str, Any]]) -> None:
    _, folder, _ = trained
    with pytest.raises(UserError, match="no session folder"):
        make_report(tmp_path)
    with pytest.raises(UserError, match=r"must end in \.html"):
        make_report(folder, tmp_path / "page.txt")
    with pytest.raises(UserError, match="exists already"):
        make_report(folder, find_session(folder).results / "report.html")
    with pytest.raises(UserError, match="cannot be written"):
        make_report(folder, tmp_path / "nowhere" / "page.html")
    simulate_sessions("alpha_up", n_sessions=2, seed=1, duration_s=2.0, out=tmp_path / "c")
    with pytest.raises(UserError, match=r"2 sessions; name one of them, such as .*ses-02"):
        make_report(tmp_path / "c")


def test_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("run", "alpha_up", "--seed", "1", "--duration", "10", "--out", str(tmp_path / "s"), "--report", "--json")
    for command in (words, ("report", str(tmp_path / "s"), "--out", str(tmp_path / "page.html"), "--json")):
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            app(list(command))
        assert left.value.code == 0
        said = json.loads(capsys.readouterr().out)
    assert said["report"] == str(tmp_path / "page.html")
    assert (find_session(tmp_path / "s").results / "report.html").stat().st_size > 100_000
    with pytest.raises(SystemExit) as left:
        app(["run", "alpha_up", "--subjects", "3", "--report"])
    assert left.value.code == 2
    assert "--report" in capsys.readouterr().err
