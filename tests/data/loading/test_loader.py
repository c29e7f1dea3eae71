import threading
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch

from hairline.data.loading.labels import dilate_label
from hairline.data.loading.loader import Batch, Mixed, TrainBatches, WholeImages
from hairline.data.loading.prefetch import THREADS
from hairline.data.loading.soft_labels import SoftLabels, SoftLabelWriter
from hairline.data.loading.store import open_store
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


@pytest.fixture
def other(make_prepared):
    """Five drawn pictures d0 .. d4, to be mixed in."""

    def make(share: float, *, count: int = 5) -> Mixed:
        folder, samples = make_prepared([(45, 45)] * count, name="drawn", letter="d")
        return Mixed(open_store(folder, samples), samples, share)

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
        next(batches(data, augment=None, relabel=partial(dilate_label, mode=mode), batch_size=8).epoch(0))
        for mode in ("none", "square")
    )
    assert torch.equal(narrow.images, wide.images)
    assert (wide.masks == 1).sum() > (narrow.masks == 1).sum() > 0


def test_soft_labels_of_other_pictures_are_refused_before_the_training(data, soft):
    with pytest.raises(InputError, match="no soft label of 's8'"):
        batches(data, soft=soft(data[1][:-1]))
    with pytest.raises(InputError, match="soft label of 's0' is 50 x 41, the image 50 x 40"):
        batches(data, soft=soft(data[1], height=1))


def test_how_many_threads_make_the_batches_changes_nothing_in_them(data, soft):
    planes = soft(data[1])
    one, four = (
        TrainBatches(*data, crop=24, batch_size=2, augment=BUSY, seed=5, soft=planes, makers=makers)
        for makers in (1, 4)
    )
    for epoch in range(5):
        assert same(list(one.epoch(epoch)), list(four.epoch(epoch)))


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
    assert not any(thread.name.startswith(THREADS) for thread in threading.enumerate())


def of_other(ids) -> list[str]:
    return [id for id in ids if id.startswith("d")]


@pytest.mark.parametrize(("size", "share", "others"), [(4, 0.5, 2), (5, 0.25, 1), (5, 0.3, 2), (8, 0.875, 7)])
def test_each_batch_takes_its_share_from_the_mixed_in_set(data, other, size, share, others):
    seen = list(batches(data, batch_size=size, mixed=other(share)).epoch(0))
    assert all(len(batch.ids) == size and len(of_other(batch.ids)) == others for batch in seen)
    assert len(seen) == 9 // (size - others)


def test_mixed_in_pictures_and_masks_are_those_of_their_own_store(data, other):
    mixed = other(0.5)
    for batch in batches(data, augment=None, batch_size=4, crop=64, mixed=mixed).epoch(0):
        for image, mask, id in zip(batch.images, batch.masks, batch.ids, strict=True):
            store = mixed.store if id.startswith("d") else data[0]
            counted = (mask != 255).numpy()  # around it, the reflection that fills up the crop
            assert (image.numpy()[counted] == store.image(id).reshape(-1, 3)).all()
            assert (mask.numpy()[counted] == store.mask(id).ravel()).all()


def test_with_a_mixed_in_set_an_epoch_is_one_pass_over_the_own_samples(data, other):
    loader = batches(data, batch_size=4, mixed=other(0.75))
    for epoch in range(3):
        ids = [id for batch in loader.epoch(epoch) for id in batch.ids if not id.startswith("d")]
        assert len(loader) == 9 and sorted(ids) == [f"s{number}" for number in range(9)]


def test_the_mixed_in_set_goes_round_and_round_over_the_ends_of_epochs(data, other):
    loader = batches(data, batch_size=4, mixed=other(0.25))  # 3 crops an epoch of a set of 5
    seen = of_other(id for epoch in range(50) for batch in loader.epoch(epoch) for id in batch.ids)
    rounds = [tuple(seen[start : start + 5]) for start in range(0, 150, 5)]
    assert all(sorted(round) == ["d0", "d1", "d2", "d3", "d4"] for round in rounds)
    assert len(set(rounds)) > 15


