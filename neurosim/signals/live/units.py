"""Units and kinds of channels as devices and streams write them."""

from __future__ import annotations

_PREFIXES = {"n": -9, "u": -6, "m": -3, "": 0}
_WORDS = {"nano": "n", "micro": "u", "milli": "m", "µ": "u", "μ": "u"}
# MNE-LSL writes the exponent of the SI unit, XDF's metadata writes words.
_EXPONENTS = {"0": "", "-3": "m", "-6": "u", "-9": "n"}

_KINDS = {
    "eeg": "eeg", "eog": "eog", "ecg": "ecg", "ekg": "ecg", "emg": "emg", "ppg": "ppg", "bvp": "ppg",
    "gsr": "skin_conductance", "eda": "skin_conductance", "skinconductance": "skin_conductance",
    "resp": "respiration", "respiration": "respiration", "temp": "temperature", "temperature": "temperature",
}  # fmt: skip
_TYPES = {"skin_conductance": "GSR", "respiration": "Respiration", "temperature": "Temperature"}


def kind_of(text: str, otherwise: str = "") -> str:
    """Return the stream that a type of channel means.

    Examples
    --------
    >>> kind_of("EKG"), kind_of("AUX"), kind_of("", "eeg")
    ('ecg', 'aux', 'eeg')
    """
    plain = text.strip().lower()
    return _KINDS.get(plain.replace("_", "").replace(" ", ""), plain) or otherwise


def type_of(stream: str) -> str:
    """Return the type under which others know a stream: ``EEG`` for ``eeg``."""
    return _TYPES.get(stream, stream if "/" in stream else stream.upper())


def _split(unit: str, base: str) -> str | None:
    """Return the prefix of a unit, if it is one of this base: ``u`` for microvolts where the base is V."""
    text = unit.strip()
    if text in _EXPONENTS:
        return _EXPONENTS[text]
    for word, prefix in _WORDS.items():
        if text.lower().startswith(word):
            text = prefix + text[len(word) :]
    words = {"V": ("v", "volt", "volts"), "S": ("s", "siemens")}[base]
    for prefix in _PREFIXES:
        if text.startswith(prefix) and text[len(prefix) :].lower() in words:
            return prefix
    return None


def scale_to(unit: str, told: str) -> float | None:
    """Return what samples in the unit that was told are multiplied by; None where that is not known.

    Examples
    --------
    >>> scale_to("uV", "volts"), scale_to("mV", "microvolts"), scale_to("uV", "none"), scale_to("degC", "°C")
    (1000000.0, 0.001, None, 1.0)
    """
    if told.strip() == unit or (unit == "degC" and told.strip().lower() in ("°c", "c", "celsius", "deg c")):
        return 1.0
    base = unit[-1:]
    if unit not in ("uV", "mV", "uS"):
        return None
    prefix = _split(told, base)
    return None if prefix is None else 10.0 ** (_PREFIXES[prefix] - _PREFIXES[unit[:-1]])
