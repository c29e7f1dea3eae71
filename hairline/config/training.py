"""`train`, and what one training adds to it."""

import math
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from hairline.config.kinds import Name, Share
from hairline.sections import Section, merge, parse_section


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
    on_crack: Share
    """Probability that the crop is placed so that it holds a crack; else it lies anywhere."""
    dropout: Share
    """Probability of a few blanked boxes; their pixels are ignored by the loss."""
    double_exposure: Share
    """Probability of a second picture's crop on top; the cracks of both count. For what is darker than its ground."""
    shade: Share
    stains: Share
    """Probability of light that falls unevenly; of dark blotches that are no cracks."""
    drawn_cracks: Share
    drawn_things: Share
    """Probability of cracks drawn onto the crop; of a joint, scratch, twig or the like drawn onto it."""
    covers: Share
    """Probability of something large that reaches in from outside, mostly dark; what it hides is background."""


class LossParams(Section):
    """A sum: each named loss times its weight."""

    legacy_mse: float = Field(ge=0)
    """40 001 x mean squared error, the loss of the MCFF-L paper."""
    cross_entropy: float = Field(ge=0)
    focal: float = Field(ge=0)
    """Cross-entropy in which pixels that are already right count little."""
    dice: float = Field(ge=0)
    class_weights: list[float]
    """One per class, background first; used by cross-entropy and focal. Empty: all 1."""


class ViewsParams(Section):
    """How a network is asked about a picture: once, or several times with the mean of its answers."""

    scales: list[Annotated[float, Field(gt=0)]] = Field(min_length=1)
    """Sizes of the picture."""
    mirror: bool
    """Also sideways, upside down and both: four times the cost."""


class BordersParams(Section):
    """Pixels that a person cannot label exactly and the loss ignores. For training alone: scores count every label."""

    areas: int = Field(ge=0)
    """On each side of a border between an area (all classes but crack) and another or the background, pixels."""
    cracks: int = Field(ge=0)
    """Round a crack, pixels."""
    legacy: bool
    """As CrackSense did: where there is a crack, every other class is DELETED. Only to reproduce it."""


class WeightsParams(Section):
    """What a network with a backbone learned on another task; not for a training that begins with a run's weights."""

    file: str
    """torchvision's own .pth, or safetensors under the same names, from the checkout on; empty: begin with chance."""
    sha256: str
    """Of the file; empty: the digits in its name, as torchvision gives them, are held to."""
    freeze: bool
    """The backbone stays as it was, its running statistics too, while the rest learns."""


class TrainParams(Section):
    """What all trainings share; epochs, batch size and learning rate belong to each run."""

    device: Literal["auto", "cpu", "cuda"]
    """auto: cuda where torch finds it."""
    threads: int = Field(ge=0)
    """CPU threads of torch; 0: all cores."""
    precision: Literal["auto", "bf16", "fp32"]
    """What networks compute in; auto: bf16 where the GPU or CPU has it, else fp32. run.json says which it was."""
    channels_last: bool
    """How pictures lie in memory: changes the speed alone."""
    compile: bool
    """torch.compile; a loss on CPU, worth trying on a GPU."""
    deterministic: bool
    """Bit-equal results on the same machine, at some cost in speed."""
    normalisation: Literal["standardise", "symmetric", "imagenet"]
    """standardise: each image to mean 0 and deviation 1; symmetric: 0..255 to -1..1; imagenet: as torchvision's weights
    want it. Saved with the network."""
    crop: int = Field(gt=0)
    """Side of the training crop, pixels."""
    optimiser: Literal["adamw", "sgd", "rmsprop"]
    weight_decay: float = Field(ge=0)
    """For adamw decoupled from the gradient and times the learning rate, so that large values are usual."""
    momentum: Share
    """Of sgd."""
    schedule: Literal["constant", "cosine", "poly", "one_cycle", "plateau"]
    warmup: Share
    """Share of all steps in which the learning rate rises linearly to its peak."""
    poly_power: float = Field(gt=0)
    """Exponent of the schedule poly."""
    plateau_patience: int = Field(gt=0)
    """Validations without gain before `plateau` halves the learning rate."""
    accumulate: int = Field(gt=0)
    """Batches whose gradients are summed before a step."""
    clip: float = Field(ge=0)
    """Largest gradient norm; 0: no limit."""
    ema: float = Field(ge=0, lt=1)
    """Decay of the averaged weights that are validated and kept; 0: the plain weights."""
    validations: int = Field(gt=0)
    """How often, evenly over the training; the last one at its end."""
    patience: int = Field(ge=0)
    """Validations without gain before the training stops; 0: never."""
    select: Literal["f1", "f1_2px", "iou", "loss"]
    """What the kept weights are best at, on val."""
    decide: Literal["likeliest", "thresholds"]
    """What a pixel is, where there is more than one class beside background: the likeliest class, or that whose
    probability lies farthest above its own threshold, the best on val. One class always has a threshold."""
    threshold_margin: Share
    """A threshold is the middle of all whose F1 on val is at most so far below the best; 0: the best itself."""
    views: ViewsParams
    """At validation, and wherever the network is used after that. Saved with it."""
    weights: WeightsParams
    borders: BordersParams
    loss: LossParams
    augment: AugmentParams


class ModelParams(Section):
    name: Name
    """One of hairline.models.list_models()."""
    arguments: dict[str, Any]


class WorkParams(Section):
    """How much a network is trained, and how."""

    epochs: int = Field(ge=0)
    steps: int = Field(default=0, ge=0)
    """Instead of epochs (then 0): as many of them as so many batches need, so that sets of all sizes get equal work."""
    batch_size: int = Field(gt=0)
    learning_rate: float = Field(gt=0)
    """Peak value; the schedule shapes it."""
    augment: bool
    """False: only the crop, as the paper trains its student."""
    train: dict[str, Any] = Field(default_factory=dict)
    """What differs from the section `train` in this training alone, nested as there."""

    @model_validator(mode="after")
    def _work_is_said_once(self) -> "WorkParams":
        if bool(self.epochs) == bool(self.steps):
            raise ValueError(
                f"epochs is {self.epochs} and steps is {self.steps}; give one of them, and 0 or nothing for the other"
            )
        return self

    def epochs_of(self, batches: int) -> int:
        """How many epochs of so many batches."""
        return self.epochs or math.ceil(self.steps / batches)

    def settings(self, shared: TrainParams, *, where: str = "") -> TrainParams:
        """The section `train` with this training's own values put in; `where` it stands in params.yaml, for errors."""
        values = merge(shared.model_dump(mode="json"), self.train)
        return parse_section(TrainParams, values, where=where, file="params.yaml")


class RunParams(WorkParams):
    """One training: which network, and how much work."""

    model: ModelParams
