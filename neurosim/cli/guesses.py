"""What participant and operator of a blind session believe, given as options or asked at the end."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from neurosim.cli.console import say
from neurosim.core.errors import UserError, did_you_mean

if TYPE_CHECKING:
    from neurosim.cli.run import Request
    from neurosim.session.sealing.guess import Guess, Guesses


def given_guesses(request: Request) -> Guesses:
    """Return the guesses that the options give.

    Raises
    ------
    UserError
        For another word, or where there is nothing to guess.
    """
    from neurosim.session.sealing.guess import Guesses

    found: dict[str, Guess] = {}
    for who, option, word in (
        ("participant", "--guess", request.guess),
        ("operator", "--operator-guess", request.operator_guess),
    ):
        if word is None:
            continue
        if request.blind is None:
            raise UserError("is about a blind session; give its key with --blind", option)
        found[who] = read_guess(word, option)
    return Guesses(**found)


def read_guess(word: str, where: str) -> Guess:
    """Read a guess.

    Raises
    ------
    UserError
        For another word.
    """
    from neurosim.session.sealing.guess import Guess

    known: tuple[Guess, ...] = get_args(Guess)
    for guess in known:
        if word == guess:
            return guess
    raise UserError(f"'{word}' is no guess; {did_you_mean(word, known)}", where)


def keep_guesses(folder: Path, given: Guesses) -> None:
    """Ask in a terminal for what was not given, and keep the guesses with the session."""
    from neurosim.session.sealing.guess import write_guesses

    asked: dict[str, Guess] = {}
    if sys.stdin.isatty():
        for who in ("participant", "operator"):
            if getattr(given, who) is None and (guess := _ask(who)) is not None:
                asked[who] = guess
    write_guesses(folder, given.model_copy(update=asked))


def _ask(who: str) -> Guess | None:
    """Ask until there is an answer; an empty one, or the end of the input, passes the question over."""
    while True:
        print(
            f"What does the {who} believe: real, sham or unknown? (Enter to skip) ", end="", file=sys.stderr, flush=True
        )
        try:
            word = sys.stdin.readline().strip().lower()
        except KeyboardInterrupt:
            return None
        if not word:
            return None
        try:
            return read_guess(word, who)
        except UserError as error:
            say(str(error))
