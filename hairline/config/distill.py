"""`kd`: the distillation study."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from hairline.config.kinds import Name, Share
from hairline.config.study import ArmPlan, Repeat
from hairline.config.training import RunParams
from hairline.sections import Section


class TeacherParams(RunParams):
    minimum_f1: Share
    """Soft labels of a teacher below this crack F1 on val are refused."""


# Whole numbers stay whole, so that 5 is written T5 here as in dvc.yaml.
Temperature = Annotated[int | float, Field(gt=0)]
RuleTemperature = Annotated[int | float, Field(ge=0)] | Literal["T"]


class StrategyParams(Section):
    """Which temperature stands where; T is the one that is swept."""

    t0: RuleTemperature
    """Of the hand-drawn label; 0 leaves it one-hot."""
    t1: RuleTemperature
    """Of the soft labels, and of the student's heads that are compared with them."""
    t2: RuleTemperature
    """Of the student's head that is compared with the hand-drawn label."""


class DistillParams(Section):
    """Does a soft label help a small student, at which temperature, by which strategy?"""

    dataset: Name
    seeds: list[int] = Field(min_length=1)
    folds: list[int] = Field(min_length=1)
    """0: the manifest's own split; 1, 2, ...: cross-validation, that fold tested and the next one validated on."""
    teacher: TeacherParams
    student: RunParams
    temperatures: list[Temperature] = Field(min_length=1)
    strategies: list[Name] = Field(min_length=1)
    temperature: Temperature
    strategy: Name
    """The student that goes on: not only one of the sweep's."""
    rules: dict[str, StrategyParams]
    """What each strategy does with a temperature."""
    soft_loss: Literal["kl", "cross_entropy", "mse", "legacy_mse"]
    """How far the student is from the teacher; legacy_mse: the paper's, 40 001 times the mean squared error."""
    weight: float = Field(ge=0)
    """Of the sum of the soft terms, the hard term being 1."""
    times_t2: bool
    """Multiply the soft terms by T1 squared, so that their gradients do not fade as T grows."""
    hard_heads: Literal["main", "all"]
    """Which of the student's heads see the hand-drawn label."""
    label_dilation: Literal["none", "square", "legacy_vertical"]
    """Widen the training labels: 3 px all round, or as the original really did. Never at evaluation."""
    storage: Literal["uint8", "float16"]
    """Of the soft labels: error at most 1/510, or at most 2.5e-4."""

    @model_validator(mode="after")
    def _strategies_have_rules(self) -> "DistillParams":
        missing = sorted({*self.strategies, self.strategy} - set(self.rules))
        if missing:
            raise ValueError(f"strategy {missing[0]} has no entry in kd.rules, which knows {sorted(self.rules)}")
        return self

    def sweep(self) -> dict[str, tuple[str, Temperature]]:
        """The strategy and the temperature of each arm of the sweep."""
        return {
            f"{strategy}-T{temperature}": (strategy, temperature)
            for strategy in self.strategies
            for temperature in self.temperatures
        }

    def plan(self) -> list[ArmPlan]:
        swept = {arm: f"{strategy} at T = {temperature}" for arm, (strategy, temperature) in self.sweep().items()}
        chosen = f"the student that goes on: {self.strategy} at T = {self.temperature}"
        about = {"teacher": "teacher", "baseline": "student without a teacher", **swept, "chosen": chosen}
        return [
            ArmPlan(arm, what, self.dataset, reference="" if arm == "baseline" else "baseline")
            for arm, what in about.items()
        ]

    def repeats(self) -> list[Repeat]:
        return [Repeat(seed, fold) for seed in self.seeds for fold in self.folds]
