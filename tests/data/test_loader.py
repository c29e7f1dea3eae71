import threading
from dataclasses import replace

import numpy as np
import pytest
import torch

from hairline.data.loader import Batch, TrainBatches, WholeImages
from hairline.data.soft_labels import SoftLabels, SoftLabelWriter
from hairline.data.store import open_store
from hairline.errors import InputError
from tests.data.conftest import NO_AUGMENT, draw_mask

BUSY = NO_AUGMENT.model_copy(
    update={"flip": 0.5, "rotate": 30.0, "scale": (0.8, 1.2), "contrast": 0.2, "noise": 0.5, "dropout": 0.5}
)
SIZES = [(40, 50)] * 7 + [(30, 60), (64, 20)]


@pytest.fixture
def data(make_prepared):
    folder, samples = make_prepared(SIZES)
    return open_store(folder, samples), samples


@pytest.fixture
def soft(tmp_path):
    """Labels of one head that repeat the image's mask, and one that denies it."""

    def make(samples, *, storage="uint8", height=0) -> SoftLabels:
        folder = tmp_path / f"soft-{storage}"
        with SoftLabelWriter(folder, heads=["mix", "h"], classes=2, storage=storage, temperature=5) as writer:
            for number, sample in enumerate(samples):
                crack = draw_mask(number, sample.height + height, sample.width).astype(np.float32)
                writer.add(sample.id, np.stack([np.stack([1 - crack, crack]), np.stack([crack, 1 - crack])]))
        return SoftLabels(folder)

    return make


def batches(data, **changes) -> TrainBatches:
    store, samples = data
    return TrainBatches(store, samples, **({"crop": 16, "batch_size": 2, "augment": BUSY, "seed": 5} | changes))


def equal(one: Batch, other: Batch) -> bool:
    return (
        one.ids == other.ids
        and torch.equal(one.images, other.images)
        and torch.equal(one.masks, other.masks)
        and one.soft.keys() == other.soft.keys()
        and all(torch.equal(one.soft[head], other.soft[head]) for head in one.soft)
    )


def same(ones, others) -> bool:
    return len(ones) == len(others) and all(equal(one, other) for one, other in zip(ones, others, strict=True))


def test_a_batch_holds_bytes_of_the_stated_shapes(data):
    batch = next(batches(data, batch_size=3).epoch(0))
    assert batch.images.shape == (3, 16, 16, 3) and batch.images.dtype == torch.uint8
    assert batch.masks.shape == (3, 16, 16) and batch.masks.dtype == torch.uint8
    assert batch.soft == {} and len(batch.ids) == 3


def test_an_epoch_shows_each_sample_at_most_once_and_drops_the_incomplete_batch(data):
    loader = batches(data)
    seen = [id for batch in loader.epoch(0) for id in batch.ids]
    assert len(loader) == 4 and len(seen) == 8 and len(set(seen)) == 8


def test_the_only_batch_is_kept_even_when_incomplete(data):
    loader = batches(data, batch_size=100)
    assert len(loader) == 1 and len(next(loader.epoch(0)).ids) == 9


def test_an_epoch_can_be_repeated_exactly_and_another_one_differs(data):
    loader = batches(data)
    first = list(loader.epoch(3))
    list(loader.epoch(4))
    assert same(first, list(loader.epoch(3))) and same(first, list(batches(data).epoch(3)))
    assert not same(first, list(loader.epoch(4)))
    assert not same(first, list(batches(data, seed=6).epoch(3)))


def test_an_epoch_can_be_taken_up_in_the_middle(data):
    loader = batches(data)
    assert same(list(loader.epoch(2))[3:], list(loader.epoch(2, start=3)))
    assert list(loader.epoch(2, start=4)) == []


