"""The typed view of params.yaml: one road from the file to plain, frozen values; unknown keys are refused.

The classes mirror params.yaml from top to bottom. A stage loads all of it and hands each function its own section.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from hairline.sections import Section, parse_section, read_yaml

Share = Annotated[float, Field(ge=0, le=1)]


def _plain_name(name: str) -> str:
    if not name.replace("-", "").replace("_", "").replace(".", "").isalnum():
        raise ValueError("expected letters, digits, '-', '_' and '.', because it becomes a folder name")
    return name


Name = Annotated[str, AfterValidator(_plain_name)]


class TileParams(Section):
    """How pictures that are too large to use whole are cut."""

    side: int = Field(ge=0)
    """Of the square tiles, pixels; 0: pictures stay whole."""
    overlap: int = Field(ge=0)
    """Of neighbours, pixels; more where the last ones move back inside the picture."""

    @model_validator(mode="after")
    def _overlap_is_less_than_side(self) -> "TileParams":
        if self.side and self.overlap >= self.side:
            raise ValueError(f"tile.overlap is {self.overlap}, but must be less than tile.side, {self.side}")
        return self


class SplitParams(Section):
    """How a data set is divided: whole source photographs at a time, seeded, stratified by crack share."""

    seed: int
    lists: Literal["own", "ours"]
    """own: the data set's splits/*.txt where it has them; ours: always divide anew."""
    val: Share
    test: Share
    folds: int = Field(ge=3)
    """Folds written to the manifest; a study uses them when its `folds` names one."""
    group: str
    """Regular expression on the stem; its first bracket names the source photograph. Empty: each image its own."""
    near_duplicate_bits: int = Field(ge=0, le=64)
    """Two pictures whose 64-bit perceptual hashes differ in at most this many bits are looked at as near duplicates."""
    tile: TileParams
    """Tiles stay together as their photograph does."""


class DatasetParams(Section):
    source: Name
    """A file in hairline/data/sources."""
    options: dict[str, Any]
    """The source's own options; it says which it knows."""
    split: SplitParams


class AugmentParams(Section):
    """What happens to a training image, its mask and its soft labels together. All zero: nothing but the crop."""

    flip: Share
    """Probability of a left-right flip, and again of an up-down flip."""
    rotate: float = Field(ge=0, le=180)
    """Largest rotation, degrees."""
    scale: tuple[float, float]
    """Smallest and largest zoom."""
    contrast: Share
    brightness: Share
    """Largest relative change of contrast; of brightness, as a share of 255."""
    channel_gain: Share
    """Largest relative gain of a single colour channel."""
    blur: Share
    noise: Share
    jpeg: Share
    """Probability of a blur, of sensor noise, of JPEG artefacts."""
    dropout: Share
    """Probability of a few blanked boxes; their pixels are ignored by the loss."""


class LossParams(Section):
    """A sum: each named loss times its weight."""

    legacy_mse: float = Field(ge=0)
    """40 001 x mean squared error, the loss of the MCFF-L paper."""
    cross_entropy: float = Field(ge=0)
    focal: float = Field(ge=0)
    dice: float = Field(ge=0)
    class_weights: list[float]
    """One per class, background first; used by cross-entropy and focal. Empty: all 1."""


class ViewsParams(Section):
    """How a network is asked about a picture: once, or several times with the mean of its answers."""

    scales: list[Annotated[float, Field(gt=0)]] = Field(min_length=1)
    """Sizes of the picture."""
    mirror: bool
    """Also sideways, upside down and both: four times the cost."""


class TrainParams(Section):
    """What all trainings share; epochs, batch size and learning rate belong to each run."""

    device: Literal["auto", "cpu", "cuda"]
    threads: int = Field(ge=0)
    """CPU threads of torch; 0: all cores."""
    precision: Literal["bf16", "fp32"]
    channels_last: bool
    compile: bool
    """torch.compile; a loss on CPU, worth trying on a GPU."""
    deterministic: bool
    """Bit-equal results on the same machine, at some cost in speed."""
    normalisation: Literal["standardise", "symmetric"]
    """standardise: each image to mean 0 and deviation 1; symmetric: 0..255 to -1..1. Saved with the network."""
    crop: int = Field(gt=0)
    """Side of the training crop, pixels."""
    optimiser: Literal["adamw", "sgd", "rmsprop"]
    weight_decay: float = Field(ge=0)
    momentum: Share
    """Of sgd."""
    schedule: Literal["constant", "cosine", "poly", "one_cycle", "plateau"]
    warmup: Share
    """Share of all steps in which the learning rate rises linearly to its peak."""
    poly_power: float = Field(gt=0)
    plateau_patience: int = Field(gt=0)
    """Validations without gain before `plateau` halves the learning rate."""
    accumulate: int = Field(gt=0)
    """Batches whose gradients are summed before a step."""
    clip: float = Field(ge=0)
    """Largest gradient norm; 0: no limit."""
    ema: float = Field(ge=0, lt=1)
    """Decay of the averaged weights that are validated and kept; 0: the plain weights."""
    validate_every: int = Field(gt=0)
    """Epochs between validations."""
    patience: int = Field(ge=0)
    """Validations without gain before the training stops; 0: never."""
    select: Literal["f1", "f1_2px", "iou", "loss"]
    """What the kept weights are best at, on val."""
    views: ViewsParams
    """At validation, and wherever the network is used after that. Saved with it."""
    loss: LossParams
    augment: AugmentParams


