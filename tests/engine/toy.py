"""The smallest thing that can be trained: a line through points, with dropout so that chance matters."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from hairline.config import TrainParams


@dataclass(frozen=True)
class Points:
    x: Tensor
    y: Tensor

    def to(self, device: torch.device) -> "Points":
        return Points(self.x.to(device), self.y.to(device))


class PointBatches:
    """Batches whose content depends on the epoch and the position alone."""

    def __init__(self, count: int = 4, size: int = 6, *, rank: int = 0, world: int = 1) -> None:
        self.count, self.size, self.rank, self.world = count, size, rank, world

    def __len__(self) -> int:
        return self.count

    def epoch(self, number: int, *, start: int = 0) -> Iterator[Points]:
        for position in range(start, self.count):
            generator = torch.Generator().manual_seed(1000 * number + position)
            x = torch.randn(self.size, 3, generator=generator)
            share = self.size // self.world
            mine = slice(self.rank * share, (self.rank + 1) * share)
            yield Points(x[mine], (x @ torch.tensor([[1.0], [-2.0], [0.5]]))[mine])


class Line(nn.Module):
    def __init__(self, *, dropout: float = 0.2) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.Sequential(nn.Linear(3, 8), nn.Dropout(dropout), nn.Linear(8, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


class LineStep(nn.Module):
    def __init__(self, model: Line) -> None:
        super().__init__()
        self.model = model

    def forward(self, batch: Points) -> dict[str, Tensor]:
        return {"loss": (self.model(batch.x) - batch.y).pow(2).mean()}


def validate_line(model: nn.Module) -> dict[str, float]:
    batch = next(PointBatches(size=64).epoch(10**6))
    loss = float((model(batch.x) - batch.y).pow(2).mean())
    return {"loss": loss, "f1": -loss}


def toy_settings(settings: TrainParams, **changes: object) -> TrainParams:
    plain = {"precision": "fp32", "validations": 99, "deterministic": True, "threads": 1, "channels_last": False}
    return settings.model_copy(update=plain | changes)
