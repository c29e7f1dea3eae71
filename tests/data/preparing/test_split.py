from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairline.data.preparing.split import bands, divide
from hairline.errors import InputError

SHARES = {"train": 0.7, "val": 0.1, "test": 0.2}


def pictures(sizes: list[int], seed: int = 0) -> tuple[list[str], list[float]]:
    groups = [f"g{group}" for group, size in enumerate(sizes) for _ in range(size)]
    return groups, np.random.default_rng(seed).exponential(0.02, len(groups)).clip(0, 1).tolist()


@settings(max_examples=60, deadline=None)
@given(sizes=st.lists(st.integers(1, 12), min_size=3, max_size=40), seed=st.integers(-5, 2**40))
def test_every_group_goes_to_one_part_and_every_part_gets_one(sizes, seed):
    groups, shares = pictures(sizes)
    chosen = divide(groups, shares, SHARES, seed=seed)
    assert chosen.keys() == set(groups)  # a mapping from groups cannot cut one
    assert set(chosen.values()) == {"train", "val", "test"}


@settings(max_examples=60, deadline=None)
@given(sizes=st.lists(st.integers(1, 12), min_size=12, max_size=60), seed=st.integers(0, 1000))
def test_parts_hold_the_share_that_was_asked_for_up_to_one_group(sizes, seed):
    groups, shares = pictures(sizes, seed)
    chosen = divide(groups, shares, SHARES, seed=seed)
    counts = Counter(chosen[group] for group in groups)
    for part, share in SHARES.items():
        assert abs(counts[part] - share * len(groups)) <= max(sizes)


@pytest.mark.parametrize("count", [10, 37, 118, 1000])
def test_single_images_are_divided_to_the_nearest_count(count):
    groups, shares = pictures([1] * count)
    counts = Counter(divide(groups, shares, SHARES, seed=3).values())
    for part, share in SHARES.items():
        assert abs(counts[part] - share * count) <= 1


def test_folds_are_equal_in_size():
    groups, shares = pictures([1] * 103)
    counts = Counter(divide(groups, shares, {str(fold): 0.2 for fold in range(5)}, seed=0).values())
    assert sorted(counts.values()) == [20, 20, 21, 21, 21]


def test_each_part_has_its_share_of_crack_free_and_of_heavily_cracked_images():
    shares = [0.0] * 100 + [0.001] * 100 + [0.2] * 100
    groups = [str(number) for number in range(300)]
    chosen = divide(groups, shares, SHARES, seed=0)
    for band in range(3):
        counts = Counter(chosen[group] for group in groups[100 * band : 100 * band + 100])
        assert all(abs(counts[part] - 100 * share) <= 2 for part, share in SHARES.items())


def test_the_same_seed_divides_alike_and_another_one_differently():
    groups, shares = pictures([1] * 50)
    one = divide(groups, shares, SHARES, seed=1)
    assert one == divide(groups, shares, SHARES, seed=1)
    assert one != divide(groups, shares, SHARES, seed=2)


def test_the_order_of_the_pictures_does_not_matter():
    groups, shares = pictures([2] * 20)
    backwards = divide(groups[::-1], shares[::-1], SHARES, seed=1)
    assert divide(groups, shares, SHARES, seed=1) == backwards


def test_a_part_smaller_than_any_group_still_gets_one():
    groups, shares = pictures([10, 10, 10, 10])
    assert "val" in divide(groups, shares, {"train": 0.9, "val": 0.01, "test": 0.09}, seed=0).values()


def test_a_part_of_share_0_stays_empty():
    groups, shares = pictures([1] * 10)
    assert set(divide(groups, shares, {"train": 0.8, "val": 0.2, "test": 0}, seed=0).values()) == {"train", "val"}


def test_fewer_groups_than_parts_are_refused():
    groups, shares = pictures([5, 5])
    with pytest.raises(InputError, match=r"2 groups of pictures cannot be divided into 3 parts \(train, val, test\)"):
        divide(groups, shares, SHARES, seed=0)


def test_bands_keep_crack_free_images_apart_and_split_the_rest_in_quarters():
    assert bands([0, 0]).tolist() == [0, 0]
    assert Counter(bands([0.0] * 3 + [number / 100 for number in range(1, 101)]).tolist()) == {
        0: 3,
        1: 25,
        2: 25,
        3: 25,
        4: 25,
    }
