"""``neurosim check``: all mistakes of a TOML file at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from neurosim.cli.console import say
from neurosim.core.config import Config, load_toml, parse_toml, read_text
from neurosim.core.errors import ConfigError, Problem

#: How a file beside a lesson or a lab names its language: ``de`` in ``mine.de.toml``.
_LANGUAGE = re.compile("[a-z]{2,3}")


def check_file(path: Path) -> None:
    """Check a protocol, subject, body, sidecar, lesson or lab; a protocol is also tried on the default body.

    A lesson or a lab is read in each language that lies beside it; of such a file its own language alone.

    Raises
    ------
    ConfigError
        With everything that is wrong.
    """
    english = path.with_suffix("").with_suffix(path.suffix)
    if english != path and english.is_file() and (load := _in_language(_kind_of(english)[0])):
        load(english, path.suffixes[-2][1:])
        _say_translated(path, english)
        return
    kind, model = _kind_of(path)
    config = load_toml(path, model)
    from neurosim.feedback.protocol import TrainingProtocol

    if isinstance(config, TrainingProtocol):
        for note in _try_on_body(config, path):
            say(note)
    others = _check_languages(path, kind)
    print(f"{path.name}: ok, a {kind}")
    for other in others:
        _say_translated(other, path)


def _check_languages(path: Path, kind: str) -> list[Path]:
    """Read a lesson or a lab in each language that lies beside it, and return the files of these."""
    load = _in_language(kind)
    if load is None:
        return []
    beside = {each.suffixes[-2][1:]: each for each in sorted(path.parent.glob(f"{path.stem}.*{path.suffix}"))}
    found = {language: each for language, each in beside.items() if _LANGUAGE.fullmatch(language)}
    wrong = []
    for language in found:
        try:
            load(path, language)
        except ConfigError as error:
            wrong += str(error).splitlines()
    if wrong:
        raise ConfigError([Problem((), line) for line in wrong])
    return list(found.values())


def _in_language(kind: str) -> Callable[[Path, str], Config] | None:
    """Return what reads a file together with the one beside it in a language; None where there are no such files."""
    from neurosim.lessons import load_lab, load_lesson

    return {"lesson": load_lesson, "lab": load_lab}.get(kind)


def _say_translated(path: Path, english: Path) -> None:
    print(f"{path.name}: ok, the texts of {english.name} in another language")


def _kind_of(path: Path) -> tuple[str, type[Config]]:
    keys = set(parse_toml(read_text(path), path.name))
    if not keys:
        raise ConfigError("is empty; begin with a copy of one that ships (docs/protocols names them)", path.name)
    return _guess(keys)


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
