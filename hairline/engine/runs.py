"""The run folder: a trained network with all that is needed to use and to trace it. Never a pickle.

model.json         network, arguments, classes, normalisation, thresholds, views, SHA-256 of the weights, widths
model.safetensors  the weights
history.csv        a row an epoch
run.json           parameters, data, versions, hardware, seconds, peak memory
"""

import importlib.metadata
import os
import platform
import resource
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn

from hairline import io
from hairline.errors import InputError
from hairline.models import create_model
from hairline.models.parts.views import with_views
from hairline.models.parts.widths import Widths, apply_widths

ADVICE = "restore it with `dvc checkout`, or train it again"
VERSIONS_OF_INTEREST = ("torch", "numpy", "opencv-python-headless", "safetensors")


@dataclass(frozen=True)
class ModelCard:
    """What model.json says: enough to rebuild the network and to feed it."""

    network: str
    arguments: Mapping[str, Any]
    classes: Sequence[str]
    normalisation: str
    thresholds: Sequence[float]
    """One for each class beside background, chosen on validation data: a pixel is of the class whose probability lies
    farthest above its own. Empty: a pixel is of the likeliest class."""
    views: Mapping[str, Any]
    """How often and how the network is asked about a picture: `scales` and `mirror`."""
    weights_sha256: str = ""
    widths: Widths = field(default_factory=dict)
    """Of a pruned network, as `widths_of` gives them; empty for one that is as it was created."""


@dataclass(frozen=True)
class Run:
    """A run folder read back: the network in eval mode, and what model.json says."""

    name: str
    model: nn.Module
    card: ModelCard

    @property
    def as_used(self) -> nn.Module:
        """The network with all its views: what was validated, is scored, and is to be deployed."""
        return with_views(self.model, **self.card.views)


def save_run(
    folder: Path,
    *,
    card: ModelCard,
    weights: Mapping[str, Tensor],
    history: Sequence[Mapping[str, float]],
    record: Mapping[str, Any],
) -> None:
    """Write a run folder as a whole; an older one of that name is replaced only when the new one is complete."""
    with io.replaced_folder(folder) as out:
        content = save({name: value.contiguous() for name, value in weights.items()})
        io.write_bytes(out / "model.safetensors", content)
        card_values = asdict(card) | {"weights_sha256": io.sha256_of(out / "model.safetensors")}
        io.write_json(out / "model.json", card_values)
        columns = sorted({name for row in history for name in row}, key=_history_order)
        io.write_csv(out / "history.csv", history, columns=columns)
        io.write_json(out / "run.json", {**record, **_machine()})


def read_card(folder: Path) -> ModelCard:
    """What model.json says, without the weights."""
    try:
        return ModelCard(**io.read_json(folder / "model.json"))
    except TypeError:
        raise InputError(f"{folder / 'model.json'}: not a description of a network; {ADVICE}") from None


def load_run(folder: Path) -> Run:
    """The network of a run folder, anywhere; a damaged folder is refused by name."""
    card = read_card(folder)
    path = folder / "model.safetensors"
    if not path.exists():
        raise InputError(f"{path}: no such file; {ADVICE}")
    if io.sha256_of(path) != card.weights_sha256:
        raise InputError(f"{path}: its SHA-256 is not the one model.json names, so it is damaged; {ADVICE}")
    model = create_model(card.network, classes=len(card.classes), **card.arguments)
    apply_widths(model, card.widths)
    try:
        model.load_state_dict(load_file(path))
    except (SafetensorError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise InputError(f"{path}: not the weights of {card.network} {dict(card.arguments)} ({reason})") from None
    return Run(folder.name, model.eval(), card)


def take_weights(model: nn.Module, run: Run, *, classes: Sequence[str]) -> None:
    """Begin with a trained network's weights; its classes must be the same, in the same order."""
    if list(run.card.classes) != list(classes):
        raise InputError(
            f"{run.name} knows the classes {list(run.card.classes)}, wanted are {list(classes)}; start from a network "
            "that was trained on the same classes"
        )
    try:
        apply_widths(model, run.card.widths)
        model.load_state_dict(run.model.state_dict())
    except RuntimeError:
        raise InputError(
            f"{run.name} is {run.card.network} {dict(run.card.arguments)}, another network than the one that is to "
            "begin with its weights; give both the same name and arguments"
        ) from None


def _history_order(name: str) -> tuple[int, str]:
    return (0 if name == "epoch" else 1 if name == "learning_rate" else 2 if name.startswith("train_") else 3, name)


def _machine() -> dict[str, Any]:
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else None
    return {
        "versions": {name: importlib.metadata.version(name) for name in VERSIONS_OF_INTEREST}
        | {"python": platform.python_version()},
        "hardware": {
            "processor": processor_name(),
            "cores": os.cpu_count(),
            "threads": torch.get_num_threads(),
            "gpu": gpu,
        },
        "peak_memory_mb": round(kilobytes / 1024),
    }


def processor_name() -> str:
    """Its name where the system tells one, else its architecture."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()
