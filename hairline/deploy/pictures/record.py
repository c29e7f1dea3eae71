"""predictions.csv: a row a picture, what was found in it and how, and so which pictures need not be done again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from hairline import io
from hairline.data.pairs import enumerate_names
from hairline.errors import InputError

if TYPE_CHECKING:
    from hairline.deploy.pictures.measure import Found

NAME = "predictions.csv"
SETTINGS = ("weights", "mode", "threshold", "views", "tile")
"""What else than the picture decides its result."""


@dataclass(frozen=True)
class Work:
    """One picture, and the file that is to hold what was found in it."""

    picture: Path
    output: str
    """Below the folder of results."""


class Record:
    """Of one folder of results; nobody else may write into it meanwhile."""

    def __init__(self, out: Path, settings: Mapping[str, str], *, classes: Sequence[str]) -> None:
        self.out, self.settings, self.classes = out, dict(settings), list(classes)
        self.path = out / NAME
        measured = [*(f"{name}_share" for name in classes), *(f"{name}_pieces" for name in classes[1:])]
        self.columns = ["picture", "output", "width", "height", *measured, "sha256", *SETTINGS]
        self._lock = FileLock(out / f".{NAME}.lock")

    def __enter__(self) -> "Record":
        self.out.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise InputError(f"{self.out}: another command writes into it; wait, or choose another --out") from None
        try:
            self._rows = self._read()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.release()
        Path(self._lock.lock_file).unlink(missing_ok=True)

    def _read(self) -> dict[str, dict[str, Any]]:
        if not self.path.exists():
            return {}
        rows = io.read_csv(self.path)
        if rows and list(rows[0]) != self.columns:
            raise InputError(f"{self.path}: is of a network with other classes; choose another --out")
        return {row["output"]: row for row in rows}

    def left_to_do(self, works: Sequence[Work]) -> list[Work]:
        """Without what is done already; refused where a result would replace one that is not its own."""
        todo = [work for work in works if not self._is_done(work)]
        in_the_way: dict[str, list[str]] = {}
        for work in todo:
            if reason := self._in_the_way(work):
                in_the_way.setdefault(reason, []).append(work.output)
        if in_the_way:
            told = "; ".join(f"{enumerate_names(names)} {reason}" for reason, names in in_the_way.items())
            raise InputError(f"{self.out}: {told}. Choose another --out, or replace these with --overwrite")
        return todo

    def _is_done(self, work: Work) -> bool:
        """By this network, in this way, of this very picture."""
        row = self._rows.get(work.output)
        return (
            row is not None
            and (self.out / work.output).exists()
            and all(row[name] == value for name, value in self.settings.items())
            and row["sha256"] == io.sha256_of(work.picture)
        )

    def _in_the_way(self, work: Work) -> str | None:
        """What this picture's result would replace; None where there is nothing yet."""
        if not (self.out / work.output).exists():
            return None
        row = self._rows.get(work.output)
        if row is None:
            return f"not in {NAME}"
        other = [f"{name} {row[name] or 'none'}" for name, value in self.settings.items() if row[name] != value]
        return f"made with {', '.join(other)}" if other else f"made of {row['picture']}, which was another picture"

    def add(self, work: Work, found: "Found", *, height: int, width: int, sha256: str) -> None:
        """Before the result itself is written: a row without its file is done again, a file without its row is not."""
        values = {"picture": str(work.picture), "output": work.output, "width": width, "height": height}
        values |= {f"{name}_share": share for name, share in zip(self.classes, found.shares, strict=True)}
        values |= {f"{name}_pieces": count for name, count in zip(self.classes[1:], found.pieces[1:], strict=True)}
        self._rows[work.output] = values | {"sha256": sha256} | self.settings
        (self.out / work.output).unlink(missing_ok=True)
        self._write()

    def forget(self, work: Work) -> None:
        """No row without its file."""
        if not (self.out / work.output).exists() and self._rows.pop(work.output, None):
            self._write()

    def _write(self) -> None:
        rows = sorted(self._rows.values(), key=lambda row: row["output"])
        io.write_csv(self.path, rows, columns=self.columns)
