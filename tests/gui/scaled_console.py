"""Opens a Console of 1920 by 1080 physical pixels, looks for faults, and saves its picture; started by a test."""

from __future__ import annotations

import importlib.util
import sys
import time
from pathlib import Path


def main(picture: str, settings: str) -> int:
    """Return how many faults there are."""
    from neurosim_gui.app import LiveRequest, make_app, prepare
    from neurosim_gui.console import Console
    from neurosim_gui.engine import Engine
    from neurosim_gui.look import Look
    from PySide6.QtCore import QSettings

    from neurosim.core.pace import PacedClock

    QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, settings)
    app = make_app()
    engine = Engine(lambda: prepare(LiveRequest(protocol="alpha_up", seed=1)), PacedClock(float("inf")))
    window = Console(engine, "alpha_up", Look())
    ratio = window.devicePixelRatioF()
    size = round(1920 / ratio), round(1080 / ratio)
    window.resize(*size)
    window.show()
    engine.start()
    end = time.monotonic() + 120.0
    while engine.session is None or engine.session.tick_index < 300:
        app.processEvents()
        time.sleep(0.01)
        if time.monotonic() > end:
            raise TimeoutError
    engine.clock.pause()
    spec = importlib.util.spec_from_file_location("layouts", Path(__file__).with_name("test_layouts.py"))
    assert spec is not None
    assert spec.loader is not None
    layouts = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(layouts)
    found = [] if (window.width(), window.height()) == size else [f"became {window.size()}, asked for {size}"]
    for _ in layouts.every_tab(window):
        for _ in range(5):
            app.processEvents()
            time.sleep(0.01)
        found += layouts.faults(window)
    window.grab().save(picture)
    window.close()
    print("\n".join(found))
    return len(found)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
