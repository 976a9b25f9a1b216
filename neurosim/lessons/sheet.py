"""The sheet of a lesson: one HTML file with predictions, answers, numbers and pictures, that needs nothing else."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from neurosim.core.errors import OutputError
from neurosim.core.palette import FAINT, FEATURE, GRID, TEXT
from neurosim.lessons.runner import LessonRunner, Taken
from neurosim.lessons.sheet_words import SheetWords, sheet_words

_WIDTH, _HEIGHT, _LEFT, _BELOW = 900, 240, 90, 40
_STYLE = f"""body {{ font: 16px/1.5 sans-serif; color: {TEXT}; max-width: 56em; margin: 2em auto; padding: 0 1em; }}
h1 {{ margin-bottom: 0; }} h2 {{ border-top: 1px solid {GRID}; padding-top: 0.6em; }}
table {{ border-collapse: collapse; }} td, th {{ border: 1px solid {GRID}; padding: 0.2em 0.8em; text-align: left; }}
.small {{ color: {FAINT}; font-size: 14px; }} .notes {{ border-left: 4px solid {FEATURE}; padding-left: 1em; }}
img, svg {{ max-width: 100%; }}"""


def write_sheet(
    path: Path,
    runners: Sequence[LessonRunner],
    *,
    student: str = "",
    instructor: bool = False,
    pictures: Mapping[str, bytes] | None = None,
    language: str = "en",
) -> None:
    """Write the sheet of a lesson, or of a lab's lessons.

    Parameters
    ----------
    path
        The file.
    runners, student, instructor, pictures, language
        As of `sheet_page`.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    page = sheet_page(runners, student=student, instructor=instructor, pictures=pictures, language=language)
    try:
        path.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", str(path)) from None


def sheet_page(
    runners: Sequence[LessonRunner],
    *,
    student: str = "",
    instructor: bool = False,
    pictures: Mapping[str, bytes] | None = None,
    curves: bool = True,
    language: str = "en",
) -> str:
    """Return the sheet as a page of HTML.

    Parameters
    ----------
    runners
        The lessons as they were taken.
    student
        Whose it is.
    instructor
        With right answers, replies, notes and timing.
    pictures
        PNG files by title, such as grabs of the window.
    curves
        With a drawing (SVG) of the trained feature over each lesson.
    language
        Code of the language of everything that is not the lesson's own.
    """
    words = sheet_words(language)
    parts = [part for runner in runners for part in _of_lesson(runner, words, instructor, curves)]
    for title, png in (pictures or {}).items():
        data = base64.b64encode(png).decode("ascii")
        parts.append(f'<h2>{_safe(title)}</h2><img alt="{_safe(title)}" src="data:image/png;base64,{data}">')
    head = words.instructors if instructor else words.mine
    whose = f": {_safe(student)}" if student else ""
    page = [
        f'<!doctype html><html lang="{words.language}"><head><meta charset="utf-8">',
        f"<title>{head}</title><style>{_STYLE}</style></head><body>",
        f'<p class="small">{head}{whose}</p>',
        *parts,
        f'<p class="small">neurosim {version("neurosim")}. {words.notice}</p>',
        "</body></html>\n",
    ]
    return "\n".join(page)


def _of_lesson(runner: LessonRunner, words: SheetWords, instructor: bool, curves: bool) -> Iterator[str]:
    lesson = runner.lesson
    yield f"<h1>{_safe(lesson.title)}</h1><p>{_safe(lesson.question)}</p>"
    made = words.made.format(protocol=lesson.protocol, subject=lesson.subject, seed=lesson.seed)
    yield f'<p class="small">{_safe(made)}</p>'
    for number, taken in enumerate(runner.taken):
        yield from _of_step(runner, number, taken, words, instructor)
    if runner.trace and curves:
        yield _curve(runner, words)
    if lesson.sources:
        yield f'<p class="small">{words.sources}: ' + ", ".join(_safe(source) for source in lesson.sources) + "</p>"


