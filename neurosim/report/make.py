"""From a folder to its report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from neurosim.core.errors import OutputError
from neurosim.report.page import NOTICE, Section, write_page


def make_report(folder: str | Path, out: str | Path | None = None) -> Path:
    """Write the report on a session or a course as one HTML file that needs nothing else, and return where it is.

    Parameters
    ----------
    folder
        Of the session or the course.
    out
        The file; by default ``report.html``, in the folder of a course or among the results of a session
        (``derivatives``), which is then made anew.

    Raises
    ------
    UserError
        When the folder is of neither, or the file exists or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from neurosim import simulate
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     result = simulate("alpha_up", seed=1, duration_s=20, out=f"{folder}/s")
    ...     make_report(f"{folder}/s").name
    'report.html'
    """
    return report_on(Path(folder), None if out is None else Path(out))[0]


def report_on(folder: Path, out: Path | None = None) -> tuple[Path, dict[str, Any]]:
    """Write the report; return where it is, and its numbers, ready for JSON."""
    if out is not None and out.exists():
        raise OutputError("exists already; name another file with --out, nothing is overwritten", str(out))
    (title, sections, data), results = _read(folder)
    path = results / "report.html" if out is None else out
    write_page(title, sections, path)
    return path, data | {"notice": NOTICE, "report": str(path)}


def _read(folder: Path) -> tuple[tuple[str, list[Section], dict[str, Any]], Path]:
    """Return the parts of the report, and the folder that it belongs in."""
    if (folder / "course.toml").is_file():
        from neurosim.cohort.course import read_course
        from neurosim.report.course import course_report

        return course_report(read_course(folder), folder), folder
    from neurosim.report.session import session_report
    from neurosim.session.recording.reading import read_session

    session = read_session(folder)
    return session_report(session), session.places.results
