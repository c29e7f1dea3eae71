"""A contact sheet of drawn pictures to look at: as photographed, and below with the outlines of their masks.

python -m benchmarks.sheet --out sheet.png --seed 1
python -m benchmarks.sheet --source synthetic_defects --out sheet.png
"""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from hairline.data.defects import CLASSES, COLOURS, DefectDrawing, draw_defects
from hairline.data.synthetic import Drawing, draw_image
from hairline.io import write_bytes

IMAGES, COLUMNS, SIZE = 24, 6, 256
LEGEND = 40  # pixels
JPEG_QUALITY = 75  # for a page; a PNG loses nothing

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Sheet:
    draw: Callable[[Any, int], tuple[np.ndarray, np.ndarray]]
    options: Callable[[int], Drawing]
    """From a seed."""
    colours: Mapping[int, Colour]
    """Of the outlines, by class id; several get a legend."""


def cracked_ground(seed: int) -> Drawing:
    return Drawing(
        size=SIZE,
        seed=seed,
        surfaces=["asphalt", "asphalt", "blocks", "concrete", "formwork", "gravel", "plaster"],
        empty=0.1,
        negatives=0.3,
        width=(1.0, 26.0),
        contrast=0.15,
    )


def defects(seed: int) -> DefectDrawing:
    return DefectDrawing(
        size=SIZE,
        seed=seed,
        surfaces=["concrete", "concrete", "formwork", "plaster", "blocks"],
        empty=0.1,
        negatives=0.3,
        width=(1.5, 12.0),
        contrast=0.5,
    )


SHEETS = {
    "synthetic": Sheet(draw_image, cracked_ground, {1: (255, 40, 40)}),
    "synthetic_defects": Sheet(draw_defects, defects, {id: COLOURS[id] for id in CLASSES if id}),
}


def outlined(image: np.ndarray, mask: np.ndarray, colours: Mapping[int, Colour]) -> np.ndarray:
    """The image with a line round each class, on the pixels just outside it."""
    image = image.copy()
    for id, colour in colours.items():
        inside = (mask == id).astype(np.uint8)
        image[cv2.dilate(inside, np.ones((3, 3), np.uint8)) > inside] = colour
    return image


def tiled(pictures: list[np.ndarray]) -> np.ndarray:
    rows = [np.hstack(pictures[start : start + COLUMNS]) for start in range(0, len(pictures), COLUMNS)]
    return np.vstack(rows)


def legend(colours: Mapping[int, Colour], *, width: int) -> np.ndarray:
    """A dark strip with the name of each class in its colour."""
    strip = np.full((LEGEND, width, 3), 60, np.uint8)
    for place, (id, colour) in enumerate(colours.items()):
        left = place * width // len(colours) + 16
        cv2.rectangle(strip, (left, 12), (left + 16, 28), colour, -1)
        name = CLASSES[id].replace("_", " ")
        cv2.putText(strip, name, (left + 26, 27), cv2.FONT_HERSHEY_SIMPLEX, 0.65, (255, 255, 255), 1, cv2.LINE_AA)
    return strip


def main(out: Path, seed: int, source: str) -> None:
    chosen = SHEETS[source]
    options = chosen.options(seed)
    drawn = [chosen.draw(options, index) for index in range(IMAGES)]
    parts = [tiled([image for image, _ in drawn])]
    if len(chosen.colours) > 1:
        parts.append(legend(chosen.colours, width=parts[0].shape[1]))
    parts.append(tiled([outlined(image, mask, chosen.colours) for image, mask in drawn]))
    sheet = cv2.cvtColor(np.vstack(parts), cv2.COLOR_RGB2BGR)
    quality = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY] if out.suffix in (".jpg", ".jpeg") else []
    written, code = cv2.imencode(out.suffix or ".png", sheet, quality)
    assert written
    write_bytes(out, code.tobytes())
    print(f"{IMAGES} pictures of {source}, seed {seed} -> {out}, {len(code) // 1000} kB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--source", choices=sorted(SHEETS), default="synthetic")
    main(**vars(parser.parse_args()))
