import pytest
import torch
from torch import nn

from hairline.engine.known_faults import refuse_broken_kernels
from hairline.errors import InputError
from hairline.models import create_model

CPU = torch.device("cpu")


@pytest.mark.parametrize("width", [4, 8, 16, 64])
def test_the_widths_that_are_used_pass(width):
    with torch.device("meta"):
        model = create_model("mcff", classes=2, width=width, blocks=1)
    refuse_broken_kernels(model, device=CPU, precision="bf16")


def test_a_width_whose_gradients_would_be_wrong_is_refused_with_what_to_do():
    model = create_model("mcff", classes=2, width=12, blocks=1)
    with pytest.raises(InputError, match=r"24 channels.*train\.precision to fp32"):
        refuse_broken_kernels(model, device=CPU, precision="bf16")
    refuse_broken_kernels(model, device=CPU, precision="fp32")
    refuse_broken_kernels(model, device=torch.device("cuda"), precision="bf16")


def test_convolutions_without_dilation_are_not_concerned():
    refuse_broken_kernels(nn.Conv2d(24, 24, 3), device=CPU, precision="bf16")
