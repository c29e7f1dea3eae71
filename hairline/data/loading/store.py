"""All pictures of a data set decoded once, in one file that every process maps instead of decoding again.

Built under a lock in the work folder, keyed by the manifest; deleting it costs only the time to build it again.
"""

import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from hairline.classes import IGNORE
from hairline.data.images import read_image
from hairline.data.loading.mapped import MappedFile
from hairline.data.manifest import MANIFEST_FILE, Sample, read_classes, read_manifest
from hairline.data.masks import read_mask
from hairline.data.parallel import parallel_map
from hairline.errors import InputError
from hairline.io import fingerprint, read_json, replaced_folder, work_folder, write_json

_FORMAT = 1  # raise it when the layout of the file changes
_PLANES = 4  # bytes a pixel: red, green, blue, mask
_SPARE = 2**28  # bytes to leave free on the disk
_PATIENCE = 2.0  # seconds of waiting for another process before saying so


class Store:
    """Pictures and masks by sample id, as views into the mapped file."""

    def __init__(self, folder: Path) -> None:
        index = read_json(folder / "index.json")
        self._places = {id: (offset, height, width) for id, offset, height, width in index}
        self._file = MappedFile(folder / "planes.bin")

    def __contains__(self, id: object) -> bool:
        return id in self._places

    def size(self, id: str) -> tuple[int, int]:
        """Rows and columns."""
        _, height, width = self._places[id]
        return height, width

    def image(self, id: str) -> np.ndarray:
        """Read-only uint8 [H, W, 3]."""
        offset, height, width = self._places[id]
        return self._file.view(offset, (height, width, 3), np.uint8)

    def mask(self, id: str) -> np.ndarray:
        """Read-only uint8 [H, W] class ids; all 255 where the sample is unlabelled."""
        offset, height, width = self._places[id]
        return self._file.view(offset + 3 * height * width, (height, width), np.uint8)


def open_store(dataset: Path, samples: Sequence[Sample]) -> Store:
    """The store of the prepared data set, built first if need be.

    It holds the whole manifest where there is one, so that all folds and stages share it; else just `samples`.
    """
    from filelock import FileLock, Timeout

    if not samples:
        raise InputError(f"{dataset}: no samples to open")
    kept = read_manifest(dataset) if (dataset / MANIFEST_FILE).exists() else list(samples)
    strange = {sample.id for sample in samples} - {sample.id for sample in kept}
    if strange:
        raise InputError(f"{dataset / MANIFEST_FILE}: does not list {min(strange)!r}; run the split stage again")

    folder = work_folder("store") / _name(dataset, kept)
    if not folder.exists():
        lock = FileLock(folder.with_name(f"{folder.name}.lock"))
        try:
            lock.acquire(timeout=_PATIENCE)
        except Timeout:
            print(f"waiting for another process that decodes {dataset}", file=sys.stderr, flush=True)
            lock.acquire()
        try:
            if not folder.exists():  # nobody built it while we waited
                classes = len(read_classes(dataset))
                build_store(folder, kept, lambda sample: _decode(dataset, sample, classes))
        finally:
            lock.release()
    return Store(folder)


def _name(dataset: Path, samples: Sequence[Sample]) -> str:
    """From everything that decides the bytes; not from the path, so that an experiment's copy shares the store."""
    content = sorted((s.id, s.image, s.mask, s.width, s.height, s.sha256) for s in samples)
    return f"{dataset.name}-{fingerprint([_FORMAT, read_classes(dataset), content])}"


def build_store(
    folder: Path, samples: Sequence[Sample], read: Callable[[Sample], tuple[np.ndarray, np.ndarray]]
) -> None:
    """Write what `read` gives for each sample, image and mask, at a place that its size decides."""
    pixels = np.array([sample.width * sample.height for sample in samples], np.int64)
    offsets = [0, *(np.cumsum(pixels) * _PLANES).tolist()]
    _check_space(folder.parent, offsets[-1])
    with replaced_folder(folder) as unfinished:
        path = unfinished / "planes.bin"
        with path.open("wb") as file:
            file.truncate(offsets[-1])
            handle = file.fileno()

            def write(place: tuple[Sample, int]) -> None:
                sample, offset = place
                image, mask = read(sample)
                for plane in (image, mask):
                    data = memoryview(np.ascontiguousarray(plane)).cast("B")
                    while data:  # the kernel may take a part at a time
                        written = os.pwrite(handle, data, offset)
                        data, offset = data[written:], offset + written

            for _ in parallel_map(write, list(zip(samples, offsets[:-1], strict=True)), label=f"decode {folder.name}"):
                pass
        places = zip(samples, offsets[:-1], strict=True)
        write_json(unfinished / "index.json", [[s.id, offset, s.height, s.width] for s, offset in places])


def _decode(dataset: Path, sample: Sample, classes: int) -> tuple[np.ndarray, np.ndarray]:
    image = read_image(dataset / sample.image)
    blank = np.full(image.shape[:2], IGNORE, np.uint8)
    mask = read_mask(dataset / sample.mask, classes=classes) if sample.mask else blank
    for name, plane in ((sample.image, image), (sample.mask, mask)):
        if plane.shape[:2] != (sample.height, sample.width):
            raise InputError(
                f"{dataset / name}: is {plane.shape[1]} x {plane.shape[0]}, but the manifest says "
                f"{sample.width} x {sample.height}; run the split stage again"
            )
    return image, mask


def _check_space(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + _SPARE:
        raise InputError(
            f"{folder}: the decoded pictures need {needed / 1e9:.1f} GB, but only {free / 1e9:.1f} GB are free; "
            "free some, or delete older stores beside it"
        )
