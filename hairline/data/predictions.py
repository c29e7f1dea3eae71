"""What a network said of the pictures of a split: PNGs of class ids in one zip archive a run, named by picture.

One file, since DVC looks at every file whenever it is asked whether there is anything to do. Stored, because a PNG gets
no smaller, and without times, so that equal predictions are equal bytes.
"""

import zipfile
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np

from hairline.errors import InputError

_NO_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that an archive can name


def archive_of(predictions: Path, run: str) -> Path:
    return predictions / f"{run}.zip"


def pack_predictions(archive: Path, pngs: Iterable[tuple[str, bytes]]) -> None:
    """Write the archive of pictures' ids and PNGs."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:
        for picture_id, png in pngs:
            packed.writestr(zipfile.ZipInfo(f"{picture_id}.png", _NO_TIME), png)


def read_prediction(archive: Path, picture_id: str) -> np.ndarray:
    """Class ids [H, W] of one picture."""
    try:
        with zipfile.ZipFile(archive) as packed:
            content = packed.read(f"{picture_id}.png")
    except (OSError, KeyError, zipfile.BadZipFile):
        content = b""
    ids = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED) if content else None
    if ids is None:
        raise InputError(
            f"{archive}: the prediction for {picture_id} is missing or unreadable; run `dvc repro` to make it again"
        )
    return ids
