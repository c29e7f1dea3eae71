"""How fast training samples are made on one core, against a loader that decodes every file each time.

`--makers` asks instead what several threads make, by the clock, as a GPU needs it.

Example: taskset --cpu-list 0 python -m benchmarks.load
"""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch

from hairline.commands import script_parser
from hairline.config import AugmentParams
from hairline.data.images import read_image, write_png
from hairline.data.loading.augment import augment
from hairline.data.loading.loader import Batch, TrainBatches
from hairline.data.loading.store import open_store
from hairline.data.manifest import Sample, write_classes
from hairline.data.masks import read_mask
from hairline.io import write_bytes

IMAGES, HEIGHT, WIDTH, CROP, BATCH = 200, 320, 480, 256, 16
PLAIN = AugmentParams(
    flip=0.5,
    rotate=0,
    scale=(1, 1),
    contrast=0,
    brightness=0,
    channel_gain=0,
    blur=0,
    noise=0,
    jpeg=0,
    on_crack=0,
    dropout=0,
    double_exposure=0,
    shade=0,
    stains=0,
    drawn_cracks=0,
    drawn_things=0,
    covers=0,
)
BUSY = PLAIN.model_copy(
    update={
        "rotate": 10, "scale": (0.8, 1.25), "contrast": 0.2, "brightness": 0.15, "channel_gain": 0.05,
        "double_exposure": 0.5, "shade": 0.5, "stains": 0.5,
    }
)  # fmt: skip
WARP = PLAIN.model_copy(update={"rotate": 180, "scale": (0.7, 1.4), "contrast": 0.4, "brightness": 0.25})
DRAWN = WARP.model_copy(update={"drawn_cracks": 0.25, "drawn_things": 0.15, "covers": 0.25})
CLASSES = ("background", "crack")


def draw_dataset(folder: Path) -> list[Sample]:
    """JPEG photographs of rough ground with a dark line, and their masks."""
    rng = np.random.default_rng(0)
    samples = []
    for number in range(IMAGES):
        ground = cv2.GaussianBlur(rng.integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8), (0, 0), 1.2)
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        points = np.stack([np.linspace(0, WIDTH - 1, 9), rng.uniform(0, HEIGHT, 9)], axis=1).astype(np.int32)
        cv2.polylines(mask, [points], False, 1, 3)
        ground[mask > 0] //= 3
        name = f"{number:04d}"
        content = cv2.imencode(".jpg", ground, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes()
        write_bytes(folder / "images" / f"{name}.jpg", content)
        write_png(folder / "masks" / f"{name}.png", mask)
        paths = {"image": f"images/{name}.jpg", "mask": f"masks/{name}.png"}
        samples.append(
            Sample(
                **paths,
                id=name,
                split="train",
                group=name,
                fold=1,
                labelled=True,
                width=WIDTH,
                height=HEIGHT,
                crack_share=float(mask.mean()),
                sha256=name,
            )
        )
    write_classes(folder, ["background", "crack"])
    return samples


def decoded_each_time(folder: Path, samples: Sequence[Sample]) -> Iterator[torch.Tensor]:
    """What a loader is without a store: files, float tensors, torch's own resampling."""
    rng = np.random.default_rng(0)
    for start in range(0, len(samples) - BATCH + 1, BATCH):
        images, masks = [], []
        for sample in samples[start : start + BATCH]:
            image = torch.from_numpy(read_image(folder / sample.image)).permute(2, 0, 1).float()[None]
            mask = torch.from_numpy(read_mask(folder / sample.mask, classes=2)).float()[None, None]
            angle, zoom = rng.uniform(-np.pi, np.pi), rng.uniform(0.7, 1.4)
            turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0]]) / zoom
            matrix = torch.tensor(turn, dtype=torch.float32)[None]
            grid = torch.nn.functional.affine_grid(matrix, [1, 3, CROP, CROP], align_corners=False)
            images.append(torch.nn.functional.grid_sample(image, grid, align_corners=False, padding_mode="reflection"))
            masks.append(torch.nn.functional.grid_sample(mask, grid, "nearest", "reflection", align_corners=False))
        yield torch.cat([torch.cat(images), torch.cat(masks)], dim=1)


def decoded_then_augmented(folder: Path, samples: Sequence[Sample]) -> Iterator[torch.Tensor]:
    """Our augmentation without our store, to show what each is worth."""
    rng = np.random.default_rng(0)
    for start in range(0, len(samples) - BATCH + 1, BATCH):
        images = []
        for sample in samples[start : start + BATCH]:
            image, mask = read_image(folder / sample.image), read_mask(folder / sample.mask, classes=2)
            images.append(augment(image, mask, None, crop=CROP, params=WARP, rng=rng)[0])
        yield torch.from_numpy(np.stack(images))


def samples_per_second(
    batches: Callable[[], Iterator[Batch] | Iterator[torch.Tensor]],
    *,
    seconds: float,
    clock: Callable[[], float] = time.process_time,
) -> float:
    """By the CPU time of the process, where a busy neighbour does not count, or another clock; one round to warm up."""
    for _ in batches():
        pass
    count, start = 0, clock()
    while clock() - start < seconds:
        count += sum(1 for _ in batches())
    return BATCH * count / (clock() - start)


def main(seconds: float, makers: list[int]) -> None:
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["DVC_ROOT"] = name  # the store goes with the rest
        samples = draw_dataset(folder)
        store = open_store(folder, samples)

        def stored(params: AugmentParams, *, makers: int = 1) -> Callable[[], Iterator[Batch]]:
            batches = TrainBatches(
                store, samples, crop=CROP, batch_size=BATCH, augment=params, seed=0, classes=CLASSES, makers=makers
            )
            return lambda: batches.epoch(0)

        if makers:
            print(f"{WIDTH} x {HEIGHT}, crop {CROP}, batch {BATCH}, batches per second by the clock:")
            for count in makers:
                rate = samples_per_second(stored(BUSY, makers=count), seconds=seconds, clock=time.perf_counter) / BATCH
                print(f"  store, double exposures, shade and stains, {count} threads{rate:8.1f}")
            return

        results = {
            "store, crop + flip": samples_per_second(stored(PLAIN), seconds=seconds),
            "store, rotation + zoom + light": samples_per_second(stored(WARP), seconds=seconds),
            "store, that and drawn on": samples_per_second(stored(DRAWN), seconds=seconds),
            "decode, rotation + zoom + light": samples_per_second(
                lambda: decoded_then_augmented(folder, samples), seconds=seconds
            ),
            "decode + torch rotation and zoom": samples_per_second(
                lambda: decoded_each_time(folder, samples), seconds=seconds
            ),
        }
    print(f"{WIDTH} x {HEIGHT} JPEG, crop {CROP}, batch {BATCH}, samples per second of one core:")
    for what, rate in results.items():
        print(f"  {what:<34}{rate:8.0f}")
    fast, slow = results["store, rotation + zoom + light"], results["decode + torch rotation and zoom"]
    print(f"ratio of store and fused warp to decoding and torch: {fast / slow:.1f}")
    print(f"ratio of that to the same and drawn on: {fast / results['store, that and drawn on']:.1f}")


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument(
        "--seconds", type=float, default=5.0, help="a measurement; of the CPU, or with --makers by the clock"
    )
    parser.add_argument("--makers", type=int, nargs="+", default=[], help="numbers of threads, such as 1 4 8")
    arguments = parser.parse_args()
    main(arguments.seconds, arguments.makers)
