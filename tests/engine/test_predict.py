import torch

from hairline.engine import predict_probabilities
from hairline.models import create_model


def images(count=2, height=37, width=50):
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (count, height, width, 3), dtype=torch.uint8, generator=generator)


def test_probabilities_have_the_pictures_size_and_sum_to_one():
    model = create_model("hrsegnet", classes=3, width=4).eval()
    probability = predict_probabilities(model, images(), normalisation="standardise", precision="fp32")
    assert probability.shape == (2, 3, 37, 50)
    assert torch.allclose(probability.sum(dim=1), torch.ones(2, 37, 50), atol=1e-5)


def test_a_picture_is_judged_the_same_alone_and_in_a_batch():
    model = create_model("hrsegnet", classes=2, width=4).eval()
    pictures = images(3)
    together = predict_probabilities(model, pictures, normalisation="standardise", precision="fp32")
    alone = predict_probabilities(model, pictures[1:2], normalisation="standardise", precision="fp32")
    assert torch.allclose(together[1:2], alone, atol=1e-5)
