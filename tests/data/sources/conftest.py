"""One way to fetch a miniature of a published data set."""

from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path
from zlib import crc32

import pytest

from hairline.data.sources import create_source
from tests.data.archives.conftest import site  # noqa: F401  a fixture
from tests.data.sources.published import zip_bytes, zip_of


@pytest.fixture
def fetch_from(tmp_path: Path) -> Callable[..., Path]:
    """`fetch_from("deepcrack", {name: content}, option=...)` -> a new raw folder."""
    numbers = count()

    def fetch(source: str, entries: Mapping[str, bytes] | Path, **options) -> Path:
        archive, out = entries, tmp_path / "raw" / str(next(numbers))
        if not isinstance(entries, Path):  # named by what is in it, since each name is remembered
            archive = zip_of(tmp_path / f"set-{crc32(zip_bytes(entries))}.zip", entries)
        create_source(source).fetch({"archive": str(archive), **options}, out, dataset="mine")
        return out

    return fetch