class ModelParams(Section):
    name: Name
    """One of hairline.models.list_models()."""
    arguments: dict[str, Any]


class RunParams(Section):
    """One training: which network, and how much work."""

    model: ModelParams
    epochs: int = Field(gt=0)
    batch_size: int = Field(gt=0)
    learning_rate: float = Field(gt=0)
    """Peak value; the schedule shapes it."""
    augment: bool
    """False: only the crop, as the paper trains its student."""


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


@dataclass(frozen=True)
class Repeat:
    """One repetition of a study: its seed and its fold."""

    seed: int
    fold: int

    def of(self, arm: str) -> str:
        """The name of an arm's run: that of its folder and of its files in reports/."""
        return f"{arm}-s{self.seed}-f{self.fold}"


class DistillParams(Section):
    """The distillation study."""

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

    def arms(self) -> dict[str, str]:
        """The name of each arm and what it is, in the order of the table. Never what happens to lie on disk."""
        swept = {arm: f"{strategy} at T = {temperature}" for arm, (strategy, temperature) in self.sweep().items()}
        chosen = f"the student that goes on: {self.strategy} at T = {self.temperature}"
        return {"teacher": "teacher", "baseline": "student without a teacher", **swept, "chosen": chosen}

    def reference(self) -> str:
        """The arm that the others are held against."""
        return "baseline"

    def repeats(self) -> list[Repeat]:
        return [Repeat(seed, fold) for seed in self.seeds for fold in self.folds]


class CompareParams(Section):
    """Networks trained with supervision alone, scored side by side."""

    dataset: Name
    seeds: list[int] = Field(min_length=1)
    fold: int = Field(ge=0)
    test_on: list[Name]
    """Further data sets whose test split is scored without training on them."""
    networks: list[Name] = Field(min_length=1)
    """Which of the recipes are trained."""
    recipes: dict[Name, RunParams]

    @model_validator(mode="after")
    def _networks_have_recipes(self) -> "CompareParams":
        missing = sorted(set(self.networks) - set(self.recipes))
        if missing:
            raise ValueError(f"compare.networks names {missing[0]}, but compare.recipes has {sorted(self.recipes)}")
        return self

    def arms(self) -> dict[str, str]:
        """The name of each arm and what it is, in the order of the table."""
        own = {name: f"{self.recipes[name].model.name}, trained and tested on {self.dataset}" for name in self.networks}
        others = {
            f"{name}@{dataset}": f"the same network, tested on {dataset}"
            for name in self.networks
            for dataset in self.test_on
        }
        return own | others

    def reference(self) -> str:
        """The arm that the others are held against."""
        return self.networks[0]

    def repeats(self) -> list[Repeat]:
        return [Repeat(seed, self.fold) for seed in self.seeds]


class LatencyParams(Section):
    size: int = Field(gt=0)
    """Side of the square picture, pixels."""
    threads: int = Field(gt=0)
    warmup: int = Field(ge=0)
    runs: int = Field(gt=0)


class EvaluateParams(Section):
    tolerances: list[Annotated[int, Field(ge=0)]] = Field(min_length=1)
    """How far a predicted pixel may lie from a true one and still count, pixels."""
    bootstrap: int = Field(ge=100)
    """Resamples of the test images behind each 95 % interval."""
    latency: LatencyParams


class ReportParams(Section):
    """How much of the results is drawn and embedded."""

    overlays: int = Field(ge=0)
    """Pictures of true and false pixels per run: half of them the worst, the rest spread evenly."""
    gallery: int = Field(ge=0)
    """Test pictures per data set that the page shows."""
    samples: int = Field(ge=0)
    """Overlays per study that the workbook embeds."""


class TrackParams(Section):
    """What goes to MLflow beside figures, parameters and reports."""

    models: Literal["none", "best", "all"]
    """Whose network is stored: nobody's, that of each study's best run, or every run's."""
    register_best: bool
    """Register each study's best network under the study's name, with the alias `best`."""


SECTIONS = {"distill": "kd", "compare": "compare"}
"""Each study's section."""
STUDIES = tuple(SECTIONS)


class Params(Section):
    studies: dict[Literal["distill", "compare"], str] = Field(min_length=1)
    """Which studies are scored and reported; the value repeats the name of the study's section, for dvc.yaml."""
    datasets: dict[Name, DatasetParams]
    train: TrainParams
    kd: DistillParams
    compare: CompareParams
    evaluate: EvaluateParams
    report: ReportParams
    track: TrackParams

    @model_validator(mode="after")
    def _studies_name_their_sections(self) -> "Params":
        for study, section in self.studies.items():
            if section != SECTIONS[study]:
                raise ValueError(f"studies.{study} is {section}; its section is {SECTIONS[study]}")
        return self

    @model_validator(mode="after")
    def _studies_name_known_datasets(self) -> "Params":
        for where, names in {
            "kd.dataset": [self.kd.dataset],
            "compare.dataset": [self.compare.dataset],
            "compare.test_on": self.compare.test_on,
        }.items():
            for name in names:
                if name not in self.datasets:
                    raise ValueError(f"{where} is {name}, but `datasets` has only {sorted(self.datasets)}")
        return self

    def study(self, name: str) -> DistillParams | CompareParams:
        """The section of one of STUDIES."""
        return getattr(self, SECTIONS[name])


def load_params(path: Path = Path("params.yaml")) -> Params:
    return parse_section(Params, read_yaml(path), where="", file=str(path))
