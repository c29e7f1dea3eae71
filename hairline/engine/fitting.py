"""Train anything: epochs of batches, a learning-rate course, validation, the best weights kept, and exact resuming.

The caller brings a *step*, a module that turns a batch into a mapping of losses with the total under "loss", and a
function that validates a model. What the pictures show is their affair.
"""

import math
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel
from torch.optim.swa_utils import AveragedModel

from hairline.config import TrainParams
from hairline.engine.checkpoint import load_checkpoint, random_state, restore_random_state, save_checkpoint
from hairline.engine.device import memory_format, number_format
from hairline.engine.interrupt import StopRequest
from hairline.engine.known_faults import refuse_broken_kernels
from hairline.engine.optimiser import Schedule, create_optimiser
from hairline.engine.parallel import World
from hairline.engine.stretch import Batches
from hairline.errors import InputError
from hairline.progress import Progress

SECONDS_BETWEEN_CHECKPOINTS = 30.0
STEPS_BETWEEN_NOTES = 10  # reading a loss waits for the device, so not at every step


@dataclass
class Progressed:
    """How far a training is. Plain numbers and tensors: this is what a checkpoint holds beside the weights."""

    epoch: int = 0
    batch: int = 0
    losses: dict[str, Tensor] = field(default_factory=dict)
    """Summed over the epoch's batches so far."""
    history: list[dict[str, float]] = field(default_factory=list)
    best_gain: float = -math.inf
    best_epoch: int = 0
    best_figures: dict[str, float] = field(default_factory=dict)
    best_weights: dict[str, Tensor] = field(default_factory=dict)
    waited: int = 0
    """Validations since the best one."""
    seconds: float = 0.0


@dataclass(frozen=True)
class Fitted:
    """The outcome of a training: the weights that were best on validation, or those of its end, and how it went."""

    weights: dict[str, Tensor]
    best_epoch: int
    figures: dict[str, float]
    history: list[dict[str, float]]
    seconds: float


def fit(
    step: nn.Module,
    batches: Batches,
    *,
    model: nn.Module,
    validate: Callable[[nn.Module], dict[str, float]] | None,
    settings: TrainParams,
    epochs: int,
    learning_rate: float,
    checkpoint: Path,
    device: torch.device,
    span: tuple[float, float] = (0.0, 1.0),
    world: World | None = None,
    label: str = "training",
    on_epoch: Callable[[Mapping[str, float]], None] | None = None,
) -> Fitted:
    """Train `model`, which `step` holds, and give back its best weights. A checkpoint at that path is gone on from.

    `validate`: None where no picture is held out; the weights of the end are kept then.
    `span`: the part of the learning rate's course that this training takes, where others take the rest of it.
    `on_epoch` gets each row of the history, at once; those before the checkpoint come first.
    """
    training = _Training(
        step, batches, model, settings, epochs, learning_rate, checkpoint, device, span, world or World()
    )
    return training.run(validate, label, on_epoch or (lambda row: None))


