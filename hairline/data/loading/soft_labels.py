"""Files of soft labels: what a teacher said about every pixel, one file of planes and one index beside it.

Background is not stored: it is 1 minus the foreground classes.
"""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Literal

import numpy as np

from hairline.data.loading.mapped import MappedFile
from hairline.data.manifest import Sample
from hairline.errors import InputError
from hairline.io import read_json, replaced_folder, write_json

Storage = Literal["uint8", "float16"]

ERROR_BOUND = {"uint8": 1 / 510, "float16": 2.0**-12}
"""Of one foreground probability: half a step. That of the background is the sum over the foreground classes."""
_PLANES, _INDEX = "planes.bin", "index.json"
_KEYS = {"classes", "error_bound", "heads", "samples", "storage", "temperature"}


class SoftLabelWriter:
    """Writes sample after sample; `folder` appears complete on `close`, or not at all."""

    def __init__(
        self, folder: Path, *, heads: Sequence[str], classes: int, storage: Storage, temperature: float
    ) -> None:
        assert storage in ERROR_BOUND, storage
        self._heads, self._classes, self._storage, self._temperature = list(heads), classes, storage, temperature
        self._samples: dict[str, tuple[int, int, int]] = {}
        self._stack = ExitStack()
        self._folder = self._stack.enter_context(replaced_folder(folder))
        self._file = self._stack.enter_context((self._folder / _PLANES).open("wb"))

    def add(self, sample_id: str, probability: np.ndarray) -> None:
        """`probability`: float32 [heads, C, H, W], background first."""
        expected = (len(self._heads), self._classes)
        assert probability.ndim == 4 and probability.shape[:2] == expected, f"{probability.shape}, expected {expected}"
        foreground = probability[:, 1:]
        if not (foreground.min() >= -1e-5 and foreground.max() <= 1 + 1e-5):  # false for NaN as well
            raise InputError(
                f"soft label of {sample_id}: holds values that are no probabilities; the teacher has diverged, train "
                "it again with a lower learning rate"
            )
        if self._storage == "uint8":
            planes = np.rint(np.clip(foreground, 0, 1) * 255).astype(np.uint8)
        else:
            planes = np.clip(foreground, 0, 1).astype("<f2")
        self.add_stored(sample_id, planes)

    def add_stored(self, sample_id: str, planes: np.ndarray) -> None:
        """`planes`: [heads, C - 1, H, W] as `SoftLabels.read` gives them."""
        assert sample_id not in self._samples, f"{sample_id} twice"
        self._samples[sample_id] = (self._file.tell(), *planes.shape[-2:])
        self._file.write(np.ascontiguousarray(planes))

    def close(self) -> None:
        content = {
            "classes": self._classes,
            "error_bound": ERROR_BOUND[self._storage],
            "heads": self._heads,
            "samples": [[id, *place] for id, place in self._samples.items()],
            "storage": self._storage,
            "temperature": self._temperature,
        }
        with self._stack:
            write_json(self._folder / _INDEX, content)

    def __enter__(self) -> "SoftLabelWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._stack.__exit__(kind, error, trace)


class SoftLabels:
    """Reads a folder that `SoftLabelWriter` wrote."""

    def __init__(self, folder: Path) -> None:
        content = read_json(folder / _INDEX)
        if not isinstance(content, dict) or not content.keys() >= _KEYS or content["storage"] not in ERROR_BOUND:
            raise InputError(f"{folder / _INDEX}: not an index of soft labels; run the soften stage again")
        self.folder = folder
        self.heads: list[str] = content["heads"]
        self.classes: int = content["classes"]
        self.temperature: float = content["temperature"]
        self.storage: Storage = content["storage"]
        self._places = {id: (offset, height, width) for id, offset, height, width in content["samples"]}
        self._dtype = np.dtype(np.uint8 if self.storage == "uint8" else "<f2")
        self._file = self._open()

    def _open(self) -> MappedFile | None:
        path = self.folder / _PLANES
        per_pixel = len(self.heads) * (self.classes - 1) * self._dtype.itemsize
        expected = sum(height * width for _, height, width in self._places.values()) * per_pixel
        size = path.stat().st_size if path.exists() else 0
        if size != expected:
            raise InputError(f"{path}: {size} bytes, its index expects {expected}; run the soften stage again")
        return MappedFile(path) if size else None  # a process of many may have had no picture

    @property
    def ids(self) -> list[str]:
        return list(self._places)

    def read(self, id: str) -> np.ndarray:
        """Read-only [heads, C - 1, H, W] as stored: foreground classes, uint8 or float16."""
        offset, height, width = self._place(id)
        assert self._file is not None
        return self._file.view(offset, (len(self.heads), self.classes - 1, height, width), self._dtype)

    def _place(self, id: str) -> tuple[int, int, int]:
        if id not in self._places:
            raise InputError(f"{self.folder}: no soft label of {id!r}; run the soften stage on this data set again")
        return self._places[id]

    def check(self, samples: Iterable[Sample]) -> None:
        """Refuse labels of other pictures before a training starts."""
        for sample in samples:
            _, height, width = self._place(sample.id)
            if (height, width) != (sample.height, sample.width):
                raise InputError(
                    f"{self.folder}: the soft label of {sample.id!r} is {width} x {height}, the image {sample.width} x "
                    f"{sample.height}; run the soften stage again"
                )


def join_soft_labels(parts: Sequence[Path], out: Path) -> None:
    """One folder of what several processes wrote, sorted by id: the same bytes however many they were."""
    labels = [SoftLabels(part) for part in parts]
    first = labels[0]
    holder = {id: part for part in labels for id in part.ids}
    assert sum(len(part.ids) for part in labels) == len(holder), "a sample is in two parts"
    assert all(
        (part.heads, part.storage, part.classes) == (first.heads, first.storage, first.classes) for part in labels
    )
    with SoftLabelWriter(
        out, heads=first.heads, classes=first.classes, storage=first.storage, temperature=first.temperature
    ) as writer:
        for id in sorted(holder):
            writer.add_stored(id, holder[id].read(id))


def decode(planes: np.ndarray) -> np.ndarray:
    """[..., C - 1, H, W] as stored -> float32 [..., C, H, W] probabilities of all classes."""
    foreground = np.multiply(planes, np.float32(1 / 255)) if planes.dtype == np.uint8 else planes.astype(np.float32)
    background = np.maximum(1 - foreground.sum(axis=-3, keepdims=True), 0)
    return np.concatenate([background, foreground], axis=-3)
