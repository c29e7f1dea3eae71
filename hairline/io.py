"""Files: everything is written under a temporary name and renamed, so a killed stage leaves nothing half-written.

No torch here: reports are redrawn from JSON and CSV alone.
"""

import csv
import fcntl
import glob
import hashlib
import json
import math
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hairline.errors import InputError

_UNFINISHED = ".part"


def write_bytes(path: Path, content: bytes) -> None:
    """Write a whole file at once: readers see the old content or the new, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=_UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o644)  # mkstemp makes 0600; results are for others to read
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_text(path: Path, content: str) -> None:
    write_bytes(path, content.encode())


def write_json(path: Path, content: Any, *, sort: bool = True) -> None:
    """Byte-stable JSON: floats to six significant digits, NaN as null, a newline at the end.

    Keys are sorted, unless their order says something: then it is the writer's to keep it the same.
    """
    write_text(path, json.dumps(_plain(content), indent=2, sort_keys=sort, allow_nan=False) + "\n")


def _plain(value: Any) -> Any:
    """What JSON can hold: numpy scalars become Python's, floats are rounded, what is not a number becomes null."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        value = value.item()
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    return str(value) if isinstance(value, Path) else value


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]], *, columns: Sequence[str] | None = None) -> None:
    """A CSV with a header; `columns` fixes their order (default: that of the first row)."""
    columns = list(columns or (rows[0] if rows else []))
    lines = [columns, *([_cell(row.get(column)) for column in columns] for row in rows)]
    path.parent.mkdir(parents=True, exist_ok=True)
    with replaced_file(path) as temporary, temporary.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)


def _cell(value: Any) -> Any:
    value = _plain(value)
    return "" if value is None else value


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV with a header, as text."""
    try:
        with path.open(newline="") as file:
            return list(csv.DictReader(file))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; run `dvc repro` (or the stage that writes it) first") from None


def read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; run `dvc repro` (or the stage that writes it) first") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not readable as JSON ({error}); delete it and run its stage again") from None


@contextmanager
def replaced_file(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; on success it takes the name, on failure it goes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}{_UNFINISHED}")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def replaced_folder(path: Path) -> Iterator[Path]:
    """Give a new folder beside `path`; on success it takes the place of the old one, on failure it goes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with temporary_folder(path.parent, path.name) as temporary:
        temporary.chmod(0o755)
        yield temporary
        old = temporary.with_suffix(".old")
        if path.exists():
            os.replace(path, old)
        os.replace(temporary, path)
        shutil.rmtree(old, ignore_errors=True)


@contextmanager
def temporary_folder(parent: Path, name: str) -> Iterator[Path]:
    """Give a new, hidden folder there, gone at the end; those of this name that killed processes left go before.

    Each is locked by who made it, and the kernel lets go of a lock however its process ends.
    """
    for left in parent.glob(f".{glob.escape(name)}.*{_UNFINISHED}"):
        with _locked(left, wait=False) as is_nobodys:
            if is_nobodys:
                shutil.rmtree(left, ignore_errors=True)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=f".{name}.", suffix=_UNFINISHED, dir=parent))
        with _locked(folder, wait=True):
            if not folder.exists():  # somebody cleared it away before it was locked
                continue
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)
            return


@contextmanager
def _locked(folder: Path, *, wait: bool) -> Iterator[bool]:
    """Whether it is; never so on a file system without locks, nor, without waiting, while another process has it."""
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        yield False
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_locked = True
    except OSError:
        is_locked = False
    try:
        yield is_locked
    finally:
        os.close(handle)


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fingerprint(content: Any) -> str:
    """A short name for a nest of plain values: equal values, equal name, on any machine."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def code_fingerprint(paths: Iterable[Path]) -> str:
    """One name for the text of some source files and folders, so that a changed recipe is not mistaken for the old."""
    files = sorted({file for path in paths for file in (path.rglob("*.py") if path.is_dir() else [path])})
    return fingerprint([[file.name, sha256_of(file)] for file in files])


def work_folder(kind: str) -> Path:
    """Where half-done and remade-at-will things live: outside DVC's outputs, shared by all experiments' copies.

    DVC_ROOT is the main checkout even when an experiment runs in a private copy that is deleted afterwards.
    """
    folder = Path(os.environ.get("DVC_ROOT", ".")).resolve() / ".work" / kind
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def from_checkout(path: Path) -> Path:
    """~ is home, and what is relative starts at the main checkout: DVC's queued experiments run in a copy elsewhere."""
    return Path(os.environ.get("DVC_ROOT", ".")) / path.expanduser()


def link_or_copy(source: Path, target: Path) -> None:
    """The same bytes under a second name: a hard link where the file system can, else a copy."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