class _Training:
    def __init__(
        self,
        step: nn.Module,
        batches: Batches,
        model: nn.Module,
        settings: TrainParams,
        epochs: int,
        learning_rate: float,
        checkpoint: Path,
        device: torch.device,
        span: tuple[float, float],
        world: World,
    ) -> None:
        self.batches, self.settings, self.epochs, self.learning_rate = batches, settings, epochs, learning_rate
        self.checkpoint, self.device, self.world = checkpoint, device, world
        refuse_broken_kernels(model, device=device, precision=settings.precision)
        step.to(device, memory_format=memory_format(settings))
        self.model = model
        self.optimiser = create_optimiser(model.parameters(), settings, learning_rate=learning_rate)
        self.steps_per_epoch = math.ceil(len(batches) / settings.accumulate)
        self.schedule = Schedule(settings, steps=epochs * self.steps_per_epoch, span=span)
        self.averaged = _moving_average(model, settings.ema) if settings.ema else None
        self.step = torch.compile(step) if settings.compile else step
        if world.size > 1:
            # A head that a method leaves out of its losses gets no gradient; without this flag DDP waits for it.
            self.step = DistributedDataParallel(self.step, find_unused_parameters=True)
        self.at = Progressed()
        self.saved_at = time.monotonic()
        self._restore()

    @property
    def kept(self) -> nn.Module:
        """The network that is validated and kept."""
        return self.averaged.module if self.averaged is not None else self.model

    def run(
        self,
        validate: Callable[[nn.Module], dict[str, float]] | None,
        label: str,
        on_epoch: Callable[[Mapping[str, float]], None],
    ) -> Fitted:
        total = self.epochs * len(self.batches)
        done = self.at.epoch * len(self.batches) + self.at.batch
        with Progress(label, total, unit="batch", done=done, shown=self.world.is_main) as progress:
            if done:
                progress.say(f"{label}: goes on from epoch {self.at.epoch + 1} of {self.epochs}")
            for row in self.at.history:
                on_epoch(row)
            with StopRequest() as stop:
                while self.at.epoch < self.epochs and not self._is_stale():
                    self._train_epoch(progress, stop)
                    self._end_epoch(validate, progress)
                    on_epoch(self.at.history[-1])
        if validate is None:
            self.at.best_epoch, self.at.best_weights = self.at.epoch, self._weights()
        self._save()  # so that a training of several parts, killed in a later one, has this one at hand
        at = self.at
        return Fitted(at.best_weights, at.best_epoch, at.best_figures, at.history, at.seconds)

    def _is_stale(self) -> bool:
        return bool(self.settings.patience) and self.at.waited >= self.settings.patience

    def _train_epoch(self, progress: Progress, stop: StopRequest) -> None:
        at, accumulate, count = self.at, self.settings.accumulate, len(self.batches)
        self.step.train()
        started = time.monotonic()
        for batch in self.batches.epoch(at.epoch, start=at.batch):
            last_of_step = (at.batch + 1) % accumulate == 0 or at.batch + 1 == count
            with nullcontext() if last_of_step or self.world.size == 1 else self.step.no_sync():
                with number_format(self.device, self.settings.precision):
                    losses = self.step(batch.to(self.device))
                (losses["loss"] / accumulate).backward()
            if last_of_step:
                self._update_weights(at.epoch * self.steps_per_epoch + at.batch // accumulate)
            for name, loss in losses.items():
                at.losses[name] = at.losses.get(name, 0.0) + loss.detach()
            at.batch += 1
            is_noted = at.batch % STEPS_BETWEEN_NOTES == 0 or at.batch == count
            progress.step(note=f"loss {float(losses['loss'].detach()):.4g}" if is_noted else "")
            # Between two steps only: half-summed gradients are not part of a checkpoint.
            if last_of_step and (stop.asked or self._save_is_due()):
                at.seconds += time.monotonic() - started
                self._save()
                started = time.monotonic()
            if last_of_step and stop.asked:
                raise KeyboardInterrupt
        at.seconds += time.monotonic() - started

    def _update_weights(self, step: int) -> None:
        for group in self.optimiser.param_groups:
            group["lr"] = self.learning_rate * self.schedule.factor(step)
        if self.settings.clip:
            nn.utils.clip_grad_norm_(self.model.parameters(), self.settings.clip)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        if self.averaged is not None:
            self.averaged.update_parameters(self.model)

    def _end_epoch(self, validate: Callable[[nn.Module], dict[str, float]] | None, progress: Progress) -> None:
        at = self.at
        row: dict[str, float] = {"epoch": at.epoch + 1, "learning_rate": self.optimiser.param_groups[0]["lr"]}
        row |= {f"train_{name}": float(total) / len(self.batches) for name, total in at.losses.items()}
        if not math.isfinite(row["train_loss"]):
            raise InputError(
                f"the loss is {row['train_loss']} in epoch {at.epoch + 1}: training diverged; "
                f"lower learning_rate (now {self.learning_rate:g}) or set train.clip to 1"
            )
        at.epoch, at.batch, at.losses = at.epoch + 1, 0, {}
        if validate and self._validation_is_due():
            started = time.monotonic()
            row |= {f"val_{name}": value for name, value in self._validate(validate).items()}
            at.seconds += time.monotonic() - started
            progress.say(f"{_sentence(row, self.settings.select)} (best {at.best_figures[self.settings.select]:.4f})")
        at.history.append(row)
        if self._save_is_due():
            self._save()

    def _validation_is_due(self) -> bool:
        """After the epoch that just ended: evenly over all of them, and after the last."""
        times = self.settings.validations
        return self.at.epoch * times // self.epochs > (self.at.epoch - 1) * times // self.epochs

    def _validate(self, validate: Callable[[nn.Module], dict[str, float]]) -> dict[str, float]:
        at, kept = self.at, self.kept
        kept.eval()
        with torch.inference_mode(), number_format(self.device, self.settings.precision):
            figures = validate(kept)
        chosen = figures[self.settings.select]
        gain = -chosen if self.settings.select == "loss" else chosen
        self.schedule.validated(gain)
        at.waited += 1
        if gain > at.best_gain:
            at.best_gain, at.best_epoch, at.best_figures, at.waited = gain, at.epoch, figures, 0
            at.best_weights = self._weights()
        return figures

    def _weights(self) -> dict[str, Tensor]:
        return {name: value.detach().cpu().clone() for name, value in self.kept.state_dict().items()}

    def _save_is_due(self) -> bool:
        return time.monotonic() - self.saved_at > SECONDS_BETWEEN_CHECKPOINTS

    def _save(self) -> None:
        self.saved_at = time.monotonic()
        if not self.world.is_main:
            return
        averaged = self.averaged.state_dict() if self.averaged is not None else None
        state = {"model": self.model.state_dict(), "optimiser": self.optimiser.state_dict(), "averaged": averaged}
        state |= {"schedule": self.schedule.state(), "random": random_state(), "at": vars(self.at)}
        save_checkpoint(self.checkpoint, state)

    def _restore(self) -> None:
        state = load_checkpoint(self.checkpoint)
        if state is None:
            return
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.schedule.restore(state["schedule"])
        if self.averaged is not None:
            self.averaged.load_state_dict(state["averaged"])
        restore_random_state(state["random"])
        self.at = Progressed(**state["at"])
        self.at.losses = {name: value.to(self.device) for name, value in self.at.losses.items()}


def _moving_average(model: nn.Module, decay: float) -> AveragedModel:
    def average(old: list[Tensor], new: list[Tensor], count: Tensor | int) -> None:
        # A young average follows quickly, so that the first, random weights are soon forgotten.
        share = 1 - min(decay, (1 + int(count)) / (10 + int(count)))
        # torch hands over tensors of one kind at a time: weights and statistics, or counts of batches, say.
        if old[0].is_floating_point():
            torch._foreach_lerp_(old, new, share)
        else:
            torch._foreach_copy_(old, new)

    return AveragedModel(model, multi_avg_fn=average, use_buffers=True)


def _sentence(row: dict[str, float], select: str) -> str:
    return f"epoch {row['epoch']:.0f}: loss {row['train_loss']:.4g}, val {select} {row[f'val_{select}']:.4f}"
