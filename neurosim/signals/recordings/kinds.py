"""What a channel records, told by its name, its unit or its type, and what the body's streams call it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of signal, which is a stream of its own.

    Parameters
    ----------
    unit
        Unit of the stream; what can be converted is.
    name
        What protocols call its channel, "" where every channel keeps its own name.
    words
        Words of a channel's name that mean it.
    """

    unit: str
    name: str = ""
    words: str = ""


KINDS = {
    "ecg": Kind("mV", "ECG", r"ecg\w*|ekg\w*"),
    "ppg": Kind("a.u.", "PPG", r"ppg\d*|bvp|pleth\w*|photopleth\w*|pulse"),
    "respiration": Kind("a.u.", "RESP", r"resp\w*|rsp\w*|breath\w*|thora\w*|abdo\w*|airflow|belt|chest"),
    "emg": Kind("uV", "EMG", r"emg\w*|frontalis|trapezius|masseter|biceps|chin\d*|submental"),
    "temperature": Kind("degC", "TEMP", r"temp|temperature|skt|thermistor"),
    "skin_conductance": Kind("uS", "EDA", r"eda\w*|gsr\w*|scl|scr|electrodermal|galvanic|conductance"),
    "acceleration": Kind("g", "", r"acc|acc[xyz]|accel\w*"),
    "heart_rate": Kind("bpm", "", r"hr|bpm|heartrate"),
    "ibi": Kind("s", "", r"ibi|nni|rri"),
    "eeg": Kind("uV", "", r"eeg\w*|exg\d*|[hv]?eog\w*|ecog"),
    "other": Kind(""),
}
"""Every kind, in the order in which names are tried."""

_WORDS = {kind: re.compile(entry.words) for kind, entry in KINDS.items() if entry.words}
_LEADS = re.compile(r"i|ii|iii|av[rlf]|v[1-6]?|ml(i|ii|iii)|mcl[1-6]|d[1-4]|cm[1-5]", re.IGNORECASE)
_PLACE = re.compile(r"(fp|af|f|ft|fc|t|tp|c|cp|p|po|o|i|a|m|n)(z|\d{1,2})(h?)", re.IGNORECASE)
_CASE = {"fp": "Fp"}
_REFERENCE = re.compile(r"[-_ ](ref|le|avg|ar|a1\+a2|m1\+m2)$", re.IGNORECASE)
_NO_SKIN = re.compile(r"rectal|core|room|ambient|oral|body", re.IGNORECASE)
_ANY_MUSCLE = re.compile(r"emg[\W_]*\d*[\W_]*(emg)?\d*", re.IGNORECASE)

_VOLTS = {"v": 1e6, "mv": 1e3, "uv": 1.0, "nv": 1e-3, "microv": 1.0, "microvolts": 1.0, "volts": 1e6}
_SIEMENS = {"s": 1e6, "ms": 1e3, "us": 1.0, "ns": 1e-3, "microsiemens": 1.0, "siemens": 1e6, "umho": 1.0}
_DEGREES = {
    **dict.fromkeys(("degc", "°c", "c", "celsius", "oc", "deg c"), (1.0, 0.0)),
    **dict.fromkeys(("k", "kelvin"), (1.0, -273.15)),
    **dict.fromkeys(("degf", "°f", "f", "fahrenheit"), (5.0 / 9.0, -160.0 / 9.0)),
}


def kind_of_name(name: str) -> str:
    """Return the kind that a channel's name tells, "" where it tells none.

    Examples
    --------
    >>> [kind_of_name(name) for name in ("Fp1", "MLII", "Resp oro-nasal", "EEG Fpz-Cz", "Photosensor")]
    ['eeg', 'ecg', 'respiration', 'eeg', '']
    """
    words = [word for word in re.split(r"[\W_]+", name.lower()) if word]
    for kind, pattern in _WORDS.items():
        if any(pattern.fullmatch(word) for word in words):
            return kind
    if _LEADS.fullmatch(name.strip()):
        return "ecg"
    places = re.split(r"[-/]", name.strip().rstrip("."))
    return "eeg" if all(_PLACE.fullmatch(place.strip()) for place in places) else ""


