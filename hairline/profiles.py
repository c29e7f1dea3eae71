"""Profiles: named sets of overrides of params.yaml, run as DVC experiments so that params.yaml need not be edited.

A profile is a file in profiles/: `about` (one line), `base` (what comes first: profiles, or what several share, in
profiles/parts/), `targets` (stages to run; empty for all) and `params` (nested like params.yaml). A value replaces the
one in params.yaml, a new key is added, and null takes a key away.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hairline.config import Params, parse_section, read_yaml
from hairline.errors import InputError
from hairline.sections import merge

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
    return _read(folder / f"{name}.yaml", folder)


def _read(path: Path, folder: Path) -> Profile:
    content = read_yaml(path)
    unknown = sorted(set(content) - {"about", "base", "targets", "params"})
    if unknown or "params" not in content:
        raise InputError(f"{path}: expected about, base, targets and params, found {sorted(content)}")
    changes: Mapping[str, Any] = {}
    for base in content.get("base") or []:
        part = folder / "parts" / f"{base}.yaml"
        changes = _both(changes, (_read(part, folder) if part.exists() else read_profile(base, folder)).params)
    return Profile(path.stem, content.get("about", ""), content.get("targets") or [], _both(changes, content["params"]))


def _both(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Two sets of changes as one: the second wins, and what it takes away stays taken away."""
    both = dict(first)
    for key, value in second.items():
        is_nested = isinstance(value, Mapping) and isinstance(both.get(key), Mapping)
        both[key] = _both(both[key], value) if is_nested else value
    return both


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


def set_by_hand(change: str) -> str:
    """KEY=VALUE of a command line in DVC's words, which have no bare ~: no shell expands that of KEY=~/photos."""
    key, equals, value = change.partition("=")
    return f"{key}{equals}{_literal(value) if value.startswith('~') else value}"


def _literal(value: Any) -> str:
    """A value as DVC's override grammar reads it."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{_literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(_literal(item) for item in value) + "]"
    if isinstance(value, str):
        return "'" + value.replace("'", "\\'") + "'"  # a backslash stands for itself there
    return json.dumps(value)
