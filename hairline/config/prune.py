"""`prune`: how much of a network can go, chosen by which criterion, in how many steps."""

from itertools import product
from typing import Annotated, Literal

from pydantic import Field

from hairline.config.kinds import Fold, Name
from hairline.config.study import ArmPlan, Repeat
from hairline.config.training import RunParams, WorkParams
from hairline.sections import Section

Ratio = Annotated[float, Field(ge=0, lt=1)]
PARENT = "parent"
"""The arm that is pruned."""
TEACHING = {"alone": "fine-tuned on the masks", "taught": "fine-tuned on the masks and on what the parent says"}
"""Who teaches a pruned network while it is fine-tuned."""


class TaughtParams(Section):
    """Of the arms that the parent teaches."""

    weight: float = Field(ge=0)
    """Of the parent's opinion, the loss against the masks being 1."""
    temperature: float = Field(gt=0)


class ScanParams(Section):
    """How much each layer can spare: every one cut alone, and the network scored on val."""

    criterion: Name
    """Of hairline.prune.list_criteria()."""
    ratios: list[Ratio] = Field(min_length=1)
    pictures: int = Field(gt=0)
    """Of val, at most."""


class PruneParams(Section):
    dataset: Name
    seeds: list[int]
    """None: the study does not run."""
    fold: Fold
    parent: RunParams
    """The dense network."""
    criteria: list[Name]
    """What a channel is worth: of hairline.prune.list_criteria()."""
    schedules: dict[Name, Annotated[int, Field(ge=1)]]
    """Name -> in how many steps the ratio is reached, with fine-tuning after each."""
    between: float = Field(ge=0, lt=1)
    """Share of the fine-tuning after each step but the last, at least a batch."""
    ratios: list[Ratio]
    """Share of the channels that goes."""
    teaching: list[Literal["alone", "taught"]]
    scope: Literal["local", "global", "isomorphic"]
    """Which channels are ranked together: of one layer, all, or those of like layers."""
    round_to: Literal[1, 8, 16]
    """Widths become a multiple of it, where they can."""
    parts: dict[str, Ratio]
    """Module name -> its own ratio."""
    calibration: int = Field(gt=0)
    """Batches behind the gradients of a criterion that needs them."""
    finetuning: WorkParams
    """The same for all arms, whatever their schedule: what the steps before leave of it follows the last cut."""
    taught: TaughtParams
    scan: ScanParams

    def points(self) -> dict[str, tuple[str, str, float, str]]:
        """Criterion, schedule, ratio and teaching of each pruned arm."""
        choices = product(self.ratios, self.criteria, self.schedules, self.teaching)
        return {
            f"{criterion}-{schedule}-{ratio}-{teaching}": (criterion, schedule, ratio, teaching)
            for ratio, criterion, schedule, teaching in choices
        }

    def plan(self) -> list[ArmPlan]:
        arms = [ArmPlan(PARENT, "the dense network", self.dataset)]
        for name, (criterion, schedule, ratio, teaching) in self.points().items():
            steps = self.schedules[schedule]
            about = f"{ratio:.0%} of the channels cut by {criterion} in {steps} steps, {TEACHING[teaching]}"
            arms.append(ArmPlan(name, about.replace("1 steps", "1 step"), self.dataset, reference=PARENT))
        return arms

    def run(self) -> RunParams:
        """What the training of a pruned arm is."""
        return RunParams(model=self.parent.model, **self.finetuning.model_dump())

    def repeats(self) -> list[Repeat]:
        return [Repeat(seed, self.fold) for seed in self.seeds]
