"""Profiles: named sets of overrides of params.yaml, run as DVC experiments so that params.yaml need not be edited.

A profile is a file in profiles/: `about` (one line), `targets` (stages to run; empty for all) and `params` (nested like
params.yaml). A value replaces the one in params.yaml, a new key is added, and null takes a key away.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hairline.config import Params, parse_section, read_yaml
from hairline.errors import InputError

FOLDER = Path("profiles")


@dataclass(frozen=True)
class Profile:
    name: str
    about: str
    targets: Sequence[str]
    params: Mapping[str, Any]


def list_profiles(folder: Path = FOLDER) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.yaml"))


def read_profile(name: str, folder: Path = FOLDER) -> Profile:
    if name not in list_profiles(folder):
        raise InputError(f"no profile {name} in {folder}/; there are: {', '.join(list_profiles(folder))}")
    content = read_yaml(folder / f"{name}.yaml")
    unknown = sorted(set(content) - {"about", "targets", "params"})
    if unknown or "params" not in content:
        raise InputError(f"{folder / name}.yaml: expected about, targets and params, found {sorted(content)}")
    return Profile(name, content.get("about", ""), content.get("targets") or [], content["params"])


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


def resolve(base: Mapping[str, Any], profiles: Sequence[Profile]) -> Params:
    """The parameters that a pipeline would run with; profiles apply from left to right."""
    values = dict(base)
    for profile in profiles:
        values = merge(values, profile.params)
    names = "+".join(profile.name for profile in profiles)
    return parse_section(Params, values, where="", file=f"params.yaml with profile {names}")


def overrides(base: Mapping[str, Any], changes: Mapping[str, Any], *, at: str = "") -> Iterator[str]:
    """The changes in the words of `dvc exp run --set-param`."""
    for key, value in changes.items():
        path = f"{at}{key}"
        if value is None:
            if key in base:
                yield f"~{path}"
        elif isinstance(value, Mapping) and isinstance(base.get(key), Mapping):
            yield from overrides(base[key], value, at=f"{path}.")
        else:
            yield f"{'' if key in base else '+'}{path}={_literal(value)}"


def _literal(value: Any) -> str:
    """A value as DVC's override grammar reads it."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{_literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(_literal(item) for item in value) + "]"
    if isinstance(value, str):
        return "'" + value.replace("'", "\\'") + "'"  # a backslash stands for itself there
    return json.dumps(value)
