"""A contact sheet of drawn pictures to look at: as photographed, and below with the mask's outline in red.

python -m benchmarks.sheet --out sheet.png --seed 1
"""

import argparse
from pathlib import Path

import cv2
import numpy as np

from hairline.data.synthetic import Drawing, draw_image
from hairline.io import write_bytes

IMAGES, COLUMNS, SIZE = 24, 6, 256
OUTLINE = (255, 40, 40)


def outlined(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The image with a red line round the mask, on the pixels just outside it."""
    edge = cv2.dilate(mask, np.ones((3, 3), np.uint8)) > mask
    image = image.copy()
    image[edge] = OUTLINE
    return image


def tiled(pictures: list[np.ndarray]) -> np.ndarray:
    rows = [np.hstack(pictures[start : start + COLUMNS]) for start in range(0, len(pictures), COLUMNS)]
    return np.vstack(rows)


def main(out: Path, seed: int) -> None:
    drawing = Drawing(
        size=SIZE,
        seed=seed,
        surfaces=["asphalt", "asphalt", "blocks", "concrete", "formwork", "gravel", "plaster"],
        empty=0.1,
        negatives=0.3,
        width=(1.0, 26.0),
        contrast=0.15,
    )
    drawn = [draw_image(drawing, index) for index in range(IMAGES)]
    sheet = np.vstack([tiled([image for image, _ in drawn]), tiled([outlined(*pair) for pair in drawn])])
    written, code = cv2.imencode(out.suffix or ".png", cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))
    assert written
    write_bytes(out, code.tobytes())
    print(f"{IMAGES} pictures of seed {seed} -> {out}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    main(**vars(parser.parse_args()))
