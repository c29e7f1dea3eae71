import pytest
import torch

from hairline.losses.dice import SMOOTH, dice


def logits_of(crack):
    """[B, H, W] crack probabilities -> two-class logits."""
    crack = torch.tensor(crack)
    return torch.stack([torch.zeros_like(crack), torch.logit(crack)], dim=1)


def test_by_hand():
    mask = torch.tensor([[[1, 0], [1, 0]]])
    cost = dice(logits_of([[[0.5, 0.25], [0.75, 0.5]]]), mask)
    assert cost.item() == pytest.approx(1 - (2 * 1.25 + SMOOTH) / (2.0 + 2.0 + SMOOTH))


def test_each_picture_counts_alike_however_wide_its_cracks_are():
    mask = torch.tensor([[[1, 1]], [[0, 0]]])
    cost = dice(logits_of([[[0.5, 0.5]], [[0.25, 0.25]]]), mask)
    cracked, empty = (2 * 1.0 + SMOOTH) / (1.0 + 2.0 + SMOOTH), SMOOTH / (0.5 + SMOOTH)
    assert cost.item() == pytest.approx(1 - (cracked + empty) / 2)


def test_every_foreground_class_weighs_the_same_and_the_background_nothing():
    logits = torch.zeros(1, 3, 1, 6)  # a third each
    mask = torch.tensor([[[0, 0, 0, 1, 2, 2]]])
    of_first, of_second = (2 / 3 + SMOOTH) / (2 + 1 + SMOOTH), (4 / 3 + SMOOTH) / (2 + 2 + SMOOTH)
    assert dice(logits, mask).item() == pytest.approx(1 - (of_first + of_second) / 2)


def test_a_wider_background_costs_nothing_if_it_is_right():
    narrow, wide = torch.zeros(1, 4, 4, dtype=torch.long), torch.zeros(1, 4, 40, dtype=torch.long)
    costs = []
    for mask in (narrow, wide):
        mask[:, :, 1] = 1
        crack = torch.where(mask == 1, 0.7, 1e-7)
        costs.append(dice(logits_of(crack.tolist()), mask).item())
    assert costs[0] == pytest.approx(costs[1], rel=1e-4)
