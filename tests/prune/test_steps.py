import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from hairline import models
from hairline.errors import InputError
from hairline.models.parts.widths import widths_of
from hairline.prune import Pruning, list_criteria, pruning_steps
from tests.prune.toy import chain, image, losses_of, trained

ROOT = Path(__file__).parents[2]


def state_of(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


@pytest.mark.parametrize("criterion", list_criteria())
@pytest.mark.parametrize("steps", [1, 3])
def test_local_sizes_depend_on_neither_criterion_nor_steps(criterion, steps):
    model = trained("hrsegnet", width=8)
    settings = Pruning(criterion=criterion, ratio=0.5, steps=steps)
    last = list(pruning_steps(model, settings, losses=losses_of(0)))[-1]
    assert last.parameters == sum(parameter.numel() for parameter in model.parameters())
    reference = trained("hrsegnet", width=8)
    list(pruning_steps(reference, Pruning(criterion="l1", ratio=0.5)))
    assert widths_of(model) == widths_of(reference)


def test_each_step_cuts_to_its_share_of_the_first_width():
    model = chain(width=20)
    steps = pruning_steps(model, Pruning(criterion="l2", ratio=0.6, steps=3))
    seen = [(step.number, step.share, step.widths, model.first.out_channels) for step in steps]
    assert [row[3] for row in seen] == [16, 12, 8]
    assert seen[1] == (2, pytest.approx(2 / 3), {"first": (20, 12), "second": (40, 24)}, 12)


def test_between_steps_the_network_can_be_trained_and_is_ranked_as_it_has_become():
    asked = []

    def losses(model):
        asked.append(model.first.weight.detach().clone())
        return losses_of(0)(model)

    def train(model):
        optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
        model.train()
        for loss in losses_of(3)(model):
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()

    model = chain(width=8)
    for step in pruning_steps(model, Pruning(criterion="taylor", ratio=0.5, steps=2), losses=losses):
        after_cut = model.first.weight.detach().clone()
        train(model)
        assert model.training
        if step.number == 1:
            after_training = model.first.weight.detach().clone()
            assert not torch.equal(after_cut, after_training)
    assert len(asked) == 2
    assert torch.equal(asked[1], after_training)


def test_what_stays_are_the_most_important_channels_with_their_numbers():
    model = chain(width=4)
    for channel, size in enumerate((0.1, 3.0, 0.2, 2.0)):
        for values in (model.first.weight[channel], model.second.weight[:, channel], model.norm.weight[channel]):
            nn.init.constant_(values, size)
    nn.init.uniform_(model.norm.running_var, 1, 2)
    before = state_of(model)
    list(pruning_steps(model, Pruning(criterion="l1", ratio=0.5, parts={"second": 0.0})))
    after = model.state_dict()
    for name in ("first.weight", "first.bias", "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var"):
        assert torch.equal(after[name], before[name][[1, 3]])
    assert torch.equal(after["second.weight"], before["second.weight"][:, [1, 3]])
    assert torch.equal(after["classes.weight"], before["classes.weight"])


@pytest.mark.parametrize("scope", ["global", "isomorphic"])
def test_a_ranking_over_layers_takes_its_share_of_all_channels(scope):
    model = trained("hrsegnet", width=16)
    steps = list(pruning_steps(model, Pruning(criterion="l1", ratio=0.5, scope=scope, steps=2)))
    for step in steps:
        before, now = (sum(column) for column in zip(*step.widths.values(), strict=True))
        assert now / before == pytest.approx(1 - 0.5 * step.share, abs=0.02)
    shares = {round(now / before, 2) for before, now in steps[-1].widths.values()}
    assert len(shares) > 1
    assert min(now for _, now in steps[-1].widths.values()) >= 1


@pytest.mark.parametrize("round_to", [8, 16])
@pytest.mark.parametrize("scope", ["local", "global"])
def test_rounded_widths_are_multiples(round_to, scope):
    model = trained("hrsegnet", width=32)
    settings = Pruning(criterion="l1", ratio=0.4, scope=scope, round_to=round_to, steps=2)
    last = list(pruning_steps(model, settings))[-1]
    assert all(now % round_to == 0 for _, now in last.widths.values())
    assert any(now < before for before, now in last.widths.values())


def test_one_seed_gives_one_choice():
    def weights(seed):
        model = trained("hrsegnet", width=4)
        list(pruning_steps(model, Pruning(criterion="random", ratio=0.5, steps=2, seed=seed)))
        return model.stem[0][0].weight

    assert torch.equal(weights(0), weights(0))
    assert not torch.equal(weights(0), weights(1))


def test_a_pruned_network_can_be_pruned_again():
    model = chain(width=16)
    for width in (8, 4, 2):
        list(pruning_steps(model, Pruning(criterion="l1", ratio=0.5)))
        assert (model.first.out_channels, model.norm.num_features, model.second.in_channels) == (width,) * 3
        assert model(image()).shape == (2, 2, 64, 64)


def test_layers_of_every_kind_that_has_widths_are_cut():
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1),
        nn.PReLU(8),
        nn.ConvTranspose2d(8, 8, 2, stride=2),
        nn.InstanceNorm2d(8, affine=True, track_running_stats=True),
        nn.Conv2d(8, 8, 3, stride=2, padding=1, groups=8),
        nn.PReLU(),
        nn.ConvTranspose2d(8, 16, 1, groups=2),
        nn.BatchNorm2d(16, affine=False),
        nn.Conv2d(16, 2, 1),
    )
    list(pruning_steps(model, Pruning(criterion="l2", ratio=0.5)))
    attributes = widths_of(model)
    assert [attributes[name] for name in ("1", "3", "4", "6", "7")] == [
        {"num_parameters": 4},
        {"num_features": 4},
        {"in_channels": 4, "out_channels": 4, "groups": 4},
        {"in_channels": 4, "out_channels": 8, "groups": 2},
        {"num_features": 8},
    ]
    assert model[3].running_var.shape == (4,)


