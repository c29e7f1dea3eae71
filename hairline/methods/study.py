"""A study's runs, named by its parameters (never by what lies on disk), scored one after the other and compared."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from hairline import engine, io
from hairline.config import EvaluateParams, Params, StudyParams, TrainParams
from hairline.data.predictions import archive_of
from hairline.errors import InputError
from hairline.methods.comparison import compare_arms
from hairline.methods.evaluation import PREDICTIONS, Task, evaluate
from hairline.methods.failures import reason_of
from hairline.methods.speed import measure_speed

FILES = {"metrics.json": "{}.json", "images.csv": "{}.csv", "curve.csv": "{}.curve.csv"}
OF_TRAINING = ("history.csv", "run.json")


def tasks_of(params: Params, study: str, *, prepared: Path, runs: Path) -> list[Task]:
    """What is to be scored, in the order of the table."""
    section = params.study(study)
    return [
        Task(arm, repeat, runs / repeat.of(arm.trained), prepared / arm.tested_on)
        for arm in section.plan()
        for repeat in section.repeats()
    ]


def evaluate_study(
    tasks: Sequence[Task],
    *,
    section: StudyParams,
    out: Path,
    predictions: Path,
    params: EvaluateParams,
    settings: TrainParams,
) -> None:
    """Score all tasks of a study into `out` and `predictions`; both are replaced only when all is there."""
    world = engine.join_world()
    failed = {task.name: reason for task in tasks if (reason := reason_of(task.run))}
    tasks = [task for task in tasks if task.name not in failed]
    if not tasks:
        raise InputError(f"no run of the study could be made; of {next(iter(failed))}: {next(iter(failed.values()))}")
    with tempfile.TemporaryDirectory(dir=io.work_folder("evaluation")) as temporary:
        folders = {task: Path(temporary) / "scores" / task.name for task in tasks}
        speeds = {task: Path(temporary) / "speed" / task.name for task in tasks}
        for task in tasks:
            evaluate(task, folders[task], params=params, settings=settings)
            measure_speed(task.run, speeds[task], params=params.latency)
        if not world.is_main:
            return
        with io.replaced_folder(out) as scores, io.replaced_folder(predictions) as pictures:
            for task, folder in folders.items():
                for name, target in FILES.items():
                    io.link_or_copy(folder / name, scores / target.format(task.name))
                io.link_or_copy(speeds[task] / "speed.json", scores / f"{task.name}.speed.json")
                for name in OF_TRAINING:  # so that reports need the small files in reports/ alone
                    io.write_bytes(scores / f"{task.name}.{name}", (task.run / name).read_bytes())
                io.link_or_copy(folder / PREDICTIONS, archive_of(pictures, task.name))
            io.write_json(scores / "section.json", section.model_dump(mode="json"), sort=False)  # orders the table
            io.write_json(scores / "failed.json", failed)
            io.write_json(scores / "comparison.json", compare_arms(folders, resamples=params.bootstrap))
