"""Where in its layers a network finds what it says: Grad-CAM and Seg-Grad-CAM.

Papers: Selvaraju et al. 2017, https://arxiv.org/abs/1610.02391
        Vinogradova et al. 2020, https://arxiv.org/abs/2002.11434
For maps A^k of N cells, class c and a set M of pixels: s = sum of the logits of c over M, alpha_k = mean of ds/dA^k
over the cells, map = ReLU(sum over k of alpha_k A^k). With M the whole picture it is Grad-CAM.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F


@dataclass(frozen=True)
class Explanation:
    maps: dict[str, Tensor]
    """[H, W] from 0 to 1 by layer, at the picture's size."""
    region: Tensor
    """bool [H, W]: the pixels that were asked about."""


def explain(
    model: nn.Module,
    image: Tensor,
    layers: Sequence[str],
    *,
    class_id: int,
    choose_region: Callable[[Tensor], Tensor],
) -> Explanation:
    """`image` is [1, 3, H, W], normalised; `choose_region` makes bool [H, W] of logits [C, H, W]."""
    features: dict[str, Tensor] = {}

    def keep(name: str, answer: Tensor) -> Tensor:
        features[name] = answer
        return answer.clone()  # what comes next may write into its input

    modules = dict(model.named_modules())
    handles = [
        modules[name].register_forward_hook(lambda _module, _input, answer, name=name: keep(name, answer))
        for name in layers
    ]
    try:
        with torch.enable_grad():
            logits = model(image.detach().requires_grad_())[0]  # [C, H, W]
    finally:
        for handle in handles:
            handle.remove()
    region = choose_region(logits.detach())
    asked = logits[class_id][region].sum()
    gradients = torch.autograd.grad(asked, [features[name] for name in layers], allow_unused=True)
    maps = {
        name: torch.zeros(region.shape)
        if gradient is None
        else activation_map(features[name][0], gradient[0], region.shape)
        for name, gradient in zip(layers, gradients, strict=True)
    }
    return Explanation(maps, region)


def activation_map(features: Tensor, gradient: Tensor, size: Sequence[int]) -> Tensor:
    """[K, h, w] twice -> [H, W]. The strongest place is 1; where no place speaks for the class, all are 0."""
    weights = gradient.float().mean(dim=(1, 2))  # alpha, [K]
    summed = torch.einsum("k,khw->hw", weights, features.detach().float()).relu()
    enlarged = F.interpolate(summed[None, None], tuple(size), mode="bilinear", align_corners=False)[0, 0]
    strongest = enlarged.max()
    return (enlarged / strongest if strongest > 0 else enlarged).cpu()
