import pytest
import torch
from torch import nn

from hairline.errors import InputError
from hairline.prune import Pruning, pruning_steps
from tests.prune.toy import image


class Shuffled(nn.Module):
    """Its channels change places between two layers, which no graph of operations tells."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1)
        self.classes = nn.Conv2d(8, 2, 1)

    def forward(self, image):
        features = self.first(image)
        height, width = features.shape[-2:]
        features = features.view(-1, 2, features.shape[1] // 2, height, width).transpose(1, 2)
        return self.classes(self.second(features.flatten(1, 2)).relu())


class Fixed(nn.Module):
    """A width is written into its forward."""

    def __init__(self):
        super().__init__()
        self.first, self.classes = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 2, 1)

    def forward(self, image):
        return self.classes(self.first(image) * torch.ones(8, 1, 1, device=image.device))


@pytest.mark.parametrize(
    ("build", "told"),
    [
        (Shuffled, "Shuffled cannot be pruned like this.*logits are not those of the network without them"),
        (Fixed, "Fixed cannot be pruned like this.*the cut network does not run"),
    ],
)
def test_a_cut_that_would_be_wrong_is_refused_and_leaves_the_network_as_it_was(build, told):
    torch.manual_seed(0)
    model = build()
    with torch.no_grad():
        before = model(image())
    with pytest.raises(InputError, match=told) as error:
        list(pruning_steps(model, Pruning(criterion="random", ratio=0.5)))
    assert "\n" not in str(error.value)
    with torch.no_grad():
        assert torch.equal(model(image()), before)


def test_the_advice_helps():
    torch.manual_seed(0)
    model = Shuffled()
    list(pruning_steps(model, Pruning(criterion="random", ratio=0.5, parts={"first": 0.0})))
    assert (model.first.out_channels, model.second.out_channels) == (8, 4)
