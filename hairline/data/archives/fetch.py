"""Download one file over HTTP: a dropped connection is taken up where it broke, also by the next start of the program.

What is there so far lies in `<name>.part`; `<name>.part.json` says of which version of the file it is a part, so that
a file that was changed meanwhile is fetched anew and never joined to the old beginning.
"""

import errno
import http.client
import json
import re
import shutil
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hairline.data.archives.kinds import is_web_page
from hairline.errors import InputError
from hairline.io import read_json, write_json
from hairline.progress import Progress

PAUSES = (1.0, 3.0, 9.0)
"""Seconds before the second, third and fourth try; as many again whenever a try brought MEGABYTE more."""
TIMEOUT = 60.0  # seconds without a byte

MEGABYTE = 1_000_000
_CHUNK = 1 << 18
_TITLE = re.compile(rb"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")
_WORTH_ANOTHER_TRY = (408, 425, 429, 500, 502, 503, 504)
_BY_HAND = "or fetch it by hand and set the option `archive` to it"
_BROKEN = (OSError, http.client.HTTPException)  # all that a network can do; OSError holds time-outs and URLError


class _Interrupted(Exception):
    """A try failed in a way that the next may not."""


class _Outgrown(_Interrupted):
    """The part is longer than the file is now."""


@dataclass(frozen=True)
class _Version:
    """Which version of the file a part belongs to, as far as the server says."""

    address: str
    etag: str
    modified: str
    size: int | None

    @property
    def mark(self) -> str:
        """What If-Range may hold; empty: cannot be told from another version. Weak tags do not promise equal bytes."""
        return self.modified if self.etag.startswith("W/") or not self.etag else self.etag

    def agrees(self, other: "_Version") -> bool:
        """As far as both know: the answer that brings a part may leave out what the first answer said."""
        pairs = ((self.etag, other.etag), (self.modified, other.modified), (self.size, other.size))
        return all(mine == theirs for mine, theirs in pairs if mine and theirs)

    @classmethod
    def of(cls, address: str, response: Any, size: int | None) -> "_Version":
        headers = response.headers
        return cls(address, headers.get("ETag", ""), headers.get("Last-Modified", ""), size)


def fetch(address: str, path: Path, *, check: Callable[[Path], None]) -> None:
    """Make `path` hold what the address gives; `check` raises InputError for content that must not be kept.

    A file that is there already and passes `check` is left alone.
    """
    from filelock import FileLock

    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    with FileLock(f"{path}.lock"):  # two data sets, or two experiments, may want the same archive at once
        if path.exists():
            try:
                check(path)
                return
            except InputError:
                path.unlink()
        with _told_when_full(part):
            _download(address, part)
        try:
            check(part)
        except InputError:
            _forget(part)
            raise
        part.replace(path)
        _forget(part)


def fetch_json(address: str) -> Any:
    """A small JSON document, such as a list of files."""
    for pause in (*PAUSES, None):
        try:
            with _open(address, {}) as response:
                content = response.read(10 * MEGABYTE)
            return json.loads(content)
        except ValueError:
            raise InputError(f"{address}: answered with something else than JSON; try later, {_BY_HAND}") from None
        except (*_BROKEN, _Interrupted) as fault:
            if pause is None:
                raise _unreachable(address, fault) from None
            time.sleep(pause)
    raise AssertionError("the last try ends the loop")


def _download(address: str, part: Path) -> None:
    tries, furthest = 0, _size(part)
    while True:
        try:
            _download_once(address, part)
            return
        except _Interrupted as fault:
            if isinstance(fault, _Outgrown):
                _forget(part)
            if _size(part) >= furthest + MEGABYTE:
                tries, furthest = 0, _size(part)
            if tries == len(PAUSES):
                raise _unreachable(address, fault, kept=_size(part)) from None
            time.sleep(PAUSES[tries])
            tries += 1


def _download_once(address: str, part: Path) -> None:
    version = _version_of(part, address)
    have = _size(part) if version and version.mark else 0
    if version and have and have == version.size:
        return  # stopped between the last byte and the new name
    resume = {"Range": f"bytes={have}-", "If-Range": version.mark} if version and have else {}
    with _open(address, resume) as response:
        if response.status == 206:
            start, size = _promised_range(response)
            assert version is not None, "a part was asked for"
            offered = _Version.of(address, response, size)
            if start != have or not version.agrees(offered):
                _forget(part)
                raise _Interrupted("the server gave another part than was asked for, or of another version")
        else:
            have, size = 0, _length(response)
            _refuse_web_page(address, response)
            _forget(part)
            write_json(_note(part), asdict(_Version.of(address, response, size)))
        if size is not None:
            _check_space(part, size - have)
        _receive(address, response, part, have=have, size=size)


