import pytest
import torch
from torch import Tensor, nn

from hairline.deploy.layers import FEWEST, MOST, choose_stages, find_layers
from hairline.models import create_model, list_models


def stages(model, classes=2):
    return choose_stages(model, find_layers(model), classes=classes)


def test_the_stages_of_hrsegnet_are_its_stem_and_its_blocks():
    model = create_model("hrsegnet", classes=2, width=4).eval()
    assert stages(model) == ["stem", "blocks.0", "blocks.1", "blocks.2"]


def test_every_layer_that_the_method_speaks_of_can_be_named():
    names = {layer.name for layer in find_layers(create_model("hrsegnet", classes=2, width=4).eval())}
    assert {"blocks.0.enter", "blocks.1.guidance.0", "blocks.2.guidance.1", "blocks.2"} <= names


def test_a_library_network_is_entered_through_its_wrapper():
    model = create_model("smp_unet", classes=2).eval()
    encoder, decoder = (f"unet.encoder.layer{number}" for number in range(1, 5)), range(5)
    assert stages(model) == [*encoder, *(f"unet.decoder.blocks.{number}" for number in decoder)]


def test_a_layer_knows_how_coarse_it_is():
    model = create_model("hrsegnet", classes=2, width=4).eval()
    layers = {layer.name: layer for layer in find_layers(model)}
    assert [(layers[name].channels, layers[name].shrunk) for name in ("stem.0", "stem", "main", "blocks.2.enter")] == [
        (2, "1/2"), (4, "1/4"), (2, "1/2"), (32, "1/32"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", [name for name in list_models() if "resnet101" not in name])
def test_any_network_has_a_few_stages(name):
    torch.manual_seed(0)
    model = create_model(name, classes=2).eval()
    layers = {layer.name: layer for layer in find_layers(model)}
    chosen = choose_stages(model, list(layers.values()), classes=2)
    assert FEWEST <= len(chosen) <= MOST and len(set(chosen)) == len(chosen)
    assert all(layers[each].channels > 2 for each in chosen)
    assert chosen == [each for each in layers if each in chosen]  # as the picture passes them


def test_a_network_of_plain_layers_still_has_some():
    class Plain(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 2, 1)

        def forward(self, image: Tensor) -> Tensor:
            return self.second(self.first(image))

    assert stages(Plain().eval()) == ["first"]
