"""The report on a sealed session is the same in every arm, and tells the arm once it is revealed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from neurosim.report import make as making
from neurosim.session import reveal_session


def test_the_report_tells_nothing_of_the_arm(clinic: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages: list[str] = []

    def keep(title: str, sections: Any, path: Path) -> None:
        text = title + "".join(section.title + "".join(section.parts) for section in sections)
        pages.append(re.sub("[0-9a-f]{64}", "(commitment)", text))

    monkeypatch.setattr(making, "write_page", keep)
    told = []
    for i, drawn in enumerate(clinic.shams):
        folder, key = tmp_path / str(i) / "s", tmp_path / str(i) / "key.json"
        folder.parent.mkdir()
        clinic.seal(key, drawn)
        clinic.play(blind=key, out=folder)
        data = making.report_on(folder)[1] | {"report": ""}
        told.append(re.sub("[0-9a-f]{64}", "(commitment)", repr(data)))
        assert data["sealed"]
        assert not {"met", "shown", "joint", "n_rewards"} & set(data["blocks"][0])
    assert len(set(told)) == 1
    assert len(set(pages)) == 1
    assert "sealed" in pages[0]
    revealed = reveal_session(folder, [key])
    data = making.report_on(folder)[1]
    assert (data["sealed"], data["feedback"]) == (False, f"{revealed.arm}, as revealed")
    assert data["training"]["met"] == pytest.approx(revealed.reward_rate)
    assert data["training"]["shown"] == pytest.approx(revealed.shown_rate)
