"""``neurosim doctor``: tell in plain words whether this machine is ready for a class."""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

_TRIAL_S = 10.0
_LEAST_SPEED = 2.0  # a picture must be drawn beside it


def examine() -> int:
    """Print one line a check; return 1 when something is missing that every session needs."""
    ready = True
    for name, check in _CHECKS:
        good, text = check()
        ready = ready and good
        print(f"{'ok ' if good else 'BAD'}  {name}: {text}", flush=True)
    print("\nThis machine is ready." if ready else "\nThis machine is not ready: mend what is marked BAD.")
    return 0 if ready else 1


def _python() -> tuple[bool, str]:
    return sys.version_info >= (3, 11), f"Python {platform.python_version()} on {platform.platform(terse=True)}"


def _libraries() -> tuple[bool, str]:
    missing, found = [], []
    for requirement in requires("neurosim") or []:
        match = re.match(r"([A-Za-z0-9_.-]+)\s*>=\s*([\d.]+)\s*$", requirement)
        if match is None:  # belongs to an extra
            continue
        name, least = match.groups()
        try:
            there = version(name)
        except PackageNotFoundError:
            missing.append(f"{name} is not installed")
            continue
        found.append(f"{name} {there}")
        if _numbers(there) < _numbers(least):
            missing.append(f"{name} {there} is older than {least}")
    if missing:
        return False, "; ".join(missing) + "; install neurosim again"
    return True, ", ".join(found)


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(n) for n in re.findall(r"\d+", text)[:3])


def _display() -> tuple[bool, str]:
    if sys.platform in ("win32", "darwin") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return True, "there is one"
    return True, "none; the terminal demo and all sessions work without"


def _kernels() -> tuple[bool, str]:
    from neurosim.cli.warm import cache_folder, compiled, warm_up

    started = time.perf_counter()
    warm_up()
    took_s = time.perf_counter() - started
    where = cache_folder()
    if where is None:
        return True, f"ready in {took_s:.1f} s; no folder to keep them in, so each start takes as long"
    return True, f"ready in {took_s:.1f} s, {'compiled now and kept' if compiled() else 'from the cache'} in {where}"


def _speed() -> tuple[bool, str]:
    from neurosim.session.simulate import simulate

    started = time.perf_counter()
    simulate("alpha_up", seed=0, duration_s=_TRIAL_S, keep="ticks")
    times = _TRIAL_S / (time.perf_counter() - started)
    if times < _LEAST_SPEED:
        return False, f"{times:.1f} times real time is too slow for a live session; close other programs and try again"
    return True, f"{times:.0f} times faster than real time"


def _sound() -> tuple[bool, str]:
    if importlib.util.find_spec("sounddevice") is None:
        return True, "not set up; sound is optional (python -m pip install sounddevice)"
    try:
        import sounddevice

        return True, str(sounddevice.query_devices(kind="output")["name"])
    except Exception as error:  # a driver can fail in any way, and none of them stops a session
        return True, f"no device ({error}); sound is optional"


def _write_access() -> tuple[bool, str]:
    try:
        with tempfile.TemporaryDirectory(dir=Path.cwd()):
            return True, f"sessions can be written to {Path.cwd()}"
    except OSError as error:
        return False, f"{Path.cwd()}: {error.strerror}; start from another folder, or use --out"


_CHECKS: tuple[tuple[str, Callable[[], tuple[bool, str]]], ...] = (
    ("Python", _python),
    ("libraries", _libraries),
    ("display", _display),
    ("kernels", _kernels),
    ("speed", _speed),
    ("sound", _sound),
    ("writing", _write_access),
)
