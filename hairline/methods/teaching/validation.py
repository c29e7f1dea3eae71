"""How good a network is on the val split while it trains, and at which thresholds."""

from collections.abc import Mapping, Sequence
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
_THRESHOLD = "threshold_"  # and the class id


@dataclass(frozen=True)
class Look:
    """What a network says of pictures: the likeliest class of each pixel, and every threshold."""

    scores: list[ImageScore]
    loss: float
    """Mean over the pictures."""


class Validation:
    """Call it with a network in eval mode: the figures that `train.select` can choose by, and the thresholds to use.

    All are means over the classes beside background, of which iou and f1_2px take each pixel's likeliest class. So does
    f1 without thresholds; with them it is the best that each class by itself reaches. One class always has a threshold,
    more have theirs `by_thresholds`.
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
        by_thresholds: bool = False,
        threshold_margin: float = 0.0,
    ) -> None:
        self.images, self.classes, self.loss = images, classes, create_loss(loss)
        self.by_thresholds, self.threshold_margin = by_thresholds or classes == 2, threshold_margin
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
            found = score_seen(seen, classes=self.classes, thresholds=(), tolerances=TOLERANCES, lines=False)
            scores += [score for score, _ in found]
        total, count = sum_over_world(losses)
        return Look(gather_scores(scores), float(total / count))

    def figures(self, looks: Sequence[Look]) -> dict[str, float]:
        """Of all these pictures together, whichever network was asked about which."""
        scores = [score for look in looks for score in look.scores]
        loss = sum(look.loss * len(look.scores) for look in looks) / len(scores)
        figures = {**_figures(scores, self.classes), "loss": loss}
        return figures | (self._thresholds(scores) if self.by_thresholds else {})

    def _thresholds(self, scores: list[ImageScore]) -> dict[str, float]:
        """Where a class has no true pixel, val says nothing of its threshold, which is 0.5 then."""
        found = {
            class_id: best_threshold(scores, class_id=class_id, margin=self.threshold_margin)
            for class_id in range(1, self.classes)
        }
        best = [f1 for _, f1 in found.values() if f1 is not None]
        chosen = {f"{_THRESHOLD}{class_id}": threshold for class_id, (threshold, _) in found.items()}
        return {"f1": float(np.mean(best)) if best else 0.0, **chosen}

    def _losses(self, seen: Seen) -> np.ndarray:
        """Their sum, picture by picture because a loss like Dice depends on who shares its batch, and their count."""
        logits = seen.probability.clamp_min(1e-8).log()  # softmax of it is the probability again
        each = [float(self.loss(logits[i : i + 1], seen.batch.masks[i : i + 1])) for i in range(len(logits))]
        return np.array([sum(each), len(each)])


def thresholds_of(figures: Mapping[str, float]) -> list[float]:
    """Those among a validation's figures, by class id; none where the likeliest class is taken."""
    ids = sorted(int(name.removeprefix(_THRESHOLD)) for name in figures if name.startswith(_THRESHOLD))
    return [figures[f"{_THRESHOLD}{class_id}"] for class_id in ids]


def _figures(scores: list[ImageScore], classes: int) -> dict[str, float]:
    names = ["f1", "f1_2px", "iou"]
    by_class = [measure(scores, names, class_id=class_id) for class_id in range(1, classes)]
    present = {name: [figures[name] for figures in by_class if figures[name] is not None] for name in names}
    # A val split without a single true pixel says nothing of F1; 0 keeps the first weights and lets loss be used.
    return {name: float(np.mean(values)) if values else 0.0 for name, values in present.items()}
