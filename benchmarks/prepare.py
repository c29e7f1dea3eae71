"""How fast a folder of photographs is prepared: decoded, checked, hashed, compared, measured, written and reported.

python -m benchmarks.prepare --images 10000 --size 400
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

from hairline.config import SplitParams, TileParams
from hairline.data.parallel import available_cores, parallel_map
from hairline.data.preparing.prepare import prepare
from hairline.io import write_json

COPIES = 100
"""Every hundredth picture is an earlier one at another quality."""


def draw(number: int, size: int, raw: Path) -> None:
    """Blotches, grain and a dark line; every second one as JPEG."""
    rng = np.random.default_rng(number - number % COPIES if number % COPIES == 1 else number)
    image = sum(
        cv2.resize(rng.normal(0, 14, (cells, cells, 3)).astype(np.float32), (size, size)) for cells in (5, 20, 80)
    )
    image += 120 + rng.normal(0, 6, (size, size, 3)).astype(np.float32)
    mask = np.zeros((size, size), np.uint8)
    steps = rng.normal((size / 40, 0), size / 40, (40, 2))
    points = (np.cumsum(steps, axis=0) + np.array((0, size / 2))).round().astype(np.int32)
    cv2.polylines(mask, [points], False, 255, int(rng.integers(1, 8)))
    image[mask > 0] -= 60
    pixels = image.clip(0, 255).astype(np.uint8)
    suffix, options = (".png", []) if number % 2 == 0 else (".jpg", [cv2.IMWRITE_JPEG_QUALITY, 90])
    cv2.imwrite(str(raw / "images" / f"{number:06d}{suffix}"), pixels, options)
    cv2.imwrite(str(raw / "masks" / f"{number:06d}.png"), mask)


def main(images: int, size: int) -> None:
    params = SplitParams(
        seed=0,
        lists="own",
        val=0.1,
        test=0.2,
        folds=5,
        group="",
        near_duplicate_bits=4,
        tile=TileParams(side=0, overlap=0),
        keep=[],
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind in ("images", "masks"):
            (folder / "raw" / kind).mkdir(parents=True)
        write_json(folder / "raw" / "classes.json", {"classes": {"0": "background", "255": "crack"}})
        for _ in parallel_map(lambda number: draw(number, size, folder / "raw"), range(images), label="draw"):
            pass
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.perf_counter()
        prepare(folder / "raw", folder / "out", params, report=folder / "sheet.md", page=folder / "sheet.html")
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        page = (folder / "sheet.html").stat().st_size
    print(
        f"{images} pictures of {size} x {size} in {seconds:.1f} s on {available_cores()} cores: "
        f"{images / seconds:.0f} images/s; peak memory {peak / 2**20:.2f} GiB ({before / 2**20:.2f} before), "
        f"page {page / 1e6:.2f} MB"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=2000)
    parser.add_argument("--size", type=int, default=400)
    main(**vars(parser.parse_args()))
