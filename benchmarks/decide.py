"""What `train.decide: thresholds` is worth to networks of several classes beside background.

The pictures of a split are divided by chance many times: some choose a threshold for each class, the others are decided
by these, and by the likeliest class. A line a class, F1 of the summed counts, mean over the divisions.
The network must not have seen the split: val for most, never test where a choice follows.

Example: python -m benchmarks.decide data/runs/compare/hrsegnet-uav75-s0-f0 --prepared data/prepared/uav75 --choose 5
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from hairline import engine, io
from hairline.commands import run_stage, script_parser
from hairline.data.loading.loader import WholeImages
from hairline.data.loading.store import open_store
from hairline.data.manifest import SPLITS, choose_split, read_manifest
from hairline.errors import InputError
from hairline.methods.scoring import decide, look_at
from hairline.metrics import ImageScore, best_threshold, measure, score_image


class Picture(NamedTuple):
    mask: np.ndarray
    probability: np.ndarray
    """uint8 [C, H, W], so that all pictures fit into memory."""


def main(runs: list[Path], prepared: Path, split: str, choose: int, divisions: int) -> None:
    for folder in runs:
        classes, pictures = look(folder, prepared, split)
        if not 0 < choose < len(pictures):
            raise InputError(f"--choose {choose}: {split} has {len(pictures)} pictures; some must choose, some score")
        likeliest = [score(picture, ()) for picture in pictures]
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in classes[1:]}
        chance = np.random.default_rng(0)
        for _ in range(divisions):
            few, others = np.split(chance.permutation(len(pictures)), [choose])
            thresholds = [
                best_threshold([likeliest[place] for place in few], class_id=class_id)[0]
                for class_id in range(1, len(classes))
            ]
            decided = [score(pictures[place], thresholds) for place in others]
            for class_id, name in enumerate(classes[1:], start=1):
                both = [f1([likeliest[place] for place in others], class_id), f1(decided, class_id)]
                if None not in both:
                    found[name].append(tuple(both))
        print(f"{folder.name}: {choose} of {len(pictures)} pictures of {split} choose, {divisions} divisions")
        for name, pairs in found.items():
            before, after = np.mean(pairs, axis=0) if pairs else (np.nan, np.nan)
            print(
                f"  {name:<16} F1 of the others {before:.3f} likeliest, {after:.3f} thresholds, {after - before:+.3f}"
            )


def look(folder: Path, prepared: Path, split: str) -> tuple[list[str], list[Picture]]:
    if split == "val" and io.read_json(folder / "run.json").get("refit"):
        raise InputError(f"{folder.name} was trained on val, too (refit above 0): ask a network that was not")
    run, samples = engine.load_run(folder), read_manifest(prepared)
    classes = list(run.card.classes)
    if len(classes) < 3:
        raise InputError(f"{folder.name} knows {classes} alone, so there is one threshold anyway: benchmarks.threshold")
    images = WholeImages(open_store(prepared, samples), choose_split(samples, 0)[split], batch_size=1)
    model = run.as_used.to(memory_format=torch.channels_last)
    seen = look_at(
        model, images, normalisation=run.card.normalisation, precision="fp32", device=torch.device("cpu")
    )  # fmt: skip
    return classes, [
        Picture(mask, np.rint(probability * 255).astype(np.uint8))
        for each in seen
        for mask, probability in zip(each.batch.masks.numpy(), each.probability.numpy(), strict=True)
    ]


def score(picture: Picture, thresholds: list[float] | tuple[()]) -> ImageScore:
    prediction = decide(picture.probability.astype(np.float32) / 255, thresholds)
    return score_image(
        prediction,
        picture.mask,
        classes=len(picture.probability),
        tolerances=(),
        probability=picture.probability[1:],
        lines=False,
    )


def f1(scores: list[ImageScore], class_id: int) -> float | None:
    return measure(scores, ["f1"], class_id=class_id)["f1"]


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument("runs", type=Path, nargs="+", help="run folders of networks of three classes or more")
    parser.add_argument("--prepared", type=Path, required=True, help="folder of a prepared data set")
    parser.add_argument("--split", choices=SPLITS, default="val")
    parser.add_argument("--choose", type=int, required=True, help="pictures that choose the thresholds")
    parser.add_argument("--divisions", type=int, default=20)
    run_stage(main, parser)
