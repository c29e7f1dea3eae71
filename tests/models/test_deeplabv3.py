import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torchvision.models import segmentation

from hairline.cost.counts import count_macs, count_parameters
from hairline.engine.known_faults import refuse_broken_kernels
from hairline.models import create_model, heads
from hairline.models.parts.deeplabv3 import BACKBONES

SMALLEST = "deeplabv3_mobilenet_v3_large"

each = pytest.mark.parametrize("name", BACKBONES)


def without_numbers(name, *, classes=8):
    with torch.device("meta"):
        return create_model(name, classes=classes)


def image(*, batch=2, side=64):
    return torch.randn(batch, 3, side, side, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    ("name", "backbone", "classifier"),
    [
        ("deeplabv3_resnet101", 42_500_160, 16_127_496),
        ("deeplabv3_resnet50", 23_508_032, 16_127_496),
        (SMALLEST, 2_971_952, 8_050_184),
    ],
)
def test_parameters_are_those_of_torchvision(name, backbone, classifier):
    model = without_numbers(name)
    assert count_parameters(model.backbone) == backbone
    assert count_parameters(model.classifier) == classifier
    assert count_parameters(model) == count_parameters(model, inference=True) == backbone + classifier
    assert heads(model) == {"main": 1.0}


def test_the_large_network_is_the_one_that_cracksense_prunes():
    model = without_numbers("deeplabv3_resnet101")
    assert count_parameters(model) == 58_627_656
    assert round(count_macs(model, 512, 512) / 1e9, 1) == 241.1
    of_blocks = {name: count_parameters(block) for name, block in model.backbone.named_children()}
    assert of_blocks["conv1"] + of_blocks["bn1"] == 9_408 + 128
    assert [of_blocks[f"layer{i}"] for i in (1, 2, 3, 4)] == [215_808, 1_219_584, 26_090_496, 14_964_736]
    seven = without_numbers("deeplabv3_resnet101", classes=7)
    assert count_parameters(seven.classifier) == 16_127_239
    assert count_parameters(seven) == 58_627_399


@pytest.mark.parametrize("name", ["deeplabv3_resnet50", SMALLEST])
def test_with_the_same_weights_the_logits_are_torchvisions(name):
    torch.manual_seed(0)
    original = getattr(segmentation, name)(weights=None, weights_backbone=None, num_classes=3, aux_loss=False).eval()
    model = create_model(name, classes=3).eval()
    model.load_state_dict(original.state_dict())
    picture = image(side=72)[..., :57]
    with torch.no_grad():
        torch.testing.assert_close(model(picture), original(picture)["out"], rtol=0, atol=0)


@each
def test_a_training_step_in_bf16_has_gradients_that_are_numbers(name):
    torch.manual_seed(0)
    model = create_model(name, classes=8).to(memory_format=torch.channels_last).train()
    refuse_broken_kernels(model, device=torch.device("cpu"), precision="bf16")
    with torch.autocast("cpu", torch.bfloat16):
        logits = model(image().contiguous(memory_format=torch.channels_last))
    assert logits.dtype == torch.float32
    F.cross_entropy(logits, torch.randint(0, 8, (2, 64, 64))).backward()
    for parameter_name, parameter in model.named_parameters():
        assert parameter.grad is not None, parameter_name
        assert parameter.grad.isfinite().all(), parameter_name


def test_one_image_alone_can_be_trained_on():
    torch.manual_seed(0)
    model = create_model(SMALLEST, classes=2).train()
    pooled = model.classifier[0].convs[-1][2]
    model(image())  # of two images the pooling has statistics
    learned = pooled.running_mean.clone(), pooled.running_var.clone()
    assert learned[0].any()
    model(image(batch=1)).square().mean().backward()
    assert pooled.weight.grad.isfinite().all()
    assert pooled.weight.grad.any()
    assert torch.equal(pooled.running_mean, learned[0])
    assert torch.equal(pooled.running_var, learned[1])


def test_the_pooling_of_several_images_is_normalised_as_ever():
    torch.manual_seed(0)
    pooled = create_model(SMALLEST, classes=2).classifier[0].convs[-1][2]
    ordinary = nn.BatchNorm2d(pooled.num_features)
    values = torch.randn(3, pooled.num_features, 1, 1, generator=torch.Generator().manual_seed(1))
    for training in (True, False):
        assert torch.equal(pooled.train(training)(values), ordinary.train(training)(values))
    assert torch.equal(pooled.running_var, ordinary.running_var)
