"""What every network promises, tried on each one in the registry."""

import pytest
import torch
from safetensors.torch import load, save

from hairline import models

SMALL = {"mcff": {"width": 4, "blocks": 1, "dropout": 0.5}, "hrsegnet": {"width": 4}}  # others at their default

every_network = pytest.mark.parametrize("name", models.list_models())


def create(name, *, classes=2):
    torch.manual_seed(0)
    return models.create_model(name, classes=classes, **SMALL.get(name, {}))


def image(*, batch=2, height=67, width=71):
    return torch.randn(batch, 3, height, width, generator=torch.Generator().manual_seed(1))


@every_network
@pytest.mark.parametrize("size", [(67, 71), (64, 64), (45, 130)])
def test_logits_have_the_size_of_the_image(name, size):
    with torch.no_grad():
        logits = create(name)(image(height=size[0], width=size[1]))
    assert logits.shape == (2, 2, *size)
    assert logits.isfinite().all()


@every_network
def test_three_classes_give_three_channels_on_every_head(name):
    with torch.no_grad():
        of_heads = models.forward_heads(create(name, classes=3), image())
    assert {tuple(logits.shape) for logits in of_heads.values()} == {(2, 3, 67, 71)}


@every_network
def test_every_parameter_gets_a_finite_gradient(name):
    model = create(name)
    weights = models.heads(model)
    of_heads = models.forward_heads(model, image())
    assert list(of_heads) == list(weights)
    generator = torch.Generator().manual_seed(2)
    sum(
        weights[head] * (logits * torch.randn(logits.shape, generator=generator)).mean()
        for head, logits in of_heads.items()
    ).backward()
    for parameter_name, parameter in model.named_parameters():
        assert parameter.grad is not None, parameter_name
        assert parameter.grad.isfinite().all(), parameter_name
        # a bias before a batch norm is taken out again, so only what is wider than a vector must feel something
        assert parameter.ndim == 1 or parameter.grad.any(), parameter_name


@every_network
def test_the_first_head_is_what_forward_returns(name):
    model = create(name).eval()
    first, weight = next(iter(models.heads(model).items()))
    assert weight == 1.0
    with torch.no_grad():
        torch.testing.assert_close(models.forward_heads(model, image())[first], model(image()), rtol=0, atol=0)


@every_network
def test_weights_survive_a_file(name):
    model = create(name)
    model(image())  # so that running statistics differ from a new network's
    model.eval()
    torch.manual_seed(9)
    other = models.create_model(name, classes=2, **SMALL.get(name, {})).eval()
    with torch.no_grad():
        assert not torch.equal(other(image()), model(image()))
        other.load_state_dict(load(save(model.state_dict())))
        torch.testing.assert_close(other(image()), model(image()), rtol=0, atol=0)


@every_network
def test_evaluation_is_repeatable_and_does_not_depend_on_the_neighbours_in_a_batch(name):
    model = create(name)
    model(image(batch=4))
    model.eval()
    with torch.no_grad():
        both = model(image())
        torch.testing.assert_close(model(image()), both, rtol=0, atol=0)
        torch.testing.assert_close(model(image()[:1]), both[:1], rtol=1e-4, atol=1e-4)


@every_network
def test_the_memory_layout_changes_nothing(name):
    model = create(name).eval()
    with torch.no_grad():
        expected = model(image())
        model.to(memory_format=torch.channels_last)
        actual = model(image().contiguous(memory_format=torch.channels_last))
    assert torch.linalg.vector_norm(actual - expected) < 1e-5 * torch.linalg.vector_norm(expected)


@every_network
def test_a_step_in_bf16_is_close_to_one_in_full_precision(name):
    model = create(name).to(memory_format=torch.channels_last).eval()
    picture = image().contiguous(memory_format=torch.channels_last)
    with torch.no_grad():
        expected = model(picture)
        with torch.autocast("cpu", torch.bfloat16):
            actual = model(picture).float()
    assert torch.linalg.vector_norm(actual - expected) < 0.05 * torch.linalg.vector_norm(expected)
