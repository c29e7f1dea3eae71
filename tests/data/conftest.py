"""Small photographs on disk, as people and sources leave them."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from hairline.config import AugmentParams, SplitParams, TileParams
from hairline.data.manifest import Sample, write_classes, write_manifest
from hairline.data.masks import write_mask
from hairline.io import write_json


def draw_photo(seed: int, height: int = 40, width: int = 50) -> np.ndarray:
    """uint8 [H, W, 3] blotches; another seed, another picture."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)


def draw_mask(seed: int, height: int = 40, width: int = 50) -> np.ndarray:
    """Ids 0 and 1: a line whose width grows with the seed."""
    mask = np.zeros((height, width), np.uint8)
    mask[:, 5 : 6 + seed % 8] = 1
    return mask


@pytest.fixture
def make_folder(tmp_path: Path) -> Callable[..., Path]:
    """A folder of photographs `p00.png` ... and masks of 0 and `white`."""

    def make(
        count: int = 6, *, name: str = "photos", white: int = 255, stem: Callable[[int], str] = "p{:02d}".format
    ) -> Path:
        folder = tmp_path / name
        (folder / "images").mkdir(parents=True)
        (folder / "masks").mkdir()
        for number in range(count):
            assert cv2.imwrite(str(folder / "images" / f"{stem(number)}.png"), draw_photo(number))
            assert cv2.imwrite(str(folder / "masks" / f"{stem(number)}.png"), draw_mask(number) * white)
        return folder

    return make


@pytest.fixture
def make_raw(make_folder: Callable[..., Path]) -> Callable[..., Path]:
    """The same with classes.json, as a source writes it."""

    def make(count: int = 12, **options) -> Path:
        folder = make_folder(count, name="raw", **options)
        write_json(folder / "classes.json", {"classes": {"0": "background", "255": "crack"}})
        return folder

    return make


WHOLE = TileParams(side=0, overlap=0)


@pytest.fixture
def split_params() -> SplitParams:
    return SplitParams(
        seed=0, lists="own", val=0.2, test=0.3, folds=3, group="", near_duplicate_bits=6, tile=WHOLE, keep=[]
    )


NO_AUGMENT = AugmentParams(
    flip=0,
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


@pytest.fixture
def no_augment() -> AugmentParams:
    return NO_AUGMENT


def make_sample(id: str, **changes) -> Sample:
    values = {
        "image": f"images/{id}.png",
        "mask": f"masks/{id}.png",
        "split": "train",
        "group": id,
        "fold": 1,
        "labelled": True,
        "width": 50,
        "height": 40,
        "crack_share": 0.1,
        "sha256": "0" * 64,
    }
    return Sample(id=id, **(values | changes))


@pytest.fixture
def make_prepared(tmp_path: Path) -> Callable[..., tuple[Path, list[Sample]]]:
    """A prepared data set, its last sample unlabelled on request."""

    def make(
        sizes: list[tuple[int, int]] | None = None,
        *,
        unlabelled: bool = False,
        name: str = "prepared",
        letter: str = "s",
    ) -> tuple[Path, list[Sample]]:
        folder, samples = tmp_path / name, []
        (folder / "images").mkdir(parents=True)
        for number, (height, width) in enumerate(sizes or [(40, 50)] * 7):
            id = f"{letter}{number}"
            labelled = not unlabelled or number + 1 < len(sizes or [0] * 7)
            cv2.imwrite(str(folder / "images" / f"{id}.png"), draw_photo(number, height, width)[..., ::-1])
            if labelled:
                write_mask(folder / "masks" / f"{id}.png", draw_mask(number, height, width))
            changes = {} if labelled else {"labelled": False, "mask": "", "crack_share": None}
            # any text serves as hash, as long as other pictures have another
            samples.append(make_sample(id, height=height, width=width, sha256=f"{name}{number}", **changes))
        write_classes(folder, ["background", "crack"])
        write_manifest(folder / "manifest.csv", samples)
        return folder, samples

    return make
