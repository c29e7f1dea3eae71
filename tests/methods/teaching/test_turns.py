from dataclasses import replace

import pytest

from hairline.data.manifest import read_manifest
from hairline.errors import InputError
from hairline.methods.teaching.turns import take_turns


@pytest.fixture
def samples(prepared):
    return [sample for sample in read_manifest(prepared) if sample.labelled]


@pytest.mark.parametrize("count", [2, 3, 5])
def test_each_picture_is_held_out_once(samples, count):
    turns = take_turns(samples, count)
    assert sorted(sample.id for turn in turns for sample in turn.held_out) == sorted(sample.id for sample in samples)
    for turn in turns:
        assert turn.pictures and turn.held_out
        assert sorted([*turn.pictures, *turn.held_out], key=lambda s: s.id) == sorted(samples, key=lambda s: s.id)


def test_no_group_is_on_both_sides(samples):
    together = [replace(sample, group=f"road {sample.fold}") for sample in samples]
    for turn in take_turns(together, 2):
        assert not {sample.group for sample in turn.pictures} & {sample.group for sample in turn.held_out}


def test_more_turns_than_folds_are_refused_with_what_to_do(samples):
    with pytest.raises(InputError, match=r"refit is 6, but the pictures of train and val lie in 5 folds.*split\.folds"):
        take_turns(samples, 6)
