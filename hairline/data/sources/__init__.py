"""Where data sets come from: one file per source, imported only when it is asked for.

A source writes the raw form: images/*, masks/*.png, classes.json {"classes": {"<pixel value>": "<class name>"}},
where it has them splits/{train,val,test}.txt (stems) and source.json {licence, citation, address}; sources of
published sets also say which archive it was (archive, sha256) and what was odd in it (notes).
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from hairline.config import Section, parse_section
from hairline.errors import InputError
from hairline.io import write_json

AnyOptions = TypeVar("AnyOptions", bound=Section)

SOURCE_FILE = "source.json"


@dataclass(frozen=True)
class Source:
    name: str
    options: type[Section]
    licence: str
    citation: str
    write: Callable[[Any, Path], None]

    def fetch(self, options: Mapping[str, Any], out: Path, *, dataset: str, archive: Path | None = None) -> None:
        """Check the options as params.yaml gives them and fill the folder `out` with the raw form.

        `archive` stands above the option of that name.
        """
        if archive is not None:
            if "archive" not in self.options.model_fields:
                raise InputError(f"--archive: data set {dataset} is of source {self.name}, which reads no archive")
            options = {**options, "archive": str(archive.absolute())}
        chosen = parse_section(self.options, options, where=f"datasets.{dataset}.options", file="params.yaml")
        self.write(chosen, out)
        if not (out / SOURCE_FILE).exists():
            write_json(out / SOURCE_FILE, {"licence": self.licence, "citation": self.citation, "address": ""})


_REGISTERED: dict[str, Source] = {}


def register_source(
    options: type[AnyOptions], *, licence: str, citation: str
) -> Callable[[Callable[[AnyOptions, Path], None]], Callable[[AnyOptions, Path], None]]:
    """Decorate `def <file name>(options, out: Path) -> None`; the function stays as it is."""

    def register(function: Callable[[AnyOptions, Path], None]) -> Callable[[AnyOptions, Path], None]:
        name = function.__name__
        known = _REGISTERED.get(name)
        if known is not None and known.write.__module__ != function.__module__:
            raise ValueError(f"source {name!r} is in {known.write.__module__} and in {function.__module__}")
        _REGISTERED[name] = Source(name, options, licence, citation, function)
        return function

    return register


def list_sources() -> list[str]:
    """By the names of the files, so that none is imported."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))


def create_source(name: str) -> Source:
    if name not in list_sources():
        raise InputError(f"params.yaml: no source {name!r}; known: {', '.join(list_sources())}")
    importlib.import_module(f"{__name__}.{name}")
    assert name in _REGISTERED, f"sources/{name}.py has no function {name} under @register_source"
    return _REGISTERED[name]
