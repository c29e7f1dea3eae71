import json

import pytest
import torch
from torch import nn

from hairline import models
from hairline.errors import InputError
from hairline.models.parts.widths import apply_widths, widths_of


def every_kind() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(4, 8, 3, groups=2, bias=False),
        nn.ConvTranspose2d(8, 6, 3),
        nn.BatchNorm2d(6),
        nn.InstanceNorm2d(6, affine=True),
        nn.Conv2d(6, 6, 3, groups=6),
        nn.PReLU(6),
        nn.PReLU(),
        nn.Linear(6, 5),
        nn.ReLU(),
    )


def narrow() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(2, 4, 3, groups=2, bias=False),
        nn.ConvTranspose2d(4, 3, 3),
        nn.BatchNorm2d(3),
        nn.InstanceNorm2d(3, affine=True),
        nn.Conv2d(3, 3, 3, groups=3),
        nn.PReLU(3),
        nn.PReLU(),
        nn.Linear(3, 5),
        nn.ReLU(),
    )


def test_widths_are_plain_numbers_of_the_layers_that_have_them():
    widths = json.loads(json.dumps(widths_of(every_kind())))
    assert widths["0"] == {"in_channels": 4, "out_channels": 8, "groups": 2}
    assert widths["7"] == {"in_features": 6, "out_features": 5}
    assert widths.keys() == {"0", "1", "2", "3", "4", "5", "7"}


def test_a_fresh_network_takes_the_shapes_of_a_narrower_one_and_then_its_weights():
    small, model = narrow(), every_kind()
    apply_widths(model, widths_of(small))
    model.load_state_dict(small.state_dict())
    assert widths_of(model) == widths_of(small)
    assert [type(layer) for layer in model] == [type(layer) for layer in small]
    image = torch.randn(2, 2, 9, 9)
    small.eval()
    model.eval()
    for layer, other in zip(model[:7], small[:7], strict=True):
        torch.testing.assert_close(layer(image), other(image), rtol=0, atol=0)
        image = layer(image)


def test_without_widths_a_network_stays_as_it_is():
    model = every_kind()
    before = {name: id(parameter) for name, parameter in model.named_parameters()}
    for widths in ({}, widths_of(model)):
        apply_widths(model, widths)
        assert {name: id(parameter) for name, parameter in model.named_parameters()} == before


@pytest.mark.parametrize(
    ("layer", "change", "told"),
    [
        ("1", {"out_channels": 7}, "layer 1: out_channels must be from 1 to 6, got 7"),
        ("1", {"out_channels": 0}, "layer 1: out_channels must be from 1 to 6, got 0"),
        ("1", {"out_channels": True}, "layer 1: out_channels must be from 1 to 6, got True"),
        ("1", {"out_channels": "3"}, "layer 1: out_channels must be from 1 to 6, got '3'"),
        ("0", {"out_channels": 5}, "layer 0: .* do not divide into 2 groups"),
        ("7", {"bias": 1}, "layer 7: expected in_features, out_features, got"),
    ],
)
def test_widths_that_cannot_be_are_refused(layer, change, told):
    widths = widths_of(every_kind())
    widths[layer] |= change
    with pytest.raises(InputError, match=told):
        apply_widths(every_kind(), widths)


def test_widths_of_another_network_are_refused():
    widths = widths_of(models.create_model("hrsegnet", classes=2, width=4))
    with pytest.raises(
        InputError, match=r"layer blocks\.0\.guidance\.1\.0: only the widths have it, .* widths of another HrSegNet"
    ):
        apply_widths(models.create_model("hrsegnet", classes=2, width=4, depth=2), widths)
