"""Supervision alone: every head of the network is compared with the drawn mask."""

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from hairline.config import LossParams, TrainParams
from hairline.data.loading.loader import Batch
from hairline.losses import create_loss
from hairline.models import forward_heads, heads
from hairline.models.parts.normalisation import normalise


class SupervisedStep(nn.Module):
    """Batch -> losses. Each head counts as much as its network says."""

    def __init__(self, model: nn.Module, loss: LossParams, *, normalisation: str) -> None:
        super().__init__()
        self.model, self.normalisation = model, normalisation
        self.loss = create_loss(loss)
        self.weights = heads(model)

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        logits = forward_heads(self.model, normalise(batch.images, self.normalisation))
        total = sum(weight * self.loss(logits[head], batch.masks) for head, weight in self.weights.items())
        return {"loss": total}


def plan_supervised(settings: TrainParams) -> tuple[dict[str, Any], Callable[[nn.Module], nn.Module]]:
    """What the method is called and depends on beside the common settings, and how its step is made."""

    def create_step(model: nn.Module) -> nn.Module:
        return SupervisedStep(model, settings.loss, normalisation=settings.normalisation)

    return {"name": "supervised"}, create_step
