import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.multiprocessing as multiprocessing

from hairline import engine
from hairline.config import Repeat, TutorsParams
from hairline.data.loading.loader import TrainBatches, WholeImages
from hairline.data.loading.soft_labels import SoftLabels
from hairline.data.loading.store import open_store
from hairline.data.manifest import choose_split, read_manifest
from hairline.engine import load_run
from hairline.errors import InputError
from hairline.io import read_csv
from hairline.methods.soften import soften, teacher_probabilities
from hairline.methods.teaching.rounds import Rounds
from hairline.methods.teaching.soft_labels import plan_student
from hairline.methods.teaching.train import train
from hairline.methods.teaching.validation import Validation
from hairline.metrics import best_threshold
from tests.methods.runs import train_supervised

ROOT = Path(__file__).parents[3]


def soften_at(teacher, prepared, out, temperature, settings, *, minimum_f1=0.0, storage="uint8"):
    soften(
        teacher, prepared, out, temperature=temperature, fold=0, storage=storage, minimum_f1=minimum_f1,
        settings=settings,
    )  # fmt: skip
    return out


def test_a_teacher_teaches_a_student_at_any_temperature(training, params, prepared, tmp_path):
    teacher = train_supervised(training, tmp_path / "teacher")
    labels = soften_at(teacher, prepared, tmp_path / "T0.7", 0.7, training.settings)
    method, create_step = plan_student(params.train, params.kd, arm="standard", temperature=0.7, labels=labels)
    student = replace(training, soft_labels=labels)
    train(student, tmp_path / "student", method=method, create_step=create_step)
    run = load_run(tmp_path / "student")
    assert all(0 < threshold < 1 for threshold in run.card.thresholds) and len(run.card.thresholds) == 1
    record = json.loads((tmp_path / "student" / "run.json").read_text())
    assert record["method"]["temperatures"] == {"t0": 0.0, "t1": 0.7, "t2": 1.0}


def test_a_single_headed_network_learns_from_all_that_mcff_says(training, params, prepared, tmp_path):
    teacher = train_supervised(training, tmp_path / "teacher")
    labels = soften_at(teacher, prepared, tmp_path / "T10", 10, training.settings)
    hrsegnet = training.run.model_copy(
        update={"model": training.run.model.model_copy(update={"name": "hrsegnet", "arguments": {"width": 4}})}
    )
    method, create_step = plan_student(params.train, params.kd, arm="hyperthermal", temperature=10, labels=labels)
    student = replace(training, run=hrsegnet, soft_labels=labels)
    train(student, tmp_path / "student", method=method, create_step=create_step)
    assert load_run(tmp_path / "student").card.network == "hrsegnet"


@pytest.mark.parametrize(("storage", "bound"), [("uint8", 1 / 510 + 1e-6), ("float16", 2.5e-4)])
def test_stored_soft_labels_are_the_teachers_probabilities_at_that_temperature(
    training, prepared, tmp_path, storage, bound
):
    from hairline.data.loading.soft_labels import decode
    from hairline.models import forward_heads
    from hairline.models.parts.normalisation import normalise

    plain = replace(training, settings=training.settings.model_copy(update={"precision": "fp32"}))
    teacher = train_supervised(plain, tmp_path / "teacher")
    labels = SoftLabels(soften_at(teacher, prepared, tmp_path / "T5", 5, plain.settings, storage=storage))
    samples = read_manifest(prepared)
    assert labels.ids and set(labels.ids) == {sample.id for sample in choose_split(samples, 0)["train"]}
    run = load_run(teacher)
    store = open_store(prepared, samples)
    image = torch.from_numpy(store.image(labels.ids[0]).copy())[None]
    with torch.inference_mode():
        logits = forward_heads(run.model, normalise(image, run.card.normalisation))
    for head, planes in zip(labels.heads, decode(labels.read(labels.ids[0])), strict=True):
        expected = (logits[head][0] / 5).softmax(dim=0)
        assert float((torch.from_numpy(planes) - expected).abs().max()) <= bound


