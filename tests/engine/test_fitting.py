import os
import signal
from pathlib import Path

import pytest
import torch
from torch import nn

from hairline.config import Params
from hairline.engine import fitting
from hairline.engine.fitting import Fitted, fit
from hairline.errors import InputError
from tests.engine.toy import Line, LineStep, PointBatches, toy_settings, validate_line

CPU = torch.device("cpu")


def train_line(params: Params, folder: Path, *, batches: PointBatches | None = None, **changes: object) -> Fitted:
    epochs = changes.pop("epochs", 6)
    rate = changes.pop("learning_rate", 0.02)
    model = Line()
    return fit(
        LineStep(model),
        batches or PointBatches(),
        model=model,
        validate=validate_line,
        settings=toy_settings(params.train, **changes),
        epochs=epochs,
        learning_rate=rate,
        checkpoint=folder / "checkpoint.pt",
        device=CPU,
    )


def assert_same_weights(one: Fitted, other: Fitted) -> None:
    assert one.weights.keys() == other.weights.keys()
    for name, value in one.weights.items():
        assert torch.equal(value, other.weights[name]), name


@pytest.mark.parametrize("optimiser", ["adamw", "sgd", "rmsprop"])
@pytest.mark.parametrize("schedule", ["constant", "cosine", "poly", "one_cycle", "plateau"])
def test_every_optimiser_and_schedule_learns(params, tmp_path, optimiser, schedule):
    rate = 0.05 if optimiser == "sgd" else 0.02
    fitted = train_line(params, tmp_path, epochs=12, learning_rate=rate, optimiser=optimiser, schedule=schedule)
    losses = [row["val_loss"] for row in fitted.history]
    assert min(losses) < losses[0] / 2


class BatchesThatStop(PointBatches):
    """Send this process a signal in the middle of a chosen epoch, once."""

    def __init__(self, *, epoch: int, position: int, number: signal.Signals) -> None:
        super().__init__()
        self.stop_at, self.number = (epoch, position), number

    def epoch(self, number, *, start=0):
        for position, batch in enumerate(super().epoch(number, start=start), start):
            if (number, position) == self.stop_at:
                os.kill(os.getpid(), self.number)
            yield batch


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("changes", [{}, {"ema": 0.9}, {"accumulate": 3}, {"schedule": "plateau"}])
def test_a_stopped_training_ends_with_the_weights_of_one_that_was_not_stopped(params, tmp_path, number, changes):
    whole = train_line(params, tmp_path / "whole", **changes)
    with pytest.raises(KeyboardInterrupt):
        stopping = BatchesThatStop(epoch=2, position=1, number=number)
        train_line(params, tmp_path / "stopped", batches=stopping, **changes)
    torch.manual_seed(99)  # whatever chance the new process starts with
    resumed = train_line(params, tmp_path / "stopped", **changes)
    assert_same_weights(whole, resumed)
    assert whole.history == resumed.history


class BatchesThatKill(PointBatches):
    def epoch(self, number, *, start=0):
        for position, batch in enumerate(super().epoch(number, start=start), start):
            if (number, position) == (3, 2):
                raise RuntimeError("as if the machine went off")
            yield batch


def test_after_a_crash_the_last_checkpoint_leads_to_the_same_weights(params, tmp_path, monkeypatch):
    whole = train_line(params, tmp_path / "whole")
    monkeypatch.setattr(fitting, "SECONDS_BETWEEN_CHECKPOINTS", 0.0)
    with pytest.raises(RuntimeError, match="machine"):
        train_line(params, tmp_path / "crashed", batches=BatchesThatKill())
    assert_same_weights(whole, train_line(params, tmp_path / "crashed"))


def test_a_damaged_checkpoint_is_named_and_training_starts_anew(params, tmp_path, capsys):
    whole = train_line(params, tmp_path / "whole")
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "checkpoint.pt").write_bytes(b"not a checkpoint")
    assert_same_weights(whole, train_line(params, tmp_path / "damaged"))
    assert "unreadable checkpoint" in capsys.readouterr().err


def test_accumulated_small_batches_step_like_one_large_batch(params, tmp_path):
    class Halves(PointBatches):
        def __len__(self):
            return 2 * self.count

        def epoch(self, number, *, start=0):
            for batch in super().epoch(number):
                for half in (slice(None, 3), slice(3, None)):
                    yield type(batch)(batch.x[half], batch.y[half])

    def weights(batches, folder, accumulate):
        model = Line(dropout=0.0)
        settings = toy_settings(params.train, accumulate=accumulate, optimiser="sgd", clip=0.0)
        return fit(
            LineStep(model), batches, model=model, validate=validate_line, settings=settings, epochs=2,
            learning_rate=0.01, checkpoint=folder / "checkpoint.pt", device=CPU,
        ).weights  # fmt: skip

    large = weights(PointBatches(), tmp_path / "large", 1)
    small = weights(Halves(), tmp_path / "small", 2)
    for name, value in large.items():
        torch.testing.assert_close(value, small[name])


