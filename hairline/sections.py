"""Sections of a YAML file as typed, frozen values: unknown keys are refused, errors name keys as people wrote them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from hairline.errors import InputError, did_you_mean


class Section(BaseModel):
    """Frozen, and a misspelt key is an error, not a default."""

    model_config = ConfigDict(frozen=True, extra="forbid")


AnySection = TypeVar("AnySection", bound=Section)


def read_yaml(path: Path) -> dict[str, Any]:
    """A YAML 1.2 mapping, read as DVC reads it: `1e-3` is a number and `on` is text."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        content = YAML(typ="safe").load(path.read_text())
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; run from the project's top folder") from None
    except (YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not readable as YAML: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise InputError(f"{path}: expected `key: value` lines, found {type(content).__name__}")
    return content


def parse_section(kind: type[AnySection], content: Mapping[str, Any], *, where: str, file: str) -> AnySection:
    """Check values against a section; the error names each key as the user wrote it."""
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        faults = [_describe(fault, kind, where) for fault in error.errors()]
        raise InputError(f"{file}: " + "; ".join(faults)) from None


def merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The nested values of `base` with `changes` put in; null takes away."""
    merged = dict(base)
    for key, value in changes.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(merged.get(key), Mapping):
            merged[key] = merge(merged[key], value)
        else:
            merged[key] = value
    return merged


def _describe(fault: Any, kind: type[Section], where: str) -> str:
    steps = [str(step) for step in fault["loc"]]
    key = ".".join(([where] if where else []) + steps) or (where or "the file")
    if fault["type"] == "extra_forbidden":
        known = _known_keys(kind, steps[:-1])
        hint = did_you_mean(steps[-1], known).rstrip() or f"known here: {', '.join(known)}"
        return f"{key}: unknown key; {hint}"
    if fault["type"] == "missing":
        return f"{key}: missing"
    message = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "value_error" and not isinstance(fault["input"], str):
        return message  # from a check over several keys, which it names itself
    return f"{key}: {message[0].lower()}{message[1:]}, got {fault['input']!r}"


def _known_keys(kind: type[Section], steps: list[str]) -> list[str]:
    """The keys of the section that a path leads to, through mappings of sections too."""
    for step in steps:
        field = kind.model_fields.get(step)
        if field is None:  # the name of an entry in a mapping, such as a data set's
            continue
        kinds = [inner for inner in _inner_types(field.annotation) if issubclass(inner, Section)]
        if not kinds:
            return []
        kind = kinds[0]
    return sorted(kind.model_fields)


def _inner_types(annotation: Any) -> list[type]:
    if isinstance(annotation, type) and not hasattr(annotation, "__args__"):
        return [annotation]
    return [inner for argument in getattr(annotation, "__args__", ()) for inner in _inner_types(argument)]