def _receive(address: str, response: Any, part: Path, *, have: int, size: int | None) -> None:
    # without a size there is no sensible line for a log file, only a bar for a person
    shown = {"total": -(-(size or 0) // MEGABYTE), "unit": "MB", "done": have // MEGABYTE}
    shown["shown"] = size is not None or sys.stderr.isatty()
    with part.open("ab") as file, Progress(part.stem, **shown) as progress:
        while size is None or have < size:
            try:
                chunk = response.read1(_CHUNK)
            except _BROKEN as error:
                raise _Interrupted(_reason(error)) from None
            if not chunk:
                break
            if have == 0 and is_web_page(chunk):
                _forget(part)
                raise _web_page(address, chunk)
            file.write(chunk)
            progress.step((have + len(chunk)) // MEGABYTE - have // MEGABYTE)
            have += len(chunk)
    if size is not None and have < size:
        raise _Interrupted(f"the connection broke after {have} of {size} bytes")


def _open(address: str, headers: dict[str, str]) -> Any:
    """The answer, or InputError for one that no second try would change."""
    if not re.match(r"https?://", address):
        raise InputError(f"{address!r} is no http or https address; set the option `address` to one, {_BY_HAND}")
    common = {"User-Agent": "hairline", "Accept-Encoding": "identity"}
    try:
        return urllib.request.urlopen(urllib.request.Request(address, headers=common | headers), timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        if error.code == 416:
            raise _Outgrown("the file is shorter than it was") from None
        if error.code in _WORTH_ANOTHER_TRY:
            raise _Interrupted(f"HTTP {error.code} {error.reason}") from None
        raise InputError(
            f"{address}: HTTP {error.code} {error.reason}; the file has moved or is not for everyone: look at the data "
            f"set's page, set the option `address` to the new place, {_BY_HAND}"
        ) from None
    except (ValueError, http.client.InvalidURL) as error:
        raise InputError(f"{address!r} cannot be used ({error}); mend the option `address`, {_BY_HAND}") from None
    except _BROKEN as error:
        raise _Interrupted(_reason(error)) from None


def _refuse_web_page(address: str, response: Any) -> None:
    if response.headers.get_content_type() in ("text/html", "application/xhtml+xml"):
        raise _web_page(address, response.read(1 << 16))


def _web_page(address: str, content: bytes) -> InputError:
    title = _TITLE.search(content)
    words = " ".join(title[1].decode(errors="replace").split())[:80] if title else "without a title"
    return InputError(
        f"{address}: a web page came instead of an archive ({words}); open the address in a browser, save the file, "
        "and set the option `archive` to it"
    )


def _promised_range(response: Any) -> tuple[int, int | None]:
    """Where the answer starts, and how long the whole file is."""
    match = _RANGE.match(response.headers.get("Content-Range", ""))
    if match is None:
        return -1, None
    return int(match[1]), None if match[2] == "*" else int(match[2])


def _length(response: Any) -> int | None:
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isdecimal() else None


def _version_of(part: Path, address: str) -> _Version | None:
    """None: nothing usable is there."""
    try:
        version = _Version(**read_json(_note(part)))
    except (InputError, TypeError):
        return None
    return version if part.exists() and version.address == address else None


def _note(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _note(part).unlink(missing_ok=True)


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _check_space(part: Path, needed: int) -> None:
    free = shutil.disk_usage(part.parent).free
    if free < needed:
        raise InputError(
            f"{part}: {needed / 1e9:.1f} GB are still to come, but the disk has {free / 1e9:.1f} GB free; "
            "free some and run it again"
        )


@contextmanager
def _told_when_full(part: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise InputError(f"{part}: no space left on the disk; free some and run it again: it goes on there") from None


def _unreachable(address: str, fault: Exception, *, kept: int = 0) -> InputError:
    so_far = f"{kept / 1e6:.0f} MB are kept, so run it again to go on" if kept else "run it again later"
    return InputError(f"{address}: {_reason(fault)}, after {len(PAUSES) + 1} tries; {so_far}, {_BY_HAND}")


def _reason(error: BaseException) -> str:
    inner = getattr(error, "reason", None)
    return " ".join(str(inner or error).split()) or type(error).__name__
