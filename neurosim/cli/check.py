"""``neurosim check``: all mistakes of a TOML file at once."""

from __future__ import annotations

from pathlib import Path

from neurosim.cli.console import say
from neurosim.core.config import Config, load_toml, parse_toml, read_text
from neurosim.core.errors import ConfigError


def check_file(path: Path) -> None:
    """Check a protocol, subject, body, sidecar, lesson or lab; a protocol is also tried on the default body.

    Raises
    ------
    ConfigError
        With everything that is wrong.
    """
    keys = set(parse_toml(read_text(path), path.name))
    if not keys:
        raise ConfigError("is empty; begin with a copy of one that ships (docs/protocols names them)", path.name)
    kind, model = _guess(keys)
    config = load_toml(path, model)
    from neurosim.feedback.protocol import TrainingProtocol

    if isinstance(config, TrainingProtocol):
        for note in _try_on_body(config, path):
            say(note)
    print(f"{path.name}: ok, a {kind}")


def _guess(keys: set[str]) -> tuple[str, type[Config]]:
    """Tell by its keys what a file is meant to be."""
    from neurosim.feedback.protocol import TrainingProtocol
    from neurosim.lessons import Lab, Lesson
    from neurosim.signals.body.body import Body
    from neurosim.signals.recordings.sidecar import Sidecar
    from neurosim.subject.subject import Subject

    if "step" in keys:
        return "lesson", Lesson
    if "part" in keys:
        return "lab", Lab
    if keys & {"features", "rule", "blocks", "gates"}:
        return "protocol", TrainingProtocol
    if keys & {"body", "actors"} or {"name", "title"} <= keys:
        return "subject", Subject
    if keys & Body.model_fields.keys():
        return "body", Body
    return "sidecar", Sidecar


def _try_on_body(protocol: Config, path: Path) -> tuple[str, ...]:
    """Return what the user should know of a protocol that works."""
    from neurosim.core.timeline import TickGrid
    from neurosim.feedback.protocol import TrainingProtocol
    from neurosim.session.session import Session
    from neurosim.signals.body.body import Body
    from neurosim.signals.eeg.eeg import EEG
    from neurosim.signals.eeg.mixing import sphere_mixing

    assert isinstance(protocol, TrainingProtocol)
    body = Body(eeg=EEG(ch_names=sphere_mixing().sensors))
    try:
        return Session(protocol, body.prepare(TickGrid(protocol.update_interval_s), 0, (0,), ())).notes
    except ConfigError as error:
        raise ConfigError(error.problems, path.name) from None
