"""What all published data sets share: saying what they are, getting the archive, unpacking it, and the raw form.

A source's own file then only says where the set is published and which mask belongs to which picture.
"""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path, PurePosixPath
from typing import Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import Field

from hairline.config import Section
from hairline.data.archives.checksums import check_sha256, remember_sha256
from hairline.data.archives.damage import DamagedArchive
from hairline.data.archives.fetch import fetch
from hairline.data.archives.kinds import check_archive, is_archive_name
from hairline.data.archives.unpack import Allowance, Limits, unpack
from hairline.data.images import is_picture
from hairline.data.published.matching import Matching
from hairline.data.published.raw import Meaning, write_raw
from hairline.data.published.tree import Tree, walk
from hairline.data.sources import SOURCE_FILE, register_source
from hairline.errors import InputError
from hairline.io import fingerprint, from_checkout, temporary_folder, work_folder, write_json

AnyOptions = TypeVar("AnyOptions", bound="PublishedOptions")

_FOR_PEOPLE = ("google.com", "onedrive.live.com", "1drv.ms", "baidu.com", "kaggle.com")
"""Hosts that answer a program with a page to click on, or forbid programs."""


class PublishedOptions(Section):
    archive: Path | None = None
    """The archive, or its unpacked folder, fetched by hand; ~ is home, and what is relative starts at the checkout."""
    address: str = ""
    """Where to download the archive instead, such as a mirror of your own. Empty: where the publishers have it."""
    sha256: str = Field(default="", pattern="^([0-9a-fA-F]{64})?$")
    """Of the archive: no other is taken. Empty: the first that is used is remembered on this machine."""
    unpaired: Literal["refuse", "skip"] = "refuse"
    """skip: images without a mask, masks without an image or of another size, and names used twice are left out."""


def _nothing_more(path: Path) -> None: ...


@dataclass(frozen=True)
class Offer:
    """One file that can be downloaded."""

    address: str
    check: Callable[[Path], None] = _nothing_more
    """Against what the publishers say of it; InputError where it differs."""


@dataclass(frozen=True)
class Publication:
    """Where and on what terms a data set is published."""

    page: str
    """For people."""
    licence: str
    citation: str
    direct: str = ""
    """For programs; empty: there is none, or the licence does not go with it."""
    by_hand: str = ""
    """What a person does, where `direct` is empty."""
    offer: Callable[[str], Offer] = Offer
    """From the address to the file, where it is not the same."""
    nested: bool = False
    """There are archives inside the archive."""


@dataclass(frozen=True)
class _Origin:
    """What a set was made from, as source.json tells it: the same on every machine."""

    address: str
    archive: str
    sha256: str


def published(
    options: type[AnyOptions], about: Publication, *, variant: Callable[[AnyOptions], Publication] | None = None
) -> Callable[[Callable[[AnyOptions, Tree, Matching], Meaning]], Callable[[AnyOptions, Path], None]]:
    """Decorate `def <file name>(options, tree, matching) -> Meaning`, which pairs what lies in the tree.

    `variant`: which publication the options mean, where there are several.
    """

    def decorate(
        match: Callable[[AnyOptions, Tree, Matching], Meaning],
    ) -> Callable[[AnyOptions, Path], None]:
        name = match.__name__

        @wraps(match)
        def write(chosen: AnyOptions, out: Path) -> None:
            meant = variant(chosen) if variant else about
            _say(f"{name}: {meant.page}\n{name}: licence: {meant.licence}\n{name}: cite {meant.citation}")
            with _opened(name, meant, chosen) as (tree, origin):
                matching = Matching(skip=chosen.unpaired == "skip", shown=tree.shown)
                meaning = match(chosen, tree, matching)
                notes = write_raw(matching, meaning, out, name=name, where=tree.origin)
            for note in notes:
                _say(f"warning: {name}: {note}")
            content = {"licence": meant.licence, "citation": meant.citation, "notes": notes}
            write_json(out / SOURCE_FILE, content | vars(origin))

        return register_source(options, licence=about.licence, citation=about.citation)(write)

    return decorate


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextmanager
def _opened(name: str, about: Publication, options: PublishedOptions) -> Iterator[tuple[Tree, _Origin]]:
    """The files of the set; the archive is remembered when nothing was wrong with what it holds."""
    if options.archive is None:
        address = options.address or about.direct
        path, key, file_name = _downloaded(name, about, address), address, ""
    else:
        address = about.page
        path, key, file_name = _given(name, about, options), f"{name}/{options.archive.name}", options.archive.name
    with temporary_folder(work_folder("unpacked"), name) as scratch:
        if path.is_dir():
            roots, digest = [path, *_unpack_inner(path, scratch, about)], ""
        else:
            digest = check_sha256(path, key=key, expected=options.sha256)
            try:
                roots = _unpack(path, scratch, about)
            except DamagedArchive as error:
                if options.archive is None:
                    path.unlink()  # or the next start would take it for good
                    raise DamagedArchive(f"{address} gave {error} (deleted, so running it again does that)") from None
                raise
        yield Tree(roots, origin=path), _Origin(address, file_name, digest)
        if digest:
            remember_sha256(key, digest)


