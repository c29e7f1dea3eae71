from hairline import models
from hairline.cost.counts import count_parameters


def test_the_yardstick_has_one_head_and_the_parameters_of_its_encoder_and_decoder():
    model = models.create_model("smp_unet", classes=2)
    assert models.heads(model) == {"main": 1.0}
    encoder = 11_176_512  # ResNet-18 without its 1000-class layer
    # Five stages of two bias-free 3x3 convolutions, each with a batch norm: (in + skip, out).
    stages = [(512 + 256, 256), (256 + 128, 128), (128 + 64, 64), (64 + 64, 32), (32, 16)]
    decoder = sum(9 * before * after + 9 * after * after + 4 * after for before, after in stages)
    head = 9 * 16 * 2 + 2
    assert count_parameters(model) == count_parameters(model, inference=True) == encoder + decoder + head


def test_another_encoder_may_be_named():
    small = models.create_model("smp_unet", classes=2, encoder="mobilenet_v2")
    assert count_parameters(small) < 7_000_000
