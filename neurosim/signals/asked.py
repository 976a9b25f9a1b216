"""What ``--source`` means: the subject's body, a recorded file, or a live source by its kind."""

from __future__ import annotations

from pathlib import Path

from neurosim.core.config import parse_kind
from neurosim.core.errors import UserError
from neurosim.core.source import SourceConfig

#: The field of each live kind that stands behind its name.
_LIVE = {"lsl": "stream", "brainflow": "board"}


def asked_source(source: str, sidecar: Path | None = None) -> SourceConfig | None:
    """Return what stands in for the body; None for ``sim``.

    Parameters
    ----------
    source
        ``sim``, a file, ``lsl:NAME`` or ``brainflow:BOARD``; settings of live sources follow as ``:name=value``.
    sidecar
        Describes a file.

    Raises
    ------
    UserError
        For a setting that is wrong, or a sidecar without a recording.

    Examples
    --------
    >>> asked_source("lsl:cap:markers=task").stream
    'cap'
    """
    kind = source.partition(":")[0]
    if kind in _LIVE:
        if sidecar is not None:
            raise UserError(f"describes a recording; {source} says itself what it is", "--sidecar")
        return parse_kind(SourceConfig, source, _LIVE[kind])  # type: ignore[type-abstract]
    if source != "sim":
        from neurosim.signals.recordings.recorded import Recorded

        return Recorded(path=source, sidecar=None if sidecar is None else str(sidecar))
    if sidecar is not None:
        raise UserError("describes a recording; name the recording with --source", "--sidecar")
    return None