def test_a_mixed_in_set_smaller_than_its_share_of_an_epoch_is_repeated(data, other):
    seen = [batch.ids for batch in batches(data, batch_size=8, mixed=other(0.75, count=1)).epoch(0)]
    assert [of_other(ids) for ids in seen] == [["d0"] * 6] * 4


@pytest.mark.parametrize("share", [0.25, 0.5, 0.6])
def test_processes_share_mixed_batches_and_change_nothing(data, other, share):
    mixed = other(share)
    whole = list(batches(data, batch_size=4, mixed=mixed).epoch(1))
    shares = [list(batches(data, batch_size=4, mixed=mixed, rank=rank, world=2).epoch(1)) for rank in range(2)]
    assert len(whole) == len(shares[0]) == len(shares[1])
    for batch, one, two in zip(whole, *shares, strict=True):
        assert one.ids + two.ids == batch.ids
        assert torch.equal(torch.cat([one.images, two.images]), batch.images)
        assert torch.equal(torch.cat([one.masks, two.masks]), batch.masks)
        assert abs(len(of_other(one.ids)) - len(of_other(two.ids))) <= 1


def test_a_mixed_epoch_can_be_taken_up_at_any_batch(data, other):
    mixed = other(0.75)
    whole = list(batches(data, batch_size=4, mixed=mixed).epoch(7))
    for start in range(10):
        assert same(whole[start:], list(batches(data, batch_size=4, mixed=mixed).epoch(7, start=start)))


def test_few_own_samples_make_smaller_batches_of_the_same_mixture(data, other):
    store, samples = data
    (batch,) = batches((store, samples[:2]), batch_size=16, mixed=other(0.75)).epoch(0)
    assert len(batch.ids) == 8 and len(of_other(batch.ids)) == 6


@pytest.mark.parametrize(("size", "share", "others"), [(4, 0.1, 0), (4, 0.9, 4), (4, 0.0, 0), (4, 1.0, 4), (1, 0.5, 0)])
def test_a_share_that_leaves_nothing_of_one_set_is_refused(data, other, size, share, others):
    with pytest.raises(InputError, match=rf"share of {share:g}, a batch of {size} has {others} crops .* nearer to a"):
        batches(data, batch_size=size, mixed=other(share))


def test_a_mixed_batch_that_cannot_be_shared_equally_is_refused_with_the_largest_that_can(data, other):
    few, mixed = (data[0], data[1][:3]), other(0.4)
    with pytest.raises(InputError, match=r"batch of 5 .* by 2 processes; .* at most 5, as there are 3 training"):
        batches(few, batch_size=16, mixed=mixed, world=2)
    assert len(batches(few, batch_size=4, mixed=mixed, world=2)) == 1


def test_soft_labels_are_refused_beside_a_mixed_in_set_and_so_is_an_empty_one(data, other, soft):
    mixed = other(0.5)
    with pytest.raises(InputError, match="soft labels cannot be mixed with another set, because the teacher"):
        batches(data, soft=soft(data[1]), mixed=mixed)
    with pytest.raises(InputError, match="no samples in the set that is to be mixed in"):
        batches(data, mixed=Mixed(mixed.store, [], 0.5))


def test_crops_on_cracks_are_the_same_for_any_number_of_processes(data):
    params = BUSY.model_copy(update={"on_crack": 0.5})
    whole = list(batches(data, batch_size=4, augment=params).epoch(1))
    parts = [list(batches(data, batch_size=4, augment=params, rank=rank, world=2).epoch(1)) for rank in range(2)]
    for batch, one, two in zip(whole, *parts, strict=True):
        assert torch.equal(torch.cat([one.images, two.images]), batch.images)
    assert not same(whole, list(batches(data, batch_size=4).epoch(1)))


