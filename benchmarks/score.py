"""Time to score 1000 masks of 400 x 400 on one core, against the same numbers from plain library calls.

    python -m benchmarks.score

Scored: counts, F1 at the best threshold of the set and of each image (ODS, OIS), and F1 at 2 px. The libraries score
the first few of the same masks and are scaled up; their scores must be ours. Seconds are the process's own, so a busy
neighbour costs little. The last line is the result.
"""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import cv2
import numpy as np

from hairline.metrics import measure, score_image

MASKS = 1000
SIDE = 400
BY_LIBRARIES = 30
ROUNDS = 3
TOLERANCE = 2
GOAL = 0.6
NAMES = ["f1", "iou", "ods", "ois", "f1_2px"]


class Picture(NamedTuple):
    mask: np.ndarray
    prediction: np.ndarray
    probability: np.ndarray


def draw(seed: int) -> Picture:
    """A branching crack of about 2 % of the pixels, and a noisy guess that is a pixel off."""
    rng = np.random.default_rng(seed)
    mask = np.zeros((SIDE, SIDE), np.uint8)
    for _ in range(3):
        points = np.cumsum(rng.integers((-15, 5), (16, 45), (14, 2)), axis=0) + rng.integers(0, SIDE // 2, 2)
        cv2.polylines(mask, [points.astype(np.int32)], False, 1, int(rng.integers(1, 6)))
    moved = cv2.GaussianBlur(np.roll(mask, (1, 0), axis=(0, 1)).astype(np.float32), (7, 7), 1.2)
    noisy = moved + rng.normal(0, 0.08, mask.shape).astype(np.float32)
    probability = np.clip(np.round(255 * noisy), 0, 255).astype(np.uint8)
    return Picture(mask, (probability >= 128).astype(np.uint8), probability)


def by_hairline(pictures: Sequence[Picture]) -> dict[str, float | None]:
    scores = [
        score_image(
            picture.prediction,
            picture.mask,
            classes=2,
            tolerances=(TOLERANCE,),
            probability=picture.probability[None],
            lines=False,
        )
        for picture in pictures
    ]
    return measure(scores, NAMES)


def by_libraries(pictures: Sequence[Picture]) -> dict[str, float | None]:
    """torchmetrics and scikit-image as their manuals show: one image at a time, and one curve of all for ODS."""
    import torch
    from skimage.morphology import dilation, disk
    from torchmetrics.functional.classification import binary_precision_recall_curve, binary_stat_scores

    def best_f1(probability: np.ndarray, mask: np.ndarray) -> float:
        curve = binary_precision_recall_curve(torch.from_numpy(probability / 255), torch.from_numpy(mask).long())
        precision, recall, _ = (part.double() for part in curve)
        return float((2 * precision * recall / (precision + recall).clamp_min(1e-9)).max())

    torch.set_num_threads(1)
    counts, near, own = np.zeros(4), np.zeros(4), []
    for mask, prediction, probability in pictures:
        counts += binary_stat_scores(torch.from_numpy(prediction), torch.from_numpy(mask).long())[:4].numpy()
        near_true, near_predicted = dilation(mask, disk(TOLERANCE)), dilation(prediction, disk(TOLERANCE))
        near += [(prediction & near_true).sum(), prediction.sum(), (mask & near_predicted).sum(), mask.sum()]
        own.append(best_f1(probability, mask))
    together = best_f1(np.stack([each.probability for each in pictures]), np.stack([each.mask for each in pictures]))

    tp, fp, _, fn = (float(count) for count in counts)
    right, found = float(near[0] / near[1]), float(near[2] / near[3])
    values = [2 * tp / (2 * tp + fp + fn), tp / (tp + fp + fn), together, float(np.mean(own))]
    return dict(zip(NAMES, [*values, 2 * right * found / (right + found)], strict=True))


def seconds(work: Callable[[], object], *, rounds: int) -> tuple[float, float]:
    """Best processor seconds of a few rounds, and the wall clock's in the same round."""
    times = []
    for _ in range(rounds):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        times.append((time.process_time() - processor, time.perf_counter() - wall))
    return min(times)


def main() -> None:
    cv2.setNumThreads(1)
    pictures = [draw(seed) for seed in range(MASKS)]
    few = pictures[:BY_LIBRARIES]
    ours, theirs = by_hairline(few), by_libraries(few)
    print(f"{'score':8s}{'hairline':>12s}{'libraries':>12s}   on {len(few)} masks")
    for name in NAMES:
        print(f"{name:8s}{ours[name]:12.6f}{theirs[name]:12.6f}")
    apart = max(abs(ours[name] - theirs[name]) for name in NAMES)
    if apart > 1e-5:  # torchmetrics counts in float32
        raise SystemExit(f"the two ways differ by {apart:.2g}")

    fast, fast_wall = seconds(lambda: by_hairline(pictures), rounds=ROUNDS)
    slow, _ = seconds(lambda: by_libraries(few), rounds=1)
    slow *= MASKS / len(few)
    quiet = "quiet" if fast_wall < 1.1 * fast else f"busy, {fast_wall:.2f} s by the clock"
    print(
        f"{MASKS} masks of {SIDE} x {SIDE} on one core ({quiet}): {fast:.3f} s, goal {GOAL} s; "
        f"libraries {slow:.1f} s; {slow / fast:.0f} times faster"
    )


if __name__ == "__main__":
    main()
