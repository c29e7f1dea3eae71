import pytest
import torch

from hairline.errors import InputError
from hairline.models.parts.widths import widths_of
from hairline.prune import scan
from tests.prune.toy import chain, image, losses_of


def answer(model):
    with torch.no_grad():
        return float(model(image()).std())


def test_each_group_is_cut_alone_on_a_copy():
    model = chain(width=8).eval()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    seen = []

    def score(trial):
        seen.append((trial.first.out_channels, trial.second.out_channels, trial.training))
        return answer(trial)

    rows = list(scan(model, score, [0.25, 0.5], criterion="l1"))
    assert [(row.group, row.width, row.ratio, row.kept) for row in rows] == [
        ("first", 8, 0.25, 6),
        ("first", 8, 0.5, 4),
        ("second", 16, 0.25, 12),
        ("second", 16, 0.5, 8),
    ]
    assert seen == [(6, 16, False), (4, 16, False), (8, 12, False), (8, 8, False)]
    assert len({row.score for row in rows}) == 4
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_rows_come_one_by_one():
    calls = []
    rows = scan(chain(), lambda trial: calls.append(1) or 0.0, [0.5], criterion="random")
    assert not calls
    next(rows)
    assert len(calls) == 1


def test_a_channel_always_stays_and_the_row_says_so():
    (row, _) = scan(chain(width=3), answer, [0.9], criterion="taylor", losses=losses_of(0))
    assert (row.width, row.kept) == (3, 1)


def test_what_hurts_more_scores_worse():
    model = chain(width=8).eval()
    with torch.no_grad():
        reference = model(image())

    def likeness(trial):
        with torch.no_grad():
            return -float((trial(image()) - reference).square().mean())

    scores = [row.score for row in scan(model, likeness, [0.0, 0.25, 0.75], criterion="l2") if row.group == "second"]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == 0


def test_wrong_arguments_are_refused_at_once():
    model = chain()
    before = widths_of(model)
    for arguments, told in (
        (([1.0], "l1"), "from 0 to below 1"),
        (([0.5], "l3"), "no pruning criterion l3"),
        (([0.5], "taylor"), "needs the losses"),
    ):
        with pytest.raises(InputError, match=told):
            scan(model, answer, arguments[0], criterion=arguments[1])
    assert widths_of(model) == before
