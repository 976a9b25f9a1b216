"""``neurosim demo``: a story that plays by itself in the terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from neurosim.cli.console import make_console
from neurosim.cli.report import save_summary, show_result
from neurosim.cli.run import no_empty_folder, parse_speed, until_interrupted
from neurosim.cli.warm import warm_up

if TYPE_CHECKING:
    from neurosim.feedback.protocol import TrainingProtocol
    from neurosim.session.session import Session
    from neurosim.session.tick import Sink
    from neurosim.subject.subject import Subject

#: From when on which sentence stands on the screen.
CAPTIONS = (
    (0.0, "A simulated adult at rest, eyes open. The bar is alpha power at the back of the head."),
    (10.0, "The eyes are closed: within a second or two alpha rises three- to sixfold (Berger 1929)."),
    (22.0, "Eyes open again: alpha falls at once."),
    (30.0, "Training: alpha above the mark earns a reward. The learner tries out what helps."),
    (42.0, "A blink! The signal jumps, the gate distrusts it, and it earns nothing."),
    (45.0, "Training goes on. The mark follows the last minute, so that about 60 % is rewarded."),
    (66.0, "Another blink: not trusted again."),
    (69.0, "One minute teaches next to nothing; real learning takes many sessions."),
)
#: End of the bar: what alpha hardly passes with the eyes closed, so that opening them is seen on one scale.
FULL_UV2 = 80.0
BLINKS_S = (42.0, 66.0)


def story() -> tuple[TrainingProtocol, Subject]:
    """Return what the demo plays: `alpha_up` with short blocks, and an adult who blinks twice."""
    from neurosim.dsp import BandPower, DCBlock
    from neurosim.feedback.block import Block
    from neurosim.feedback.protocol import load_protocol
    from neurosim.subject.script import Script, ScriptStep
    from neurosim.subject.subject import load_subject

    blocks = (
        Block(name="eyes open", kind="baseline", duration_s=10, eyes="open"),
        Block(name="eyes closed", kind="rest", duration_s=12, eyes="closed"),
        Block(name="eyes open again", kind="rest", duration_s=8, eyes="open"),
        Block(name="training", kind="training", duration_s=60, eyes="open"),
    )
    blinks = Script(steps=tuple(ScriptStep(at_s=t, event="blink", amplitude=160.0) for t in BLINKS_S))
    adult, protocol = load_subject("adult"), load_protocol("alpha_up")
    # Berger's three- to sixfold is of power, and ten seconds are no baseline for a filter of one's own.
    power = (DCBlock(), BandPower(low_hz=8, high_hz=12, tau_s=0.15))
    alpha = protocol.features[0].model_copy(update={"stages": power})
    return protocol.model_copy(update={"features": (alpha,)}).with_blocks(*blocks), adult.model_copy(
        update={"actors": (*adult.actors, blinks)}
    )


def play_demo(speed: str, seed: int | None, out: Path | None) -> None:
    """Play the story, then write the figure and the folder.

    Parameters
    ----------
    speed
        Seconds of the story for each second, or ``max``.
    seed
        Root of all noise.
    out
        Folder to write; by default a fresh one in ``sessions``.

    Raises
    ------
    UserError
        For what cannot be used or written.
    """
    pace = parse_speed(speed)
    from neurosim.cli.live import PlainView, TerminalView
    from neurosim.session.simulate import simulate

    console = make_console()
    console.print("neurosim demo: 90 seconds of a neurofeedback session. Ctrl-C ends it.")
    protocol, subject = story()
    from neurosim.session.fresh import fresh_folder

    where = out or fresh_folder("demo")

    def watch(session: Session) -> Sequence[Sink]:
        view = TerminalView if sys.stdout.isatty() else PlainView
        return [view(session, console, CAPTIONS, FULL_UV2)]

    with until_interrupted() as stop, no_empty_folder(where):
        warm_up()
        if stop():
            raise KeyboardInterrupt  # nothing has begun that could be kept
        result = simulate(protocol, subject=subject, seed=seed, speed=pace, out=where, sinks=watch, stop=stop)
    save_summary(result)
    show_result(result)
    console.print("The figure is summary.png in it. Next: neurosim list protocols")
