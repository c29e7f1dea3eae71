"""A workbook takes its name only where nobody has the old one open; otherwise it lies beside it and says so."""

from pathlib import Path

from hairline import io
from hairline.errors import InputError


def save(path: Path, content: bytes) -> None:
    lock = _lock_of(path)
    if lock:
        _save_beside(path, content, f"{lock.name} says so; delete it if that is not true")
    try:
        io.write_bytes(path, content)
    except PermissionError:  # Windows refuses to replace a file that a program holds
        _save_beside(path, content, "it cannot be replaced")


def _lock_of(path: Path) -> Path | None:
    """The file that LibreOffice or Excel puts beside a workbook while it is open."""
    marks = (path.with_name(f".~lock.{path.name}#"), path.with_name(f"~${path.name}"))
    return next((mark for mark in marks if mark.exists()), None)


def _save_beside(path: Path, content: bytes, why: str) -> None:
    new = path.with_name(f"{path.stem}-new{path.suffix}")
    try:
        io.write_bytes(new, content)
    except PermissionError:
        raise InputError(f"{path}: cannot be written, nor can {new}; close it, or write into another folder") from None
    raise InputError(f"{path} is open in another program ({why}); the new one lies at {new}: close it and run again")
