"""Frozen models read from TOML, with all errors at once, each with its place and the remedy."""

from __future__ import annotations

import re
import tomllib
from abc import ABC
from collections.abc import Mapping, Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, ClassVar, Self, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from neurosim.core.errors import ConfigError, Problem, did_you_mean
from neurosim.core.registry import find_kind, find_kind_file

_PROBLEMS = "neurosim_problems"


class Config(BaseModel):
    """A frozen description; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, use_attribute_docstrings=True)

    @model_validator(mode="wrap")
    @classmethod
    def _explain(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        # Nested models report through a custom error that carries its problems, so that the places of all
        # of them survive the way out of models whose class is only known at run time (`of_kind`).
        try:
            return handler(data)
        except ValidationError as error:
            problems = _all_problems(error, cls)
        refuse(problems)
        raise AssertionError("pydantic found something wrong, and nothing is")


def in_unit(unit: str, default: Any, description: str, **limits: Any) -> Any:
    """Return the field of a quantity: its unit stands in help texts, panels and documentation.

    Parameters
    ----------
    unit
        Such as ``"Hz"``.
    default
        Its value if it is left out; ``...`` if it must be given.
    description
        What it is.
    limits
        As pydantic's ``Field`` takes them: ``gt=0``.
    """
    return Field(default, description=description, json_schema_extra={"unit": unit}, **limits)


def refuse(problems: Sequence[Problem]) -> None:
    """Raise from a model's validator with everything that is wrong with the whole of it, if something is."""
    if problems:
        text = "; ".join(map(str, problems)).replace("{", "(").replace("}", ")")
        raise PydanticCustomError(_PROBLEMS, "{text}", {"text": text, "problems": list(problems)})


class KindConfig(Config, ABC):
    """A description whose class is found by its `kind` in the registry."""

    category: ClassVar[str]
    kind: str

    @classmethod
    def examples(cls) -> list[Self]:
        """Return descriptions that the laws are tried on; kinds without defaults override this."""
        return [cls.model_validate({})]


_T = TypeVar("_T", bound=Config)
_Kind = TypeVar("_Kind", bound=KindConfig)

#: What is wanted where a value is of another type, in the words of whoever writes the file.
_PLAINLY = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "dict_type": "a table",
    "float_parsing": "a number",
    "float_type": "a number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "list_type": "a list",
    "model_type": "a table",
    "string_type": "text between quotes",
    "tuple_type": "a list",
}


def _shown(value: Any) -> str:
    return "a table" if isinstance(value, dict) else "a list" if isinstance(value, (list, tuple)) else repr(value)


def _problems(error: ErrorDetails, model: type[BaseModel]) -> list[Problem]:
    """Say in words what pydantic found."""
    loc, context = tuple(error["loc"]), error.get("ctx", {})
    if error["type"] == _PROBLEMS:
        return [Problem((*loc, *p.loc), p.message) for p in context["problems"]]
    if error["type"] == "extra_forbidden" and len(loc) == 1:
        return [Problem(loc, f"unknown key; {did_you_mean(str(loc[0]), model.model_fields)}")]
    if error["type"] == "missing":
        return [Problem(loc, "is missing")]
    if error["type"] == "too_short":
        least, there = context["min_length"], context["actual_length"]
        return [Problem(loc, f"must have {least} {'entry' if least == 1 else 'entries'} at least, got {there}")]
    if error["type"] == "string_pattern_mismatch" and len(loc) == 1 and loc[0] in model.model_fields:
        return [Problem(loc, f"must be {model.model_fields[str(loc[0])].description}, got {error['input']!r}")]
    if error["type"] in _PLAINLY:
        return [Problem(loc, f"must be {_PLAINLY[error['type']]}, got {_shown(error['input'])}")]
    message = error["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    message = message if message != error["msg"].removeprefix("Value error, ") else message[:1].lower() + message[1:]
    if error["msg"].startswith("Input should be "):
        message = f"must be {message}, got {error['input']!r}"
    return [Problem(loc, message)]


def _all_problems(error: ValidationError, model: type[BaseModel]) -> list[Problem]:
    errors = error.errors()
    # A list whose items are all wrong also counts as too short; that would send the reader astray.
    places = {tuple(e["loc"])[:-1] for e in errors}
    astray = [e for e in errors if e["type"] == "too_short" and tuple(e["loc"]) in places]
    return [p for e in errors if e not in astray for p in _problems(e, model)]


def _as_config_error(error: ValidationError, model: type[BaseModel], where: str = "") -> ConfigError:
    return ConfigError(_all_problems(error, model), where)


def validate(data: Any, model: type[_T], where: str = "") -> _T:
    """Read plain data into a model.

    Raises
    ------
    ConfigError
        With everything that is wrong.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise _as_config_error(error, model, where) from None


def parse_kind(base: type[_Kind], text: str, first: str = "") -> _Kind:
    """Read a description as the command line names it: ``kind``, ``kind:name=value``, ``kind:main:name=value``.

    Parameters
    ----------
    base
        What it describes: a sham, a source.
    text
        The kind, and settings behind colons.
    first
        The field that a setting without a name is; empty where every setting needs its name.

    Raises
    ------
    ConfigError
        For an unknown kind, or with everything that is wrong in its settings.
    """
    head, settings = split_settings(text)
    kind, _, main = head.partition(":") if first else (head, "", "")
    model: type[_Kind] = find_kind(base.category, kind)
    return validate(settings | ({first: main} if main else {}), model, f"{base.category} '{kind}'")


def split_settings(text: str) -> tuple[str, dict[str, str]]:
    """Return what stands before the settings, and the settings.

    Examples
    --------
    >>> split_settings("parkinson:severity=0.5")
    ('parkinson', {'severity': '0.5'})
    """
    head, *settings = re.split(r":(?=[a-z_]+=)", text)
    return head, dict(setting.split("=", 1) for setting in settings)


def parse_toml(text: str, where: str) -> dict[str, Any]:
    """Parse TOML.

    Raises
    ------
    ConfigError
        With the line of the first syntax error.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"not valid TOML: {error}", where) from None


