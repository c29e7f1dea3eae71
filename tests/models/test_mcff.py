import pytest
import torch

from hairline import models
from hairline.cost.counts import count_macs, count_parameters
from hairline.models.mcff import DoublingConvolution, HalvingConvolution

TEACHER = {"width": 64, "blocks": 8, "dropout": 0.5}
STUDENT = {"width": 16, "blocks": 4}


def without_numbers(**arguments):
    with torch.device("meta"):
        return models.create_model("mcff", classes=2, **arguments)


def small(**arguments):
    torch.manual_seed(0)
    return models.create_model("mcff", classes=2, **{"width": 4, "blocks": 1, **arguments})


@pytest.mark.parametrize(
    ("arguments", "total", "of_paths", "gigamacs"),
    [
        (TEACHER, 32_889_152, (11_133_056, 10_961_617, 10_794_479), 668.9),
        ({**TEACHER, "block": "mcld"}, 7_833_920, (2_781_312, 2_609_873, 2_442_735), 354.6),
        (STUDENT, 1_179_392, (403_744, 391_665, 383_983), 31.97),
        ({**STUDENT, "block": "mcld"}, 406_784, (146_208, 134_129, 126_447), 22.28),
    ],
)
def test_parameters_and_work_are_those_of_the_original(arguments, total, of_paths, gigamacs):
    model = without_numbers(**arguments)
    assert count_parameters(model) == count_parameters(model, inference=True) == total
    assert tuple(count_parameters(path) for path in (model.h, model.x, model.y)) == of_paths
    assert count_macs(model, 448, 448) / 1e9 == pytest.approx(gigamacs, rel=2e-4)


@pytest.mark.parametrize(
    ("path", "of_stages"),
    [
        ("h", (13_008, 13_888, 55_424, 295_936, 18_496, 4_640, 2_352)),
        ("x", (2_768, 13_888, 55_424, 295_936, 18_496, 4_640, 513)),
        ("y", (16_128, 9_280, 36_992, 295_936, 18_496, 4_640, 2_511)),
    ],
)
def test_each_stage_of_the_student_has_the_parameters_of_the_original(path, of_stages):
    path = getattr(without_numbers(**STUDENT), path)
    stages = (path.stem, path.down1, path.down2, path.body, path.up1, path.up2, path.output)
    assert tuple(count_parameters(stage) for stage in stages) == of_stages


def test_running_statistics_exist_only_in_the_dilated_path():
    buffers = {
        name: buffer.numel()
        for name, buffer in without_numbers(**TEACHER).named_buffers()
        if not name.endswith("num_batches_tracked")  # torch's own counter
    }
    assert sum(buffers.values()) == 384
    assert all(name.startswith("x.up") for name in buffers)


def test_halving_pads_right_and_below_only():
    convolution = HalvingConvolution(1)
    torch.nn.init.ones_(convolution.weight)
    image = torch.arange(16.0).view(1, 1, 4, 4)
    sums = [[image[0, 0, row : row + 3, column : column + 3].sum() for column in (0, 2)] for row in (0, 2)]
    torch.testing.assert_close(convolution(image), torch.tensor(sums).view(1, 1, 2, 2))


def test_doubling_is_the_transpose_of_halving():
    """What makes "same" of a transposed convolution: <halve(fine), coarse> = <fine, double(coarse)>."""
    generator = torch.Generator().manual_seed(0)
    halve, double = HalvingConvolution(3).double(), DoublingConvolution(3, 3).double()
    double.load_state_dict(halve.state_dict())
    fine = torch.randn(1, 3, 6, 10, generator=generator, dtype=torch.float64)
    coarse = torch.randn(1, 3, 3, 5, generator=generator, dtype=torch.float64)
    assert double(coarse).shape == fine.shape
    torch.testing.assert_close((halve(fine) * coarse).sum(), (fine * double(coarse)).sum())


def test_each_head_is_gated_by_its_own_first_channel_and_the_mix_by_the_sum():
    model = small().eval()
    image = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        raw = {"h": model.h(image), "x": model.x(image), "y": model.y(image)}
        of_heads = model.forward_heads(image)
    raw["mix"] = raw["h"] + raw["x"] + raw["y"]
    for name, expected in raw.items():
        gate = 1 / (1 + torch.exp(-expected[:, 0]))
        for channel in (0, 1):
            torch.testing.assert_close(of_heads[name][:, channel], gate * expected[:, 1 + channel])


def test_dropout_is_asked_for_and_off_in_evaluation():
    image = torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        still, shaken = small(), small(dropout=0.5)
        assert torch.equal(still(image), still(image))
        assert not torch.equal(shaken(image), shaken(image))
        assert torch.equal(shaken.eval()(image), shaken(image))


def test_weights_begin_within_the_bounds_of_glorot():
    weight = small(width=16).h.stem[0][1].weight  # 7x7, 16 to 16
    bound = (6 / (2 * 16 * 49)) ** 0.5
    assert 0.98 * bound < weight.abs().max() <= bound


def test_normalisations_have_the_settings_of_the_original():
    kinds = {
        (type(module).__name__, module.eps, getattr(module, "momentum", None) if module.track_running_stats else None)
        for module in small().modules()
        if isinstance(module, torch.nn.modules.batchnorm._NormBase)
    }
    assert kinds == {("InstanceNorm", 1e-3, None), ("BatchNorm2d", 1e-3, 0.01)}
