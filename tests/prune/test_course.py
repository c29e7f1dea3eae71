"""A pruning as the course of a training, from a run folder to a run folder."""

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from hairline import engine, io
from hairline.config import PruneParams, Repeat, TaughtParams, load_params
from hairline.cost.counts import count_parameters
from hairline.engine import load_run
from hairline.errors import InputError
from hairline.methods.teaching.parent import plan_taught
from hairline.methods.teaching.supervised import plan_supervised
from hairline.methods.teaching.train import train
from hairline.methods.teaching.training import Training
from hairline.prune import Pruning
from hairline.prune.course import plan_pruning, pruning_of

ROOT = Path(__file__).parents[2]
TWO_STEPS = Pruning(criterion="taylor", ratio=0.5, steps=2)


@pytest.fixture
def training(tiny_run, tiny_settings, prepared):
    model = tiny_run.model.model_copy(update={"name": "hrsegnet", "arguments": {"width": 8}})
    return Training(tiny_run.model_copy(update={"model": model, "epochs": 3}), tiny_settings, prepared, Repeat(0, 0))


@pytest.fixture
def parent(training, tmp_path):
    method, create_step = plan_supervised(training.settings)
    train(training, tmp_path / "parent", method=method, create_step=create_step)
    return tmp_path / "parent"


def prune(training, parent, out, pruning=TWO_STEPS, teacher=None):
    settings = training.settings
    method, course = plan_pruning(
        pruning, between=0.34, calibration=2, loss=settings.loss, normalisation=settings.normalisation
    )  # fmt: skip
    plan = (
        plan_supervised(settings) if teacher is None else plan_taught(settings, teacher, parent=load_run(parent).model)
    )
    train(
        replace(training, start=parent, course=course), out, method=plan[0] | method, create_step=plan[1]
    )  # fmt: skip
    return out


def record_of(run):
    return json.loads((run / "run.json").read_text())


def test_the_run_that_comes_out_is_narrower_and_loads_like_any_other(training, parent, tmp_path):
    pruned = load_run(prune(training, parent, tmp_path / "pruned"))
    assert count_parameters(pruned.model) < 0.4 * count_parameters(load_run(parent).model)
    assert pruned.model(torch.zeros(1, 3, 64, 64)).shape == (1, 2, 64, 64)
    assert pruned.card.widths and not load_run(parent).card.widths


def test_its_history_counts_on_over_the_steps(training, parent, tmp_path):
    out = prune(training, parent, tmp_path / "pruned")
    epochs = [int(float(line.split(",")[0])) for line in (out / "history.csv").read_text().splitlines()[1:]]
    record = record_of(out)
    assert epochs == [1, 2, 3]
    assert 2 <= record["best_epoch"] <= 3, "kept is what came after the last cut"
    assert record["method"]["pruning"]["criterion"] == "taylor"


def test_live_curves_count_on_over_the_steps(training, parent, tmp_path, monkeypatch):
    rows = []

    @contextmanager
    def listened(*_, **__):
        yield rows.append

    monkeypatch.setattr("hairline.methods.teaching.train.live_curves", listened)
    prune(training, parent, tmp_path / "pruned")
    assert [row["epoch"] for row in rows] == [1, 2, 3]


def test_an_edited_ranking_is_not_answered_with_an_older_result(training, parent, tmp_path, monkeypatch):
    def key():
        return record_of(prune(training, parent, tmp_path / "pruned"))["method"]["pruning_code"]

    before = key()
    own = io.code_fingerprint
    monkeypatch.setattr("hairline.prune.course.io.code_fingerprint", lambda paths: own([*paths, Path(__file__)]))
    assert key() != before


def test_a_fresh_process_reads_the_same_network(training, parent, tmp_path):
    out = prune(training, parent, tmp_path / "pruned")
    picture = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    torch.save(picture, tmp_path / "picture.pt")
    code = (
        "import sys, torch\nfrom pathlib import Path\nfrom hairline.engine import load_run\n"
        "with torch.inference_mode():\n"
        "    logits = load_run(Path(sys.argv[1])).model(torch.load(sys.argv[2], weights_only=True))\n"
        "torch.save(logits, sys.argv[3])\n"
    )
    paths = [str(tmp_path / name) for name in ("picture.pt", "there.pt")]
    subprocess.run([sys.executable, "-c", code, str(out), *paths], cwd=ROOT, check=True)
    with torch.inference_mode():
        here = load_run(out).model(picture)
    assert torch.equal(here, torch.load(tmp_path / "there.pt", weights_only=True))


def test_a_pruned_run_is_pruned_again(training, parent, tmp_path):
    once = prune(training, parent, tmp_path / "once", Pruning("l1", 0.25))
    twice = prune(training, once, tmp_path / "twice", Pruning("l1", 0.25))
    sizes = [count_parameters(load_run(run).model) for run in (parent, once, twice)]
    assert sizes == sorted(sizes, reverse=True) and len(set(sizes)) == 3


def test_killed_after_its_first_step_it_ends_as_if_it_had_not_been(training, parent, tmp_path, monkeypatch):
    whole = prune(training, parent, tmp_path / "whole")
    monkeypatch.setenv("DVC_ROOT", str(tmp_path / "elsewhere"))  # where nothing is finished yet
    fit, calls = engine.fit, []

    def dies_in_the_second_part(*arguments, **options):
        calls.append(options["checkpoint"])
        if len(calls) == 2:
            raise KeyboardInterrupt
        return fit(*arguments, **options)

    monkeypatch.setattr(engine, "fit", dies_in_the_second_part)
    with pytest.raises(KeyboardInterrupt):
        prune(training, parent, tmp_path / "killed")
    assert not (tmp_path / "killed").exists()
    prune(training, parent, tmp_path / "killed")
    for name in ("model.safetensors", "history.csv"):
        assert (tmp_path / "killed" / name).read_bytes() == (whole / name).read_bytes()


def test_the_parent_teaches_and_keeps_its_own_weights(training, parent, tmp_path):
    before = {name: value.clone() for name, value in load_run(parent).model.state_dict().items()}
    out = prune(training, parent, tmp_path / "taught", teacher=TaughtParams(weight=1, temperature=2))
    assert "train_soft" in (out / "history.csv").read_text().splitlines()[0]
    assert all(torch.equal(value, before[name]) for name, value in load_run(parent).model.state_dict().items())
    alone = prune(training, parent, tmp_path / "alone")
    assert (out / "model.safetensors").read_bytes() != (alone / "model.safetensors").read_bytes()


def test_fewer_batches_than_steps_are_refused(training, parent, tmp_path):
    with pytest.raises(InputError, match="9 batches are too few for 4 parts"):
        prune(training, parent, tmp_path / "pruned", Pruning("l1", 0.5, steps=4))


def test_an_arm_of_the_study_says_what_is_cut():
    params: PruneParams = load_params(ROOT / "params.yaml").prune
    pruning = pruning_of(params, "taylor-iterative-0.5-taught", seed=3)
    expected = ("taylor", 0.5, params.schedules["iterative"], params.round_to, 3)
    assert (pruning.criterion, pruning.ratio, pruning.steps, pruning.round_to, pruning.seed) == expected
    assert "parent" not in params.points() and "parent" in [arm.name for arm in params.plan()]