def test_a_teacher_that_knows_too_little_is_refused(training, prepared, tmp_path):
    teacher = train_supervised(training, tmp_path / "teacher")
    with pytest.raises(InputError, match=r"teacher.*below kd\.teacher\.minimum_f1 = 0\.99"):
        soften_at(teacher, prepared, tmp_path / "T10", 10, training.settings, minimum_f1=0.99)
    assert not (tmp_path / "T10").exists()


def test_softening_goes_on_where_it_was_stopped(training, prepared, tmp_path, monkeypatch):
    teacher = train_supervised(training, tmp_path / "teacher")
    monkeypatch.setattr("hairline.methods.soften.PART", 4)
    whole = soften_at(teacher, prepared, tmp_path / "whole", 5, training.settings)
    asked = []

    def counting(model, images, **arguments):
        asked.append(images.ids)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return teacher_probabilities(model, images, **arguments)

    monkeypatch.setattr("hairline.methods.soften.teacher_probabilities", counting)
    with pytest.raises(KeyboardInterrupt):
        soften_at(teacher, prepared, tmp_path / "stopped", 6, training.settings)
    assert not (tmp_path / "stopped").exists()
    soften_at(teacher, prepared, tmp_path / "stopped", 6, training.settings)
    ids = [sample.id for sample in choose_split(read_manifest(prepared), 0)["train"]]
    done = [sample_id for part in (asked[0], *asked[2:]) for sample_id in part]
    assert sorted(done) == sorted(ids), "what was done before the stop is not done again"
    assert SoftLabels(tmp_path / "stopped").ids == SoftLabels(whole).ids == sorted(ids)


@pytest.mark.parametrize("temperature", [0, -3, float("nan")])
def test_a_temperature_that_softens_nothing_is_refused(training, prepared, tmp_path, temperature):
    with pytest.raises(InputError, match="above 0"):
        soften_at(tmp_path / "teacher", prepared, tmp_path / "T", temperature, training.settings)


def test_equal_settings_are_trained_once_and_another_seed_anew(training, tmp_path):
    first = train_supervised(training, tmp_path / "first")
    again = train_supervised(training, tmp_path / "again")
    other = train_supervised(replace(training, repeat=Repeat(1, 0)), tmp_path / "other")

    def weights(folder):
        return (folder / "model.safetensors").read_bytes()

    assert (first / "run.json").read_bytes() == (again / "run.json").read_bytes()
    assert weights(first) == weights(again) != weights(other)


def test_cross_validation_tests_on_its_fold_and_trains_on_neither_it_nor_its_val(prepared):
    samples = read_manifest(prepared)
    chosen = choose_split(samples, 2)
    assert {sample.fold for sample in chosen["test"]} == {2}
    assert {sample.fold for sample in chosen["val"]} == {3}
    assert {sample.fold for sample in chosen["train"]} == {1, 4, 5}


def test_a_refit_has_seen_val_too_and_decides_by_the_threshold_of_the_network_that_had_not(training, tmp_path):
    plain = train_supervised(training, tmp_path / "plain")
    refit = train_supervised(replace(training, refit=1), tmp_path / "refit")
    one, other = load_run(plain), load_run(refit)
    assert one.card.thresholds == other.card.thresholds
    assert one.card.weights_sha256 != other.card.weights_sha256
    records = [json.loads((folder / "run.json").read_text()) for folder in (plain, refit)]
    assert records[0]["val"] == records[1]["val"]
    assert [record["refit"] for record in records] == [0, 1]
    before, after = ((folder / "history.csv").read_text().splitlines() for folder in (plain, refit))
    epochs = training.run.epochs
    assert len(before) == 1 + epochs and len(after) == 1 + 2 * epochs
    assert "refit_loss" in after[0] and "refit_loss" not in before[0]


