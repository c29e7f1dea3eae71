import pytest
import torch
from torch import nn

from hairline.errors import InputError
from hairline.prune import find_groups, list_criteria
from hairline.prune.criteria import Evidence, criterion_named
from hairline.prune.criteria._mean import sum_by_channel
from hairline.prune.gradients import mean_gradients
from tests.prune.toy import chain, losses_of


def scores(model, criterion, *, group="first", gradients=None, seed=0):
    chosen = next(found for found in find_groups(model).groups if found.name == group)
    evidence = Evidence(dict(model.named_modules()), gradients or {}, torch.Generator().manual_seed(seed))
    return criterion_named(criterion).scores(chosen, evidence)


def by_hand(model, importance):
    """The mean over first (out), norm and second (in), over its mean."""
    total = (
        importance("first.weight").sum((1, 2, 3))
        + importance("norm.weight")
        + importance("second.weight").sum((0, 2, 3))
    )
    return (total / total.mean()).detach()


@pytest.fixture
def model():
    model = chain(width=4)
    nn.init.uniform_(model.norm.weight)
    return model


def test_the_known_criteria():
    assert list_criteria() == ["bn_scale", "l1", "l2", "random", "taylor"]


def test_an_unknown_criterion_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match=r"no pruning criterion tailor; did you mean taylor\? known: bn_scale, l1, l2"):
        criterion_named("tailor")


@pytest.mark.parametrize(("criterion", "power"), [("l1", 1), ("l2", 2)])
def test_magnitude_is_the_sum_of_powers_over_all_layers_of_the_group(model, criterion, power):
    weights = dict(model.named_parameters())
    expected = by_hand(model, lambda name: weights[name].abs() ** power)
    torch.testing.assert_close(scores(model, criterion), expected)


def test_taylor_is_weight_times_gradient_over_all_layers_with_the_norm(model):
    weights = dict(model.named_parameters())
    gradients = mean_gradients(model, losses_of(0))
    expected = by_hand(model, lambda name: (weights[name] * gradients[name]).abs())
    torch.testing.assert_close(scores(model, "taylor", gradients=gradients), expected)
    without_norm = {name: value for name, value in gradients.items() if name != "norm.weight"}
    assert not torch.equal(scores(model, "taylor", gradients=without_norm), expected)


def test_taylor_scores_change_when_masks_change_and_repeat_when_they_do_not(model):
    once, again, other = (
        scores(model, "taylor", gradients=mean_gradients(model, losses_of(seed))) for seed in (0, 0, 1)
    )
    assert torch.equal(once, again)
    assert not torch.allclose(once, other)


def test_bn_scale_looks_at_the_norm_alone(model):
    expected = model.norm.weight / model.norm.weight.mean()
    torch.testing.assert_close(scores(model, "bn_scale"), expected.detach())


def test_bn_scale_ranks_channels_without_a_norm_by_their_weights(model):
    assert torch.equal(scores(model, "bn_scale", group="second"), scores(model, "l1", group="second"))


def test_bn_scale_refuses_a_network_without_norms():
    with pytest.raises(InputError, match="bn_scale: this network has no norm with a scale; choose l1"):
        scores(chain(norm=False), "bn_scale")


def test_random_is_another_choice_for_another_seed_only(model):
    once, again, other = (scores(model, "random", seed=seed) for seed in (0, 0, 1))
    assert torch.equal(once, again)
    assert not torch.equal(once, other)


def test_weights_that_are_not_numbers_are_refused(model):
    with torch.no_grad():
        model.second.weight[0, 0, 0, 0] = torch.nan
    with pytest.raises(InputError, match=r"second\.weight: its importance is not a finite number"):
        scores(model, "l1")


def test_dead_channels_score_nothing_and_break_nothing():
    model = chain()
    for parameter in model.parameters():
        nn.init.zeros_(parameter)
    assert torch.equal(scores(model, "l1"), torch.zeros(8))


@pytest.mark.parametrize("groups", [1, 2])
def test_channels_of_transposed_and_grouped_convolutions_are_told_apart(groups):
    """Set a channel's weights to 0: exactly its sum vanishes."""
    for layer in (nn.Conv2d(4, 6, 3, groups=groups), nn.ConvTranspose2d(4, 6, 3, groups=groups)):
        image = torch.randn(1, 4, 5, 5)
        for side, channel in (("in", 3), ("out", 1)):
            nn.init.uniform_(layer.weight, 1, 2)
            nn.init.zeros_(layer.bias)
            if side == "in":
                probe = torch.zeros_like(image)
                probe[:, channel] = 1
                used = torch.autograd.grad(layer(probe).sum(), layer.weight)[0] != 0
            else:
                used = torch.autograd.grad(layer(torch.ones_like(image))[:, channel].sum(), layer.weight)[0] != 0
            with torch.no_grad():
                layer.weight[used] = 0
            sums = sum_by_channel(layer, side, layer.weight.detach())
            assert (sums == 0).nonzero().flatten().tolist() == [channel]