def test_the_kept_weights_are_those_of_the_best_validation(params, tmp_path):
    figures = iter([{"f1": 0.2}, {"f1": 0.9}, {"f1": 0.5}])
    seen = []

    def validate(model):
        seen.append({name: value.clone() for name, value in model.state_dict().items()})
        return next(figures)

    model = Line()
    fitted = fit(
        LineStep(model), PointBatches(), model=model, validate=validate, settings=toy_settings(params.train),
        epochs=3, learning_rate=0.02, checkpoint=tmp_path / "checkpoint.pt", device=CPU,
    )  # fmt: skip
    assert (fitted.best_epoch, fitted.figures) == (2, {"f1": 0.9})
    assert all(torch.equal(value, seen[1][name]) for name, value in fitted.weights.items())


def test_where_no_picture_is_held_out_the_weights_of_the_end_are_kept_and_found_again(params, tmp_path):
    def train_blindly():
        model = Line()
        fitted = fit(
            LineStep(model), PointBatches(), model=model, validate=None, settings=toy_settings(params.train),
            epochs=3, learning_rate=0.02, checkpoint=tmp_path / "checkpoint.pt", device=CPU,
        )  # fmt: skip
        return fitted, model.state_dict()

    fitted, at_the_end = train_blindly()
    assert fitted.best_epoch == 3 and fitted.figures == {}
    assert all(torch.equal(value, at_the_end[name]) for name, value in fitted.weights.items())
    assert not any(name.startswith("val_") for row in fitted.history for name in row)
    assert_same_weights(fitted, train_blindly()[0])


def test_selecting_by_loss_keeps_the_lowest(params, tmp_path):
    fitted = train_line(params, tmp_path, select="loss", epochs=8)
    losses = [row["val_loss"] for row in fitted.history]
    assert fitted.best_epoch == 1 + losses.index(min(losses))


def test_patience_ends_a_training_that_no_longer_gains(params, tmp_path):
    model = Line()
    fitted = fit(
        LineStep(model), PointBatches(), model=model, validate=lambda _: {"f1": 0.5},
        settings=toy_settings(params.train, patience=2), epochs=50, learning_rate=0.02,
        checkpoint=tmp_path / "checkpoint.pt", device=CPU,
    )  # fmt: skip
    assert len(fitted.history) == 3


def test_averaged_weights_are_validated_and_kept_and_differ_from_the_plain_ones(params, tmp_path):
    plain = train_line(params, tmp_path / "plain")
    averaged = train_line(params, tmp_path / "averaged", ema=0.9)
    assert any(not torch.equal(plain.weights[name], averaged.weights[name]) for name in plain.weights)


def test_the_statistics_of_a_batch_norm_are_averaged_and_its_count_of_batches_is_kept(params, tmp_path):
    model = Line()
    model.layers.insert(1, nn.BatchNorm1d(8))
    fitted = fit(
        LineStep(model), PointBatches(), model=model, validate=validate_line,
        settings=toy_settings(params.train, ema=0.9), epochs=2, learning_rate=0.02,
        checkpoint=tmp_path / "checkpoint.pt", device=CPU,
    )  # fmt: skip
    assert fitted.weights["layers.1.num_batches_tracked"] in (4, 8), "batches of one or of two epochs"
    plain = model.layers[1].running_mean
    assert not torch.equal(fitted.weights["layers.1.running_mean"], plain)
    assert torch.allclose(fitted.weights["layers.1.running_mean"], plain, atol=0.5)


def test_a_training_that_diverges_says_so_and_names_what_to_change(params, tmp_path):
    with pytest.raises(InputError, match=r"diverged.*learning_rate"):
        train_line(params, tmp_path, learning_rate=1e18, optimiser="sgd", clip=0.0, epochs=30)


@pytest.mark.parametrize(
    ("validations", "expected"), [(1, [6]), (2, [3, 6]), (4, [2, 3, 5, 6]), (99, [1, 2, 3, 4, 5, 6])]
)
def test_validations_lie_evenly_over_the_epochs_and_one_at_the_end(params, tmp_path, validations, expected):
    fitted = train_line(params, tmp_path / "run", epochs=6, validations=validations)
    assert [int(row["epoch"]) for row in fitted.history if "val_loss" in row] == expected
