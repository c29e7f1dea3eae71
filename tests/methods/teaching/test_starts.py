"""Trainings that begin with another network's weights, use few masks, or mix in a second data set."""

import json
import shutil
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file

from hairline import io
from hairline.config import Repeat
from hairline.data.manifest import write_classes
from hairline.engine import load_run
from hairline.errors import InputError
from hairline.models import create_model
from tests.methods.runs import train_supervised


def record(run):
    return json.loads((run / "run.json").read_text())


def test_without_learning_a_start_comes_out_as_it_went_in(training, tmp_path):
    start = train_supervised(training, tmp_path / "start")
    still = training.run.model_copy(update={"learning_rate": 1e-12})
    settings = training.settings.model_copy(update={"weight_decay": 0.0})
    out = train_supervised(replace(training, run=still, settings=settings, start=start), tmp_path / "out")
    before, after = (dict(load_run(run).model.named_parameters()) for run in (start, out))
    for name in before:  # not the running statistics of its norms, which move without learning
        torch.testing.assert_close(after[name], before[name], rtol=1e-5, atol=1e-6)


def test_the_start_is_part_of_what_a_result_depends_on(training, tmp_path):
    start = train_supervised(training, tmp_path / "start")
    other = train_supervised(replace(training, repeat=Repeat(1, 0)), tmp_path / "other")
    runs = [train_supervised(replace(training, start=each), tmp_path / f"from-{each.name}") for each in (start, other)]
    assert record(runs[0])["start"] == load_run(start).card.weights_sha256
    assert (runs[0] / "model.safetensors").read_bytes() != (runs[1] / "model.safetensors").read_bytes()


def test_a_start_of_another_network_is_refused(training, tmp_path):
    start = train_supervised(training, tmp_path / "start")
    wider = training.run.model.model_copy(update={"arguments": {"width": 3, "blocks": 1}})
    with pytest.raises(InputError, match="another network"):
        train_supervised(
            replace(training, run=training.run.model_copy(update={"model": wider}), start=start), tmp_path / "out"
        )


def other_classes(prepared, folder):
    shutil.copytree(prepared, folder)
    write_classes(folder, ["background", "rust"])
    return folder


def test_a_start_that_knows_other_classes_is_refused(training, tmp_path):
    start = train_supervised(training, tmp_path / "start")
    elsewhere = other_classes(training.prepared, tmp_path / "rusty")
    with pytest.raises(InputError, match=r"knows the classes \['background', 'crack'\], wanted are"):
        train_supervised(replace(training, prepared=elsewhere, start=start), tmp_path / "out")


def test_few_masks_are_few_and_val_and_test_stay_whole(training, tmp_path):
    whole, few = (
        record(train_supervised(each, tmp_path / name))["images"]
        for name, each in (("whole", training), ("few", replace(training, masks=4)))
    )
    assert few["train"] == 4 < whole["train"]
    assert (few["val"], few["test"]) == (whole["val"], whole["test"])


def test_more_masks_than_there_are_are_refused_with_both_numbers(training, tmp_path):
    with pytest.raises(InputError, match="999 labelled samples are asked for, but there are"):
        train_supervised(replace(training, masks=999), tmp_path / "out")


def test_another_data_set_of_the_same_classes_is_mixed_in(training, prepared, tmp_path):
    mixed = train_supervised(replace(training, mixed=prepared, mixed_share=0.5), tmp_path / "mixed")
    alone = train_supervised(training, tmp_path / "alone")
    assert record(mixed)["mixed"][1] == 0.5 and record(alone)["mixed"] is None
    assert (mixed / "model.safetensors").read_bytes() != (alone / "model.safetensors").read_bytes()


def test_data_sets_of_other_classes_are_not_mixed(training, prepared, tmp_path):
    elsewhere = other_classes(prepared, tmp_path / "rusty")
    with pytest.raises(InputError, match="only equal ones can be mixed"):
        train_supervised(replace(training, mixed=elsewhere, mixed_share=0.5), tmp_path / "out")


def test_steps_are_as_many_epochs_as_they_need(training, tmp_path):
    batches = record(train_supervised(training, tmp_path / "epochs"))["images"]["train"] // training.run.batch_size
    run = training.run.model_copy(update={"epochs": 0, "steps": 2 * batches + 1})
    out = train_supervised(replace(training, run=run), tmp_path / "steps")
    assert len((out / "history.csv").read_text().splitlines()) == 1 + 3


@pytest.fixture
def with_backbone(training):
    model = training.run.model.model_copy(update={"name": "deeplabv3_mobilenet_v3_large", "arguments": {}})
    return replace(training, run=training.run.model_copy(update={"model": model, "epochs": 1}))


def with_weights(training, file, *, freeze=False):
    weights = training.settings.weights.model_copy(update={"file": str(file), "freeze": freeze})
    return replace(training, settings=training.settings.model_copy(update={"weights": weights}))


def test_a_file_of_weights_is_found_from_the_checkout_on_where_an_experiment_runs_in_a_copy(
    with_backbone, weights_file, monkeypatch
):
    monkeypatch.setenv("DVC_ROOT", str(weights_file.parent))
    assert with_weights(with_backbone, weights_file.name).weights.samefile(weights_file)


@pytest.fixture
def weights_file(tmp_path):
    torch.manual_seed(5)
    model = create_model("deeplabv3_mobilenet_v3_large", classes=21)
    save_file(model.state_dict(), tmp_path / "weights.safetensors")
    return tmp_path / "weights.safetensors"


def test_a_frozen_backbone_comes_out_as_the_file_gave_it(with_backbone, weights_file, tmp_path):
    out = train_supervised(with_weights(with_backbone, weights_file, freeze=True), tmp_path / "out")
    given, after = load_file(weights_file), load_file(out / "model.safetensors")
    backbone = [name for name in given if name.startswith("backbone.")]
    assert backbone and all(torch.equal(after[name], given[name]) for name in backbone)
    head = [name for name in given if name.startswith("classifier.0") and given[name].is_floating_point()]
    assert head and any(not torch.equal(after[name], given[name]) for name in head), "the rest learned"


def test_a_result_depends_on_the_weights_it_began_with(with_backbone, weights_file, tmp_path):
    one = record(train_supervised(with_weights(with_backbone, weights_file), tmp_path / "one"))
    assert one["weights"] == io.sha256_of(weights_file)


def test_weights_that_are_not_there_are_refused(with_backbone, tmp_path):
    with pytest.raises(InputError, match=r"none\.pth: no such file of weights; fetch it with"):
        train_supervised(with_weights(with_backbone, tmp_path / "none.pth"), tmp_path / "out")


def test_a_network_without_a_backbone_takes_no_weights_of_another_task(training, weights_file, tmp_path):
    with pytest.raises(InputError, match="has no backbone"):
        train_supervised(with_weights(training, weights_file), tmp_path / "out")
