"""`annotate`: how few hand-drawn masks are enough, and does what costs no labour help?"""

from typing import Annotated, Literal

from pydantic import Field

from hairline.config.kinds import Name, Share
from hairline.config.study import ArmPlan, Repeat
from hairline.config.training import ModelParams, RunParams, WorkParams
from hairline.sections import Section

Count = Annotated[int, Field(gt=0)] | Literal["all"]

METHODS = {
    "supervised": "from scratch",
    "pretrained": "after training on {drawn}",
    "mixed": "together with {drawn}",
}
"""What each method does with the hand-drawn masks."""
DRAWN_ALONE = "pretrained-0"
"""The network that `pretrained` starts from, which has seen no hand-drawn mask at all."""


class LabelledParams(Section):
    """Numbers of hand-drawn masks, for each method; eight of them are among the sixteen. Empty: not done."""

    supervised: list[Count]
    pretrained: list[Count]
    mixed: list[Count]


class AnnotateParams(Section):
    dataset: Name
    seeds: list[int]
    """None: the study does not run."""
    fold: int = Field(ge=0)
    drawn: Name
    """A data set whose masks cost nobody's labour."""
    labelled: LabelledParams
    mixed_share: Share
    """Share of a batch that `mixed` takes from the drawn data set."""
    model: ModelParams
    training: WorkParams
    """From scratch: equal work, whatever the number of masks."""
    finetuning: WorkParams
    """After pretraining; as many steps as in `training`, or the comparison is not fair."""
    pretraining: WorkParams

    def counts(self) -> dict[str, list[int | str]]:
        """Of each method that is in use."""
        return {method: counts for method, counts in self.labelled.model_dump().items() if counts}

    def plan(self) -> list[ArmPlan]:
        counts = self.counts()
        arms = []
        for method, own in counts.items():
            for count in own:
                has_partner = method != "supervised" and count in counts.get("supervised", [])
                what = METHODS[method].format(drawn=self.drawn)
                reference = f"supervised-{count}" if has_partner else ""
                arms.append(ArmPlan(f"{method}-{count}", f"{count} masks, {what}", self.dataset, reference=reference))
        if "pretrained" in counts:
            arms.insert(0, ArmPlan(DRAWN_ALONE, f"no mask, trained on {self.drawn} alone", self.dataset))
        return arms

    def run(self, arm: str) -> RunParams:
        """What an arm's training is."""
        method = arm.rpartition("-")[0]
        work = self.finetuning if method == "pretrained" else self.training
        work = self.pretraining if arm == DRAWN_ALONE else work
        return RunParams(model=self.model, **work.model_dump())

    def masks(self, arm: str) -> int | None:
        """How many masks of its data set an arm may use; None: all."""
        count = arm.rpartition("-")[2]
        return None if count == "all" or arm == DRAWN_ALONE else int(count)

    def repeats(self) -> list[Repeat]:
        return [Repeat(seed, self.fold) for seed in self.seeds]