def test_frozen_weights_modes_and_memory_layout_stay_as_they_were():
    model = chain(width=8).to(memory_format=torch.channels_last).train()
    model.first.requires_grad_(False)
    list(pruning_steps(model, Pruning(criterion="l1", ratio=0.5)))
    assert type(model.first) is nn.Conv2d
    assert model.training
    assert model.norm.training
    assert not model.first.weight.requires_grad
    assert model.second.weight.requires_grad
    assert model.second.weight.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (Pruning(criterion="taylor", ratio=0.5), "taylor needs the losses of calibration batches; none were given"),
        (Pruning(criterion="l1", ratio=0.9), "layer first: of its 8 channels none would be left"),
        (Pruning(criterion="l1", ratio=0.9, steps=9), "layer first: of its 8 channels none would be left"),
        (Pruning(criterion="l1", ratio=0.5, parts={"third": 0.1}), "no layer of third can be cut"),
    ],
)
def test_what_cannot_be_done_is_refused_before_the_first_cut(settings, told):
    model = chain(width=8)
    with pytest.raises(InputError, match=told):
        pruning_steps(model, settings)
    assert model.first.out_channels == 8


def test_the_kept_widths_and_weights_give_the_same_logits_in_a_fresh_process(tmp_path):
    model = trained("hrsegnet", width=8)
    list(pruning_steps(model, Pruning(criterion="l1", ratio=0.4, scope="global", steps=2)))
    (tmp_path / "widths.json").write_text(json.dumps(widths_of(model)))
    save_file(model.state_dict(), tmp_path / "weights.safetensors")
    code = f"""
import json, torch
from pathlib import Path
from safetensors.torch import load_file, save_file
from hairline.models import create_model
from hairline.models.parts.widths import apply_widths
folder = Path({str(tmp_path)!r})
model = create_model("hrsegnet", classes=3, width=8).eval()
apply_widths(model, json.loads((folder / "widths.json").read_text()))
model.load_state_dict(load_file(folder / "weights.safetensors"))
torch.set_num_threads({torch.get_num_threads()})
image = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))
with torch.no_grad():
    save_file({{"logits": model(image)}}, folder / "logits.safetensors")
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    with torch.no_grad():
        assert torch.equal(load_file(tmp_path / "logits.safetensors")["logits"], model(image()))
    assert models.heads(model) == {"main": 1.0, "aux1": 0.5, "aux2": 0.5}
