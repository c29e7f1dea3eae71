"""Batches of tensors: random crops for training, whole pictures for scoring.

All randomness comes from (seed, epoch, position), so an epoch can be repeated exactly, and batches are the same however
many processes share them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from torch import Tensor

from hairline.config import AugmentParams
from hairline.data.augment import augment as augment_sample
from hairline.data.augment import check_augment
from hairline.data.labels import LabelDilation, dilate_label
from hairline.data.manifest import Sample
from hairline.data.prefetch import prefetch
from hairline.data.soft_labels import SoftLabels, decode
from hairline.data.store import Store
from hairline.errors import InputError

_AHEAD = 2


@dataclass(frozen=True)
class Batch:
    images: Tensor
    """uint8 [B, H, W, 3] RGB."""
    masks: Tensor
    """uint8 [B, H, W] class ids, 255 = ignore."""
    soft: dict[str, Tensor]
    """Head -> float32 [B, C, H, W] probabilities; empty without soft labels."""
    ids: tuple[str, ...]

    def to(self, device: torch.device) -> "Batch":
        """The same batch there; nothing is copied where it already is."""
        soft = {head: planes.to(device, non_blocking=True) for head, planes in self.soft.items()}
        return replace(
            self,
            images=self.images.to(device, non_blocking=True),
            masks=self.masks.to(device, non_blocking=True),
            soft=soft,
        )


class TrainBatches:
    """Random crops in a new order each epoch.

    `batch_size` is that of all processes together; each takes its share. A last, incomplete batch is left out, unless
    it is the only one.
    """

    def __init__(
        self,
        store: Store,
        samples: Sequence[Sample],
        *,
        crop: int,
        batch_size: int,
        augment: AugmentParams | None,
        seed: int,
        label_dilation: LabelDilation = "none",
        soft: SoftLabels | None = None,
        rank: int = 0,
        world: int = 1,
    ) -> None:
        if not samples:
            raise InputError("no samples to train on")
        size = min(batch_size, len(samples))
        if batch_size % world or size % world:
            raise InputError(
                f"a batch of {size} cannot be shared equally by {world} processes; set batch_size to a multiple of "
                f"{world} that is at most {len(samples)}, the number of training samples"
            )
        if augment is not None:
            check_augment(augment)
        if soft is not None:
            soft.check(samples)
        self._store, self._samples, self._soft = store, list(samples), soft
        self._crop, self._size, self._augment, self._seed = crop, size, augment, seed & 0xFFFFFFFF
        self._dilation, self._rank, self._share = label_dilation, rank, size // world
        cv2.setNumThreads(1)  # OpenCV's own threads would fight with torch's for pieces too small to divide

    def __len__(self) -> int:
        """Batches in an epoch."""
        return len(self._samples) // self._size

    def epoch(self, number: int, *, start: int = 0) -> Iterator[Batch]:
        """This process's share of every batch of the epoch from `start` on, made ahead in a thread of its own."""
        return prefetch(self._batches(number, start), ahead=_AHEAD)

    def _batches(self, epoch: int, first: int) -> Iterator[Batch]:
        order = np.random.default_rng((self._seed, epoch)).permutation(len(self._samples)).tolist()
        for batch in range(first, len(self)):
            start = batch * self._size + self._rank * self._share
            positions = range(start, start + self._share)
            yield self._batch(epoch, positions, [self._samples[order[position]] for position in positions])

    def _batch(self, epoch: int, positions: range, samples: Sequence[Sample]) -> Batch:
        side = self._crop
        images = np.empty((len(samples), side, side, 3), np.uint8)
        masks = np.empty((len(samples), side, side), np.uint8)
        planes = []
        for row, (position, sample) in enumerate(zip(positions, samples, strict=True)):
            images[row], masks[row], soft = augment_sample(
                self._store.image(sample.id),
                dilate_label(self._store.mask(sample.id), self._dilation),
                self._soft.read(sample.id) if self._soft else None,
                crop=side,
                params=self._augment,
                rng=np.random.default_rng((self._seed, epoch, position)),
            )
            if soft is not None:
                planes.append(soft)
        return Batch(
            images=torch.from_numpy(images),
            masks=torch.from_numpy(masks),
            soft=self._probabilities(planes),
            ids=tuple(sample.id for sample in samples),
        )

    def _probabilities(self, planes: Sequence[np.ndarray]) -> dict[str, Tensor]:
        if not self._soft:
            return {}
        heads = np.stack(planes, axis=1)  # [heads, B, C - 1, H, W]
        return {head: torch.from_numpy(decode(own)) for head, own in zip(self._soft.heads, heads, strict=True)}


class WholeImages:
    """Every picture once, uncut; pictures of one size share a batch of at most `batch_size` in this process."""

    def __init__(
        self, store: Store, samples: Sequence[Sample], *, batch_size: int, rank: int = 0, world: int = 1
    ) -> None:
        self._store = store
        self.ids = [sample.id for sample in samples[rank::world]]
        """This process's share."""
        of_size: dict[tuple[int, int], list[str]] = {}
        for sample in samples[rank::world]:
            of_size.setdefault(store.size(sample.id), []).append(sample.id)
        self._batches = [
            tuple(ids[start : start + batch_size])
            for ids in of_size.values()
            for start in range(0, len(ids), batch_size)
        ]

    def __len__(self) -> int:
        return len(self._batches)

    def __iter__(self) -> Iterator[Batch]:
        return prefetch(map(self._batch, self._batches), ahead=_AHEAD)

    def _batch(self, ids: tuple[str, ...]) -> Batch:
        return Batch(
            images=torch.from_numpy(np.stack([self._store.image(id) for id in ids])),
            masks=torch.from_numpy(np.stack([self._store.mask(id) for id in ids])),
            soft={},
            ids=ids,
        )
