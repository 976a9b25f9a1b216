"""Text that survives every console, and the line between what is said and what is given out."""

from __future__ import annotations

import codecs
import io
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

_PLAIN = {
    "µ": "u", "²": "^2", "▲": "^", "█": "#", "░": ".", "▒": ":", "·": ".", "│": "|", "─": "-", "…": "...", "•": "*",
    "▁": "_", "▂": "_", "▃": ".", "▄": "-", "▅": "-", "▆": "=", "▇": "=", "✓": "ok", "✗": "x", "●": "*", "°": "deg",
    "┃": "|", "━": "-", "╴": "-", "╶": "-", "╺": "-", "╸": "-", "\u2013": "-", "±": "+-", "→": "->",
}  # fmt: skip


def _replace(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_plain, error.object[error.start : error.end])), error.end


def _plain(character: str) -> str:
    return _PLAIN.get(character, "*" if "\u2801" <= character <= "\u28ff" else "?")  # braille, else unknown


codecs.register_error("neurosim.plain", _replace)


def make_printable() -> None:
    """Let stdout and stderr replace what their encoding cannot say."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="neurosim.plain")


def say(text: str) -> None:
    """Write a line to stderr, so that stdout stays free for results."""
    print(text, file=sys.stderr, flush=True)


def make_console(*, stderr: bool = False) -> Console:
    """Return a rich console that draws with plain ASCII where the encoding asks for it."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, markup=False, emoji=False)


def printable(text: str, encoding: str) -> str:
    """Return a text as a console will show it, to lay it out before it is written."""
    return text.encode(encoding, "neurosim.plain").decode(encoding)
