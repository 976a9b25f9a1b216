"""Make ``docs/protocols``: a page for each protocol that ships, from its file, and an index.

``python docs/make_protocol_pages.py`` writes them; a test holds them to be up to date.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from neurosim.core.drive import LATENTS
from neurosim.core.registry import kind_names
from neurosim.core.source import Source
from neurosim.core.timeline import TickGrid
from neurosim.feedback import TrainingProtocol, load_protocol
from neurosim.feedback.protocol import Feature
from neurosim.report import words
from neurosim.signals import Body
from neurosim.testing.budget import Budget, delay_budgets

FOLDER = Path(__file__).parent / "protocols"
NOTICE = "Simulation of group averages, not medical advice: these pages describe settings, they recommend nothing."
SCALE = (
    "Evidence is graded by the scale of AAPB and ISNR (La Vaque et al. 2002, Appl Psychophysiol Biofeedback "
    "27:273-281, doi:10.1023/A:1021061318355): "
    + ", ".join(f"{level} {meaning}" for level, meaning in words.LEVELS.items())
    + ". The level is "
    "our reading of the literature for the use that is named, with what speaks against it beside; it counts randomised "
    "trials, blind or not, so a high one can stand beside a negative double-blind trial."
)


HEADINGS = {
    "trains": "Training: a subject learns by the feedback",
    "assesses": "Assessment: something is found out",
    "treats": "Treatment: a device acts, nobody learns",
}


def pages() -> dict[str, str]:
    """Return the text of each page by its file name."""
    source = Body().prepare(TickGrid(1.0), 0, (0,), ())
    protocols = [load_protocol(name) for name in kind_names("protocol")]
    return {"README.md": index(protocols)} | {f"{p.name}.md": page(p, source) for p in protocols}


def index(protocols: list[TrainingProtocol]) -> str:
    """Return the index: a table of all protocols for each thing that they do."""
    tables = []
    for does, title in HEADINGS.items():
        tables += [f"## {title}", "", "| protocol | what for | signals | evidence | minutes |", "|---|---|---|---|---|"]
        tables += [
            f"| [{p.name}]({p.name}.md) | {p.purpose} | {', '.join(sorted(p.streams))} | {p.evidence_level or '-'} "
            f"| {p.duration_s / 60:.0f} |"
            for p in protocols
            if p.does == does
        ]
        tables.append("")
    return "\n".join([
        "# Protocols", "",
        "All of them run on the simulated body with `neurosim run NAME`, and on recordings that have the signals.", "",
        SCALE, "", *tables,
        NOTICE, "", "Made from the protocols' files by `python docs/make_protocol_pages.py`.", "",
    ])  # fmt: skip


def page(protocol: TrainingProtocol, source: Source) -> str:
    """Return the page of a protocol."""
    lines = [f"# {protocol.name}: {protocol.title}", "", f"{protocol.purpose}.", ""]
    lines += [f"**For whom.** {protocol.for_whom}.", "", f"**Evidence.** {_grade(protocol)}{protocol.evidence}", ""]
    lines += ["## What is measured", ""]
    for budget, feature in zip(delay_budgets(protocol, source.specs), protocol.features, strict=True):
        lines += [
            f"### {feature.name}",
            "",
            f"From {words.places(budget, feature)}.",
            "",
            *_pipeline(budget, feature),
            "",
        ]
    lines += _gates(protocol)
    if protocol.devices:
        lines += ["## What acts on the subject", "", *(f"- {each}" for each in words.devices_of(protocol)), ""]
    lines += ["## What is rewarded", "", *_rule(protocol), ""]
    if protocol.learns:
        moved = ", ".join(f"`{name}` by {most:+g} ({LATENTS[name].unit})" for name, most in protocol.learns.items())
        lines += [
            f"A simulated learner moves at most {moved}, and tries one thing for {protocol.strategy_tau_s:g} s.",
            "",
        ]
    lines += ["## Blocks", "", "| block | kind | s | told | |", "|---|---|---|---|---|"]
    lines += [
        f"| {b.name} | {b.kind} | {b.duration_s:g} | {b.instruction} | {words.details_of(b)} |" for b in protocol.blocks
    ]
    lines += ["", *_stressors(protocol)]
    lines += ["## Caveats", "", *(f"- {caveat}" for caveat in protocol.caveats), ""]
    lines += ["## References", "", *(f"- {_linked(reference)}" for reference in protocol.references), "", NOTICE, ""]
    return "\n".join(lines)


def _grade(protocol: TrainingProtocol) -> str:
    level = protocol.evidence_level
    return "" if level is None else f"Level {level} of 5, {words.LEVELS[level]} ([scale](README.md)). "


def _pipeline(budget: Budget, feature: Feature) -> Iterator[str]:
    yield "| stage | settings | delay by design, ms |"
    yield "|---|---|---|"
    for stage in words.described_stages(budget, feature):
        yield f"| {stage.name} | {stage.settings} | {round(1000 * stage.said_s) + 0:.0f} |"
    yield f"| wait for the end of a tick, and the display | | {1000 * (budget.tick_s + budget.display_s):.0f} |"
    yield f"| all together | | {1000 * budget.said_s:.0f} |"


def _gates(protocol: TrainingProtocol) -> list[str]:
    gates = [f"- {gate}" for gate in words.gates_of(protocol)]
    return ["### What is not trusted", "", *gates, ""] if gates else []


def _rule(protocol: TrainingProtocol) -> Iterator[str]:
    conditions = words.conditions_of(protocol)
    if protocol.does == "assesses":
        yield "Nothing: this is an assessment, whose table of results is printed, and written as `assessment.tsv`."
        return
    if not conditions:
        yield words.NOTHING[protocol.does]
        return
    yield words.lead_of(protocol)
    yield ""
    yield from (f"- {condition}" for condition in conditions)
    if timing := words.timing_of(protocol):
        yield ""
        yield timing


def _stressors(protocol: TrainingProtocol) -> list[str]:
    if not protocol.stressors:
        return []
    lines = ["On the simulated body the stressors add, while their block lasts:", ""]
    for each in protocol.stressors:
        lines.append(f"- {each.name}: " + ", ".join(f"`{k}` {v:+g}" for k, v in each.drive.items()))
    return [*lines, ""]


def _linked(reference: str) -> str:
    """Return a reference whose DOI is a link."""
    before, found, rest = reference.partition("doi:")
    if not found:
        return reference
    doi, _, after = rest.partition(" ")
    return f"{before}[doi:{doi}](https://doi.org/{doi}) {after}".rstrip()


def main() -> None:
    """Write all pages, and take away those of protocols that are gone."""
    made = pages()
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.md"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