def test_a_refit_is_a_training_on_train_and_val_and_on_no_test_picture(training, prepared, tmp_path, monkeypatch):
    pictures = []

    def noted(store, samples, **arguments):
        pictures.append([sample.id for sample in samples])
        return TrainBatches(store, samples, **arguments)

    monkeypatch.setattr("hairline.methods.teaching.rounds.TrainBatches", noted)
    train_supervised(replace(training, refit=1), tmp_path / "refit")
    chosen = {
        split: [sample.id for sample in members] for split, members in choose_split(read_manifest(prepared), 0).items()
    }
    assert pictures == [chosen["train"], chosen["train"] + chosen["val"]]
    assert chosen["val"] and not set(chosen["test"]) & set(pictures[1])


def test_in_turns_each_picture_is_held_out_once_and_all_choose_the_threshold(training, prepared, tmp_path, monkeypatch):
    asked, trained, answers = [], [], []
    look, play = Validation.look, Rounds.play

    def noted_look(validation, model):
        answers.append(look(validation, model))
        asked.append(sorted(validation.images.ids))
        return answers[-1]

    def noted_play(rounds, round):
        trained.append((round.name, [sample.id for sample in round.pictures], round.seed))
        return play(rounds, round)

    monkeypatch.setattr(Validation, "look", noted_look)
    monkeypatch.setattr(Rounds, "play", noted_play)
    run = train_supervised(replace(training, refit=3), tmp_path / "turns")
    chosen = choose_split(read_manifest(prepared), 0)
    both = [sample.id for split in ("train", "val") for sample in chosen[split]]
    assert sorted(id for ids in asked for id in ids) == sorted(both)
    assert [name for name, *_ in trained] == ["turn-0", "turn-1", "turn-2", "refit"] and trained[-1][1] == both
    for (_, pictures, seed), held_out in zip(trained, asked, strict=False):
        assert sorted([*pictures, *held_out]) == sorted(both) and seed == training.repeat.seed
    record = json.loads((run / "run.json").read_text())
    scores = [score for answer in answers for score in answer.scores]
    threshold, f1 = best_threshold(scores)
    assert load_run(run).card.thresholds == pytest.approx([threshold], abs=1e-6)
    assert record["refit"] == 3 and record["val"]["f1"] == pytest.approx(f1, abs=1e-6)
    rows = read_csv(run / "history.csv")
    epochs = training.run.epochs
    assert len(rows) == 2 * epochs and record["best_epoch"] == epochs
    assert [bool(row["val_f1"]) for row in rows] == [row["epoch"] == str(epochs) for row in rows]


def test_a_refit_is_not_for_counted_masks(training, tmp_path):
    with pytest.raises(InputError, match="refit: val pictures"):
        train_supervised(replace(training, refit=1, masks=4), tmp_path / "run")


def test_a_missing_fold_is_refused(training, tmp_path):
    with pytest.raises(InputError, match="fold 9"):
        train_supervised(replace(training, repeat=Repeat(0, 9)), tmp_path / "run")


TRAIN = """
import sys, json
from pathlib import Path
from hairline.config import Repeat, RunParams, TrainParams, TutorsParams
from hairline.methods.teaching.supervised import plan_supervised
from hairline.methods.teaching.train import train
from hairline.methods.teaching.training import Training
from hairline.engine import fitting
fitting.SECONDS_BETWEEN_CHECKPOINTS = 0.0
run, settings, prepared, out, rounds = sys.argv[1:]
settings = TrainParams.model_validate_json(settings)
tutors = {"tutors": TutorsParams(count=2)}
more = {"": {}, "refit": {"refit": 1}, "turns": {"refit": 2}, "tutors": tutors}[rounds]
training = Training(RunParams.model_validate_json(run), settings, Path(prepared), Repeat(0, 0), **more)
method, create_step = plan_supervised(settings)
train(training, Path(out), method=method, create_step=create_step)
"""


