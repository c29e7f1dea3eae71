"""A study's runs, named by its parameters (never by what lies on disk), scored one after the other and compared."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from hairline import engine, io
from hairline.config import EvaluateParams, Params, TrainParams
from hairline.methods.comparison import compare_arms
from hairline.methods.evaluation import Task, evaluate

FILES = {"metrics.json": "{}.json", "speed.json": "{}.speed.json", "images.csv": "{}.csv", "curve.csv": "{}.curve.csv"}
OF_TRAINING = ("history.csv", "run.json")


def tasks_of(params: Params, study: str, *, prepared: Path, runs: Path) -> tuple[list[Task], str]:
    """What is to be scored, in the order of the table, and the arm that the others are held against."""
    section = params.study(study)
    tasks = []
    for arm in section.arms():
        trained, _, dataset = arm.partition("@")  # hrsegnet@cfd: trained on the study's data set, tested on cfd
        for repeat in section.repeats():
            run = repeat.of(trained)
            name = f"{run}@{dataset}" if dataset else run
            tasks.append(Task(name, arm, runs / run, prepared / (dataset or section.dataset), repeat))
    return tasks, section.reference()


def evaluate_study(
    tasks: Sequence[Task],
    *,
    reference: str,
    out: Path,
    predictions: Path,
    params: EvaluateParams,
    settings: TrainParams,
) -> None:
    """Score all tasks into `out` and `predictions`; both are replaced only when all is there."""
    world = engine.join_world()
    with tempfile.TemporaryDirectory(dir=io.work_folder("evaluation")) as temporary:
        folders = {task: Path(temporary) / task.name for task in tasks}
        for task, folder in folders.items():
            evaluate(task, folder, params=params, settings=settings)
        if not world.is_main:
            return
        with io.replaced_folder(out) as scores, io.replaced_folder(predictions) as pictures:
            for task, folder in folders.items():
                for name, target in FILES.items():
                    io.link_or_copy(folder / name, scores / target.format(task.name))
                for name in OF_TRAINING:  # so that reports need the small files in reports/ alone
                    io.write_bytes(scores / f"{task.name}.{name}", (task.run / name).read_bytes())
                (pictures / task.name).mkdir()
                for picture in sorted(folder.glob("prediction-*.png")):
                    io.link_or_copy(picture, pictures / task.name / picture.name.removeprefix("prediction-"))
            arms = {task.arm: {t.repeat: f for t, f in folders.items() if t.arm == task.arm} for task in tasks}
            same_data = {arm: runs for arm, runs in arms.items() if "@" not in arm}
            classes = engine.read_card(tasks[0].run).classes
            comparison = compare_arms(same_data, reference=reference, classes=classes, resamples=params.bootstrap)
            io.write_json(scores / "comparison.json", comparison)
