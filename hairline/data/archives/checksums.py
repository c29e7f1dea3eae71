"""Is an archive the one that was used before? Its SHA-256 is remembered and held to.

`.work/checksums/archives.json` holds it for this machine: a stage writes no file that git tracks and DVC does not know
of. What holds for every clone is the option `sha256` in params.yaml, and what was used stands in each source.json.
"""

import sys
from pathlib import Path

from hairline.errors import InputError
from hairline.io import read_json, sha256_of, work_folder, write_json


def check_sha256(path: Path, *, key: str, expected: str) -> str:
    """The file's SHA-256; InputError where it is not `expected`, or without that, not what was remembered for `key`."""
    found = sha256_of(path)
    if expected and found != expected.lower():
        raise InputError(
            f"{path}: SHA-256 is {found}, but the option `sha256` says {expected.lower()}: the file has changed or was "
            f"damaged; look at it, and {_way_on(found)}"
        )
    remembered = _read().get(key, "")
    if not expected and remembered and found != remembered:
        raise InputError(
            f"{path}: SHA-256 is {found}, but when {key} was first used it was {remembered}: the file has changed or "
            f"was damaged; look at it, and {_way_on(found)}"
        )
    return found


def _way_on(found: str) -> str:
    """The file stays: a server that packs on request gives another one each time, which never fits what was said."""
    return f"set the option `sha256` to {found} if it is the one that is meant, or delete it and fetch it again"


def remember_sha256(key: str, digest: str) -> None:
    """After the archive proved good; says so the first time."""
    from filelock import FileLock

    with FileLock(f"{_file()}.lock"):
        known = _read()
        if known.get(key) == digest:
            return
        write_json(_file(), known | {key: digest})
    print(
        f"{key}: SHA-256 {digest}, remembered on this machine; to hold every clone to it, put `sha256: {digest}` "
        "under the data set's `options` in params.yaml",
        file=sys.stderr,
        flush=True,
    )


def _file() -> Path:
    return work_folder("checksums") / "archives.json"


def _read() -> dict[str, str]:
    return read_json(_file()) if _file().exists() else {}
