"""From a network and pictures to counts: the one way that validation and evaluation both take."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from hairline.data.loading.loader import Batch, WholeImages
from hairline.engine import gather_over_world, predict_in_tiles
from hairline.errors import InputError
from hairline.metrics import ImageScore, score_image


class Seen(NamedTuple):
    """A batch of whole pictures, and what the network says of it."""

    batch: Batch
    probability: Tensor
    """[B, C, H, W], float32"""


def look_at(
    model: nn.Module,
    images: WholeImages,
    *,
    normalisation: str,
    precision: str,
    device: torch.device,
    tile: int = 0,
) -> Iterator[Seen]:
    """`tile`: side of the overlapping squares that larger pictures are cut into for the network; 0: none are."""
    for batch in images:
        batch = batch.to(device)
        probability = predict_in_tiles(
            model, batch.images, normalisation=normalisation, precision=precision, side=tile, overlap=tile // 4
        )
        yield Seen(batch, probability)


def decide(probability: np.ndarray, thresholds: Sequence[float]) -> np.ndarray:
    """[C, H, W] -> class ids [H, W], by the `thresholds` of a model card: one a class beside background, or none."""
    if not len(thresholds):
        return probability.argmax(axis=0).astype(np.uint8)
    if len(thresholds) != len(probability) - 1:
        raise InputError(f"thresholds: {len(thresholds)} of them, but {len(probability) - 1} classes beside background")
    least = np.asarray(thresholds, probability.dtype)[:, None, None]
    reached = (probability[1:] >= least).any(axis=0)
    if len(thresholds) == 1:  # nothing to choose between, and twenty times as fast
        return reached.astype(np.uint8)
    # Not how many times its threshold: a class that was not learned has one near 0 and would take the pixels of others.
    return np.where(reached, (probability[1:] - least).argmax(axis=0) + 1, 0).astype(np.uint8)


def score_seen(
    seen: Seen, *, classes: int, thresholds: Sequence[float], tolerances: Sequence[int], lines: bool
) -> Iterator[tuple[ImageScore, np.ndarray]]:
    """The counts of each picture and the prediction they belong to."""
    probabilities = seen.probability.cpu().numpy()
    for sample_id, mask, probability in zip(seen.batch.ids, seen.batch.masks.cpu().numpy(), probabilities, strict=True):
        prediction = decide(probability, thresholds)
        score = score_image(
            prediction,
            mask,
            classes=classes,
            tolerances=tolerances,
            probability=np.rint(probability[1:] * 255).astype(np.uint8),
            lines=lines,
            id=sample_id,
        )
        yield score, prediction


def gather_scores(scores: Sequence[ImageScore]) -> list[ImageScore]:
    """The scores of all processes, in the order of their ids, so that nothing depends on how many there were."""
    packed = gather_over_world([(score.id, score.to_array()) for score in scores])
    together = [ImageScore.from_array(values, id=sample_id) for sample_id, values in packed]
    return sorted(together, key=lambda score: score.id)
