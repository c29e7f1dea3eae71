import copy

import pytest
import torch
from torch import nn

from hairline.errors import InputError
from hairline.models import create_model
from hairline.models.parts.backbone import WithBackbone, frozen_backbone

SMALLEST = "deeplabv3_mobilenet_v3_large"


class Small(WithBackbone):
    """Its backbone lies deeper and is told by a property, as in networks of other libraries."""

    class_layers = ("inner.head",)

    def __init__(self):
        super().__init__()
        encoder = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.Dropout(0.5))
        self.inner = nn.ModuleDict({"encoder": encoder, "norm": nn.BatchNorm2d(4), "head": nn.Conv2d(4, 2, 1)})

    @property
    def backbone(self):
        return self.inner["encoder"]

    def forward(self, image):
        return self.inner["head"](self.inner["norm"](self.inner["encoder"](image)))


def train_once(model):
    model.train()
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimiser = torch.optim.AdamW(trained, lr=0.1, weight_decay=0.1)
    model(torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))).square().mean().backward()
    optimiser.step()


def changed_by_training(model):
    before = copy.deepcopy(model.state_dict())
    train_once(model)
    return {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}


def test_of_the_large_network_only_the_classifier_is_left_to_train():
    with torch.device("meta"):
        model = create_model("deeplabv3_resnet101", classes=8)
    with frozen_backbone(model):
        assert sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad) == 16_127_496
    assert all(parameter.requires_grad for parameter in model.parameters())


@pytest.mark.parametrize(
    ("create", "where"), [(lambda: create_model(SMALLEST, classes=2), "backbone."), (Small, "inner.encoder.")]
)
def test_training_changes_neither_weights_nor_statistics_of_a_frozen_backbone(create, where):
    torch.manual_seed(0)
    model = create()
    assert any(name.startswith(where) for name in changed_by_training(model))
    with frozen_backbone(model):
        changed = changed_by_training(model)
    assert any(name.endswith("running_mean") for name in changed)
    assert not [name for name in changed if name.startswith(where)]
    assert any(name.startswith(where) for name in changed_by_training(model)), "it learns again"


def test_it_stays_frozen_in_copies_and_through_training_and_evaluation():
    model = Small()
    with frozen_backbone(model):
        assert not any(module.training for module in model.backbone.modules())
        for one in (model, copy.deepcopy(model), nn.Sequential(model)):
            one.eval()
            assert one.train() is one
        for one in (model, copy.deepcopy(model).train()):
            assert one.training
            assert one.inner["norm"].training
            assert not any(module.training for module in one.backbone.modules())


def test_a_network_without_a_backbone_is_told_so():
    with pytest.raises(InputError, match=r"HrSegNet has no backbone .* such as deeplabv3_resnet101"):
        frozen_backbone(create_model("hrsegnet", classes=2, width=4)).__enter__()
