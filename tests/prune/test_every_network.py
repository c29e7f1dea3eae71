"""Every registered network can be pruned, and what is cut is what would have been silent."""

import copy

import pytest
import torch
from torch import nn

from hairline import models
from hairline.cost.counts import count_parameters
from hairline.models.parts.widths import apply_widths, widths_of
from hairline.prune import Pruning, find_groups, pruning_steps
from hairline.prune.choose import choose
from hairline.prune.cut import cut, masks_of, silence
from hairline.prune.groups import is_depthwise
from tests.prune.toy import image, trained

SMALL = {"mcff": {"width": 8, "blocks": 1}, "hrsegnet": {"width": 8}}  # others at their default
FURTHER = [
    ("mcff", {"width": 8, "blocks": 1, "block": "mcld"}),  # depthwise convolutions
    ("smp_unet", {"encoder": "mobilenet_v2"}),
    ("smp_unet", {"encoder": "resnext50_32x4d"}),  # grouped convolutions
]
every_network = pytest.mark.parametrize(
    ("name", "arguments"), [(name, SMALL.get(name, {})) for name in models.list_models()] + FURTHER
)


@every_network
def test_a_network_is_pruned_keeps_its_promises_and_comes_back_from_its_widths(name, arguments):
    model = trained(name, **arguments)
    before, kind = count_parameters(model), type(model)
    *_, step = pruning_steps(model, Pruning(criterion="l1", ratio=0.5, steps=2))
    assert type(model) is kind
    assert step.parameters == count_parameters(model) < 0.4 * before

    picture = image(height=67, width=71)
    with torch.no_grad():
        logits, of_heads = model(picture), models.forward_heads(model, picture)
    assert list(of_heads) == list(models.heads(model))
    assert {tuple(head.shape) for head in of_heads.values()} == {(2, 3, 67, 71)}

    again = models.create_model(name, classes=3, **arguments).eval()
    apply_widths(again, widths_of(model))
    again.load_state_dict(model.state_dict())
    with torch.no_grad():
        assert torch.equal(again(picture), logits)

    list(pruning_steps(again, Pruning(criterion="l1", ratio=0.3)))
    assert count_parameters(again) < step.parameters
    of_heads = models.forward_heads(again.train(), image())
    sum(head.square().mean() for head in of_heads.values()).backward()
    assert all(parameter.grad is not None for parameter in again.parameters())


@every_network
def test_what_is_cut_is_what_would_have_been_silent(name, arguments):
    model = trained(name, **arguments)
    groups = find_groups(model).groups
    generator = torch.Generator().manual_seed(3)
    scores = {group.name: torch.rand(group.width, generator=generator) for group in groups}
    first = {group.name: group.width for group in groups}
    masks = masks_of(model, groups, choose(groups, scores, first, Pruning(criterion="l1", ratio=0.1), share=1))
    silent = copy.deepcopy(model)
    silence(silent, masks)
    picture = image(height=67, width=71)
    with torch.no_grad():
        whole, expected = model(picture), silent(picture)
        cut(model, masks)
        actual = model(picture)
    deviation = expected.std(dim=(0, 2, 3), keepdim=True)
    assert ((whole - expected).abs() / deviation).max() > 0.1  # so there was something to lose
    torch.testing.assert_close(actual / deviation, expected / deviation, rtol=0, atol=0.01)


def test_depthwise_and_grouped_convolutions_stay_what_they_were():
    model = trained("smp_unet", encoder="mobilenet_v2")
    depthwise = {name for name, layer in model.named_modules() if is_depthwise(layer)}
    list(pruning_steps(model, Pruning(criterion="l1", ratio=0.5)))
    assert depthwise
    assert {name for name, layer in model.named_modules() if is_depthwise(layer)} == depthwise
    model = trained("smp_unet", encoder="resnext50_32x4d")
    list(pruning_steps(model, Pruning(criterion="l1", ratio=0.5)))
    grouped = [layer for layer in model.modules() if isinstance(layer, nn.Conv2d) and layer.groups > 1]
    assert {layer.groups for layer in grouped} == {32}
    assert {layer.out_channels for layer in grouped} == {64, 128, 256, 512}
