"""A network that becomes smaller is taught by the one it was: live, batch by batch, at one temperature."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from hairline.classes import IGNORE
from hairline.config import LossParams, TaughtParams, TrainParams
from hairline.data.loading.loader import Batch
from hairline.losses import create_loss, soft_loss
from hairline.models import forward_heads, heads
from hairline.models.parts.normalisation import normalise


class ParentStep(nn.Module):
    """Batch -> losses: every head against the mask, and the main head against the parent's opinion."""

    def __init__(
        self, model: nn.Module, parent: nn.Module, loss: LossParams, taught: TaughtParams, *, normalisation: str
    ) -> None:
        super().__init__()
        self.model, self.taught, self.normalisation = model, taught, normalisation
        self.parent = parent.eval().requires_grad_(False)
        self.hard_loss, self.soft_loss = create_loss(loss), soft_loss("kl")
        self.weights = heads(model)
        self.main = next(iter(self.weights))

    def train(self, mode: bool = True) -> "ParentStep":
        super().train(mode)
        self.parent.eval()  # its batch norms keep their statistics, whoever trains around it
        return self

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        images = normalise(batch.images, self.normalisation)
        with torch.no_grad():
            opinion = torch.softmax(self.parent(images).float() / self.taught.temperature, dim=1)
        logits = forward_heads(self.model, images)
        hard = sum(weight * self.hard_loss(logits[head], batch.masks) for head, weight in self.weights.items())
        valid = batch.masks != IGNORE
        soft = self.soft_loss(logits[self.main], opinion, temperature=self.taught.temperature, valid=valid)
        soft = soft * self.taught.temperature**2  # or its gradient would fade as the temperature grows
        return {"loss": hard + self.taught.weight * soft, "hard": hard, "soft": soft}


def plan_taught(
    settings: TrainParams, taught: TaughtParams, *, parent: nn.Module
) -> tuple[dict[str, Any], Callable[[nn.Module], nn.Module]]:
    """What the method is called and depends on beside the common settings, and how its step is made."""

    def create_step(model: nn.Module) -> nn.Module:
        return ParentStep(model, parent, settings.loss, taught, normalisation=settings.normalisation)

    return {"name": "taught by the parent", **taught.model_dump(mode="json")}, create_step
