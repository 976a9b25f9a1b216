"""What stands beside the signals of a BIDS dataset: who, with what, in which unit, and how the loop was closed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from neurosim.core.dataset import FEEDBACK, Places
from neurosim.core.spec import SignalSpec
from neurosim.core.units import pretty_units
from neurosim.feedback.protocol import TrainingProtocol

BIDS_VERSION = "1.10.0"
NOTICE = "Simulation of group averages; not medical advice."
_COLUMNS = {
    "onset": {"Description": "Start of the tick, from the start of the recording", "Units": "s"},
    "block": {"Description": "Block of the protocol"},
    "valid": {"Description": "Whether the tick could be trusted"},
    "joint": {"Description": "Whether all held that a reward needs"},
    "met": {"Description": "Whether the conditions of the rule were met"},
    "reward": {"Description": "Whether a reward was given"},
    "shown": {"Description": "What was shown, 0 to 1"},
    "why_invalid": {"Description": "Why the tick could not be trusted"},
}
_EVENTS = {
    "onset": {"Description": "From the start of the recording", "Units": "s"},
    "duration": {"Description": "Length; 0 for a moment", "Units": "s"},
    "trial_type": {
        "Description": "What happened: block, bad (the signal could not be trusted), no_value (a feature had no "
        "value), command (what somebody did), clipped (beyond the range of the file), gap, stop, error, annotation, or "
        "what happened to the body"
    },
    "value": {"Description": "What else there is to say"},
}
_README = """# {title}

Recorded by neurosim. {notice}

- `sub-*/ses-*`: the signals, the events, and what was fed back in every tick (`recording-feedback_stim`), as BIDS asks.
- `sourcedata`: protocol, subject, seed, versions and commands, which repeat a session; the truth of a simulated body.
- `derivatives/neurosim`: what was worked out from the recording.

Every decision can be worked out again from this folder: `neurosim replay FOLDER`.
"""


def as_json(data: Any) -> str:
    """Write plain data as people read it."""
    return json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def write_text(path: Path, text: str) -> None:
    """Write a text file."""
    path.write_text(text, encoding="utf-8", newline="\n")


def description(title: str, version: str, kind: str = "raw") -> dict[str, Any]:
    """Return what ``dataset_description.json`` says; `kind` is raw or derivative."""
    made = {"Name": "neurosim", "Version": version, "Description": "Simulator for neurofeedback and biofeedback"}
    return {"Name": title, "BIDSVersion": BIDS_VERSION, "DatasetType": kind, "License": "n/a",
            "Authors": ["neurosim"], "GeneratedBy": [made]}  # fmt: skip


def write_dataset(root: Path, title: str, version: str) -> None:
    """Write what a dataset says of itself, where it does not say so yet."""
    derived = root / "derivatives" / "neurosim"
    derived.mkdir(parents=True, exist_ok=True)
    people = {"age": {"Description": "Age; of a simulated body the age that it stands for", "Units": "year"}}
    texts = {
        root / "dataset_description.json": as_json(description(title, version)),
        derived / "dataset_description.json": as_json(description(f"{title}: worked out", version, "derivative")),
        root / "README.md": _README.format(title=title, notice=NOTICE),
        root / "participants.json": as_json(people),
        root / "participants.tsv": "participant_id\tage\n",
    }
    for path, text in texts.items():
        if not path.exists():
            write_text(path, text)


def add_participant(root: Path, subject: str, age_years: float | None) -> None:
    """Add somebody to the list, unless he stands there."""
    path = root / "participants.tsv"
    text = path.read_text(encoding="utf-8")
    if not any(line.startswith(f"sub-{subject}\t") for line in text.splitlines()):
        age = "n/a" if age_years is None else f"{age_years:g}"
        write_text(path, f"{text}sub-{subject}\t{age}\n")


def eeg_sidecar(protocol: TrainingProtocol, spec: SignalSpec, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what ``eeg.json`` says."""
    simulated = bool(facts["simulated"])
    return {
        "TaskName": protocol.name,
        "TaskDescription": f"{protocol.title}. {protocol.purpose}.",
        "Instructions": "; ".join(f"{b.name}: {b.instruction}" for b in protocol.blocks if b.instruction) or "n/a",
        "Manufacturer": "neurosim" if simulated else "n/a",
        "ManufacturersModelName": "simulated body" if simulated else str(facts["source"]),
        "SoftwareVersions": f"neurosim {facts['versions']['neurosim']}",
        "SamplingFrequency": spec.fs,
        "EEGReference": "none: potentials against infinity" if simulated else "as in the source",
        "EEGGround": "n/a",
        "EEGPlacementScheme": "10-20" if simulated else "n/a",
        "EEGChannelCount": spec.n_channels,
        "PowerLineFrequency": facts["mains_hz"] or "n/a",
        "HardwareFilters": "n/a",
        "SoftwareFilters": "n/a",
        "RecordingType": "continuous",
    }