def kind_of_unit(unit: str) -> str:
    """Return the kind that a unit tells: a voltage is taken for EEG."""
    plain = _plain(unit)
    if plain in _VOLTS:
        return "eeg"
    if plain in ("us", "microsiemens", "umho"):
        return "skin_conductance"
    return "temperature" if plain in _DEGREES and len(plain) > 1 else ""


def tell_kinds(names: Sequence[str], units: Sequence[str], known: Sequence[str]) -> list[str]:
    """Return the kind of each channel of a file.

    Parameters
    ----------
    names, units
        Of each channel; units may be "".
    known
        The kind that the file or the user states, "" where nobody does.

    Returns
    -------
        Where nothing tells the kind of any channel they are EEG, as files of bare numbers are read; beside channels
        that are known, such a channel is ``other``.
    """
    told = [k or kind_of_name(n) or kind_of_unit(u) for n, u, k in zip(names, units, known, strict=True)]
    rest = "other" if any(told) else "eeg"
    return [kind or rest for kind in told]


def convert(unit: str, kind: str) -> tuple[str, float, float]:
    """Return the unit of a kind's stream, and factor and summand that bring a value in another unit to it.

    A unit that cannot be converted, or is not told, is kept.
    """
    wanted, plain = KINDS[kind].unit if kind in KINDS else unit, _plain(unit)
    if not unit:
        return wanted, 1.0, 0.0
    if plain in _VOLTS and _plain(wanted) in _VOLTS:
        return wanted, _VOLTS[plain] / _VOLTS[_plain(wanted)], 0.0
    if kind == "skin_conductance" and plain in _SIEMENS:
        return wanted, _SIEMENS[plain], 0.0
    if kind == "temperature" and plain in _DEGREES:
        return wanted, *_DEGREES[plain]
    return ("uV" if plain == "uv" else unit), 1.0, 0.0


def _plain(unit: str) -> str:
    return unit.strip().lower().replace("µ", "u").replace("μ", "u")


def electrode(name: str) -> str:
    """Return an electrode's name as the 10-20 system writes it; other names as they are.

    Examples
    --------
    >>> [electrode(name) for name in ("FCZ.", "EEG FP1-REF", "P3-P4", "eeg0")]
    ['FCz', 'Fp1', 'P3-P4', 'eeg0']
    """
    bare = name.strip().rstrip(".")
    short = _REFERENCE.sub("", re.sub(r"^(eeg|exg)[\s_]+", "", bare, flags=re.IGNORECASE))
    places = [_PLACE.fullmatch(place) for place in short.split("-")]
    if not all(places):
        return bare or name
    written = [f"{_CASE.get(m[1].lower(), m[1].upper())}{m[2].lower()}{m[3].lower()}" for m in places if m]
    return "-".join(written)


def stream_names(kind: str, names: Sequence[str]) -> tuple[str, ...]:
    """Return what the channels of a kind are called.

    Electrodes are written by the 10-20 system; the first of others is called what protocols call it (`Kind.name`),
    unless its name tells that it is something else.
    """
    if kind == "eeg":
        new = [electrode(name) for name in names]
        return tuple(n if new.count(n) == 1 else old for n, old in zip(new, names, strict=True))
    wanted = KINDS[kind].name if kind in KINDS else ""
    usable = [i for i, name in enumerate(names) if _stands_for(kind, name)]
    if not wanted or wanted in names or not usable:
        return tuple(names)
    return tuple(wanted if i == usable[0] else name for i, name in enumerate(names))


def _stands_for(kind: str, name: str) -> bool:
    if kind == "temperature":
        return not _NO_SKIN.search(name)
    # Protocols name the muscle that is trained; only a name that tells none may stand for it.
    return _ANY_MUSCLE.fullmatch(name.strip()) is not None if kind == "emg" else True
