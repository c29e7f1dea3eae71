import pytest
import torch
from torch import nn

from hairline.errors import InputError
from hairline.prune.gradients import mean_gradients
from tests.prune.toy import chain, image, losses_of


def test_gradients_are_the_mean_over_the_calibration_batches():
    model = chain().eval()
    expected = {}
    for loss in losses_of(0, batches=3)(model):
        for name, gradient in zip(
            dict(model.named_parameters()), torch.autograd.grad(loss, list(model.parameters())), strict=True
        ):
            expected[name] = expected.get(name, 0) + gradient / 3
    actual = mean_gradients(model, losses_of(0, batches=3))
    assert actual.keys() == expected.keys()
    for name, gradient in actual.items():
        torch.testing.assert_close(gradient, expected[name])


def test_the_network_is_left_as_it_was():
    model = chain().train()
    model.first.requires_grad_(False)
    model.second.eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    gradients = mean_gradients(model, losses_of(0))
    assert "first.weight" in gradients  # frozen weights are ranked too
    assert model.training
    assert model.norm.training
    assert not model.second.training
    assert not model.first.weight.requires_grad
    assert all(parameter.grad is None for parameter in model.parameters())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def without_graph(model):
    with torch.no_grad():
        yield model(image()).mean()


@pytest.mark.parametrize(
    ("losses", "told"),
    [
        (lambda model: [], "no calibration batch came"),
        (without_graph, "batch 1: its loss has no gradient; compute it without no_grad"),
        (lambda model: [model(image()).mean() * torch.nan], "batch 1: its loss is nan"),
        (lambda model: [model(image()).mean(), model(image()).mean() / 0], "batch 2: its loss is (-)?inf"),
        (lambda model: [model(image()).mean() * 0], "does not depend on any weight"),
        (lambda model: [nn.Parameter(torch.ones(())) * 2], "does not depend on any weight"),
        # a finite loss whose gradient is not
        (lambda model: [(model(image()).mean() * 0).sqrt()], "gradient is not a finite number"),
    ],
)
def test_losses_that_rank_nothing_are_refused(losses, told):
    model = chain().train()
    with pytest.raises(InputError, match=told):
        mean_gradients(model, losses)
    assert model.training
    assert all(parameter.grad is None for parameter in model.parameters())
