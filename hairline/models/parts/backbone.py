"""Networks that see with a backbone made for another task; it can be held fast while the rest learns."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from torch import nn

from hairline.errors import InputError


class WithBackbone(nn.Module):
    """Base of such a network, which brings `backbone`, a module or a property, and says what hangs on its classes."""

    backbone: nn.Module
    class_layers: ClassVar[tuple[str, ...]]
    """Names of the layers whose weights mean nothing for other classes: the last convolution, say."""
    backbone_is_frozen = False

    def train(self, mode: bool = True) -> "WithBackbone":
        """A frozen backbone stays in eval mode, else its batch norms would go on to learn from every batch."""
        super().train(mode)
        if self.backbone_is_frozen:
            self.backbone.eval()
        return self


@contextmanager
def frozen_backbone(model: nn.Module) -> Iterator[None]:
    """No weight and no running statistic of the backbone changes inside the block, in `model.train()` either."""
    network = with_backbone(model)
    network.backbone.requires_grad_(False)
    network.backbone_is_frozen = True
    network.backbone.eval()
    try:
        yield
    finally:
        network.backbone_is_frozen = False
        network.backbone.requires_grad_(True)


def with_backbone(model: nn.Module) -> WithBackbone:
    """The same network, known to have a backbone; any other is refused."""
    if not isinstance(model, WithBackbone):
        raise InputError(
            f"{type(model).__name__} has no backbone that could be frozen or take weights of another task; "
            "choose a network that has one, such as deeplabv3_resnet101, or leave its weights as they are"
        )
    return model