def read_text(path: Path | Traversable) -> str:
    """Read a UTF-8 text file.

    Raises
    ------
    ConfigError
        When it cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError("no such file", str(path)) from None
    except IsADirectoryError:
        raise ConfigError("is a folder; name the TOML file in it", str(path)) from None
    except UnicodeDecodeError:
        raise ConfigError("is not UTF-8 text", str(path)) from None
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", str(path)) from None


def load_toml(path: Path | Traversable, model: type[_T], settings: Mapping[str, str] | None = None) -> _T:
    """Read a TOML file into a model; errors name the file, the place in it and the remedy.

    Parameters
    ----------
    path
        The file.
    model
        What it is read into.
    settings
        What is set otherwise than in the file.

    Raises
    ------
    ConfigError
        With everything that is wrong.
    """
    return validate(parse_toml(read_text(path), path.name) | dict(settings or {}), model, path.name)


def load_named(category: str, name: str | Path, model: type[_T]) -> _T:
    """Read what ships under a name (a protocol, a subject), or a TOML file of one's own.

    Parameters
    ----------
    category
        ``"protocol"`` or ``"subject"``.
    name
        A registered name, or the path of a file (ending in ``.toml``); settings may follow it, each behind a colon:
        ``parkinson:severity=0.5``.
    model
        What the file is read into.

    Raises
    ------
    ConfigError
        For an unknown name, or with everything that is wrong in the file.
    """
    head, settings = (name, {}) if isinstance(name, Path) else split_settings(name)
    if isinstance(head, Path) or head.endswith(".toml"):
        return load_toml(Path(head), model, settings)
    try:
        file = find_kind_file(category, head)
    except ConfigError as error:
        raise ConfigError(f"{error} (or give the path of a .toml file)") from None
    return load_toml(file, model, settings)


def of_kind(base: type[KindConfig]) -> BeforeValidator:
    """Return the validator that reads a table with a `kind` into the class registered under it."""

    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        name = value.get("kind")
        problem = None
        if not isinstance(name, str):
            problem = Problem(("kind",), f"is missing; it names the {base.category}")
        else:
            try:
                return find_kind(base.category, name).model_validate(value)
            except ConfigError as error:
                problem = Problem(("kind",), str(error))
        raise PydanticCustomError(_PROBLEMS, "{text}", {"text": str(problem), "problems": [problem]})

    def read_nested(value: Any) -> Any:
        try:
            return read(value)
        except ValidationError as error:
            problems = _as_config_error(error, base).problems
            text = "; ".join(map(str, problems))
            raise PydanticCustomError(_PROBLEMS, "{text}", {"text": text, "problems": list(problems)}) from None

    return BeforeValidator(read_nested)


def of_name(category: str, model: type[Config]) -> BeforeValidator:
    """Return the validator that reads a name into what ships under it; anything else goes through."""

    def read(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return load_named(category, value, model)
        except ConfigError as error:
            raise PydanticCustomError(_PROBLEMS, "{text}", {"text": str(error), "problems": error.problems}) from None

    return BeforeValidator(read)
