"""How good a network is on the val split while it trains, and at which threshold."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from hairline.config import LossParams, ViewsParams
from hairline.data.loading.loader import WholeImages
from hairline.engine import sum_over_world
from hairline.losses import create_loss
from hairline.methods.scoring import Seen, gather_scores, look_at, score_seen
from hairline.metrics import ImageScore, best_threshold, measure
from hairline.models.parts.views import with_views

TOLERANCES = (2,)


@dataclass(frozen=True)
class Look:
    """What a network says of pictures, scored at 0.5 and at every threshold."""

    scores: list[ImageScore]
    loss: float
    """Mean over the pictures."""


class Validation:
    """Call it with a network in eval mode: the figures that `train.select` can choose by, and the threshold to use.

    With one class beside background, f1 is the best that one threshold reaches, and the others hold at 0.5. With more,
    there is no threshold, and f1 and f1_2px are means over those classes.
    """

    def __init__(
        self,
        images: WholeImages,
        *,
        classes: int,
        loss: LossParams,
        normalisation: str,
        views: ViewsParams,
        precision: str,
        device: torch.device,
        threshold_margin: float = 0.0,
    ) -> None:
        self.images, self.classes, self.loss = images, classes, create_loss(loss)
        self.threshold_margin = threshold_margin
        self.normalisation, self.views, self.precision, self.device = normalisation, views, precision, device

    def __call__(self, model: nn.Module) -> dict[str, float]:
        return self.figures([self.look(model)])

    def look(self, model: nn.Module) -> Look:
        scores: list[ImageScore] = []
        losses = np.zeros(2)
        asked = with_views(model, **self.views.model_dump())
        for seen in look_at(
            asked, self.images, normalisation=self.normalisation, precision=self.precision, device=self.device
        ):
            losses += self._losses(seen)
            found = score_seen(seen, classes=self.classes, threshold=0.5, tolerances=TOLERANCES, lines=False)
            scores += [score for score, _ in found]
        total, count = sum_over_world(losses)
        return Look(gather_scores(scores), float(total / count))

    def figures(self, looks: Sequence[Look]) -> dict[str, float]:
        """Of all these pictures together, whichever network was asked about which."""
        scores = [score for look in looks for score in look.scores]
        loss = sum(look.loss * len(look.scores) for look in looks) / len(scores)
        return {**_figures(scores, self.classes, self.threshold_margin), "loss": loss}

    def _losses(self, seen: Seen) -> np.ndarray:
        """Their sum, picture by picture because a loss like Dice depends on who shares its batch, and their count."""
        logits = seen.probability.clamp_min(1e-8).log()  # softmax of it is the probability again
        each = [float(self.loss(logits[i : i + 1], seen.batch.masks[i : i + 1])) for i in range(len(logits))]
        return np.array([sum(each), len(each)])


def _figures(scores: list[ImageScore], classes: int, threshold_margin: float) -> dict[str, float]:
    names = ["f1", "f1_2px", "iou"]
    by_class = [measure(scores, names, class_id=class_id) for class_id in range(1, classes)]
    present = {name: [figures[name] for figures in by_class if figures[name] is not None] for name in names}
    # A val split without a single true pixel says nothing of F1; 0 keeps the first weights and lets loss be used.
    means = {name: float(np.mean(values)) if values else 0.0 for name, values in present.items()}
    if classes > 2:
        return means | {"threshold": 0.5}
    threshold, f1 = best_threshold(scores, margin=threshold_margin)
    return means | {"f1": f1 or 0.0, "threshold": threshold}
