"""`compare`: networks trained with supervision alone, on one data set or several, scored side by side."""

from collections.abc import Iterator

from pydantic import Field, model_validator

from hairline.config.kinds import Fold, Name
from hairline.config.study import ArmPlan, Repeat
from hairline.config.training import RunParams, TrainParams
from hairline.errors import InputError
from hairline.sections import Section


class TutorsParams(Section):
    """Networks of the same recipe, trained beforehand, each by a chance of its own; what they say is learned, too."""

    count: int = Field(gt=0)
    hard: float = Field(default=0.3, ge=0)
    """Weight of the drawn mask's loss."""
    soft: float = Field(default=2.0, gt=0)
    """Weight of the cross-entropy against the mean of what they say of the crop, as the network itself sees it."""


class RecipeParams(RunParams):
    tutors: TutorsParams | None = None
    refit: int = Field(default=0, ge=0)
    """How many networks choose a threshold before one is trained anew, as long, on train and val together, and is kept.
    1: that of the train list, by val. More: the pictures of train and val take turns, by fold, at being held out, and
    all choose together, each asked of the network that has not seen it."""

    def settings(self, shared: TrainParams, *, where: str = "") -> TrainParams:
        settings = super().settings(shared, where=where)
        led_by_val = {"patience above 0": settings.patience > 0, "schedule: plateau": settings.schedule == "plateau"}
        for asked, is_so in led_by_val.items():
            if self.refit and is_so:
                raise InputError(
                    f"{where or 'train'}: {asked} is led by val, and with refit above 0 there is a training without "
                    "val; leave out one of the two"
                )
        return settings

    @model_validator(mode="after")
    def _tutors_have_not_seen_what_is_held_out(self) -> "RecipeParams":
        if self.tutors and self.refit > 1:
            raise ValueError(
                f"refit is {self.refit}, but tutors learn from all of train, so there is no picture of it that they "
                "have not seen; set refit to 1, or leave out the tutors"
            )
        return self


class CompareParams(Section):
    """Which network, trained on which pictures, is how good on which?"""

    datasets: list[Name] = Field(min_length=1)
    """Each network is trained on each of them."""
    seeds: list[int] = Field(min_length=1)
    fold: Fold
    test_on: list[Name]
    """Data sets whose test split is also scored by the networks that were trained on others."""
    networks: list[Name] = Field(min_length=1)
    """Which of the recipes are trained; the first is what the others are held against."""
    recipes: dict[Name, RecipeParams]

    @model_validator(mode="after")
    def _networks_have_recipes(self) -> "CompareParams":
        missing = sorted(set(self.networks) - set(self.recipes))
        if missing:
            raise ValueError(f"compare.networks names {missing[0]}, but compare.recipes has {sorted(self.recipes)}")
        return self

    def plan(self) -> list[ArmPlan]:
        return [arm for dataset in dict.fromkeys([*self.datasets, *self.test_on]) for arm in self._tested_on(dataset)]

    def _tested_on(self, dataset: str) -> Iterator[ArmPlan]:
        """Those that were trained on it first, and of them the first network is the others' reference."""
        elsewhere = [other for other in self.datasets if other != dataset] if dataset in self.test_on else []
        reference = ""
        for trained_on in [*(own for own in self.datasets if own == dataset), *elsewhere]:
            for network in self.networks:
                arm, is_own = f"{network}-{trained_on}", trained_on == dataset
                name = arm if is_own else f"{arm}@{dataset}"
                about = f"{self.recipes[network].model.name}, trained on {trained_on}, tested on {dataset}"
                yield ArmPlan(name, about, dataset, reference=reference, network_of="" if is_own else arm)
                reference = reference or name

    def repeats(self) -> list[Repeat]:
        return [Repeat(seed, self.fold) for seed in self.seeds]
