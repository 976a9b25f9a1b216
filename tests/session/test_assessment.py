"""Assessments: what they find in a body whose answer is known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import neurosim
from neurosim import load_protocol
from neurosim.cli.app import app
from neurosim.core.dataset import find_session
from neurosim.feedback import Block


def test_resonance_is_found_where_the_body_has_it() -> None:
    """The adult's loop resonates at 5.5 breaths a minute; people do at 4.5 to 6.5 (Vaschillo et al. 2002)."""
    protocol = load_protocol("resonance_assessment")
    paces = [b for b in protocol.blocks if b.pacer_per_min is not None]
    short = Block(name="settling", kind="baseline", duration_s=60.0)
    result = neurosim.simulate(
        protocol.with_blocks(short, *(b.model_copy(update={"duration_s": 180.0}) for b in paces)), seed=1
    )
    assert result.finding is not None
    table = np.array([row[1:] for row in result.finding.rows], dtype=float)
    assert [row[0] for row in result.finding.rows] == ["7.5", "7", "6.5", "6", "5.5", "5", "4.5"]
    assert result.finding.sentence in [f"The heart resonates at {p} breaths a minute." for p in ("5", "5.5", "6")]
    swing = table[:, 1]
    assert 4.5 <= float(result.finding.rows[int(np.argmax(swing))][0] or 0.0) <= 6.5
    assert swing.max() > 1.5 * swing[0]


def test_it_is_that_of_assess_resonance_on_the_whole_signal() -> None:
    """The beats that are collected tick by tick are those of the ECG as a whole."""
    from neurosim.dsp import assess_resonance, list_beats
    from neurosim.dsp.body.beats import ECGBeats

    blocks = [Block(name=f"{p}", kind="rest", duration_s=120.0, pacer_per_min=p) for p in (6.0, 5.0)]
    result = neurosim.simulate(load_protocol("resonance_assessment").with_blocks(*blocks), seed=3)
    spec = result.streams["ecg"]
    beats = ECGBeats().prepare(spec).process(np.asfortranarray(result.samples("ecg")))
    end_s = (result.n_ticks - 1) * result.protocol.update_interval_s
    known = assess_resonance(
        *list_beats(beats, spec.fs), [(6.0, 0.0, 120.0), (5.0, 120.0, end_s)], result.samples("respiration")[0], 32.0
    )
    assert result.finding is not None
    for row, pace in zip(result.finding.rows, known.paces, strict=True):
        assert row[1:] == pytest.approx((pace.heart_rate_bpm, pace.peak_to_trough_bpm, pace.lf_ms2, pace.phase_turns))


def test_a_session_that_is_too_short_says_so() -> None:
    result = neurosim.simulate("resonance_assessment", seed=1, duration_s=60.0)
    assert result.finding is not None
    assert result.finding.rows == ()
    assert result.finding.sentence == (
        "The resonance could not be assessed: the step at 7.5/min must last 84 s at least."
    )


def test_stress_moves_what_it_moves_in_people_and_the_hand_is_last() -> None:
    """EMG, conductance, heart and breath rise, the hand cools and is not back after three minutes (slow vessels)."""
    result = neurosim.simulate("stress_profile", seed=1, subjects=8)
    assert result.finding is not None
    rows = {row[0]: np.array(row[1:], dtype=float) for row in result.finding.rows}
    rise = rows["mental arithmetic"] - rows["baseline"]
    back = rows["recovery 3"] - rows["baseline"]
    assert (rise[:4] > 0).all()
    assert rise[4] < 0
    assert (np.abs(back[[0, 2]]) < 0.5 * rise[[0, 2]]).all()  # forehead and heart
    assert back[4] < 0.5 * rise[4]
    assert "temperature" in result.finding.sentence
    assert result.finding.columns[1] == "emg [uV]"


def test_a_body_gets_the_stressors() -> None:
    plain = neurosim.simulate("stress_profile", seed=1, duration_s=60.0, keep="all")
    assert np.ptp(plain.samples("truth/state")[1]) > 0.3  # arousal: the body gets them


def test_the_table_is_in_the_folder_and_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["run", "stress_profile", "--seed", "1", "--duration", "60", "--out", str(tmp_path / "out")]
    with pytest.raises(SystemExit, match="0"):
        app([*words, "--json"])
    summary = json.loads(capsys.readouterr().out)["assessment"]
    assert summary["columns"][0] == "block"
    assert [row[0] for row in summary["rows"]] == [b.name for b in load_protocol("stress_profile").blocks]
    lines = (find_session(tmp_path / "out").results / "assessment.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split("\t") == summary["columns"]
    assert len(lines) == 8
    with pytest.raises(SystemExit, match="0"):
        app([*words[:-1], str(tmp_path / "second")])
    assert "Largest change under stress" in capsys.readouterr().out
