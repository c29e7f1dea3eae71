"""One training of a segmentation network, fully described, whatever the method."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hairline import engine, io
from hairline.config import Repeat, RunParams, TrainParams, TutorsParams
from hairline.data.loading.labels import LabelDilation
from hairline.errors import InputError
from hairline.methods.teaching.course import UNCHANGED, Course
from hairline.models.parts.pretrained import existing

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Training:
    """What is trained, how much, on what, with what chance."""

    run: RunParams
    settings: TrainParams
    prepared: Path
    repeat: Repeat
    label_dilation: LabelDilation = "none"
    soft_labels: Path | None = None
    masks: int | None = None
    """How many of the training masks are used; None: all."""
    start: Path | None = None
    """A run whose weights it begins with; None: chance."""
    mixed: Path | None = None
    """A second prepared data set, of the same classes, that part of each batch is taken from."""
    mixed_share: float = 0.0
    course: Course = UNCHANGED
    refit: int = 0
    """How many networks choose the threshold before one is trained anew on train and val together; 0: no such one."""
    tutors: TutorsParams | None = None
    """None: it learns from masks or soft labels alone."""

    def __post_init__(self) -> None:
        if self.refit and (self.soft_labels or self.masks is not None):
            raise InputError(
                "refit: val pictures have no soft labels, and would be masks beyond those that are counted; "
                "it is for networks that learn from all drawn masks"
            )
        if self.tutors and self.soft_labels:
            raise InputError("tutors are asked about each crop, so there is no use for stored soft labels beside them")

    @property
    def weights(self) -> Path | None:
        """A file of weights of another task that it begins with."""
        file = self.settings.weights.file
        return existing(io.from_checkout(Path(file))) if file and self.start is None else None

    def key(self, method: dict[str, Any]) -> dict[str, Any]:
        """All that the result depends on: equal keys, equal weights."""
        soft = self.soft_labels / "index.json" if self.soft_labels else None
        return {
            "run": self.run.model_dump(mode="json", exclude={"train", "refit", "tutors"}),  # they have their own keys
            "settings": self.settings.model_dump(mode="json"),
            "repeat": [self.repeat.seed, self.repeat.fold],
            "label_dilation": self.label_dilation,
            "data": io.sha256_of(self.prepared / "manifest.csv"),
            "soft_labels": io.sha256_of(soft) if soft else None,
            "masks": self.masks,
            "weights": io.sha256_of(self.weights) if self.weights else None,
            "start": engine.read_card(self.start).weights_sha256 if self.start else None,
            "mixed": [io.sha256_of(self.mixed / "manifest.csv"), self.mixed_share] if self.mixed else None,
            "refit": self.refit,
            "tutors": self.tutors.model_dump(mode="json") if self.tutors else None,
            "method": method,
            "code": io.code_fingerprint(_code(self.run.model.name)),
        }


def _code(network: str) -> list[Path]:
    """The source a training runs through; that of other networks, reports and commands does not change its result."""
    data, methods = ("data/loading", "data/synthetic"), ("methods/scoring.py", "methods/teaching")
    shared = (*data, "engine", "losses", *methods, "metrics", "models/parts")
    return [ROOT / name for name in (*shared, f"models/{network}.py")]