@pytest.mark.parametrize("world", [2, 4])
def test_processes_share_every_batch_and_change_nothing(data, soft, world):
    labels = soft(data[1])
    whole = list(batches(data, batch_size=4, soft=labels).epoch(1))
    shares = [list(batches(data, batch_size=4, soft=labels, rank=r, world=world).epoch(1)) for r in range(world)]
    for number, batch in enumerate(whole):
        parts = [share[number] for share in shares]
        assert all(len(part.ids) == 4 // world for part in parts)
        joined = Batch(
            images=torch.cat([part.images for part in parts]),
            masks=torch.cat([part.masks for part in parts]),
            soft={head: torch.cat([part.soft[head] for part in parts]) for head in batch.soft},
            ids=tuple(id for part in parts for id in part.ids),
        )
        assert equal(joined, batch)


def test_a_batch_that_cannot_be_shared_equally_is_refused(data):
    with pytest.raises(InputError, match="batch of 3 cannot be shared equally by 2 processes"):
        batches(data, batch_size=3, world=2)
    with pytest.raises(InputError, match=r"batch of 9 cannot be shared equally by 2 .* that is at most 9"):
        batches(data, batch_size=10, world=2)


def test_soft_labels_move_with_the_mask(data, soft):
    params = NO_AUGMENT.model_copy(update={"flip": 0.5})
    for batch in batches(data, augment=params, soft=soft(data[1]), batch_size=4).epoch(0):
        assert list(batch.soft) == ["mix", "h"]
        for probability in batch.soft.values():
            assert probability.shape == (4, 2, 16, 16) and probability.dtype == torch.float32
        counted = batch.masks != 255
        assert torch.equal(batch.soft["mix"][:, 1][counted], (batch.masks == 1).float()[counted])
        assert torch.equal(batch.soft["h"][:, 0][counted], (batch.masks == 1).float()[counted])
        assert counted.float().mean() > 0.9


@pytest.mark.parametrize("storage", ["uint8", "float16"])
def test_probabilities_of_all_classes_sum_to_one_after_a_warp(data, soft, storage):
    for batch in batches(data, soft=soft(data[1], storage=storage)).epoch(0):
        for probability in batch.soft.values():
            assert torch.allclose(probability.sum(dim=1), torch.ones(2, 16, 16))
            assert probability.min() >= 0 and probability.max() <= 1


def test_labels_are_widened_for_training_on_request(data):
    narrow, wide = (
        next(batches(data, augment=None, label_dilation=mode, batch_size=8).epoch(0)) for mode in ("none", "square")
    )
    assert torch.equal(narrow.images, wide.images)
    assert (wide.masks == 1).sum() > (narrow.masks == 1).sum() > 0


def test_soft_labels_of_other_pictures_are_refused_before_the_training(data, soft):
    with pytest.raises(InputError, match="no soft label of 's8'"):
        batches(data, soft=soft(data[1][:-1]))
    with pytest.raises(InputError, match="soft label of 's0' is 50 x 41, the image 50 x 40"):
        batches(data, soft=soft(data[1], height=1))


def test_no_samples_and_an_impossible_zoom_are_refused(data):
    with pytest.raises(InputError, match="no samples to train on"):
        TrainBatches(data[0], [], crop=16, batch_size=2, augment=None, seed=0)
    with pytest.raises(InputError, match="scale"):
        batches(data, augment=NO_AUGMENT.model_copy(update={"scale": (0.0, 1.0)}))


def test_a_fault_while_a_batch_is_made_reaches_the_training(data):
    store, samples = data
    strange = [*samples, replace(samples[0], id="not in the store")]
    loader = TrainBatches(store, strange, crop=16, batch_size=10, augment=None, seed=0)
    with pytest.raises(KeyError, match="not in the store"):
        list(loader.epoch(0))
    assert all(thread.name != "prefetch" for thread in threading.enumerate())


def test_a_batch_moves_to_a_device_with_all_it_holds(data, soft):
    batch = next(batches(data, soft=soft(data[1])).epoch(0))
    moved = batch.to(torch.device("meta"))
    tensors = [moved.images, moved.masks, *moved.soft.values()]
    assert len(tensors) == 4 and all(tensor.is_meta for tensor in tensors) and moved.ids == batch.ids
    assert equal(batch.to(torch.device("cpu")), batch)


def test_whole_images_come_uncut_with_equal_sizes_together(data):
    store, samples = data
    loader = WholeImages(store, samples, batch_size=4)
    found = list(loader)
    assert [batch.ids for batch in found] == [("s0", "s1", "s2", "s3"), ("s4", "s5", "s6"), ("s7",), ("s8",)]
    assert len(loader) == 4 and loader.ids == [sample.id for sample in samples]
    for batch in found:
        for row, id in enumerate(batch.ids):
            assert (batch.images[row].numpy() == store.image(id)).all()
            assert (batch.masks[row].numpy() == store.mask(id)).all()
    assert same(found, list(loader))


@pytest.mark.parametrize("world", [1, 2, 3, 5, 12])
def test_over_all_processes_each_whole_image_is_seen_exactly_once(data, world):
    store, samples = data
    loaders = [WholeImages(store, samples, batch_size=2, rank=rank, world=world) for rank in range(world)]
    seen = sorted(id for loader in loaders for batch in loader for id in batch.ids)
    assert seen == sorted(sample.id for sample in samples)
    shares = [len(loader.ids) for loader in loaders]
    assert sum(shares) == len(samples) and max(shares) - min(shares) <= 1
