"""The list of networks: a decorated function adds one, a name and plain arguments build one."""

import inspect
from collections.abc import Callable
from typing import Annotated, Any, TypeVar, get_type_hints

from pydantic import Field, TypeAdapter, ValidationError
from torch import nn

from hairline.errors import InputError, did_you_mean

Build = TypeVar("Build", bound=Callable[..., nn.Module])

Classes = Annotated[int, Field(ge=2)]
"""How many classes a network tells apart, the background counted."""

_BUILDERS: dict[str, Callable[..., nn.Module]] = {}


def register_model(build: Build) -> Build:
    """Put a function `name(*, classes, ...) -> nn.Module` on the list, under its own name."""
    name = build.__name__
    if name in _BUILDERS:
        raise ValueError(f"two networks are called {name}: {_BUILDERS[name].__module__} and {build.__module__}")
    _BUILDERS[name] = build
    return build


def list_models() -> list[str]:
    return sorted(_BUILDERS)


def create_model(name: str, *, classes: int, **arguments: Any) -> nn.Module:
    """Build a network with fresh weights; `classes` counts the background, the rest is what the network takes."""
    if name not in _BUILDERS:
        known = list_models()
        raise InputError(f"there is no network {name}; {did_you_mean(name, known)}known: {', '.join(known)}")
    build = _BUILDERS[name]
    given = {"classes": classes, **arguments}
    _check_arguments(name, build, given)
    return build(**given)


def _check_arguments(name: str, build: Callable[..., nn.Module], given: dict[str, Any]) -> None:
    """A wrong argument is told in the words of the settings file, not as a TypeError from deep inside."""
    signature = inspect.signature(build).parameters
    kinds = get_type_hints(build, include_extras=True)
    takes = f"it takes {', '.join(_described(parameter) for parameter in signature.values())}"
    for key, value in given.items():
        if key not in signature:
            raise InputError(f"network {name}: unknown argument {key}; {did_you_mean(key, signature)}{takes}")
        try:
            TypeAdapter(kinds[key]).validate_python(value, strict=True)
        except ValidationError as error:
            fault = error.errors()[0]["msg"]
            raise InputError(f"network {name}: argument {key}: {fault}, got {value!r}; {takes}") from None
    for key, parameter in signature.items():
        if parameter.default is inspect.Parameter.empty and key not in given:
            raise InputError(f"network {name}: argument {key} is missing; {takes}")


def _described(parameter: inspect.Parameter) -> str:
    default = "" if parameter.default is inspect.Parameter.empty else f" (default {parameter.default})"
    return f"{parameter.name}{default}"
