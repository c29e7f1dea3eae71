"""Small networks whose groups can be told on paper."""

import torch
from torch import Tensor, nn

from hairline import models


class Chain(nn.Module):
    """Two convolutions with a norm between them, then the classes."""

    def __init__(self, *, width: int = 8, classes: int = 2, norm: bool = True) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, width, 3, padding=1)
        self.norm = nn.BatchNorm2d(width) if norm else nn.Identity()
        self.second = nn.Conv2d(width, 2 * width, 3, padding=1)
        self.classes = nn.Conv2d(2 * width, classes, 1)

    def forward(self, image: Tensor) -> Tensor:
        return self.classes(torch.relu(self.second(torch.relu(self.norm(self.first(image))))))


def chain(**arguments) -> Chain:
    torch.manual_seed(0)
    return Chain(**arguments)


def trained(name: str, *, classes: int = 3, **arguments) -> nn.Module:
    """A registered network with running statistics and scales that are not those of a fresh one."""
    torch.manual_seed(0)
    model = models.create_model(name, classes=classes, **arguments)
    with torch.no_grad():
        for layer in model.modules():
            if isinstance(getattr(layer, "running_mean", None), Tensor) or isinstance(layer, nn.InstanceNorm2d):
                layer.weight.uniform_(0.5, 1.5)
                layer.bias.uniform_(-0.3, 0.3)
        for _ in range(5):
            model(image(batch=4))
    return model.eval()


def image(*, batch: int = 2, height: int = 64, width: int = 64) -> Tensor:
    return torch.randn(batch, 3, height, width, generator=torch.Generator().manual_seed(1))


def losses_of(masks_seed: int, *, batches: int = 2):
    """Calibration on noise, with masks that depend on the seed alone."""

    def losses(model: nn.Module):
        pictures = torch.Generator().manual_seed(5)
        masks = torch.Generator().manual_seed(masks_seed)
        for _ in range(batches):
            logits = model(torch.randn(2, 3, 32, 32, generator=pictures))
            mask = torch.randint(0, logits.shape[1], (2, 32, 32), generator=masks)
            yield nn.functional.cross_entropy(logits, mask)

    return losses
