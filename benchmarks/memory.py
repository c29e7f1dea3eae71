"""How much memory a process holds while it trains on 10 000 pictures of 400 x 400: one epoch of crops of 256.

Writes and deletes a scratch store of 6.4 GB.

Example: python -m benchmarks.memory --scratch /mnt/large
"""

import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from hairline.commands import script_parser
from hairline.data.loading.loader import TrainBatches
from hairline.data.loading.store import Store, build_store
from hairline.data.manifest import Sample

SIDE, CROP, BATCH = 400, 256, 16
LIMIT = 4.0  # GiB


class PeakMemory:
    """The largest resident size of this process while it lasts, sampled from the kernel's own count."""

    def __init__(self) -> None:
        self.gib = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        while not self._stop.wait(0.02):
            self.gib = max(self.gib, resident_gib())

    def __enter__(self) -> "PeakMemory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def resident_gib() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 2**20
    raise RuntimeError("no VmRSS in /proc/self/status: this benchmark needs Linux")


def random_store(folder: Path, count: int) -> tuple[Store, list[Sample]]:
    """Noise, so that nothing can be shared or compressed."""
    samples = [
        Sample(
            id=f"{number:05d}",
            image="",
            mask="",
            split="train",
            group=f"{number:05d}",
            fold=1,
            labelled=True,
            width=SIDE,
            height=SIDE,
            crack_share=0.5,
            sha256="",
        )
        for number in range(count)
    ]

    def draw(sample: Sample) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng(int(sample.id))
        return rng.integers(0, 256, (SIDE, SIDE, 3), np.uint8), rng.integers(0, 2, (SIDE, SIDE), np.uint8)

    build_store(folder, samples, draw)
    return Store(folder), samples


def main(images: int, scratch: Path) -> None:
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch, prefix="store-") as name:
        store, samples = random_store(Path(name) / "pictures", images)
        batches = TrainBatches(store, samples, crop=CROP, batch_size=BATCH, augment=None, seed=0)
        before, start = resident_gib(), time.monotonic()
        with PeakMemory() as peak:
            seen = sum(len(batch.ids) for batch in batches.epoch(0))
        seconds = time.monotonic() - start
    held = images * SIDE * SIDE * 4 / 2**30
    print(
        f"{seen} crops of {CROP} from {images} pictures of {SIDE} x {SIDE} ({held:.1f} GiB decoded) in {seconds:.0f} s"
    )
    print(f"resident before the epoch: {before:.2f} GiB")
    verdict = "within" if peak.gib < LIMIT else "OVER"
    print(f"peak resident: {peak.gib:.2f} GiB, {verdict} the limit of {LIMIT:.0f} GiB")


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument("--images", type=int, default=10_000)
    parser.add_argument(
        "--scratch", type=Path, default=Path(".work"), help="a folder with 6.4 GB free (default: .work)"
    )
    arguments = parser.parse_args()
    main(arguments.images, arguments.scratch)
