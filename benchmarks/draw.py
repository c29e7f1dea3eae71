"""How many pictures of 256 x 256 the synthetic source draws and writes in a minute, on all cores.

python -m benchmarks.draw --images 600
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

from hairline.data.sources.synthetic import Options, draw_files

SIZE = 256


def main(images: int) -> None:
    options = Options(
        images=images,
        size=SIZE,
        seed=1,
        surfaces=["asphalt", "blocks", "concrete", "formwork", "gravel", "plaster"],
        empty=0.1,
        negatives=0.3,
        width=(1.0, 26.0),
        contrast=0.15,
    )
    workers = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        draw_files(options, Path(folder), workers=workers)
        seconds = time.perf_counter() - start
    print(f"{60 * images / seconds:.0f} images/minute at {SIZE} px on {workers} cores, {seconds:.1f} s for {images}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=600)
    main(**vars(parser.parse_args()))
