"""The sheet of a lesson: one HTML file with predictions, answers, numbers and pictures, that needs nothing else."""

from __future__ import annotations

import base64
import html
import math
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

from neurosim.core.errors import OutputError
from neurosim.core.palette import FAINT, FEATURE, GRID, TEXT
from neurosim.lessons.runner import LessonRunner, Taken

_WIDTH, _HEIGHT, _LEFT, _BELOW = 900, 240, 70, 40
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
) -> None:
    """Write the sheet of a lesson, or of a lab's lessons.

    Parameters
    ----------
    path
        The file.
    runners, student, instructor, pictures
        As of `sheet_page`.

    Raises
    ------
    OutputError
        When it cannot be written.
    """
    page = sheet_page(runners, student=student, instructor=instructor, pictures=pictures)
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
    """
    parts = [part for runner in runners for part in _of_lesson(runner, instructor, curves)]
    for title, png in (pictures or {}).items():
        data = base64.b64encode(png).decode("ascii")
        parts.append(f'<h2>{_safe(title)}</h2><img alt="{_safe(title)}" src="data:image/png;base64,{data}">')
    head = "Instructor's copy" if instructor else "My sheet"
    whose = f": {_safe(student)}" if student else ""
    page = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f"<title>{head}</title><style>{_STYLE}</style></head><body>",
        f'<p class="small">{head}{whose}</p>',
        *parts,
        f'<p class="small">neurosim {version("neurosim")}. Simulation of group averages, not medical advice.</p>',
        "</body></html>\n",
    ]
    return "\n".join(page)


def _of_lesson(runner: LessonRunner, instructor: bool, curves: bool) -> Iterator[str]:
    lesson = runner.lesson
    yield f"<h1>{_safe(lesson.title)}</h1><p>{_safe(lesson.question)}</p>"
    made = f"Protocol {lesson.protocol}, subject {lesson.subject}, seed {lesson.seed}"
    yield f'<p class="small">{_safe(made)}</p>'
    for taken in runner.taken:
        yield from _of_step(runner, taken, instructor)
    if runner.trace and curves:
        yield _curve(runner)
    if lesson.sources:
        yield '<p class="small">Sources: ' + ", ".join(_safe(source) for source in lesson.sources) + "</p>"


def _of_step(runner: LessonRunner, taken: Taken, instructor: bool) -> Iterator[str]:
    step = taken.step
    yield f"<h2>{_safe(step.name.replace('_', ' '))}</h2>"
    yield "".join(f"<p>{_markdown(paragraph)}</p>" for paragraph in taken.text.split("\n\n"))
    if step.question:
        answer = "not answered" if taken.answer is None else runner.fill(taken.answer.text)
        mark = "" if taken.answer is None else " (right)" if taken.right else " (not so)"
        yield f"<p><b>{_safe(runner.fill(step.question))}</b><br>My prediction: {_safe(answer)}{mark}</p>"
        if taken.answer is not None:
            yield f"<p>{_safe(runner.fill(taken.answer.reply))}</p>"
        if any(taken.hands):
            counted = zip(step.choice, taken.hands, strict=True)
            hands = "; ".join(f"{runner.fill(choice.text)}: {n}" for choice, n in counted)
            yield f"<p>Hands in the room: {_safe(hands)}</p>"
    if taken.numbers:
        rows = (
            f"<tr><td>{_safe(n.replace('_', ' '))}</td><td>{_number(x)}</td></tr>" for n, x in taken.numbers.items()
        )
        yield f"<table>{''.join(rows)}</table>"
    if instructor:
        number = runner.lesson.step.index(step)
        right = [runner.fill(c.text) for c in step.choice if runner.lesson.is_right(number, c)]
        told = [f"Right: {'; '.join(right)}."] if right else []
        told += [runner.fill(step.notes)] if step.notes else []
        told += [f"Took {taken.seconds:.0f} s."] + [f"Not as expected: {failure}." for failure in taken.failures]
        yield f'<div class="notes">{"".join(f"<p>{_markdown(line)}</p>" for line in told)}</div>'


def _curve(runner: LessonRunner) -> str:
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
    feature = runner.session.protocol.rule.trained if runner.session is not None else "feature"
    unit = runner.session.pipeline.specs[feature].unit if runner.session is not None else ""
    return (
        f"<h2>{_safe(feature)} over the lesson</h2>"
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" font-size="14" fill="{TEXT}">{marks}'
        f'<polyline points="{line}" fill="none" stroke="{FEATURE}" stroke-width="1.5"/>'
        f'<text x="0" y="14">{_number(most)}</text><text x="0" y="{_HEIGHT - _BELOW}">{_number(least)}</text>'
        f'<text x="0" y="{(_HEIGHT - _BELOW) // 2}">{_safe(unit)}</text>'
        f'<text x="{_LEFT}" y="{_HEIGHT - 16}">0 s</text>'
        f'<text x="{_WIDTH}" y="{_HEIGHT - 16}" text-anchor="end">{end_s:.0f} s</text></svg>'
    )


def _number(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else "not measured"


def _safe(text: str) -> str:
    return html.escape(text)


def _markdown(text: str) -> str:
    """Return a paragraph with its bold words."""
    pieces = _safe(text).replace("\n", " ").split("**")
    return "".join(f"<b>{piece}</b>" if i % 2 else piece for i, piece in enumerate(pieces))
