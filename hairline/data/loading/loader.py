"""Batches of tensors: random crops for training, whole pictures for scoring.

All randomness comes from (seed, epoch, position), so an epoch can be repeated exactly, and batches are the same however
many processes share them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise

import cv2
import numpy as np
import torch
from torch import Tensor

from hairline.config import AugmentParams
from hairline.data.loading.augment import augment as augment_sample
from hairline.data.loading.augment import check_augment
from hairline.data.loading.labels import Relabel
from hairline.data.loading.prefetch import prefetch
from hairline.data.loading.soft_labels import SoftLabels, decode
from hairline.data.loading.store import Store
from hairline.data.manifest import Sample
from hairline.errors import InputError

_AHEAD = 2
_UNTAUGHT = ("double_exposure", "drawn_cracks", "drawn_things", "covers")  # changes that no teacher has seen


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


@dataclass(frozen=True)
class Mixed:
    """Another set that gives a part of every batch. Its classes are the same: whoever mixes sees to that."""

    store: Store
    samples: Sequence[Sample]
    share: float
    """Of each batch's crops, rounded to whole ones."""


class TrainBatches:
    """Random crops in a new order each epoch.

    `batch_size` is that of all processes together; each takes its share. A last, incomplete batch is left out, unless
    it is the only one. With `mixed`, an epoch is still one pass over `samples`, in more batches; the other set goes
    round and round in orders of its own, over the ends of epochs. `classes` says which one a drawn crack is.
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
        relabel: Relabel = lambda mask: mask,
        classes: Sequence[str] = (),
        soft: SoftLabels | None = None,
        mixed: Mixed | None = None,
        rank: int = 0,
        world: int = 1,
        makers: int = 1,
    ) -> None:
        """`makers`: threads that make batches ahead; what is in them does not depend on it."""
        if not samples:
            raise InputError("no samples to train on")
        largest = len(samples)
        if mixed is not None and mixed.share < 1:
            largest = round(len(samples) / (1 - mixed.share))
        size = min(batch_size, largest)
        others = round(size * mixed.share) if mixed else 0
        if mixed is not None:
            _check_mixed(mixed, soft, others=others, size=size, largest=largest)
        if batch_size % world or size % world:
            raise InputError(
                f"a batch of {size} cannot be shared equally by {world} processes; set batch_size to a multiple of "
                f"{world} that is at most {largest}, as there are {len(samples)} training samples"
            )
        if augment is not None:
            check_augment(augment)
        if soft is not None:
            _check_as_taught(augment)
            soft.check(samples)
        self._store, self._samples, self._soft = store, list(samples), soft
        self._mixed, self._others = mixed, others
        self._crop, self._size, self._augment, self._seed = crop, size, augment, seed & 0xFFFFFFFF
        self._label = _labelling(augment, classes, relabel)
        self._relabel, self._rank, self._share, self._makers = relabel, rank, size // world, makers
        cv2.setNumThreads(1)  # OpenCV's own threads would fight with torch's for pieces too small to divide

    def __len__(self) -> int:
        """Batches in an epoch."""
        return len(self._samples) // (self._size - self._others)

    def epoch(self, number: int, *, start: int = 0) -> Iterator[Batch]:
        """This process's share of every batch of the epoch from `start` on, made ahead."""
        return prefetch(self._batches(number, start), ahead=_AHEAD * self._makers, makers=self._makers)

    def _batches(self, epoch: int, first: int) -> Iterator[Callable[[], Batch]]:
        order = self._order(epoch)
        for batch in range(first, len(self)):
            start = batch * self._size + self._rank * self._share
            yield partial(self._batch, epoch, start, order)

    def _order(self, epoch: int) -> list[tuple[Store, Sample]]:
        """What the epoch shows, batch after batch."""
        places = np.random.default_rng((self._seed, epoch)).permutation(len(self._samples)).tolist()
        own = ((self._store, self._samples[place]) for place in places)
        if self._mixed is None:
            return list(own)
        mixed_in = self._mixed_in(epoch, self._mixed)
        # evenly within a batch, so that each process has its part of both sets
        ends = [place * self._others // self._size for place in range(len(self) * self._size + 1)]
        return [next(mixed_in if end > start else own) for start, end in pairwise(ends)]

    def _mixed_in(self, epoch: int, mixed: Mixed) -> Iterator[tuple[Store, Sample]]:
        """Its part of the other set's endless order, which is round after round, each shuffled anew."""
        count, needed = len(mixed.samples), len(self) * self._others
        first_round, first = divmod(epoch * needed, count)
        rounds = range(first_round, first_round + -(-(first + needed) // count))
        # numpy takes (a, b), (a, b, 0) and (a, b, 0, 0) for the same seed, and uses two of them already
        orders = [np.random.default_rng((self._seed, number, 0, 1)).permutation(count) for number in rounds]
        places = np.concatenate(orders)[first : first + needed].tolist()
        return ((mixed.store, mixed.samples[place]) for place in places)

    def _batch(self, epoch: int, start: int, order: Sequence[tuple[Store, Sample]]) -> Batch:
        side, chosen = self._crop, order[start : start + self._share]

        def draw_second(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
            store, sample = order[int(rng.integers(len(order)))]
            return store.image(sample.id), self._relabel(store.mask(sample.id))

        images = np.empty((len(chosen), side, side, 3), np.uint8)
        masks = np.empty((len(chosen), side, side), np.uint8)
        planes = []
        for row, (store, sample) in enumerate(chosen):
            images[row], masks[row], soft = augment_sample(
                store.image(sample.id),
                self._relabel(store.mask(sample.id)),
                self._soft.read(sample.id) if self._soft else None,
                crop=side,
                params=self._augment,
                rng=np.random.default_rng((self._seed, epoch, start + row)),
                second=draw_second,
                label=self._label,
            )
            if soft is not None:
                planes.append(soft)
        return Batch(
            images=torch.from_numpy(images),
            masks=torch.from_numpy(masks),
            soft=self._probabilities(planes),
            ids=tuple(sample.id for _, sample in chosen),
        )

    def _probabilities(self, planes: Sequence[np.ndarray]) -> dict[str, Tensor]:
        if not self._soft:
            return {}
        heads = np.stack(planes, axis=1)  # [heads, B, C - 1, H, W]
        return {head: torch.from_numpy(decode(own)) for head, own in zip(self._soft.heads, heads, strict=True)}


def _check_as_taught(augment: AugmentParams | None) -> None:
    for name in _UNTAUGHT:
        if augment is not None and (share := getattr(augment, name)):
            raise InputError(
                f"train.augment.{name} is {share:g}, but a teacher has said nothing of pictures with more in them than "
                "the photographs show, so there is no soft label for them; set it to 0 for this training"
            )


def _labelling(augment: AugmentParams | None, classes: Sequence[str], relabel: Relabel) -> Relabel | None:
    """What makes class ids of where a crack was drawn; None: nothing is drawn."""
    if augment is None or not (augment.drawn_cracks or augment.drawn_things):
        return None
    if augment.drawn_cracks and "crack" not in classes:
        raise InputError(
            f"train.augment.drawn_cracks is {augment.drawn_cracks:g}, which needs a class named crack, but the classes "
            f"are {list(classes)}; set it to 0"
        )
    crack = list(classes).index("crack") if "crack" in classes else 0
    return lambda cracked: relabel(cracked.astype(np.uint8) * np.uint8(crack))


def _check_mixed(mixed: Mixed, soft: SoftLabels | None, *, others: int, size: int, largest: int) -> None:
    if soft is not None:
        raise InputError(
            "soft labels cannot be mixed with another set, because the teacher has said nothing of its pictures; leave "
            "out one of the two"
        )
    if not mixed.samples:
        raise InputError("no samples in the set that is to be mixed in; prepare it again, or mix in none")
    if not 0 < others < size:
        raise InputError(
            f"mixed at a share of {mixed.share:g}, a batch of {size} has {others} crops of the other set, but it needs "
            "at least one of each; choose a share nearer to a half, or a larger batch_size (the training samples are "
            f"enough for {largest})"
        )


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
        return prefetch((partial(self._batch, ids) for ids in self._batches), ahead=_AHEAD)

    def _batch(self, ids: tuple[str, ...]) -> Batch:
        return Batch(
            images=torch.from_numpy(np.stack([self._store.image(id) for id in ids])),
            masks=torch.from_numpy(np.stack([self._store.mask(id) for id in ids])),
            soft={},
            ids=ids,
        )