@pytest.mark.parametrize(
    ("rounds", "begun"),
    [("", "checkpoint-0.pt"), ("refit", "refit-0.pt"), ("turns", "turn-1-0.pt"), ("tutors", "tutor-1-0.pt")],
)
def test_a_killed_training_ends_with_the_weights_of_one_that_was_not_killed(
    training, tmp_path, monkeypatch, rounds, begun
):
    long = replace(training, run=training.run.model_copy(update={"epochs": 12}))
    more = {"": {}, "refit": {"refit": 1}, "turns": {"refit": 2}, "tutors": {"tutors": TutorsParams(count=2)}}[rounds]
    long = replace(long, **more)
    whole = train_supervised(long, tmp_path / "whole")
    monkeypatch.setenv("DVC_ROOT", str(tmp_path / "elsewhere"))  # where nothing is finished yet
    arguments = [
        long.run.model_dump_json(),
        long.settings.model_dump_json(),
        str(long.prepared),
        str(tmp_path / "killed"),
        rounds,
    ]
    process = subprocess.Popen([sys.executable, "-c", TRAIN, *arguments], cwd=ROOT, stderr=subprocess.DEVNULL)
    unfinished = tmp_path / "elsewhere" / ".work" / "unfinished-training"
    deadline = time.monotonic() + 120
    while not list(unfinished.glob(f"*/{begun}")):
        assert process.poll() is None and time.monotonic() < deadline, "no checkpoint came"
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert not (tmp_path / "killed").exists(), "it was killed in the middle"
    subprocess.run([sys.executable, "-c", TRAIN, *arguments], cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
    assert (whole / "model.safetensors").read_bytes() == (tmp_path / "killed" / "model.safetensors").read_bytes()
    assert (whole / "history.csv").read_bytes() == (tmp_path / "killed" / "history.csv").read_bytes()


def _validate(rank, size, port, folder, prepared, settings, results):
    os.environ.update(RANK=str(rank), WORLD_SIZE=str(size), MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    torch.set_num_threads(1)
    world = engine.join_world()
    run = load_run(Path(folder))
    samples = read_manifest(Path(prepared))
    images = WholeImages(
        open_store(Path(prepared), samples), choose_split(samples, 0)["train"], batch_size=2, rank=world.rank,
        world=world.size,
    )  # fmt: skip
    validation = Validation(
        images, classes=2, loss=settings.loss, normalisation="standardise", views=settings.views,
        precision="fp32", device=torch.device("cpu"),
    )  # fmt: skip
    results[(size, rank)] = (len(images.ids), validation(run.model))
    engine.leave_world()


def test_two_processes_validate_with_the_same_counts_as_one(training, prepared, tmp_path, free_port):
    folder = train_supervised(training, tmp_path / "run")
    with multiprocessing.Manager() as manager:
        results = manager.dict()
        for size in (1, 2):
            arguments = (size, free_port, str(folder), str(prepared), training.settings, results)
            multiprocessing.spawn(_validate, args=arguments, nprocs=size)
        alone, first, second = (results[key] for key in ((1, 0), (2, 0), (2, 1)))
    assert first[0] + second[0] == alone[0] and min(first[0], second[0]) > 0
    assert first[1] == second[1]
    for name, value in alone[1].items():
        assert first[1][name] == pytest.approx(value, rel=1e-6), name


@pytest.mark.parametrize("rounds", ["", "refit", "turns", "tutors"])
def test_two_processes_train_write_one_run_and_end_together(training, tmp_path, free_port, rounds):
    arguments = [training.run.model_dump_json(), training.settings.model_dump_json(), str(training.prepared)]
    environment = os.environ | {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(free_port)}
    for name in ("trained", "taken over"):
        processes = [
            subprocess.Popen(
                [sys.executable, "-c", TRAIN, *arguments, str(tmp_path / name), rounds],
                cwd=ROOT,
                env=environment | {"RANK": str(rank), "LOCAL_RANK": str(rank)},
                stderr=subprocess.DEVNULL,
            )
            for rank in (0, 1)
        ]
        assert [process.wait(timeout=180) for process in processes] == [0, 0]
        assert json.loads((tmp_path / name / "run.json").read_text())["processes"] == 2
        load_run(tmp_path / name)
