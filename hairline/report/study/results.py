"""The scores of a study read back, run by run and arm by arm: what every table, figure and page starts from.

What is read is what the section of the study named when it was scored, in its order; never what happens to lie on disk.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hairline import io
from hairline.config import ArmPlan, Repeat, StudyParams, parse_study
from hairline.errors import InputError
from hairline.metrics import headline_of, mean_interval

Interval = Sequence[float | None]
NEEDED = (
    "arguments",
    "classes",
    "dataset",
    "intervals",
    "macs",
    "macs_at",
    "network",
    "parameters",
    "scores",
    "split",
    "thresholds",
    "weights_bytes",
    "weights_sha256",
)


HEADLINES = {"f1_2px": "F1 at 2 px", "mean_iou": "mean IoU"}
"""What an arm is judged by, and its name: of one class its F1 at 2 px, of several the mean over all."""


@dataclass(frozen=True)
class Run:
    """One training, scored on one data set."""

    study: str
    plan: ArmPlan
    repeat: Repeat
    name: str
    """Of its files in reports/: `standard-T10-s0-f0`, or `hrsegnet-cfd-s0-f0@deepcrack` on other pictures."""
    metrics: Mapping[str, Any]
    speed: Mapping[str, Any]
    """How it was timed, and `engines`: each with its times."""
    scored: Path
    """The folder of its scores."""
    trained: Path | None
    """Its run folder, for those who read networks."""

    @property
    def arm(self) -> str:
        return self.plan.name

    @property
    def scores(self) -> Mapping[str, Any]:
        return self.metrics["scores"]

    @property
    def classes(self) -> list[str]:
        """By class id, background first; the scores, a JSON object, are sorted by name."""
        return self.metrics["classes"]

    @property
    def thresholds(self) -> dict[str, float]:
        """Of each class beside background, as val chose them; none where a pixel is of the likeliest class."""
        given = self.metrics["thresholds"]
        return dict(zip(self.classes[1:], given, strict=True)) if given else {}

    @property
    def tolerances(self) -> list[int]:
        """Pixels, the smallest first."""
        names = (re.fullmatch(r"f1_(\d+)px", name) for scores in self.scores["classes"].values() for name in scores)
        return sorted({int(name[1]) for name in names if name})

    def score(self, name: str, class_name: str) -> float | None:
        """A score of the split, or else of one of its classes."""
        return self.scores[name] if name in self.scores else self.scores["classes"][class_name].get(name)

    def interval(self, name: str, class_name: str) -> Interval | None:
        """Its 95 % interval over the test pictures, where one was made."""
        intervals = self.metrics["intervals"]
        return intervals[name] if name in intervals else intervals["classes"].get(class_name, {}).get(name)

    def images(self) -> list[dict[str, str]]:
        """A row a test picture."""
        return io.read_csv(self.scored / f"{self.name}.csv")

    def curve(self) -> list[dict[str, str]]:
        """Rows of class, threshold, precision and recall."""
        return io.read_csv(self.scored / f"{self.name}.curve.csv")

    def history(self) -> list[dict[str, str]]:
        """A row an epoch."""
        return io.read_csv(self.scored / f"{self.name}.history.csv")

    def record(self) -> Mapping[str, Any]:
        """run.json: what the training depended on, and how it went."""
        return io.read_json(self.scored / f"{self.name}.run.json")

    @property
    def refit(self) -> int:
        """How many networks chose the threshold before this one was trained anew on train and val; 0: it was not."""
        return int(self.record().get("refit") or 0)


@dataclass(frozen=True)
class Arm:
    """All repeats of one arm of a study."""

    plan: ArmPlan
    runs: Sequence[Run]

    @property
    def name(self) -> str:
        return self.plan.name

    @property
    def about(self) -> str:
        return self.plan.about

    @property
    def is_trained(self) -> bool:
        """Whether it has a training of its own, and not another arm's network on other pictures."""
        return self.plan.is_trained

    @property
    def first(self) -> Run:
        return self.runs[0]

    @property
    def target(self) -> str:
        """The class that the study is about: the first one beside background."""
        return self.first.classes[1]

    @property
    def headline(self) -> str:
        """The score that the arm is judged by: one of HEADLINES."""
        return headline_of(len(self.first.classes))

    @property
    def dataset(self) -> str:
        """That it was tested on."""
        return self.first.metrics["dataset"]

    def score(self, name: str, class_name: str = "") -> tuple[float | None, Interval | None]:
        """The mean over repeats and its 95 % interval: over images for one repeat, Student's over several."""
        class_name = class_name or self.target
        values = [run.score(name, class_name) for run in self.runs]
        present = [value for value in values if value is not None]
        if not present:
            return None, None
        if len(self.runs) == 1:
            return present[0], self.first.interval(name, class_name)
        mean, low, high = mean_interval(present)
        return mean, (low, high)

    def val(self, figure: str) -> float:
        """The mean over repeats of what was reached on val; the only ground for choosing between arms."""
        values = [run.record()["val"][figure] for run in self.runs]
        return sum(values) / len(values)


