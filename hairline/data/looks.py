"""What is kept of the looks of a prepared data set, so that sets can be compared without decoding every picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hairline.data.duplicates import Look
from hairline.errors import InputError
from hairline.io import read_csv, write_csv

LOOKS_FILE = "looks.csv"
_COLUMNS = ("id", "digest", "hashes")
_DIGITS = 16  # of a hash


@dataclass(frozen=True)
class Looks:
    """Without the pictures that are too plain to be told from others."""

    ids: Sequence[str]
    digests: Sequence[str]
    hashes: np.ndarray
    """uint64 [N, 8]"""


@dataclass(frozen=True)
class Trace:
    """A row of the file: little enough to be kept for every tile."""

    digest: str
    hashes: str
    """In hexadecimal; empty where the picture is too plain."""


def trace_of(look: Look) -> Trace:
    hashes = "" if look.plain else "".join(f"{value:0{_DIGITS}x}" for value in look.hashes.tolist())
    return Trace(look.digest, hashes)


def write_looks(folder: Path, traces: Mapping[str, Trace]) -> None:
    """Sorted by id."""
    rows = [{"id": id, "digest": trace.digest, "hashes": trace.hashes} for id, trace in sorted(traces.items())]
    write_csv(folder / LOOKS_FILE, rows, columns=_COLUMNS)


def read_looks(folder: Path) -> Looks:
    path = folder / LOOKS_FILE
    rows = read_csv(path)
    if not rows or any(row.get(column) is None for row in rows for column in _COLUMNS):
        raise InputError(f"{path}: expected the columns {','.join(_COLUMNS)}; run the split stage again")
    told = [row for row in rows if row["hashes"]]
    try:
        hashes = [[int(row["hashes"][at : at + _DIGITS], 16) for at in range(0, 8 * _DIGITS, _DIGITS)] for row in told]
    except ValueError:
        raise InputError(f"{path}: holds what is no hash; run the split stage again") from None
    return Looks(
        ids=[row["id"] for row in told],
        digests=[row["digest"] for row in told],
        hashes=np.array(hashes, np.uint64).reshape(-1, 8),
    )
