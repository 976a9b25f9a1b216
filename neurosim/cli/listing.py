"""``neurosim list``: what there is of a kind."""

from __future__ import annotations

from neurosim.cli.console import make_console
from neurosim.core.drive import EVENTS, LATENTS, Happening, Latent
from neurosim.core.errors import UserError, did_you_mean
from neurosim.core.registry import CLASS_CATEGORIES, FILE_CATEGORIES, find_kind, kind_names, plural

#: What scripts can name: what a drive may move, and what can happen.
_TABLES: dict[str, dict[str, Latent] | dict[str, Happening]] = {"latent": LATENTS, "event": EVENTS}


def list_kinds(kind: str) -> None:
    """Print names and purposes.

    Raises
    ------
    UserError
        For an unknown kind.
    """
    if kind in ("technique", "techniques"):
        from neurosim.cli.treat import list_techniques

        _print(list_techniques())
        return
    if kind in ("condition", "conditions"):
        _print(list_conditions())
        return
    categories = {name: c for c in (*FILE_CATEGORIES, *CLASS_CATEGORIES, *_TABLES) for name in (c, plural(c))}
    if kind not in categories:
        plurals = [*(plural(c) for c in categories.values()), "techniques", "conditions"]
        raise UserError(f"cannot list '{kind}'; {did_you_mean(kind, plurals)}")
    category = categories[kind]
    rows: dict[str, str] = (
        {name: f"{entry.meaning} [{entry.unit}]" for name, entry in _TABLES[category].items()}
        if category in _TABLES
        else {name: purpose(category, name) for name in kind_names(category)}
    )
    _print(rows)


def _print(rows: dict[str, str]) -> None:
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column()
    for name, text in rows.items():
        table.add_row(name, text)
    make_console().print(table)


def list_conditions() -> dict[str, str]:
    """Return what each body with a condition simulates, what it does not, and from which sources."""
    from neurosim.signals.body.body import load_body

    rows = {}
    for name in kind_names("body"):
        body = load_body(name)
        if body.condition is not None:
            sources = "; ".join(body.references)
            rows[name] = f"{body.condition.simulates} Left out: {body.condition.leaves_out} From: {sources}."
    return rows | {"": "From 0 (healthy) over 1 (as the group on average) to 1.5: --subject NAME:severity=0.5"}


def purpose(category: str, name: str) -> str:
    """Return what something is for, in one line."""
    if category == "protocol":
        from neurosim.feedback.protocol import load_protocol

        return load_protocol(name).purpose
    if category == "subject":
        from neurosim.subject.subject import load_subject

        return load_subject(name).title
    if category == "body":
        from neurosim.signals.body.body import load_body

        return load_body(name).title
    if category == "lesson":
        from neurosim.lessons import load_lesson

        lesson = load_lesson(name)
        return f"{lesson.question} ({lesson.minutes:g} min)"
    if category == "lab":
        from neurosim.lessons import load_lab

        lab = load_lab(name)
        return f"{lab.title} ({lab.minutes:g} min)"
    return (find_kind(category, name).__doc__ or "").strip().partition("\n")[0]