def _given(name: str, about: Publication, options: PublishedOptions) -> Path:
    path = from_checkout(options.archive)
    if not path.exists():
        raise InputError(f"{path}: no such archive or folder; {about.by_hand or f'fetch {about.direct}'}")
    if path.is_dir() and options.sha256:
        raise InputError(f"{path}: a folder has no SHA-256; give the archive itself, or leave `sha256` empty")
    return path


def _downloaded(name: str, about: Publication, address: str) -> Path:
    host = urlsplit(address).hostname or ""
    if not address or any(host == known or host.endswith(f".{known}") for known in _FOR_PEOPLE):
        what = f"fetch {address} in a browser" if address else about.by_hand
        raise InputError(
            f"{name} is not downloaded by a program: {what} (see {about.page}), and give the file as the option "
            "`archive`, or as --archive FILE"
        )
    path = work_folder("downloads") / f"{name}-{fingerprint(address)[:8]}"
    if not _is_whole(path):
        _download(about.offer(address), path)
    return path


def _is_whole(archive: Path) -> bool:
    """As far as can be seen at once. Then nobody is asked for it, so it can be used without a network."""
    try:
        check_archive(archive)
    except (FileNotFoundError, InputError):
        return False
    return True


def _download(offer: Offer, path: Path) -> None:
    def check(content: Path) -> None:
        try:
            check_archive(content)
            offer.check(content)
        except InputError as error:
            raise type(error)(f"{offer.address} gave {error}") from None

    fetch(offer.address, path, check=check)


def _unpack(archive: Path, scratch: Path, about: Publication) -> list[Path]:
    allowance = Allowance(Limits(), packed=archive.stat().st_size)

    def wanted(path: PurePosixPath) -> bool:
        return _is_of_use(path) or (about.nested and is_archive_name(path.name))

    unpack(archive, scratch / "outer", wanted=wanted, allowance=allowance)
    return [scratch / "outer", *_unpack_inner(scratch / "outer", scratch, about, allowance)]


def _unpack_inner(folder: Path, scratch: Path, about: Publication, allowance: Allowance | None = None) -> list[Path]:
    """Of archives that a person put in a folder, each has an allowance of its own."""
    if not about.nested:
        return []
    inner = sorted(path for path in walk(folder) if path.is_file() and is_archive_name(path.name))
    roots = [scratch / f"inner-{number}" for number in range(len(inner))]
    for archive, root in zip(inner, roots, strict=True):
        unpack(archive, root, wanted=_is_of_use, allowance=allowance)
        if archive.is_relative_to(scratch):
            archive.unlink()  # gigabytes that are there twice
    return roots


def _is_of_use(path: PurePosixPath) -> bool:
    return is_picture(Path(path)) or path.suffix.lower() in (".txt", ".mat")
