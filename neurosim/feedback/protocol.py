"""What is trained and how: features, rule and blocks, as one frozen value or one TOML file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Literal, Self, TypeAlias

from pydantic import Field, field_validator, model_validator

from neurosim.core.actor import AnyActor
from neurosim.core.config import Config, load_named, refuse, validate
from neurosim.core.drive import LATENTS
from neurosim.core.errors import ConfigError, Problem, did_you_mean
from neurosim.core.rule import AnyRule
from neurosim.core.stage import AnyStage
from neurosim.feedback.block import Block, Stressor, allotted
from neurosim.feedback.course import course_problems


class Input(Config):
    """Channels of a stream, on their own way through stages, that a feature is made from."""

    stream: str = Field("eeg", description="the stream it is made from")
    channels: tuple[str, ...] = Field(min_length=1, description="channels of the stream")
    choose: Literal["all", "first"] = Field("all", description="use all the channels, or the first that is there")
    stages: tuple[AnyStage, ...] = Field((), description="what its samples go through before they are joined")


class Feature(Config):
    """A number that a pipeline makes from a stream, or several: its newest output sample at the end of a tick.

    What is made from several names them in ``inputs``. They are joined (`neurosim.core.join.Join`) at the sampling rate
    of the fastest; a slower one holds its newest sample. The stages see one channel for each, called as the input is.

    Examples
    --------
    >>> heart, breath = Input(stream="ecg", channels=("ECG",)), Input(stream="respiration", channels=("RESP",))
    >>> rsa = {"kind": "rsa", "heart": "heart", "breath": "breath"}
    >>> list(Feature(name="rsa", inputs={"heart": heart, "breath": breath}, stages=(rsa,)).sources)
    ['heart', 'breath']
    """

    name: str = Field(description="how rules and tables call it")
    stream: str = Field("eeg", description="the stream it is made from")
    channels: tuple[str, ...] = Field((), description="channels of the stream")
    choose: Literal["all", "first"] = Field("all", description="use all the channels, or the first that is there")
    inputs: dict[str, Input] = Field({}, description="instead of stream and channels: several streams, by name")
    rate_of: str = Field("", description="the input at whose sampling rate they are joined; by default the fastest")
    stages: tuple[AnyStage, ...] = Field(description="the pipeline, first stage to last; it must end with one channel")
    truth: str = Field("", description="the rhythm of a simulated body that this feature estimates")
    while_invalid: Literal["go_on", "hold", "mute", "fade"] = Field(
        "go_on", description="what it is while the input cannot be trusted: go_on as measured, hold the last trusted "
        "value, mute to 0, or fade to 0"
    )  # fmt: skip
    fade_s: float = Field(0.5, gt=0, description="time constant of fading", json_schema_extra={"unit": "s"})

    @model_validator(mode="after")
    def _channels_or_inputs(self) -> Self:
        if bool(self.channels) == bool(self.inputs):
            raise ValueError("needs either channels, or inputs that name channels of several streams")
        if self.rate_of and self.rate_of not in self.inputs:
            raise ValueError(f"rate_of names no input, got '{self.rate_of}'; {did_you_mean(self.rate_of, self.inputs)}")
        return self

    @property
    def sources(self) -> dict[str, Input]:
        """What it is made from, by name; a single stream has none."""
        return self.inputs or {"": Input(stream=self.stream, channels=self.channels, choose=self.choose)}


class Gate(Config):
    """Watches the channels of the features, and distrusts the tick when one of them is not to be trusted."""

    stage: AnyStage = Field(description="a stage whose output is 1 or 0")
    stream: str = Field("eeg", description="the stream it watches")
    also: tuple[str, ...] = Field((), description="further channels it watches where they are there")
    name: str = Field("", description="how tables call it; by default the kind of its last stage")


#: Where the resonance assessment looks: at the heart, and at the breath.
RESONANCE_STREAMS = ("ecg", "respiration")

#: What protocols hold several of, each with a name of its own.
Named: TypeAlias = Feature | Stressor | Block


class TrainingProtocol(Config):
    """What is trained and how.

    Examples
    --------
    >>> protocol = load_protocol("alpha_up")
    >>> round(protocol.fit(60.0).duration_s, 6)
    60.0
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="lower case, no spaces; names files and tables")
    title: str = Field(description="a plain sentence of what is trained")
    purpose: str = Field(description="what it is used for, in one line")
    references: tuple[str, ...] = Field((), description="papers and manuals the settings are from")
    for_whom: str = Field("", description="who it is for, in one line")
    evidence_level: int | None = Field(
        None, ge=1, le=5, description="efficacy for that use by the scale of AAPB and ISNR: 1 not empirically "
        "supported, 2 possibly efficacious, 3 probably efficacious, 4 efficacious, 5 efficacious and specific"
    )  # fmt: skip
    evidence: str = Field("", description="why that level, with what speaks against it")
    caveats: tuple[str, ...] = Field((), description="what a user should know before believing it")
    learns: dict[str, float] = Field(
        {}, description="what a learner moves: latents of the body, each with the largest offset that success brings"
    )
    strategy_tau_s: float = Field(
        0.25, gt=0, description="how long a learner tries one thing: about 0.25 s for rhythms of the EEG, several "
        "seconds where heart, breath and skin answer late", json_schema_extra={"unit": "s"}
    )  # fmt: skip
    devices: tuple[AnyActor, ...] = Field(
        (), description="what acts on the body besides the subject: a stimulator, a drug"
    )
    subject: str = Field("adult", description="whom it is shown with when nobody is named")
    update_interval_s: float = Field(
        1 / 64, ge=0.001, le=1, description="length of a tick", json_schema_extra={"unit": "s"}
    )
    display_delay_s: float = Field(
        1 / 32, ge=0, le=10, description="from the rule to the eye or ear", json_schema_extra={"unit": "s"}
    )
    features: tuple[Feature, ...] = Field(min_length=1, description="what is measured")
    gates: tuple[Gate, ...] = Field((), description="what makes a tick invalid")
    rule: AnyRule = Field(description="what turns features into feedback")
    stressors: tuple[Stressor, ...] = Field((), description="what can be done to the subject in a block")
    assessment: Literal["resonance", "profile"] | None = Field(
        None, description="what is found out instead of trained, with a table of results: at which pace of breathing "
        "the heart swings most, or what stress does to each feature and how far that goes back"
    )  # fmt: skip
    blocks: tuple[Block, ...] = Field(min_length=1, description="the course of a session")
    fitted_to_s: float | None = Field(
        None, gt=0, description="the blocks were fitted to this length, whatever times the rule needs",
        json_schema_extra={"unit": "s"},
    )  # fmt: skip

    @field_validator("features", "stressors", "blocks")
    @classmethod
    def _unique(cls, items: tuple[Named, ...]) -> tuple[Named, ...]:
        twice = [name for name, n in Counter(item.name for item in items).items() if n > 1]
        if twice:
            raise ValueError(f"the name '{twice[0]}' stands twice; names must differ")
        return items

    @field_validator("learns")
    @classmethod
    def _known(cls, learns: dict[str, float]) -> dict[str, float]:
        unknown = [name for name in learns if name not in LATENTS]
        if unknown:
            raise ValueError(f"unknown latent '{unknown[0]}'; {did_you_mean(unknown[0], LATENTS)}")
        return learns

    @model_validator(mode="after")
    def _possible(self) -> Self:
        refuse(self.problems())
        return self

    def problems(self) -> list[Problem]:
        """Return what in the rule or the blocks does not fit the rest, with place and remedy."""
        time = allotted(self.blocks)
        if self.fitted_to_s is not None:
            time = time.whatever_length()
        found = self.rule.problems([f.name for f in self.features], time)
        course = course_problems(self.blocks, self.stressors, self.assessment)
        return [Problem(("rule", *p.loc), p.message) for p in found] + course

    @property
    def does(self) -> Literal["trains", "assesses", "treats"]:
        """What it is for: a subject learns, something is found out, or devices act and nobody learns."""
        if self.assessment is not None:
            return "assesses"
        return "treats" if self.devices and not self.learns else "trains"

    @property
    def duration_s(self) -> float:
        """Length of a session [s]."""
        return sum(block.duration_s for block in self.blocks)

    def fit(self, duration_s: float) -> Self:
        """Return the same protocol with its blocks shortened or lengthened in proportion.

        Parameters
        ----------
        duration_s
            Length of a session [s].

        Raises
        ------
        ConfigError
            When trials no longer fit into their blocks.
        """
        share = duration_s / self.duration_s
        return self.with_blocks(*(b.model_copy(update={"duration_s": b.duration_s * share}) for b in self.blocks))

    def with_blocks(self, *blocks: Block) -> Self:
        """Return the same protocol with other blocks, of whatever length: a window of its rule may then not fill.

        Raises
        ------
        ConfigError
            When they cannot be carried out: trials that do not fit into their block, a stressor that is not there.
        """
        refused = course_problems(blocks, self.stressors, self.assessment)
        if refused:
            raise ConfigError(refused, f"{self.name}.toml")
        length_s = sum(block.duration_s for block in blocks)
        return self.model_copy(update={"blocks": blocks, "fitted_to_s": length_s})

    @property
    def streams(self) -> frozenset[str]:
        """The streams that features and gates are made from, and that an assessment looks at."""
        made = {source.stream for feature in self.features for source in feature.sources.values()}
        looked_at = RESONANCE_STREAMS if self.assessment == "resonance" else ()
        return frozenset(made | {gate.stream for gate in self.gates} | set(looked_at))

    def with_channels(self, *channels: str) -> Self:
        """Return the same protocol with every feature of a single stream made from these channels."""
        update = {"channels": channels, "choose": "all"}
        changed = (f if f.inputs else f.model_copy(update=update) for f in self.features)
        return self.model_copy(update={"features": tuple(changed)})

    def with_band(self, low_hz: float, high_hz: float) -> Self:
        """Return the same protocol with another band for the trained feature, such as a person's own alpha.

        Parameters
        ----------
        low_hz, high_hz
            Edges of the band [Hz].

        Raises
        ------
        ConfigError
            When the trained feature is not made from one band, or the band is none.

        Examples
        --------
        >>> load_protocol("alpha_up").with_band(7.5, 11.5).features[0].stages[1].low_hz
        7.5
        """
        at = [feature.name for feature in self.features].index(self.rule.trained)
        stages = [stage.model_dump() for stage in self.features[at].stages]
        banded = [stage for stage in stages if {"low_hz", "high_hz"} <= stage.keys()]
        if len(banded) != 1:
            raise ConfigError(f"'{self.rule.trained}' is not made from one band, which could be another", self.name)
        banded[0].update(low_hz=low_hz, high_hz=high_hz)
        changed = validate(self.features[at].model_dump() | {"stages": stages}, Feature, self.name)
        features = (*self.features[:at], changed, *self.features[at + 1 :])
        return self.model_copy(update={"features": features})


def load_protocol(name: str | Path) -> TrainingProtocol:
    """Read a protocol that ships with neurosim or a plug-in, or a TOML file.

    Parameters
    ----------
    name
        A name such as ``"alpha_up"``, or the path of a file (ending in ``.toml``).

    Raises
    ------
    ConfigError
        With everything that is wrong in the file, each with its place and the remedy.
    """
    return load_named("protocol", name, TrainingProtocol)
