"""The typed view of params.yaml: one road from the file to plain, frozen values; unknown keys are refused.

A file for each group of its sections. A stage loads all of it and hands each function its own section.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from hairline.config.annotate import AnnotateParams
from hairline.config.compare import CompareParams, TutorsParams
from hairline.config.data import DatasetParams, SplitParams, TileParams
from hairline.config.distill import DistillParams, RuleTemperature, StrategyParams, TeacherParams, Temperature
from hairline.config.kinds import Name, Share
from hairline.config.prune import PruneParams, ScanParams, TaughtParams
from hairline.config.reports import EvaluateParams, LatencyParams, ReportParams, TrackParams
from hairline.config.study import ArmPlan, Repeat, StudyParams
from hairline.config.training import (
    AugmentParams,
    BordersParams,
    LossParams,
    ModelParams,
    RunParams,
    TrainParams,
    ViewsParams,
    WorkParams,
)
from hairline.sections import Section, parse_section, read_yaml

__all__ = [
    "SECTIONS",
    "STUDIES",
    "AnnotateParams",
    "ArmPlan",
    "AugmentParams",
    "BordersParams",
    "CompareParams",
    "DatasetParams",
    "DistillParams",
    "EvaluateParams",
    "LatencyParams",
    "LossParams",
    "ModelParams",
    "Params",
    "PruneParams",
    "Repeat",
    "ReportParams",
    "RuleTemperature",
    "RunParams",
    "ScanParams",
    "Section",
    "Share",
    "SplitParams",
    "StrategyParams",
    "StudyParams",
    "TaughtParams",
    "TeacherParams",
    "Temperature",
    "TileParams",
    "TrackParams",
    "TrainParams",
    "TutorsParams",
    "ViewsParams",
    "WorkParams",
    "load_params",
    "parse_section",
    "parse_study",
    "read_yaml",
]

SECTIONS = {"distill": "kd", "compare": "compare", "annotate": "annotate", "prune": "prune"}
"""Each study's section."""
STUDIES = tuple(SECTIONS)


class Params(Section):
    studies: dict[Literal["distill", "compare", "annotate", "prune"], str] = Field(min_length=1)
    """Which studies are scored and reported; the value repeats the name of the study's section, for dvc.yaml."""
    datasets: dict[Name, DatasetParams]
    train: TrainParams
    kd: DistillParams
    compare: CompareParams
    annotate: AnnotateParams
    prune: PruneParams
    evaluate: EvaluateParams
    report: ReportParams
    track: TrackParams

    @model_validator(mode="after")
    def _studies_name_their_sections(self) -> "Params":
        for study, section in self.studies.items():
            if section != SECTIONS[study]:
                raise ValueError(f"studies.{study} is {section}; its section is {SECTIONS[study]}")
            if not self.study(study).plan() or not self.study(study).repeats():
                raise ValueError(
                    f"studies.{study} is in use, but {section} names nothing to train: give it seeds and arms"
                )
        return self

    @model_validator(mode="after")
    def _studies_name_known_datasets(self) -> "Params":
        needed = {
            "distill": {"kd.dataset": [self.kd.dataset]},
            "compare": {"compare.datasets": self.compare.datasets, "compare.test_on": self.compare.test_on},
            "annotate": {"annotate.dataset": [self.annotate.dataset], "annotate.drawn": [self.annotate.drawn]},
            "prune": {"prune.dataset": [self.prune.dataset]},
        }
        for study in self.studies:
            for where, names in needed[study].items():
                for name in names:
                    if name not in self.datasets:
                        raise ValueError(f"{where} is {name}, but `datasets` has only {sorted(self.datasets)}")
        return self

    @model_validator(mode="after")
    def _every_training_has_settings(self) -> "Params":
        """What a training changes of `train` is checked before the first one starts."""
        runs: dict[str, WorkParams] = {"kd.teacher": self.kd.teacher, "kd.student": self.kd.student}
        runs |= {f"compare.recipes.{name}": recipe for name, recipe in self.compare.recipes.items()}
        works = ("training", "finetuning", "pretraining")
        runs |= {f"annotate.{work}": getattr(self.annotate, work) for work in works}
        runs |= {"prune.parent": self.prune.parent, "prune.finetuning": self.prune.finetuning}
        for where, run in runs.items():
            run.settings(self.train, where=f"{where}.train")
        return self

    def study(self, name: str) -> StudyParams:
        """The section of one of STUDIES."""
        return getattr(self, SECTIONS[name])


def parse_study(name: str, values: Mapping[str, Any], *, file: str) -> StudyParams:
    """The section of one of STUDIES, as its own file holds it."""
    return parse_section(Params.model_fields[SECTIONS[name]].annotation, values, where=SECTIONS[name], file=file)


def load_params(path: Path = Path("params.yaml")) -> Params:
    return parse_section(Params, read_yaml(path), where="", file=str(path))
