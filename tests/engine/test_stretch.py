import pytest
import torch

from hairline.engine import Stretch, World, fit
from tests.engine.toy import Line, LineStep, PointBatches, toy_settings, validate_line


def played(batches, epochs, start=0):
    return [batch.x for number in range(epochs) for batch in batches.epoch(number, start=start if not number else 0)]


@pytest.mark.parametrize(("first", "length", "epochs"), [(0, 4, 2), (1, 2, 3), (3, 7, 2), (9, 5, 1)])
def test_it_plays_the_sequence_from_where_it_begins_without_a_gap(first, length, epochs):
    whole = played(PointBatches(count=4), 6)
    expected = whole[first : first + epochs * length]
    stretch = Stretch(PointBatches(count=4), first=first, length=length)
    assert len(stretch) == length
    assert all(torch.equal(a, b) for a, b in zip(played(stretch, epochs), expected, strict=True))


def test_it_goes_on_from_any_batch_of_an_epoch():
    stretch = Stretch(PointBatches(count=4), first=2, length=5)
    assert all(
        torch.equal(a, b) for a, b in zip(played(stretch, 2, start=3), played(stretch, 2)[3:], strict=True)
    )  # fmt: skip


def test_a_training_over_the_whole_sequence_is_the_plain_training(params, tmp_path):
    settings = toy_settings(params.train, schedule="cosine")

    def weights(batches, name):
        line = Line()
        torch.manual_seed(1)
        fitted = fit(
            LineStep(line), batches, model=line, validate=validate_line, settings=settings, epochs=3,
            learning_rate=0.05, checkpoint=tmp_path / name, device=torch.device("cpu"), world=World(),
        )  # fmt: skip
        return fitted.weights

    plain, stretched = (
        weights(batches, name)
        for name, batches in (("a", PointBatches()), ("b", Stretch(PointBatches(), first=0, length=4)))
    )
    assert all(torch.equal(plain[name], stretched[name]) for name in plain)
