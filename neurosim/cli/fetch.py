"""``neurosim fetch``: public recordings through MNE's loaders, into MNE's own data folder."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from neurosim.cli.console import make_console, say
from neurosim.core.errors import UserError, did_you_mean


@dataclass(frozen=True)
class Public:
    """Public recordings.

    Parameters
    ----------
    title
        What they are.
    size
        How much there is to download.
    good_for
        What they are good for here.
    subjects
        The first subject and the last.
    runs
        The runs that there are, by number, with what was done in them; the first are the ones fetched by default.
    default_runs
        How many.
    load
        Fetches a run of a subject and returns its file.
    options
        What follows ``neurosim run`` to train on a run.
    cite
        Licence, and whom to cite.
    """

    title: str
    size: str
    good_for: str
    subjects: tuple[int, int]
    runs: dict[int, str]
    default_runs: int
    load: Callable[[int, int], Path]
    options: str
    cite: str


def _eegbci(subject: int, run: int) -> Path:
    from mne.datasets import eegbci  # type: ignore[import-untyped, unused-ignore]

    return Path(eegbci.load_data([subject], [run], update_path=False, verbose="ERROR")[0])


def _sleep(subject: int, run: int) -> Path:
    from mne.datasets.sleep_physionet import age  # type: ignore[import-untyped, unused-ignore]

    return Path(age.fetch_data([subject], recording=(run,), on_missing="raise", verbose="ERROR")[0][0])


_HANDS, _FEET = "left or right hand", "both hands or feet"
PUBLIC = {
    "eegbci": Public(
        "109 people at rest and at motor imagery, 64 channels of EEG, 160 Hz",
        "1.3 MB a run at rest, 2.6 MB a run of a task",
        "alpha with eyes open (run 1) against eyes closed (run 2); mu and SMR (runs 3 to 14)",
        (1, 109),
        {1: "eyes open", 2: "eyes closed"}
        | {run: f"{'moving' if run % 2 else 'imagining'} {_HANDS if run in (3, 4, 7, 8, 11, 12) else _FEET}"
           for run in range(3, 15)},
        2,
        _eegbci,
        "alpha_up",
        "PhysioNet EEG Motor Movement/Imagery Dataset, ODC-BY 1.0; Schalk et al. 2004, Goldberger et al. 2000",
    ),
    "sleep": Public(
        "82 people for one or two nights: EEG and EOG at 100 Hz, EMG, breathing and temperature at 1 Hz",
        "about 50 MB a night",
        "a file of several rates; alpha before sleep, theta as it comes",
        (0, 82),
        {1: "first night", 2: "second night"},
        1,
        _sleep,
        "alpha_theta --channel Pz-Oz",
        "PhysioNet Sleep-EDF Expanded, ODC-BY 1.0; Kemp et al. 2000, Goldberger et al. 2000",
    ),
}  # fmt: skip


def list_public() -> None:
    """Print what there is."""
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column()
    for name, public in PUBLIC.items():
        table.add_row(name, f"{public.title} ({public.size}). Good for {public.good_for}. {public.cite}")
    make_console().print(table)
    print("Next: neurosim fetch eegbci")


def fetch(name: str, subject: int | None, runs: tuple[int, ...]) -> list[Path]:
    """Fetch recordings that are not there yet, and print how to train on each.

    Raises
    ------
    UserError
        For a name, subject or run that there is not, and where nothing can be downloaded.
    """
    if name not in PUBLIC:
        raise UserError(f"there is no '{name}'; {did_you_mean(name, PUBLIC)}", "fetch")
    public = PUBLIC[name]
    first, last = public.subjects
    subject = first if subject is None else subject
    if not first <= subject <= last:
        raise UserError(f"must be {first} to {last}, got {subject}", "--subject")
    unknown = [run for run in runs if run not in public.runs]
    if unknown:
        raise UserError(f"there is no run {unknown[0]}; {min(public.runs)} to {max(public.runs)}", "--run")
    wanted = runs or tuple(public.runs)[: public.default_runs]
    found = []
    for number, run in enumerate(wanted, start=1):
        say(f"[{number}/{len(wanted)}] {name}, subject {subject}, run {run} ({public.runs[run]}) ...")
        with _download(name):
            found.append(public.load(subject, run))
        say(f"[{number}/{len(wanted)}] {found[-1].name}: {found[-1].stat().st_size / 1e6:.1f} MB")
    print(public.cite)
    for path, run in zip(found, wanted, strict=True):
        print(f"Next ({public.runs[run]}): neurosim run {public.options} --source {shlex.quote(str(path))}")
    return found


@contextmanager
def _download(name: str) -> Iterator[None]:
    """Turn what downloads fail with into a line."""
    import pooch

    logger = pooch.get_logger()  # what it tells of its attempts is told here, in a line
    before, logger.disabled = logger.disabled, True
    try:
        yield
    except OSError as error:  # of requests and urllib too
        reason = type(error).__name__
        raise UserError(
            f"{name} cannot be downloaded ({reason}); connect this machine to the network, or copy MNE's data folder "
            "(mne_data) from one that is: files that are there are not fetched again",
            "fetch",
        ) from error
    except (ValueError, RuntimeError) as error:  # what came is not what was asked for
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise UserError(f"{name} did not arrive whole ({reason}); fetch it again", "fetch") from error
    finally:
        logger.disabled = before
