import pytest
import torch
from torch import nn

from hairline import models
from hairline.errors import InputError
from hairline.prune import find_groups
from tests.prune.toy import chain


def slices_of(group):
    return [(part.layer, part.side) for part in group.slices]


def test_a_group_is_the_outputs_of_a_layer_its_norm_and_the_inputs_behind_them():
    model = chain(width=8)
    found = find_groups(model)
    first, second = found.groups
    assert (first.name, first.width, second.name, second.width) == ("first", 8, "second", 16)
    assert slices_of(first) == [("first", "out"), ("norm", "both"), ("second", "in")]
    assert slices_of(second) == [("second", "out"), ("classes", "in")]
    assert found.whole == {"classes": "it says the classes"}


def test_finding_groups_leaves_the_network_as_it_was():
    model = chain().train()
    model.first.requires_grad_(False)
    find_groups(model)
    assert model.training
    assert model.norm.training
    assert not model.first.weight.requires_grad
    assert all(parameter.grad is None and parameter.device.type == "cpu" for parameter in model.parameters())


def test_a_frozen_network_is_traced_all_the_same():
    assert len(find_groups(chain().requires_grad_(False)).groups) == 2


def test_a_residual_sum_couples_all_who_add_to_it():
    class Residual(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = nn.Conv2d(3, 8, 3, padding=1)
            self.inner = nn.Conv2d(8, 8, 3, padding=1)
            self.classes = nn.Conv2d(8, 2, 1)

        def forward(self, image):
            features = self.stem(image)
            return self.classes(features + self.inner(features))

    (group,) = find_groups(Residual()).groups
    assert slices_of(group) == [("stem", "out"), ("inner", "in"), ("inner", "out"), ("classes", "in")]


def test_a_concatenation_shifts_the_channels_of_the_second():
    class Joined(nn.Module):
        def __init__(self):
            super().__init__()
            self.left, self.right = nn.Conv2d(3, 4, 1), nn.Conv2d(3, 6, 1)
            self.classes = nn.Conv2d(10, 2, 1)

        def forward(self, image):
            return self.classes(torch.cat([self.left(image), self.right(image)], dim=1))

    left, right = find_groups(Joined()).groups
    assert left.slices[-1].index.tolist() == [0, 1, 2, 3]
    assert right.slices[-1].index.tolist() == [4, 5, 6, 7, 8, 9]
    assert right.slices[-1].root.tolist() == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("name", "class_layers"),
    [
        ("hrsegnet", {"main.5", "aux1.5", "aux2.5"}),
        ("mcff", {"h.output", "x.output.1", "y.output.1"}),  # they say a gate and the classes
        ("smp_unet", {"unet.segmentation_head.0"}),
    ],
)
def test_the_layers_that_say_the_classes_are_found_from_the_heads(name, class_layers):
    found = find_groups(models.create_model(name, classes=7))
    assert {layer for layer, reason in found.whole.items() if reason == "it says the classes"} == class_layers
    assert not class_layers & {maker for group in found.groups for maker in group.makers}


def test_logits_that_feed_another_head_keep_their_classes_too():
    class Coarse(nn.Module):
        def __init__(self):
            super().__init__()
            self.features = nn.Conv2d(3, 8, 1)
            self.coarse, self.fine = nn.Conv2d(8, 2, 1), nn.Conv2d(10, 2, 1)

        def forward_heads(self, image):
            features = self.features(image)
            coarse = self.coarse(features)
            return {"fine": self.fine(torch.cat([features, coarse], dim=1)), "coarse": coarse}

    assert find_groups(Coarse()).whole.keys() == {"coarse", "fine"}


def test_what_is_coupled_to_a_layer_of_unknown_kind_stays_whole_and_says_why():
    class Grouped(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.norm = nn.Conv2d(3, 8, 1), nn.GroupNorm(2, 8)
            self.second, self.classes = nn.Conv2d(8, 8, 1), nn.Conv2d(8, 2, 1)

        def forward(self, image):
            return self.classes(self.second(self.norm(self.first(image))))

    found = find_groups(Grouped())
    assert [group.name for group in found.groups] == ["second"]
    assert found.whole["first"] == "norm is coupled to it, and a GroupNorm is not cut"


def test_a_gate_of_one_channel_leaves_what_it_multiplies_whole():
    class Gated(nn.Module):
        def __init__(self):
            super().__init__()
            self.features, self.gate = nn.Conv2d(3, 8, 1), nn.Conv2d(3, 1, 1)
            self.second, self.classes = nn.Conv2d(8, 8, 1), nn.Conv2d(8, 2, 1)

        def forward(self, image):
            return self.classes(self.second(self.features(image) * self.gate(image).sigmoid()))

    found = find_groups(Gated())
    assert [group.name for group in found.groups if group.width > 1] == ["second"]
    assert "another number of channels" in found.whole["features"]


def test_a_network_of_class_layers_alone_is_refused():
    with pytest.raises(InputError, match=r"Conv2d: nothing in this network can be cut \(: it says the classes"):
        find_groups(nn.Conv2d(3, 2, 1))
