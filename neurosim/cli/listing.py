"""``neurosim list``: what there is of a kind."""

from __future__ import annotations

from neurosim.cli.console import make_console
from neurosim.core.errors import UserError, did_you_mean
from neurosim.core.registry import CLASS_CATEGORIES, FILE_CATEGORIES, find_kind, kind_names


def list_kinds(kind: str) -> None:
    """Print names and purposes.

    Raises
    ------
    UserError
        For an unknown kind.
    """
    categories = {name: name for c in (*FILE_CATEGORIES, *CLASS_CATEGORIES) for name in (c, f"{c}s")}
    if kind not in categories:
        plural = [f"{c}s" for c in (*FILE_CATEGORIES, *CLASS_CATEGORIES)]
        raise UserError(f"cannot list '{kind}'; {did_you_mean(kind, plural)}")
    category = kind.removesuffix("s")
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column()
    for name in kind_names(category):
        table.add_row(name, purpose(category, name))
    make_console().print(table)


def purpose(category: str, name: str) -> str:
    """Return what something is for, in one line."""
    if category == "protocol":
        from neurosim.feedback.protocol import load_protocol

        return load_protocol(name).purpose
    if category == "subject":
        from neurosim.subject.subject import load_subject

        return load_subject(name).title
    return (find_kind(category, name).__doc__ or "").strip().partition("\n")[0]
