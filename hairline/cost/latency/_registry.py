"""The list of engines: ways to run a network. A decorated function adds one."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from torch import Tensor, nn

from hairline.errors import InputError, did_you_mean

Runner = Callable[[], Tensor]
"""One pass of the picture -> its logits; nothing else is timed."""
Open = Callable[[nn.Module, Tensor, int], AbstractContextManager[Runner]]
"""A network in eval mode that it may change, the picture [1, 3, H, W] in float32, and how many threads to use."""


class CannotRun(Exception):
    """An engine that cannot run this very network; the text says why."""


@dataclass(frozen=True)
class Engine:
    name: str
    """As in params.yaml; also that of the package whose version is told."""
    title: str
    """With the precision that it computes in: what heads a column."""
    how: str
    open: Open


_ENGINES: dict[str, Engine] = {}


def register_engine(name: str, *, title: str, how: str) -> Callable[[Open], Open]:
    def register(open_engine: Open) -> Open:
        if name in _ENGINES:
            raise ValueError(f"two engines are called {name}")
        _ENGINES[name] = Engine(name, title, how, open_engine)
        return open_engine

    return register


def list_engines() -> list[str]:
    return sorted(_ENGINES)


def engine_named(name: str) -> Engine:
    if name not in _ENGINES:
        hint = did_you_mean(name, _ENGINES)
        raise InputError(f"there is no engine {name}; {hint}known: {', '.join(list_engines())}")
    return _ENGINES[name]
