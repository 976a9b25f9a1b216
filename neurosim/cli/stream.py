"""``neurosim stream``: a body, or a whole session, as LSL streams in real time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from neurosim.cli.console import say
from neurosim.cli.run import until_interrupted
from neurosim.cli.warm import warm_up
from neurosim.core.errors import ConfigError, did_you_mean

if TYPE_CHECKING:
    from neurosim.feedback.protocol import TrainingProtocol
    from neurosim.session.session import Session
    from neurosim.session.tick import Sink
    from neurosim.subject.subject import Subject

_DAY_S = 86400.0


@dataclass(frozen=True)
class StreamRequest:
    """What the user asked for; the fields are the options of the command."""

    what: str
    name: str
    subject: str
    seed: int | None
    duration: float | None
    signals: str
    artifacts: str | None
    truth: bool
    wait: float
    osc: str
    network: bool


def stream(request: StreamRequest) -> None:
    """Publish until the end or Ctrl-C.

    Raises
    ------
    UserError
        For everything that cannot be used.
    """
    from neurosim.session.lsl import LSLOutlet
    from neurosim.session.outlets import Outlets
    from neurosim.session.simulate import simulate_sessions
    from neurosim.signals.live.liblsl import load_lsl

    load_lsl(network=request.network)  # what is missing is told before anything is made
    protocol, subject = what_is_streamed(request.what, request.subject)

    def watch(session: Session) -> Sequence[Sink]:
        outlet = LSLOutlet(session, request.name, truth=request.truth, network=request.network)
        for name, words in outlet.streams.items():
            print(f"{name}: {words}", flush=True)
        where = "this computer and the local network" if request.network else "this computer only (see --network)"
        say(f"Streaming to {where}; Ctrl-C ends it.")
        if request.wait and not outlet.wait(request.wait):
            say(f"Nobody has subscribed to every signal in {request.wait:g} s; it begins without.")
        return [outlet]

    with until_interrupted() as stop:
        warm_up()
        simulate_sessions(
            protocol,
            subject=subject,
            seed=request.seed,
            duration_s=request.duration,
            signals=tuple(filter(None, request.signals.replace(" ", "").split(","))),
            artifacts=request.artifacts,
            speed=1.0,
            keep="blocks",
            sinks=watch,
            participant=Outlets(osc=request.osc).participant,
            stop=stop,
        )


def what_is_streamed(what: str, subject: str) -> tuple[TrainingProtocol, Subject]:
    """Return the session that is streamed: of a protocol, or a day's rest of a subject or a body.

    Raises
    ------
    UserError
        When nothing has this name, or the file is none of them.
    """
    from neurosim.core.config import parse_toml, read_text, split_settings
    from neurosim.core.registry import kind_names
    from neurosim.dsp import BandPower, DCBlock
    from neurosim.feedback import Observe
    from neurosim.feedback.block import Block
    from neurosim.feedback.protocol import load_protocol
    from neurosim.signals.body.body import load_body
    from neurosim.subject.subject import Subject, load_subject

    known = {kind: kind_names(kind) for kind in ("protocol", "subject", "body")}
    name, _ = split_settings(what)
    if name.endswith(".toml"):
        keys = parse_toml(read_text(Path(name)), name).keys()
        kind = "protocol" if "features" in keys else "subject" if keys & {"body", "actors"} else "body"
    else:
        kind = next((kind for kind, names in known.items() if name in names), "")
    if not kind:
        every = [name for names in known.values() for name in names]
        raise ConfigError(f"no protocol, subject or body is called '{what}'; {did_you_mean(what, every)}")
    if kind == "protocol":
        return load_protocol(what), load_subject(subject)
    if kind == "subject":
        person = load_subject(what)
    else:
        person = Subject(name=Path(name).stem, title=f"The body '{what}' at rest", body=load_body(what), actors=())
    # The alpha power of a rest: a filter that needs no baseline, and a rule that rewards nothing.
    alpha_up = load_protocol("alpha_up")
    alpha = alpha_up.features[0].model_copy(update={"stages": (DCBlock(), BandPower(low_hz=8, high_hz=12))})
    watched = alpha_up.model_copy(update={"name": "rest", "features": (alpha,), "rule": Observe(feature=alpha.name)})
    return watched.with_blocks(Block(name="rest", kind="rest", duration_s=_DAY_S)), person
