"""`annotate`: how few hand-drawn masks are enough, and does what costs no labour help?"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from hairline.config.kinds import Fold, Name, Share
from hairline.config.study import ArmPlan, Repeat
from hairline.config.training import ModelParams, RunParams, WorkParams
from hairline.sections import Section

Count = Annotated[int, Field(gt=0)] | Literal["all"]

METHODS = {
    "drawn": "on {drawn} alone",
    "supervised": "from scratch",
    "pretrained": "after training on {drawn}",
    "mixed": "together with {drawn}",
}
"""What each method does with the hand-drawn masks."""
DRAWN_ALONE = "drawn-0"
"""The network that has seen no hand-drawn mask at all; `pretrained` begins with it."""


class LabelledParams(Section):
    """Numbers of hand-drawn masks, for each method; eight of them are among the sixteen. Empty: not done."""

    drawn: list[Literal[0]] = Field(max_length=1)
    supervised: list[Count]
    pretrained: list[Count]
    mixed: list[Count]

    @model_validator(mode="after")
    def _pretrained_has_a_beginning(self) -> "LabelledParams":
        if self.pretrained and not self.drawn:
            raise ValueError("pretrained begins with the network that saw no mask; give drawn as [0], or no pretrained")
        return self


class AnnotateParams(Section):
    dataset: Name
    seeds: list[int]
    """None: the study does not run."""
    fold: Fold
    drawn: Name
    """A data set whose masks cost nobody's labour."""
    labelled: LabelledParams
    mixed_share: Share
    """Share of a batch that `mixed` takes from the drawn data set."""
    model: ModelParams
    training: WorkParams
    """From scratch: equal work, whatever the number of masks."""
    finetuning: WorkParams
    """After pretraining; fair where `training` sees as many crops as this and `pretraining` together."""
    pretraining: WorkParams

    def counts(self) -> dict[str, list[int | str]]:
        """Of each method that is in use."""
        return {method: counts for method, counts in self.labelled.model_dump().items() if counts}

    def plan(self) -> list[ArmPlan]:
        counts = self.counts()
        arms = []
        for method, own in counts.items():
            for count in own:
                has_partner = method not in ("drawn", "supervised") and count in counts.get("supervised", [])
                masks = f"{count} masks" if count else "no mask"
                what = f"{masks}, {METHODS[method].format(drawn=self.drawn)}"
                reference = f"supervised-{count}" if has_partner else ""
                arms.append(ArmPlan(f"{method}-{count}", what, self.dataset, reference=reference))
        return arms

    def run(self, arm: str) -> RunParams:
        """What an arm's training is."""
        other = {"drawn": self.pretraining, "pretrained": self.finetuning}
        work = other.get(arm.rpartition("-")[0], self.training)
        return RunParams(model=self.model, **work.model_dump())

    def masks(self, arm: str) -> int | None:
        """How many masks of the data set that it trains on an arm may use; None: all."""
        count = arm.rpartition("-")[2]
        return None if count == "all" or arm == DRAWN_ALONE else int(count)

    def repeats(self) -> list[Repeat]:
        return [Repeat(seed, self.fold) for seed in self.seeds]
