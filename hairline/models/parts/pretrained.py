"""Begin with what a network learned on another task: the weights of a file, as far as they fit.

Taken are torchvision's own files, and safetensors under the same names: a whole network for segmentation, or a
classifier, of which only the backbone is of use. A network is built without any file; this comes after.
"""

import pickle
import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from hairline import io
from hairline.errors import InputError
from hairline.models.parts.backbone import WithBackbone, with_backbone
from hairline.models.parts.deeplabv3 import BACKBONES

Tensors = Mapping[str, Tensor]

KINDS = ("coco", "imagenet")

_HASH_IN_NAME = re.compile(r"-([0-9a-f]{8,64})\.\w+$")  # deeplabv3_resnet101_coco-586e9e4e.pth
_OF_CLASSIFIERS = ("fc.", "classifier.")  # the layers that name ImageNet's thousand classes


@dataclass(frozen=True)
class Pretrained:
    """What came of a file, by the names of tensors."""

    sha256: str
    loaded: tuple[str, ...]
    fresh: tuple[str, ...]
    """As they were before, to be learned."""
    unused: tuple[str, ...]
    """In the file, under its own names."""

    def __str__(self) -> str:
        fresh = f" ({_some(self.fresh)})" if self.fresh else ""
        return (
            f"{len(self.loaded)} tensors loaded, {len(self.fresh)} left fresh{fresh}, "
            f"{len(self.unused)} of the file not used"
        )


def pretrained_address(network: str, kind: str) -> str:
    """Where torchvision offers weights: `coco` for the whole network, `imagenet` for its backbone."""
    if network not in BACKBONES or kind not in KINDS:
        raise InputError(
            f"no published weights are known for network {network}, kind {kind}; "
            f"known: {', '.join(BACKBONES)}, each of the kinds {' and '.join(KINDS)}"
        )
    from torchvision.models import get_model_weights  # takes a second, so only who asks waits

    if kind == "coco":
        return get_model_weights(network).DEFAULT.url
    # Version 2 classifies better, but from version 1 torchvision trains its own networks for segmentation.
    return get_model_weights(BACKBONES[network]).IMAGENET1K_V1.url


def load_pretrained(model: nn.Module, path: Path, *, sha256: str = "") -> Pretrained:
    """Put a file's weights into `model`: its backbone, and where the file has the same head, that but for the classes.

    The file is held to `sha256`, or without it to the digits in its name. Refused, it leaves the model as it was.
    """
    network = with_backbone(model)
    digest = checked_sha256(existing(path), sha256.lower())
    backbone, rest = _divided(_read(path))
    own_backbone, own_head, where = _own(network)
    _refuse_another(path, backbone, own_backbone)
    loaded = {where + name: tensor for name, tensor in backbone.items()}
    if own_head and all(name in rest and _fits(rest[name], own) for name, own in own_head.items()):
        loaded |= {name: rest[name] for name in own_head}
    network.load_state_dict(loaded, strict=False)
    return Pretrained(
        sha256=digest,
        loaded=tuple(loaded),
        fresh=tuple(name for name in _but_counters(network.state_dict()) if name not in loaded),
        unused=tuple(name for name in rest if name not in loaded),
    )


def existing(path: Path) -> Path:
    if not path.is_file():
        raise InputError(
            f"{path}: no such file of weights; fetch it with `python -m hairline weights`, or begin without any"
        )
    return path


def checked_sha256(path: Path, expected: str = "", *, name: str = "") -> str:
    """The file's SHA-256, held to what is expected, or to the digits in its name or in the `name` it is to have."""
    digest = io.sha256_of(path)
    in_name = _HASH_IN_NAME.search(name or path.name)
    if expected and digest != expected:
        raise InputError(
            f"{path}: SHA-256 is {digest}, expected {expected}: the file was damaged or is another one; fetch it again"
        )
    if not expected and in_name and not digest.startswith(in_name[1]):
        raise InputError(
            f"{path}: SHA-256 is {digest}, but the name says that it begins with {in_name[1]}: the file was damaged; "
            "fetch it again, or if these digits mean something else, rename it or say its whole SHA-256"
        )
    return digest


def _read(path: Path) -> Tensors:
    """By name; nothing is unpickled but tensors."""
    try:
        if path.suffix == ".safetensors":
            content = load_file(path)
        else:
            with warnings.catch_warnings(action="ignore"):  # of how the file was written; it is readable or it is not
                content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        raise InputError(
            f"{path}: holds more than tensors, or something else altogether, and running what a file brings along is "
            "not safe; give a state_dict as .pth, or .safetensors"
        ) from None
    except Exception as error:  # over a damaged file torch stumbles in a dozen ways
        reason = f"{type(error).__name__}: {error}".partition("\n")[0]
        raise InputError(f"{path}: not readable as weights ({reason}); fetch it again") from None
    named = isinstance(content, Mapping) and all(isinstance(name, str) for name in content)
    if not named or not all(isinstance(tensor, Tensor) for tensor in content.values()):
        raise InputError(f"{path}: expected names and tensors, as state_dict() gives them, and got something else")
    return _but_counters(content)


def _but_counters(tensors: Tensors) -> Tensors:
    """Without the batches that a batch norm counted: old files have no such numbers, and nothing here reads them."""
    return {name: tensor for name, tensor in tensors.items() if not name.endswith(".num_batches_tracked")}


def _divided(given: Tensors) -> tuple[Tensors, Tensors]:
    """The backbone's tensors by their names inside it, and the rest by the file's names."""
    for prefix in ("backbone.", "features.", ""):  # in a network for segmentation, in MobileNet, in ResNet
        inside = {
            name: name.removeprefix(prefix)
            for name in given
            if name.startswith(prefix) and (prefix or not name.startswith(_OF_CLASSIFIERS))
        }
        if inside:
            break
    return {short: given[name] for name, short in inside.items()}, {
        name: tensor for name, tensor in given.items() if name not in inside
    }


def _own(model: WithBackbone) -> tuple[Tensors, Tensors, str]:
    """The network's backbone, by the names inside it, and its head; and what the backbone's full names begin with."""
    where = next(name for name, module in model.named_modules() if module is model.backbone) + "."
    ends = (where, *(f"{layer}." for layer in model.class_layers))
    own = _but_counters(model.state_dict())
    head = {name: tensor for name, tensor in own.items() if not name.startswith(ends)}
    return _but_counters(model.backbone.state_dict()), head, where


def _fits(given: Tensor, own: Tensor) -> bool:
    return given.shape == own.shape and given.is_floating_point() == own.is_floating_point()


def _refuse_another(path: Path, given: Tensors, own: Tensors) -> None:
    """Too much is wrong as well: every tensor of a ResNet-50 is found in a ResNet-101."""
    missing = [name for name in own if name not in given]
    surplus = [name for name in given if name not in own]
    misfits = [
        f"{name}: {_described(given[name])} where {_described(tensor)} belongs"
        for name, tensor in own.items()
        if name in given and not _fits(given[name], tensor)
    ]
    faults = [("missing", missing), ("too many", surplus), ("of another form", misfits)]
    told = [f"{len(names)} {fault} ({_some(names)})" for fault, names in faults if names]
    if told:
        raise InputError(
            f"{path}: not for this network, whose backbone has {len(own)} tensors: {'; '.join(told)}; "
            "give weights of the same backbone"
        )


def _described(tensor: Tensor) -> str:
    return f"{str(tensor.dtype).removeprefix('torch.')} {list(tensor.shape)}"


def _some(names: Iterable[str]) -> str:
    first, *others = names
    return f"{first} and {len(others)} more" if others else first
