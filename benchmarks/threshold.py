"""What `train.threshold_margin` is worth where few pictures choose the threshold.

The pictures of a split are divided by chance many times: a few choose the threshold, the others say what F1 it has. A
line a margin, mean over the divisions, with its gain over the best threshold of those few (margin 0).
The network must not have seen the split: val for most, never test where a choice follows.

Example: python -m benchmarks.threshold data/runs/compare/hrsegnet-cfd-s0-f0 --prepared data/prepared/cfd --choose 4
"""

from pathlib import Path

import numpy as np
import torch

from hairline import engine, io
from hairline.commands import run_stage, script_parser
from hairline.data.loading.loader import WholeImages
from hairline.data.loading.store import open_store
from hairline.data.manifest import SPLITS, choose_split, read_manifest
from hairline.errors import InputError
from hairline.methods.scoring import look_at, score_seen
from hairline.metrics import ImageScore, best_threshold
from hairline.metrics.matches import f1
from hairline.metrics.thresholds import BINS, matches_at_thresholds

BATCH_SIZE = 4


def main(runs: list[Path], prepared: Path, split: str, choose: int, divisions: int, margins: list[float]) -> None:
    for folder in runs:
        scores = scores_of(folder, prepared, split)
        if not 0 < choose < len(scores):
            raise InputError(
                f"--choose {choose}: {split} has {len(scores)} pictures; some must choose, some must score"
            )
        found = {margin: [] for margin in dict.fromkeys([0.0, *margins])}
        chance = np.random.default_rng(0)
        for _ in range(divisions):
            order = chance.permutation(len(scores))
            few, others = ([scores[index] for index in part] for part in np.split(order, [choose]))
            curve = f1(matches_at_thresholds(sum(score.histograms[0] for score in others)))
            for margin, values in found.items():
                values.append(curve[_byte(best_threshold(few, margin=margin)[0])])
        print(f"{folder.name}: {choose} of {len(scores)} pictures of {split} choose, {divisions} divisions")
        for margin, values in found.items():
            gain = np.mean(values) - np.mean(found[0.0])
            print(f"  margin {margin:<6g} F1 of the others {np.mean(values):.4f}, {gain:+.4f}")


def scores_of(folder: Path, prepared: Path, split: str) -> list[ImageScore]:
    if split == "val" and io.read_json(folder / "run.json").get("refit"):
        raise InputError(f"{folder.name} was trained on val, too (refit above 0): ask a network that was not")
    run, samples = engine.load_run(folder), read_manifest(prepared)
    images = WholeImages(open_store(prepared, samples), choose_split(samples, 0)[split], batch_size=BATCH_SIZE)
    model = run.as_used.to(memory_format=torch.channels_last)
    seen = look_at(
        model, images, normalisation=run.card.normalisation, precision="fp32", device=torch.device("cpu")
    )  # fmt: skip
    found = (
        score_seen(each, classes=len(run.card.classes), thresholds=(), tolerances=(), lines=False) for each in seen
    )
    return [score for scores in found for score, _ in scores]


def _byte(threshold: float) -> int:
    """The lowest probability, as a byte, that is at or above the threshold."""
    return min(int(np.ceil(threshold * (BINS - 1))), BINS - 1)


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument("runs", type=Path, nargs="+", help="run folders of networks of two classes")
    parser.add_argument("--prepared", type=Path, required=True, help="folder of a prepared data set")
    parser.add_argument("--split", choices=SPLITS, default="val")
    parser.add_argument("--choose", type=int, required=True, help="pictures that choose the threshold")
    parser.add_argument("--divisions", type=int, default=300)
    parser.add_argument("--margins", type=float, nargs="+", default=[0.002, 0.005, 0.01, 0.02])
    run_stage(main, parser)
