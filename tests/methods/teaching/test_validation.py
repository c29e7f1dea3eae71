import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from hairline import engine
from hairline.config import load_params
from hairline.data.images import read_image
from hairline.data.loading.loader import WholeImages
from hairline.data.loading.store import open_store
from hairline.data.manifest import choose_split, read_manifest
from hairline.data.masks import read_mask, write_mask
from hairline.data.preparing.prepare import prepare
from hairline.io import write_json
from hairline.methods.scoring import decide
from hairline.methods.teaching.validation import Validation
from hairline.metrics import best_threshold
from tests.conftest import ROOT
from tests.methods.runs import train_supervised


@pytest.fixture(scope="module")
def three_classes(prepared, tmp_path_factory):
    """The drawn pictures again, where a crack in the right half of a picture is called a joint."""
    folder = tmp_path_factory.mktemp("three")
    shutil.copytree(prepared.parent / "raw", folder / "raw")
    for path in (folder / "raw" / "masks").iterdir():
        mask = read_mask(path, classes=2)
        mask[:, mask.shape[1] // 2 :] *= 2
        write_mask(path, mask)
    write_json(folder / "raw" / "classes.json", {"classes": {"0": "background", "1": "crack", "2": "joint"}})
    split = load_params(ROOT / "params.yaml").datasets["synthetic"].split
    prepare(folder / "raw", folder / "three", split, report=folder / "three.md", page=folder / "three.html")
    return folder / "three"


@pytest.fixture
def of_three(training, three_classes):
    """A training on them."""
    loss = training.settings.loss.model_copy(update={"class_weights": [1, 4, 4]})
    return replace(training, prepared=three_classes, settings=training.settings.model_copy(update={"loss": loss}))


def with_thresholds(training):
    return replace(training, settings=training.settings.model_copy(update={"decide": "thresholds"}))


def validation_of(training, *, by_thresholds, pictures=None):
    samples, settings = read_manifest(training.prepared), training.settings
    shown = choose_split(samples, 0)["val"] if pictures is None else pictures
    return Validation(
        WholeImages(open_store(training.prepared, samples), shown, batch_size=2),
        classes=3,
        loss=settings.loss,
        normalisation=settings.normalisation,
        views=settings.views,
        precision=settings.precision,
        device=engine.set_up_device(settings, engine.World()),
        by_thresholds=by_thresholds,
    )


def test_several_classes_are_decided_by_the_likeliest_unless_asked_otherwise(of_three, tmp_path):
    run = train_supervised(of_three, tmp_path / "run")
    assert engine.load_run(run).card.thresholds == []
    assert not [name for name in json.loads((run / "run.json").read_text())["val"] if "threshold" in name]


def test_each_class_has_the_threshold_that_is_best_for_it_on_val(of_three, tmp_path):
    training = with_thresholds(of_three)
    run = engine.load_run(train_supervised(training, tmp_path / "run"))
    scores = validation_of(training, by_thresholds=True).look(run.model).scores
    best = [best_threshold(scores, class_id=class_id) for class_id in (1, 2)]
    assert run.card.thresholds == pytest.approx([threshold for threshold, _ in best], abs=1e-6)
    val = json.loads((tmp_path / "run" / "run.json").read_text())["val"]
    assert val["f1"] == pytest.approx(np.mean([f1 for _, f1 in best]), abs=1e-5)
    assert [val["threshold_1"], val["threshold_2"]] == pytest.approx(run.card.thresholds, abs=1e-6)


def test_thresholds_change_nothing_but_f1_among_the_figures_of_val(of_three, tmp_path):
    model = engine.load_run(train_supervised(of_three, tmp_path / "run")).model
    plain, best = (validation_of(of_three, by_thresholds=asked)(model) for asked in (False, True))
    assert best.keys() - plain.keys() == {"threshold_1", "threshold_2"}
    assert {name for name in plain if plain[name] != best[name]} <= {"f1"}


def test_a_class_of_which_val_shows_nothing_has_the_threshold_one_half(of_three, tmp_path):
    training = with_thresholds(of_three)
    model = engine.load_run(train_supervised(training, tmp_path / "run")).model
    without_joint = [sample for sample in read_manifest(training.prepared) if _shows_no_joint(training, sample)]
    assert without_joint
    figures = validation_of(training, by_thresholds=True, pictures=without_joint)(model)
    assert figures["threshold_2"] == 0.5


def test_thresholds_find_rare_classes_that_the_likeliest_class_hides(of_three):
    """At equal weights a rare class is seldom the likeliest one, though its probability tells where it is."""
    probability = np.array([[0.6, 0.9], [0.3, 0.06], [0.1, 0.04]], np.float32).reshape(3, 1, 2)
    assert decide(probability, []).tolist() == [[0, 0]]
    assert decide(probability, [0.2, 0.2]).tolist() == [[1, 0]]


def _shows_no_joint(training, sample):
    return not (read_image(training.prepared / sample.mask) == 2).any()
