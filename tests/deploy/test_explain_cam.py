import torch
from torch import Tensor, nn

from hairline.deploy.grad_cam import activation_map, explain
from hairline.models import create_model


class Tiny(nn.Module):
    """Two maps, 2 x and -x + 1 of the red channel, and two classes: 3 A + B and A - B."""

    def __init__(self) -> None:
        super().__init__()
        self.maps = nn.Conv2d(3, 2, 1)
        self.relu = nn.ReLU(inplace=True)
        self.head = nn.Conv2d(2, 2, 1, bias=False)
        self.unused = nn.Conv2d(3, 2, 1)
        with torch.no_grad():
            self.maps.weight.zero_()
            self.maps.weight[:, 0, 0, 0] = torch.tensor([2.0, -1.0])
            self.maps.bias.copy_(torch.tensor([0.0, 1.0]))
            self.head.weight[..., 0, 0] = torch.tensor([[3.0, 1.0], [1.0, -1.0]])

    def forward(self, image: Tensor) -> Tensor:
        self.unused(image)
        return self.head(self.relu(self.maps(image)))


IMAGE = torch.zeros(1, 3, 2, 2)
IMAGE[0, 0] = torch.tensor([[1.0, 2.0], [3.0, 0.5]])
"""The maps are [[2, 4], [6, 1]] and [[0, -1], [-2, 0.5]]; behind the ReLU the second is [[0, 0], [0, 0.5]]."""


def maps_of(class_id, region, *layers):
    chosen = torch.tensor(region, dtype=torch.bool)
    return explain(Tiny(), IMAGE, layers, class_id=class_id, choose_region=lambda logits: chosen).maps


def test_the_formula_by_hand_for_all_pixels():
    # class 1: ds/dA = 1 and ds/dB = -1 at every cell, so alpha = (1, -1) and the map is A - B
    expected = torch.tensor([[2.0, 4.0], [6.0, 0.5]]) / 6
    torch.testing.assert_close(maps_of(1, [[1, 1], [1, 1]], "relu")["relu"], expected)


def test_the_formula_by_hand_for_one_pixel():
    # class 0 at the lower right: alpha = (3, 1) / 4, the mean over all four cells
    summed = torch.tensor([[1.5, 3.0], [4.5, 0.75 + 0.125]])
    torch.testing.assert_close(maps_of(0, [[0, 0], [0, 1]], "relu")["relu"], summed / 4.5)


def test_a_layer_that_the_next_one_writes_into_keeps_its_own_values():
    # before the ReLU only the cell where B is positive passes its gradient: alpha = (1, -1/4)
    summed = torch.tensor([[2.0, 4.25], [6.5, 1 - 0.125]])
    torch.testing.assert_close(maps_of(1, [[1, 1], [1, 1]], "maps")["maps"], summed / 6.5)


def test_what_speaks_against_a_class_is_no_heat():
    features = torch.tensor([[[1.0, -1.0]]])
    assert activation_map(features, torch.ones(1, 1, 2), (1, 2)).tolist() == [[1, 0]]
    assert activation_map(features, -torch.ones(1, 1, 2), (1, 2)).tolist() == [[0, 1]]


def test_nothing_to_explain_and_constant_maps_are_no_division_by_zero():
    assert (maps_of(1, [[0, 0], [0, 0]], "relu")["relu"] == 0).all()
    assert (maps_of(1, [[1, 1], [1, 1]], "unused")["unused"] == 0).all()
    constant = activation_map(torch.full((2, 3, 3), 5.0), torch.ones(2, 3, 3), (6, 6))
    assert (constant == 1).all()
    assert (activation_map(-torch.ones(2, 3, 3), torch.ones(2, 3, 3), (6, 6)) == 0).all()


def test_a_map_is_as_large_as_the_picture_and_goes_from_0_to_1():
    torch.manual_seed(0)
    model = create_model("hrsegnet", classes=2, width=4).eval()
    image = torch.randn(1, 3, 70, 90)
    done = explain(
        model, image, ["stem", "blocks.2", "blocks.1"], class_id=1, choose_region=lambda logits: logits[1] > logits[0]
    )
    assert list(done.maps) == ["stem", "blocks.2", "blocks.1"]
    for heat in done.maps.values():
        assert heat.shape == (70, 90) and heat.min() == 0
    assert [round(float(heat.max()), 6) for heat in done.maps.values()] == [1, 1, 1]
    assert 0 < done.region.sum() < 70 * 90


def test_what_is_explained_leaves_the_network_as_it_was():
    torch.manual_seed(0)
    model = create_model("hrsegnet", classes=2, width=4).eval()
    image = torch.randn(1, 3, 64, 64)
    before = model(image)
    explain(
        model, image, ["stem"], class_id=1, choose_region=lambda logits: torch.ones_like(logits[0], dtype=torch.bool)
    )
    assert torch.equal(model(image), before) and all(weight.grad is None for weight in model.parameters())
    assert not any(module._forward_hooks for module in model.modules())
