import pytest
import torch

from hairline import models
from hairline.cost.counts import count_macs, count_parameters
from hairline.models.parts.layers import enlarge


def without_numbers(*, classes=2, **arguments):
    with torch.device("meta"):
        return models.create_model("hrsegnet", classes=classes, **arguments)


@pytest.mark.parametrize(
    ("width", "depth", "training", "inference", "gigamacs"),
    [
        (16, 3, 609_942, 605_106, 0.555),
        (32, 3, 2_432_550, 2_413_666, 2.200),
        (48, 3, 5_467_830, 5_425_682, 4.936),
        (64, 3, 9_715_782, 9_641_154, 8.762),
        (16, 4, 814_838, 810_002, 0.731),
        (16, 5, 1_019_734, 1_014_898, 0.907),
    ],
)
def test_parameters_and_work_are_those_of_the_original(width, depth, training, inference, gigamacs):
    model = without_numbers(width=width, depth=depth)
    assert count_parameters(model) == training
    assert count_parameters(model, inference=True) == inference
    # The original enlarges the guidance (to 100 x 100) before it projects it (from 50, 25 and 13 squared).
    channels_times_pixels_saved = sum(2**level * (100**2 - side**2) for level, side in ((1, 50), (2, 25), (3, 13)))
    saved = depth * width**2 * channels_times_pixels_saved
    assert (count_macs(model, 400, 400) + saved) / 1e9 == pytest.approx(gigamacs, abs=6e-4)


def test_projecting_first_saves_a_fifth_of_the_work():
    assert count_macs(without_numbers(), 400, 400) / 1e9 == pytest.approx(0.454, abs=6e-4)
    assert count_macs(without_numbers(width=48), 400, 400) / 1e9 == pytest.approx(4.030, abs=6e-4)


@pytest.mark.parametrize(("width", "training"), [(16, 609_993), (48, 5_467_977)])
def test_a_third_class_costs_one_more_row_in_each_head(width, training):
    # The original's published one-class counts are 609 891 and 5 467 683: as much below two classes as this is above.
    assert count_parameters(without_numbers(classes=3, width=width)) == training


def test_projecting_before_enlarging_gives_the_same_values():
    block = models.create_model("hrsegnet", classes=2, width=4).blocks[2].double()
    low = torch.randn(2, 32, 5, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    project = block.project[0]
    torch.nn.init.normal_(project.bias)
    with torch.no_grad():
        torch.testing.assert_close(enlarge(project(low), (17, 13)), project(enlarge(low, (17, 13))))


def test_auxiliary_heads_are_computed_only_when_asked_for():
    model = models.create_model("hrsegnet", classes=2, width=4)
    called = []
    for name in ("main", "aux1", "aux2"):
        getattr(model, name).register_forward_hook(lambda *_, name=name: called.append(name))
    image = torch.zeros(2, 3, 64, 64)
    model(image)
    assert called == ["main"]
    model.forward_heads(image)
    assert sorted(called[1:]) == ["aux1", "aux2", "main"]


def test_heads_carry_the_weights_of_the_paper():
    model = without_numbers()
    assert models.heads(model) == {"main": 1.0, "aux1": 0.5, "aux2": 0.5}


def test_the_average_pool_leaves_its_padding_out_of_the_mean():
    pool = models.create_model("hrsegnet", classes=2, width=4).blocks[1].enter[0]
    torch.testing.assert_close(pool(torch.ones(1, 1, 8, 8)), torch.ones(1, 1, 4, 4))


def test_enlarging_keeps_the_corners():
    corners = torch.tensor([[1.0, 4.0], [2.0, 8.0]]).view(1, 1, 2, 2)
    enlarged = enlarge(corners, (3, 4))[0, 0]
    torch.testing.assert_close(enlarged[[0, -1]][:, [0, -1]], corners[0, 0])
    torch.testing.assert_close(enlarged[0], torch.tensor([1.0, 2.0, 3.0, 4.0]))


def test_each_head_reads_its_own_block():
    model = models.create_model("hrsegnet", classes=2, width=4)
    outputs, inputs = [], {}
    for block in model.blocks:
        block.register_forward_hook(lambda _, __, output: outputs.append(output))
    for name in ("aux1", "aux2", "main"):
        getattr(model, name).register_forward_pre_hook(lambda _, given, name=name: inputs.update({name: given[0]}))
    model.forward_heads(torch.zeros(2, 3, 64, 64))
    assert all(inputs[name] is output for name, output in zip(("aux1", "aux2", "main"), outputs, strict=True))
