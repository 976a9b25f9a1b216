"""Make ``docs/protocols``: a page for each protocol that ships, from its file, and an index.

``python docs/make_protocol_pages.py`` writes them; a test holds them to be up to date.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from neurosim.core.drive import LATENTS
from neurosim.core.registry import kind_names
from neurosim.core.source import Source
from neurosim.core.timeline import TickGrid
from neurosim.feedback import Block, TrainingProtocol, load_protocol
from neurosim.signals import Body
from neurosim.testing.budget import Budget, Step, delay_budgets

FOLDER = Path(__file__).parent / "protocols"
NOTICE = "Simulation of group averages, not medical advice: these pages describe settings, they recommend nothing."
#: The scale of AAPB and ISNR (La Vaque et al. 2002).
LEVELS = {
    1: "not empirically supported",
    2: "possibly efficacious",
    3: "probably efficacious",
    4: "efficacious",
    5: "efficacious and specific",
}
SCALE = (
    "Evidence is graded by the scale of AAPB and ISNR (La Vaque et al. 2002, Appl Psychophysiol Biofeedback "
    "27:273-281, doi:10.1023/A:1021061318355): "
    + ", ".join(f"{level} {words}" for level, words in LEVELS.items())
    + ". The level is "
    "our reading of the literature for the use that is named, with what speaks against it beside; it counts randomised "
    "trials, blind or not, so a high one can stand beside a negative double-blind trial."
)


def pages() -> dict[str, str]:
    """Return the text of each page by its file name."""
    source = Body().prepare(TickGrid(1.0), 0, (0,), ())
    protocols = [load_protocol(name) for name in kind_names("protocol")]
    return {"README.md": index(protocols)} | {f"{p.name}.md": page(p, source) for p in protocols}


def index(protocols: list[TrainingProtocol]) -> str:
    """Return the index: a table of all protocols."""
    rows = [
        f"| [{p.name}]({p.name}.md) | {p.purpose} | {', '.join(sorted(p.streams))} | {p.evidence_level or '-'} "
        f"| {p.duration_s / 60:.0f} |"
        for p in protocols
    ]
    return "\n".join([
        "# Protocols", "",
        "All of them run on the simulated body with `neurosim run NAME`, and on recordings that have the signals.", "",
        SCALE, "", "| protocol | what for | signals | evidence | minutes |", "|---|---|---|---|---|", *rows, "",
        NOTICE, "", "Made from the protocols' files by `python docs/make_protocol_pages.py`.", "",
    ])  # fmt: skip


def page(protocol: TrainingProtocol, source: Source) -> str:
    """Return the page of a protocol."""
    lines = [f"# {protocol.name}: {protocol.title}", "", f"{protocol.purpose}.", ""]
    lines += [f"**For whom.** {protocol.for_whom}.", "", f"**Evidence.** {_grade(protocol)}{protocol.evidence}", ""]
    lines += ["## What is measured", ""]
    for budget, feature in zip(delay_budgets(protocol, source.specs), protocol.features, strict=True):
        places = "; ".join(f"{w.stream}: {', '.join(w.channels)}" for w in budget.inputs)
        first = next(iter(feature.sources.values()))
        wanted = f" (the first that is there of {', '.join(first.channels)})" if first.choose == "first" else ""
        lines += [f"### {feature.name}", "", f"From {places}{wanted}.", "", *_pipeline(budget, feature), ""]
    lines += _gates(protocol)
    lines += ["## What is rewarded", "", *_rule(protocol), ""]
    if protocol.learns:
        moved = ", ".join(f"`{name}` by {most:+g} ({LATENTS[name].unit})" for name, most in protocol.learns.items())
        lines += [
            f"A simulated learner moves at most {moved}, and tries one thing for {protocol.strategy_tau_s:g} s.",
            "",
        ]
    lines += ["## Blocks", "", "| block | kind | s | told | |", "|---|---|---|---|---|"]
    lines += [f"| {b.name} | {b.kind} | {b.duration_s:g} | {b.instruction} | {_more(b)} |" for b in protocol.blocks]
    lines += ["", *_stressors(protocol)]
    lines += ["## Caveats", "", *(f"- {caveat}" for caveat in protocol.caveats), ""]
    lines += ["## References", "", *(f"- {_linked(reference)}" for reference in protocol.references), "", NOTICE, ""]
    return "\n".join(lines)


def _grade(protocol: TrainingProtocol) -> str:
    level = protocol.evidence_level
    return "" if level is None else f"Level {level} of 5, {LEVELS[level]} ([scale](README.md)). "


def _pipeline(budget: Budget, feature: Any) -> Iterator[str]:
    yield "| stage | settings | delay by design, ms |"
    yield "|---|---|---|"
    for way, source in zip(budget.inputs, feature.sources.values(), strict=True):
        yield from _stages(way.steps, source.stages, f"{way.name}: " if way.name else "")
    yield from _stages(budget.steps, feature.stages, "")
    yield f"| wait for the end of a tick, and the display | | {1000 * (budget.tick_s + budget.display_s):.0f} |"
    yield f"| all together | | {1000 * budget.said_s:.0f} |"


def _stages(steps: tuple[Step, ...], stages: Any, where: str) -> Iterator[str]:
    described = [_settings(stage) for stage in stages] + ["held samples"]
    for step, settings in zip(steps, described, strict=False):
        yield f"| {where}{step.kind} | {settings} | {round(1000 * step.said_s) + 0:.0f} |"


def _settings(stage: Any) -> str:
    """Return what is set in a stage, other than by default, with the stages inside it."""
    data = stage.model_dump(exclude_unset=True)
    return ", ".join(f"{key} {_shown(value)}" for key, value in data.items() if key != "kind")


def _shown(value: Any) -> str:
    if isinstance(value, dict) and value.get("kind") == "chain":
        return " -> ".join(map(_shown, value["stages"]))
    if isinstance(value, dict):
        inner = ", ".join(f"{k} {_shown(v)}" for k, v in value.items() if k != "kind")
        return f"{value['kind']} ({inner})" if "kind" in value and inner else value.get("kind", inner)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _gates(protocol: TrainingProtocol) -> list[str]:
    if not protocol.gates:
        return []
    lines = ["### What is not trusted", ""]
    for gate in protocol.gates:
        also = f" and {', '.join(gate.also)}" if gate.also else ""
        lines.append(
            f"- {gate.stream}, the channels of the features{also}: {_shown(gate.stage.model_dump(exclude_unset=True))}"
        )
    return [*lines, ""]


def _rule(protocol: TrainingProtocol) -> Iterator[str]:
    rule = protocol.rule.model_dump(exclude_unset=True)
    conditions = rule.pop("conditions", ())
    if not conditions:
        yield "Nothing: this is an assessment, whose table of results is printed, and written as `assessment.tsv`."
        return
    yield "A reward while all of these hold:"
    yield ""
    for c in conditions:
        threshold = {k: v for k, v in c["threshold"].items() if k != "kind"}
        numbers = ", ".join(f"{k} {_shown(v)}" for k, v in threshold.items())
        more = ", ".join(f"{k} {_shown(v)}" for k, v in c.items() if k not in ("feature", "direction", "threshold"))
        kind = c["threshold"]["kind"].replace("_", " ")
        side = c.get("direction", "above")
        yield f"- `{c['feature']}` {side} a {kind} threshold ({numbers})" + (f"; {more}" if more else "")
    yield ""
    dwell, refractory = protocol.rule.dwell_s, protocol.rule.refractory_s  # type: ignore[attr-defined]
    first = f"They must hold for {dwell:g} s first. " if dwell else ""
    yield f"{first}Rewards come {refractory:g} s apart at least."


def _more(block: Block) -> str:
    said = [f"eyes {block.eyes}" if block.eyes else "", f"stressor: {block.stressor}" if block.stressor else ""]
    said.append(f"pacer {block.pacer_per_min:g}/min" if block.pacer_per_min else "")
    if block.trials is not None:
        t = block.trials
        said.append(f"trials of {t.baseline_s:g} + {t.task_s:g} + {t.pause_s:g} s, {' and '.join(t.targets)}"
                    + (f", one in {t.transfer_every} without feedback" if t.transfer_every else ""))  # fmt: skip
    return "; ".join(filter(None, said))


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
