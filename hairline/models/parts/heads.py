"""Deep supervision: every network answers the same two questions, whether it has one head or five."""

from torch import Tensor, nn


def heads(model: nn.Module) -> dict[str, float]:
    """Each head and its weight in a supervised loss; the first is the main one, whose logits `model(image)` returns."""
    return dict(getattr(model, "head_weights", {"main": 1.0}))


def forward_heads(model: nn.Module, image: Tensor) -> dict[str, Tensor]:
    """The logits of all heads, each [B, C, H, W], in the order of `heads(model)`."""
    if hasattr(model, "forward_heads"):
        return model.forward_heads(image)
    return {"main": model(image)}
