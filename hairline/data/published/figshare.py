"""Repositories built on figshare: an article's list of files, and its one archive."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hairline.data.archives.damage import DamagedArchive
from hairline.data.archives.fetch import fetch_json
from hairline.data.archives.kinds import is_archive_name
from hairline.data.published.publication import Offer
from hairline.errors import InputError


def figshare_archive(address: str) -> Offer:
    """From `https://api.figshare.com/v2/articles/<number>` to the archive; any other address is that of a file."""
    if "/v2/articles/" not in address:
        return Offer(address)
    answer = fetch_json(address)
    files = answer.get("files") if isinstance(answer, dict) else None
    if not isinstance(files, list) or not all(isinstance(file, dict) and "download_url" in file for file in files):
        raise InputError(f"{address}: no list of files came; fetch the archive by hand and set the option `archive`")
    archives = [file for file in files if is_archive_name(str(file.get("name", "")))]
    if len(archives) != 1:
        offered = ", ".join(f"{file.get('name')} ({file['download_url']})" for file in files) or "nothing"
        raise InputError(f"{address}: offers {offered}; set the option `address` to the archive that is wanted")
    return Offer(str(archives[0]["download_url"]), _check_of(archives[0]))


def _check_of(file: Mapping[str, Any]) -> Any:
    expected = str(file.get("computed_md5") or file.get("supplied_md5") or "").lower()

    def check(path: Path) -> None:
        with path.open("rb") as content:
            found = hashlib.file_digest(content, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        if expected and found != expected:
            raise DamagedArchive(f"{path}: MD5 is {found}, figshare says {expected}; damaged on its way: run it again")

    return check