def _of_step(runner: LessonRunner, number: int, taken: Taken, words: SheetWords, instructor: bool) -> Iterator[str]:
    step = taken.step
    yield f"<h2>{_safe(words.step.format(number=number + 1, name=step.name.replace('_', ' ')))}</h2>"
    yield "".join(f"<p>{_markdown(paragraph)}</p>" for paragraph in taken.text.split("\n\n"))
    if step.question:
        answer = words.unanswered if taken.answer is None else runner.fill(taken.answer.text)
        mark = "" if taken.answer is None else f" ({words.right})" if taken.right else f" ({words.wrong})"
        yield f"<p><b>{_safe(runner.fill(step.question))}</b><br>{words.prediction}: {_safe(answer)}{mark}</p>"
        if taken.answer is not None:
            yield f"<p>{_safe(runner.fill(taken.answer.reply))}</p>"
        if any(taken.hands):
            counted = zip(step.choice, taken.hands, strict=True)
            hands = "; ".join(f"{runner.fill(choice.text)}: {n}" for choice, n in counted)
            yield f"<p>{words.hands}: {_safe(hands)}</p>"
    if taken.numbers:
        rows = (
            f"<tr><td>{_safe(n.replace('_', ' '))}</td><td>{_safe(words.number(x, taken.units[n]))}</td></tr>"
            for n, x in taken.numbers.items()
        )
        yield f"<table>{''.join(rows)}</table>"
    if instructor:
        right = [runner.fill(c.text) for c in step.choice if runner.lesson.is_right(number, c)]
        told = [f"{words.shown_right}: {'; '.join(right)}."] if right else []
        told += [runner.fill(step.notes)] if step.notes else []
        told += [words.took.format(seconds=taken.seconds)] + [
            f"{words.failed}: {failure}." for failure in taken.failures
        ]
        yield f'<div class="notes">{"".join(f"<p>{_markdown(line)}</p>" for line in told)}</div>'


def _curve(runner: LessonRunner, words: SheetWords) -> str:
    """Return the trained feature over the lesson as a drawing."""
    times, values = ([point[i] for point in runner.trace] for i in (0, 1))
    end_s, most = max(times) or 1.0, sorted(values)[int(0.99 * (len(values) - 1))] * 1.1
    least = min(0.0, *values)
    high = (most - least) or 1.0

    def place(at_s: float, value: float) -> tuple[float, float]:
        share = min(max((value - least) / high, 0.0), 1.0)
        return _LEFT + (_WIDTH - _LEFT) * at_s / end_s, (_HEIGHT - _BELOW) * (1.0 - share)

    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(place, times, values))
    borders = [time for time, before, after in zip(times[1:], runner.trace, runner.trace[1:], strict=False)
               if before[2] != after[2]]  # fmt: skip
    marks = "".join(
        f'<line x1="{place(t, 0)[0]:.1f}" x2="{place(t, 0)[0]:.1f}" y1="0" y2="{_HEIGHT - _BELOW}" stroke="{GRID}"/>'
        for t in borders
    )
    feature = runner.session.protocol.rule.trained if runner.session is not None else words.feature
    unit = runner.session.pipeline.specs[feature].unit if runner.session is not None else ""
    written = [_safe(words.number(value, unit)) for value in (most, least)]
    return (
        f"<h2>{_safe(words.curve.format(feature=feature))}</h2>"
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" font-size="14" fill="{TEXT}">{marks}'
        f'<polyline points="{line}" fill="none" stroke="{FEATURE}" stroke-width="1.5"/>'
        f'<text x="0" y="14">{written[0]}</text><text x="0" y="{_HEIGHT - _BELOW}">{written[1]}</text>'
        f'<text x="{_LEFT}" y="{_HEIGHT - 16}">0 s</text>'
        f'<text x="{_WIDTH}" y="{_HEIGHT - 16}" text-anchor="end">{end_s:.0f} s</text></svg>'
    )


def _safe(text: str) -> str:
    return html.escape(text)


def _markdown(text: str) -> str:
    """Return a paragraph with its bold words."""
    pieces = _safe(text).replace("\n", " ").split("**")
    return "".join(f"<b>{piece}</b>" if i % 2 else piece for i, piece in enumerate(pieces))
