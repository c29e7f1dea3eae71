"""What `train.threshold_margin` is worth where few pictures choose the threshold.

The pictures of a split are divided by chance many times: a few choose the threshold, the others say what F1 it has. A
line a margin, mean over the divisions, with its gain over the best threshold of those few (margin 0).
The network must not have seen the split: val for most, never test where a choice follows.

Example: python -m benchmarks.threshold data/runs/compare/hrsegnet-cfd-s0-f0 --prepared data/prepared/cfd --choose 4
"""

from pathlib import Path

import numpy as np

from benchmarks.held_out import check_choose, held_out_parser, look_at_held_out
from hairline import engine
from hairline.commands import run_stage
from hairline.methods.scoring import score_seen
from hairline.metrics import ImageScore, best_threshold
from hairline.metrics.matches import f1
from hairline.metrics.thresholds import BINS, matches_at_thresholds


def main(runs: list[Path], prepared: Path, split: str, choose: int, divisions: int, margins: list[float]) -> None:
    for folder in runs:
        scores = scores_of(folder, prepared, split)
        check_choose(choose, pictures=len(scores), split=split)
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
    run = engine.load_run(folder)
    seen = look_at_held_out(run, folder, prepared, split)
    found = (
        score_seen(each, classes=len(run.card.classes), thresholds=(), tolerances=(), lines=False) for each in seen
    )
    return [score for scores in found for score, _ in scores]


def _byte(threshold: float) -> int:
    """The lowest probability, as a byte, that is at or above the threshold."""
    return min(int(np.ceil(threshold * (BINS - 1))), BINS - 1)


if __name__ == "__main__":
    parser = held_out_parser(__doc__, networks="two classes", chosen="the threshold", divisions=300)
    parser.add_argument("--margins", type=float, nargs="+", default=[0.002, 0.005, 0.01, 0.02])
    run_stage(main, parser)