@dataclass(frozen=True)
class Study:
    name: str
    section: StudyParams
    arms: Sequence[Arm]
    comparison: Mapping[str, Any]
    """comparison.json: each arm against its reference, and those of one reference against each other."""
    failed: Mapping[str, str]
    """Runs that could not be made, and why; they are in no arm."""

    @property
    def split(self) -> str:
        """Which pictures were scored: test, or val while recipes are chosen."""
        return self.arms[0].first.metrics["split"]

    @property
    def headline(self) -> str:
        """The score that its arms are judged by: one of HEADLINES."""
        return self.arms[0].headline

    @property
    def datasets(self) -> list[str]:
        """Those that were tested on, in the order of the table."""
        return list(dict.fromkeys(arm.dataset for arm in self.arms))

    @property
    def trained(self) -> list[Arm]:
        """The arms with trainings of their own."""
        return [arm for arm in self.arms if arm.is_trained]

    @property
    def references(self) -> list[str]:
        """The arms that others are held against."""
        return list(dict.fromkeys(arm.plan.reference for arm in self.arms if arm.plan.reference))

    @property
    def reference(self) -> str:
        """What a difference is to, in words: an arm's name where it is the same for all."""
        return self.references[0] if len(self.references) == 1 else "reference"

    def difference(self, arm: str, score: str) -> Mapping[str, Any] | None:
        """Arm minus its reference: difference, low, high, p_value. None where it has none."""
        return self.comparison["to_reference"].get(arm, {}).get(score)

    @property
    def siblings(self) -> Sequence[Mapping[str, Any]]:
        """`arm` minus another of the same reference, by the headline: difference, low, high, p_value."""
        return self.comparison["to_each_other"]

    def on(self, dataset: str) -> "Study":
        """The part of it that was tested on one data set."""
        return replace(self, arms=[arm for arm in self.arms if arm.dataset == dataset])

    def best(self, figure: str) -> Arm:
        """By val, never by test, among those that were trained for the first data set's pictures."""
        better = -1 if figure == "loss" else 1
        return max(self.on(self.trained[0].dataset).trained, key=lambda arm: better * arm.val(figure))


def read_study(name: str, *, metrics: Path, runs: Path | None = None) -> Study:
    """From the folder of the study's scores; with that of its run folders for those who read networks."""
    section = parse_study(name, io.read_json(metrics / "section.json"), file=str(metrics / "section.json"))
    failed = io.read_json(metrics / "failed.json")
    arms = []
    for arm in section.plan():
        made = [repeat for repeat in section.repeats() if arm.run(repeat) not in failed]
        if made:
            arms.append(Arm(arm, [_read_run(name, arm, repeat, metrics, runs) for repeat in made]))
    return Study(name, section, arms, io.read_json(metrics / "comparison.json"), failed)


def read_studies(names: Iterable[str], *, metrics: Path, runs: Path | None = None) -> list[Study]:
    """From the folders that hold a folder a study."""
    return [read_study(name, metrics=metrics / name, runs=runs and runs / name) for name in names]


def _read_run(study: str, arm: ArmPlan, repeat: Repeat, metrics: Path, runs: Path | None) -> Run:
    name = arm.run(repeat)
    content = io.read_json(metrics / f"{name}.json")
    speed = io.read_json(metrics / f"{name}.speed.json")
    missing = [f"{name}.json: has no {key}" for key in NEEDED if key not in content]
    missing += [] if speed.get("engines") else [f"{name}.speed.json: has no engines"]
    if missing:
        raise InputError(f"{metrics}/{missing[0]}; delete it and run `dvc repro evaluate@{study}` again")
    return Run(study, arm, repeat, name, content, speed, metrics, runs and runs / repeat.of(arm.trained))
