"""Goes through every view of a session in several sizes, looks for faults, and saves the pictures; a test starts it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

_SECONDS = 4.0
_LENGTH_S = 120.0


def main(folder: str, protocol: str, theme: str, *sizes: str) -> int:
    """Return how many faults there are; sizes are those of the screen's own pixels, such as ``1920x1080``."""
    from neurosim_gui.app import make_app
    from neurosim_gui.console import Console
    from neurosim_gui.engine import Engine
    from neurosim_gui.look import Look
    from neurosim_gui.screenshots import every_view, fit
    from neurosim_gui.stage import Stage
    from PySide6.QtCore import QSettings, QSize

    from neurosim.core.pace import PacedClock
    from neurosim.feedback.protocol import load_protocol
    from neurosim.session.plan import plan_sessions
    from neurosim.session.session import Session
    from neurosim.session.tick import Sink

    spec = importlib.util.spec_from_file_location("faults", Path(__file__).with_name("faults.py"))
    assert spec is not None
    assert spec.loader is not None
    looking = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(looking)
    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, folder)
    app = make_app()
    look = Look.themed(theme)
    app.setPalette(look.qt_palette())

    def prepare() -> tuple[Session, list[Sink]]:
        plan = plan_sessions(load_protocol(protocol).fit(_LENGTH_S), seed=1, signals="all")
        return Session(plan.protocol, plan.source, plan.actors), []

    window = Console(Engine(prepare, PacedClock(float("inf"))), protocol, look)
    ratio = window.devicePixelRatioF()
    asked = [QSize(*(round(int(measure) / ratio) for measure in size.split("x"))) for size in sizes]
    window.resize(asked[0])
    found: list[str] = []
    for view in every_view(window, _SECONDS):
        for size in asked:
            fit(view, size)
            name = f"{view.name}_{size.width()}x{size.height()}"
            if view.widget.size() != size:
                found.append(f"{name}: became {view.widget.size()}")
            found += [f"{name}: {fault}" for fault in looking.faults(view.widget)]
            if isinstance(view.widget, Stage) and not 1 <= len(view.widget.plots) <= 2:
                found.append(f"{name}: {len(view.widget.plots)} plots")
            view.widget.grab().save(str(Path(folder) / f"{name}.png"))
    if window.engine.failure is not None:
        found.append(window.engine.failure.line)
    window.close()
    print("\n".join(dict.fromkeys(found)))
    return min(len(found), 100)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
