"""Miniature archives in the layouts that data sets are published in."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from tests.data.conftest import draw_mask, draw_photo

SIZE = (40, 50)


def encoded(pixels: np.ndarray, ending: str = ".png") -> bytes:
    """Of RGB or grey."""
    done, content = cv2.imencode(ending, pixels if pixels.ndim == 2 else pixels[..., ::-1])
    assert done
    return content.tobytes()


def photo(seed: int, ending: str = ".jpg", *, height: int = SIZE[0], width: int = SIZE[1]) -> bytes:
    return encoded(draw_photo(seed, height, width), ending)


def crack(seed: int) -> np.ndarray:
    """bool [40, 50]."""
    return draw_mask(seed, *SIZE) > 0


def mask(seed: int, white: int = 255) -> bytes:
    return encoded(np.where(crack(seed), np.uint8(white), np.uint8(0)))


def jpeg_mask(seed: int) -> bytes:
    """With the soft edges that such masks have."""
    soft = cv2.GaussianBlur(np.where(crack(seed), np.uint8(255), np.uint8(0)), (3, 3), 0.7)
    return encoded(np.repeat(soft[..., None], 3, axis=2), ".jpg")


def saved(pixels: np.ndarray) -> bytes:
    """As Pillow writes it, which knows 1-bit and transparent pictures."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="PNG")
    return file.getvalue()


def zip_of(path: Path, entries: Mapping[str, bytes]) -> Path:
    path.write_bytes(zip_bytes(entries))
    return path


def zip_bytes(entries: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content)  # without the time, so equal entries give equal bytes
    return file.getvalue()


def folder_of(path: Path, entries: Mapping[str, bytes]) -> Path:
    for name, content in entries.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def stems(raw: Path, kind: str = "images") -> list[str]:
    return sorted(path.stem for path in (raw / kind).iterdir())


def split(raw: Path, name: str) -> list[str]:
    return (raw / "splits" / f"{name}.txt").read_text().split()


def values(raw: Path, stem: str) -> np.ndarray:
    return cv2.imread(str(raw / "masks" / f"{stem}.png"), cv2.IMREAD_UNCHANGED)