def channels_table(spec: SignalSpec) -> str:
    """Return ``channels.tsv``."""
    known = spec.unit in ("uV", "mV", "V")
    unit = pretty_units(spec.unit) if known else "n/a"
    rows = [f"{name}\t{'EEG' if known else 'MISC'}\t{unit}\t{spec.fs:g}\n" for name in spec.ch_names]
    return "name\ttype\tunits\tsampling_frequency\n" + "".join(rows)


def series_sidecar(stream: str, spec: SignalSpec) -> dict[str, Any]:
    """Return what stands beside the table of a stream."""
    return {
        "SamplingFrequency": spec.fs,
        "StartTime": 0.0,
        "Columns": list(spec.ch_names),
        **{
            name: {"Description": f"{stream}, {name}", "Units": pretty_units(unit)}
            for name, unit in zip(spec.ch_names, spec.units, strict=True)
        },
    }


def feedback_sidecar(
    protocol: TrainingProtocol, columns: list[str], features: Mapping[str, SignalSpec]
) -> dict[str, Any]:
    """Return what stands beside the ticks: the columns, and how the loop was closed."""
    about: dict[str, Any] = {}
    units = {c.name or c.feature: features[c.feature].unit for c in getattr(protocol.rule, "conditions", ())}
    for name in columns:
        kind, _, condition = name.partition("_")
        if name in features:
            about[name] = {"Description": "Feature at the end of the tick", "Units": pretty_units(features[name].unit)}
        elif kind == "threshold":
            about[name] = {"Description": "Threshold", "Units": pretty_units(units.get(condition, "n/a"))}
        elif kind == "holding":
            about[name] = {"Description": "Whether the condition held"}
        else:
            about[name] = _COLUMNS[name]
    return {
        "SamplingFrequency": 1.0 / protocol.update_interval_s,
        "StartTime": 0.0,
        "Columns": columns,
        "ClosedLoop": closed_loop(protocol, features),
        **about,
    }


def closed_loop(protocol: TrainingProtocol, features: Mapping[str, SignalSpec]) -> dict[str, Any]:
    """Return how the loop was closed: what triggers, what is computed of what, and how late.

    BIDS has no names for it yet; these follow its proposal for closed-loop stimulation (BEP037).
    """
    plain = protocol.model_dump(mode="json", exclude_none=True)
    return {
        "TriggeringLogic": plain["rule"],
        "Pipeline": {"features": plain["features"], "gates": plain.get("gates", [])},
        "UpdateInterval": protocol.update_interval_s,
        "PipelineDelay": {name: spec.delay_s for name, spec in features.items()},
        "DisplayDelay": protocol.display_delay_s,
        "Notes": "Delays in seconds, by design, of a slow change of the body to the feature.",
    }


def write_sidecars(
    places: Places,
    protocol: TrainingProtocol,
    streams: Mapping[str, SignalSpec],
    features: Mapping[str, SignalSpec],
    columns: list[str],
    facts: Mapping[str, Any],
) -> None:
    """Write every sidecar of a session."""
    for stream, spec in streams.items():
        about = eeg_sidecar(protocol, spec, facts) if stream == "eeg" else series_sidecar(stream, spec)
        _write_beside(places.stem_of(stream), about)
    if "eeg" in streams:
        write_text(places.file("channels.tsv"), channels_table(streams["eeg"]))
    _write_beside(places.stem_of(FEEDBACK), feedback_sidecar(protocol, columns, features))
    write_text(places.file("events.json"), as_json(_EVENTS))


def _write_beside(stem: Path, data: Any) -> None:
    write_text(stem.with_name(f"{stem.name}.json"), as_json(data))
