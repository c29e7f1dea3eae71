"""Kinds of values that several sections use."""

from typing import Annotated

from pydantic import AfterValidator, Field

Share = Annotated[float, Field(ge=0, le=1)]

Fold = Annotated[int, Field(ge=0)]
"""0: the manifest's own split; 1, 2, ...: that fold is tested and the next one validated on."""


def _plain_name(name: str) -> str:
    if not name.replace("-", "").replace("_", "").replace(".", "").isalnum():
        raise ValueError("expected letters, digits, '-', '_' and '.', because it becomes a folder name")
    return name


Name = Annotated[str, AfterValidator(_plain_name)]
