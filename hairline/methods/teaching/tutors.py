"""Distillation without stored labels: several tutors are asked about each crop as the student sees it.

A soft label is written once, of a picture as it was taken; here the tutors see the crop turned, lit and laid over
another, so no crop is one that they know by heart.

Source: Beyer et al. 2022, https://arxiv.org/abs/2106.05237, "function matching".
Differs: a share of the loss is still that of the drawn mask; several tutors of the student's own kind.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from hairline.classes import IGNORE
from hairline.config import LossParams, TutorsParams
from hairline.data.loading.loader import Batch
from hairline.losses import create_loss, soft_loss
from hairline.models import forward_heads, heads
from hairline.models.parts.normalisation import normalise


class TutoredStep(nn.Module):
    """Batch -> losses: that of the drawn mask, and the cross-entropy against what the tutors say on average."""

    def __init__(
        self,
        model: nn.Module,
        tutors: Sequence[nn.Module],
        loss: LossParams,
        params: TutorsParams,
        *,
        normalisation: str,
    ) -> None:
        super().__init__()
        self.model, self.params, self.normalisation = model, params, normalisation
        self.tutors = nn.ModuleList(tutors).requires_grad_(False)
        self.hard_loss, self.soft_loss = create_loss(loss), soft_loss("cross_entropy")
        self.weights = heads(model)

    def train(self, mode: bool = True) -> "TutoredStep":
        super().train(mode)
        self.tutors.eval()  # they answer as they would a user, and keep their running statistics
        return self

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        images, valid = normalise(batch.images, self.normalisation), batch.masks != IGNORE
        said = self._said(images)
        logits = forward_heads(self.model, images)
        hard = sum(weight * self.hard_loss(logits[head], batch.masks) for head, weight in self.weights.items())
        soft = sum(
            weight * self.soft_loss(logits[head], said, temperature=1.0, valid=valid)
            for head, weight in self.weights.items()
        )
        return {"loss": self.params.hard * hard + self.params.soft * soft, "hard": hard, "soft": soft}

    @torch.no_grad()
    def _said(self, images: Tensor) -> Tensor:
        """[B, C, H, W] probabilities, the mean over the tutors."""
        return torch.stack([tutor(images).float().softmax(1) for tutor in self.tutors]).mean(0)


def tutored_by(
    tutors: Sequence[nn.Module], loss: LossParams, params: TutorsParams, *, normalisation: str
) -> Callable[[nn.Module], nn.Module]:
    """How a student of these tutors makes its step."""

    def create_step(model: nn.Module) -> nn.Module:
        return TutoredStep(model, tutors, loss, params, normalisation=normalisation)

    return create_step
