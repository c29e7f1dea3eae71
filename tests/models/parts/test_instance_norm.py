import pytest
import torch

from hairline.models.parts.instance_norm import InstanceNorm

ROUNDING = {torch.float64: 1e-5, torch.float32: 1e-5, torch.bfloat16: 2e-2}


def outcome(norm, image, above):
    """Values and all three gradients."""
    image = image.clone(memory_format=torch.preserve_format).requires_grad_()
    norm.zero_grad()
    values = norm(image)
    values.backward(above)
    return values.detach(), image.grad, norm.weight.grad.clone(), norm.bias.grad.clone()


@pytest.mark.parametrize("dtype", list(ROUNDING))
@pytest.mark.parametrize("size", [(6, 10), (7, 5), (1, 9)])
def test_the_fast_way_gives_what_the_plain_one_gives(dtype, size):
    generator = torch.Generator().manual_seed(0)
    norm = InstanceNorm(3, eps=1e-3)
    with torch.no_grad():
        norm.weight.normal_(generator=generator)
        norm.bias.normal_(generator=generator)
    image = 3 * torch.randn(2, 3, *size, generator=generator) + torch.tensor([0.0, 5.0, -2.0]).view(1, 3, 1, 1)
    image, above = image.to(dtype).double(), torch.randn(2, 3, *size, generator=generator).to(dtype).double()
    plain = torch.nn.InstanceNorm2d(3, eps=1e-3, affine=True).double()
    plain.load_state_dict(norm.state_dict())
    expected = outcome(plain, image, above)
    actual = outcome(
        norm,
        image.to(dtype, memory_format=torch.channels_last),
        above.to(dtype, memory_format=torch.channels_last),
    )
    assert actual[0].dtype == dtype
    assert actual[2].dtype == torch.float32
    for ours, theirs in zip(actual, expected, strict=True):
        torch.testing.assert_close(ours.double(), theirs, rtol=ROUNDING[dtype], atol=3 * ROUNDING[dtype])


def test_the_layout_of_the_picture_is_kept_so_that_convolutions_need_no_copy():
    image = torch.randn(2, 4, 6, 8).contiguous(memory_format=torch.channels_last)
    assert InstanceNorm(4, eps=1e-3)(image).is_contiguous(memory_format=torch.channels_last)


def test_a_picture_of_one_colour_stays_finite():
    image = torch.full((1, 2, 8, 8), 7.0).contiguous(memory_format=torch.channels_last).requires_grad_()
    values = InstanceNorm(2, eps=1e-3)(image)
    values.sum().backward()
    torch.testing.assert_close(values, torch.zeros_like(values))
    assert image.grad.isfinite().all()


def test_an_exported_graph_holds_the_one_plain_operation():
    image = torch.randn(1, 4, 8, 8).contiguous(memory_format=torch.channels_last)
    graph = torch.export.export(InstanceNorm(4, eps=1e-3).eval(), (image,)).graph
    assert [str(node.target) for node in graph.nodes if node.op == "call_function"] == ["aten.instance_norm.default"]
