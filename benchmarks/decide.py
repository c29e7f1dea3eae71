"""What `train.decide: thresholds` is worth to networks of several classes beside background.

The pictures of a split are divided by chance many times: some choose a threshold for each class, the others are decided
by these, and by the likeliest class. A line a class, F1 of the summed counts, mean over the divisions.
The network must not have seen the split: val for most, never test where a choice follows.

Example: python -m benchmarks.decide data/runs/compare/hrsegnet-uav75-s0-f0 --prepared data/prepared/uav75 --choose 5
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.held_out import check_choose, held_out_parser, look_at_held_out
from hairline import engine
from hairline.commands import run_stage
from hairline.errors import InputError
from hairline.methods.scoring import decide
from hairline.metrics import ImageScore, best_threshold, measure, score_image


class Picture(NamedTuple):
    mask: np.ndarray
    probability: np.ndarray
    """uint8 [C, H, W], so that all pictures fit into memory."""


def main(runs: list[Path], prepared: Path, split: str, choose: int, divisions: int) -> None:
    for folder in runs:
        classes, pictures = look(folder, prepared, split)
        check_choose(choose, pictures=len(pictures), split=split)
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
    run = engine.load_run(folder)
    classes = list(run.card.classes)
    if len(classes) < 3:
        raise InputError(f"{folder.name} knows {classes} alone, so there is one threshold anyway: benchmarks.threshold")
    return classes, [
        Picture(mask, np.rint(probability * 255).astype(np.uint8))
        for each in look_at_held_out(run, folder, prepared, split)
        for mask, probability in zip(each.batch.masks.numpy(), each.probability.numpy(), strict=True)
    ]


def score(picture: Picture, thresholds: Sequence[float]) -> ImageScore:
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
    parser = held_out_parser(__doc__, networks="three classes or more", chosen="the thresholds", divisions=20)
    run_stage(main, parser)