def test_double_exposures_are_the_same_for_any_number_of_processes_and_hold_more_crack(data, other):
    params = BUSY.model_copy(update={"double_exposure": 0.5, "shade": 0.5, "stains": 0.5})
    for mixed in (None, other(0.5)):
        whole = list(batches(data, batch_size=4, augment=params, mixed=mixed).epoch(1))
        parts = [
            list(batches(data, batch_size=4, augment=params, mixed=mixed, rank=rank, world=2).epoch(1))
            for rank in range(2)
        ]
        for batch, one, two in zip(whole, *parts, strict=True):
            assert torch.equal(torch.cat([one.images, two.images]), batch.images)
            assert torch.equal(torch.cat([one.masks, two.masks]), batch.masks)
    shares = [
        np.mean([(batch.masks == 1).float().mean() for batch in batches(data, augment=augment).epoch(1)])
        for augment in (NO_AUGMENT, NO_AUGMENT.model_copy(update={"double_exposure": 1.0}))
    ]
    assert shares[1] > 1.2 * shares[0] > 0


def test_both_masks_of_a_double_exposure_are_relabelled(data):
    params = NO_AUGMENT.model_copy(update={"double_exposure": 1.0})
    masks = [batch.masks for batch in batches(data, augment=params, relabel=lambda mask: mask * 2).epoch(0)]
    assert set(torch.cat(masks).unique().tolist()) == {0, 2}


CRACK = {"classes": ("background", "joint", "crack")}


def test_drawn_cracks_things_and_covers_are_the_same_for_any_number_of_processes(data):
    params = BUSY.model_copy(update={"drawn_cracks": 0.5, "drawn_things": 0.5, "covers": 0.5})
    whole = list(batches(data, batch_size=4, crop=32, augment=params, **CRACK).epoch(1))
    parts = [
        list(batches(data, batch_size=4, crop=32, augment=params, rank=rank, world=2, **CRACK).epoch(1))
        for rank in range(2)
    ]
    for batch, one, two in zip(whole, *parts, strict=True):
        assert torch.equal(torch.cat([one.images, two.images]), batch.images)
        assert torch.equal(torch.cat([one.masks, two.masks]), batch.masks)
    assert not same(whole, list(batches(data, batch_size=4, crop=32, **CRACK).epoch(1)))


def test_a_drawn_crack_is_of_the_class_crack_and_relabelled_and_the_photograph_s_own_classes_stay(data):
    asked = {"crop": 32, "batch_size": 2, **CRACK}
    plain = list(batches(data, augment=NO_AUGMENT, **asked).epoch(0))
    params = NO_AUGMENT.model_copy(update={"drawn_cracks": 1.0})
    drawn = list(batches(data, augment=params, **asked).epoch(0))
    assert {2} <= set(torch.cat([batch.masks for batch in drawn]).unique().tolist()) <= {0, 1, 2, 255}
    assert all(((new.masks == 1) == (old.masks == 1)).all() for new, old in zip(drawn, plain, strict=True))
    wide = batches(data, augment=params, relabel=lambda mask: np.where(mask == 2, 3, mask), **asked).epoch(0)
    assert 3 in torch.cat([batch.masks for batch in wide]).unique().tolist()


def test_cracks_are_not_drawn_for_a_set_that_has_no_such_class(data):
    params = NO_AUGMENT.model_copy(update={"drawn_cracks": 0.25})
    with pytest.raises(InputError, match=r"drawn_cracks is 0\.25, .* named crack, .* \['background', 'pothole'\]"):
        batches(data, augment=params, classes=("background", "pothole"))
    things = NO_AUGMENT.model_copy(update={"drawn_things": 1.0})
    assert len(list(batches(data, augment=things, crop=32, classes=("background", "pothole")).epoch(0))) > 0


@pytest.mark.parametrize("name", ["double_exposure", "drawn_cracks", "drawn_things", "covers"])
def test_soft_labels_are_refused_where_a_picture_shows_more_than_the_teacher_saw(data, soft, name):
    params = NO_AUGMENT.model_copy(update={name: 0.5})
    with pytest.raises(InputError, match=rf"train\.augment\.{name} is 0\.5, but a teacher .* set it to 0"):
        batches(data, soft=soft(data[1]), augment=params, **CRACK)


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
