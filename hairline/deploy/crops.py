"""Show what a training sees: random crops with all that `train.augment` does to them, and the same with their masks.

Outlines run round the classes; what no loss counts is darkened. The settings are those of params.yaml; --profile puts a
profile over them, and --augment a single value over both.

Examples
  python -m hairline crops data/prepared/synthetic
  python -m hairline crops data/prepared/deepcrack --profile deepcrack --out deepcrack.jpg
  python -m hairline crops data/prepared/synthetic --augment stains=1 --augment "scale=[0.5, 2]"
"""

import argparse
import math
from collections.abc import Iterator, Sequence
from itertools import count as counting
from itertools import islice
from pathlib import Path

import numpy as np

from hairline.classes import IGNORE
from hairline.config import AugmentParams, TrainParams, parse_section, read_yaml
from hairline.errors import InputError
from hairline.html.words import plural
from hairline.profiles import list_profiles, read_profile, resolve

_GAP = 4  # pixels between two crops


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("prepared", type=Path, metavar="FOLDER", help="a prepared data set: data/prepared/<name>")
    parser.add_argument("--profile", metavar="NAME", help=f"of: {', '.join(list_profiles())}")
    parser.add_argument("--augment", action="append", default=[], metavar="KEY=VALUE", help="of train.augment")
    parser.add_argument("--count", type=int, default=12, help="crops (default: 12)")
    parser.add_argument("--seed", type=int, default=0, help="of all that is drawn at random (default: 0)")
    parser.add_argument("--out", type=Path, default=Path("crops.jpg"), help="the picture (default: crops.jpg)")


def main(prepared: Path, profile: str | None, augment: list[str], count: int, seed: int, out: Path) -> None:
    from hairline.deploy.pictures.files import write_jpeg, writing_to

    if count < 1:
        raise InputError(f"--count is {count}; expected at least 1")
    if out.suffix.lower() not in (".jpg", ".jpeg"):
        raise InputError(f"--out is {out}; expected a name that ends in .jpg")
    settings = _settings(profile, augment)
    crops = list(islice(_draw(prepared, settings, seed), count))
    rows = max(1, round(math.sqrt(count / 3)))  # wider than high, twice over
    columns = math.ceil(count / rows)
    plain = _tiled([image for image, _ in crops], columns)
    with writing_to(out):
        write_jpeg(out, np.concatenate([plain, _tiled([outlined for _, outlined in crops], columns)]))
    print(f"{plural(count, 'crop')} of {settings.crop} px, and below them the same with their masks -> {out}")


def _settings(profile: str | None, changes: Sequence[str]) -> TrainParams:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    settings = resolve(read_yaml(Path("params.yaml")), [read_profile(profile)] if profile else []).train
    values = settings.augment.model_dump()
    for change in changes:
        key, equals, value = change.partition("=")
        if not equals:
            raise InputError(f"--augment {change}: expected KEY=VALUE, such as stains=0.5")
        try:
            values[key] = YAML(typ="safe").load(value)
        except YAMLError:
            raise InputError(f"--augment {change}: {value} is no YAML value; expected a number or [a, b]") from None
    augment = parse_section(AugmentParams, values, where="train.augment", file="--augment")
    return settings.model_copy(update={"augment": augment})


def _draw(prepared: Path, settings: TrainParams, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Crops of the train split as they come, without and with outlines."""
    from hairline.data.loading.labels import relabelling
    from hairline.data.loading.loader import TrainBatches
    from hairline.data.loading.store import open_store
    from hairline.data.manifest import choose_split, read_classes, read_manifest
    from hairline.deploy.pictures.colours import class_colours
    from hairline.deploy.pictures.modes import contours

    samples, classes = read_manifest(prepared), read_classes(prepared)
    colours = class_colours(len(classes))
    batches = TrainBatches(
        open_store(prepared, samples),
        choose_split(samples, 0)["train"],
        crop=settings.crop,
        batch_size=1,
        augment=settings.augment,
        seed=seed,
        relabel=relabelling("none", settings.borders, classes=classes),
        classes=classes,
    )
    for epoch in counting():
        for batch in batches.epoch(epoch):
            image, mask = batch.images[0].numpy(), batch.masks[0].numpy()
            outlined = contours(image, np.where(mask == IGNORE, 0, mask), colours)
            outlined[mask == IGNORE] //= 2
            yield image, outlined


def _tiled(pictures: Sequence[np.ndarray], columns: int) -> np.ndarray:
    """In rows, white between them and where the last row ends early."""
    side = len(pictures[0]) + _GAP
    sheet = np.full((math.ceil(len(pictures) / columns) * side, columns * side, 3), 255, np.uint8)
    for place, picture in enumerate(pictures):
        top, left = place // columns * side, place % columns * side
        sheet[top : top + len(picture), left : left + len(picture)] = picture
    return sheet
