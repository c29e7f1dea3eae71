from collections import Counter

import numpy as np
import pytest

from hairline.data.loading.labelled import choose_labelled
from hairline.errors import InputError
from tests.data.conftest import make_sample

ALONE = [make_sample(f"p{number:02d}", crack_share=0.0 if number % 4 == 0 else 0.1) for number in range(40)]
GROUPED = [make_sample(f"{road}-{number}", group=road) for road in "abcdef" for number in range(1 + ord(road) % 4)]


def ids(samples) -> list[str]:
    return [sample.id for sample in samples]


@pytest.mark.parametrize("samples", [ALONE, GROUPED], ids=["alone", "grouped"])
def test_fewer_samples_are_the_first_of_more(samples):
    most = ids(choose_labelled(samples, len(samples), seed=3))
    assert sorted(most) == sorted(ids(samples))
    for count in (1, 8, 10):
        assert ids(choose_labelled(samples, count, seed=3)) == most[:count]


@pytest.mark.parametrize("samples", [ALONE, GROUPED], ids=["alone", "grouped"])
def test_the_order_of_the_input_does_not_matter(samples):
    first = ids(choose_labelled(samples, 9, seed=0))
    assert ids(choose_labelled(samples[::-1], 9, seed=0)) == first
    mixed = [samples[place] for place in np.random.default_rng(1).permutation(len(samples))]
    assert ids(choose_labelled(mixed, 9, seed=0)) == first


def test_another_seed_chooses_others_and_the_same_seed_the_same():
    chosen = {tuple(ids(choose_labelled(ALONE, 8, seed=seed))) for seed in (0, 0, 1, 2, -1)}
    assert len(chosen) == 4


def test_each_source_photograph_gives_one_sample_before_any_gives_another():
    sizes = Counter(sample.group for sample in GROUPED)
    assert sorted(sizes.values()) == [1, 2, 2, 3, 3, 4]
    for seed in range(10):
        groups = [sample.group for sample in choose_labelled(GROUPED, len(GROUPED), seed=seed)]
        for turn, count in ((1, 6), (2, 5), (3, 3), (4, 1)):  # groups with that many samples
            now, groups = groups[:count], groups[count:]
            assert len(set(now)) == count and all(sizes[group] >= turn for group in now)


def test_every_sample_is_as_likely_to_be_the_first_of_a_set_without_groups():
    first = Counter(choose_labelled(ALONE[:8], 1, seed=seed)[0].id for seed in range(800))
    assert len(first) == 8 and max(abs(count - 100) for count in first.values()) < 40


def test_every_group_is_as_likely_to_be_the_first_however_large():
    first = Counter(choose_labelled(GROUPED, 1, seed=seed)[0].group for seed in range(600))
    assert len(first) == 6 and max(abs(count - 100) for count in first.values()) < 40


def test_pictures_without_a_crack_are_drawn_like_others():
    drawn = sum(sample.crack_share == 0 for seed in range(100) for sample in choose_labelled(ALONE, 8, seed=seed))
    assert 140 < drawn < 260  # of 800, a quarter


@pytest.mark.parametrize("count", [0, -1, 41])
def test_a_number_of_samples_that_there_are_not_is_refused(count):
    with pytest.raises(InputError, match=f"{count} labelled samples are asked for, but there are 40"):
        choose_labelled(ALONE, count, seed=0)
