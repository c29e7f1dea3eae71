from hairline.data.preparing.leaks import find_leaks
from tests.data.conftest import make_sample

SAMPLES = [
    make_sample("a", split="train"),
    make_sample("b", split="val"),
    make_sample("c", split="test"),
    make_sample("d", split="test"),
    make_sample("e", split="test"),
    make_sample("f", split="train", labelled=False),
    make_sample("g", split="test", labelled=False),
]
APART = list("abcdefg")


def test_groups_and_copies_that_are_apart_do_not_leak():
    leaks = find_leaks(SAMPLES, named=APART, copied=APART)
    assert (leaks.tested, leaks.all) == (3, [])


def test_test_images_that_share_a_group_with_train_or_val_are_told_from_copies():
    leaks = find_leaks(SAMPLES, named=["x", "y", "x", "d", "y", "f", "g"], copied=["x", "b", "x", "x", "e", "f", "g"])
    assert leaks.by_group == ["c", "e"]
    assert leaks.by_copy == ["c", "d"]
    assert leaks.all == ["c", "d", "e"]


def test_what_nobody_labelled_neither_leaks_nor_is_leaked_to():
    named = ["a", "b", "x", "d", "e", "x", "a"]
    assert find_leaks(SAMPLES, named=named, copied=APART).all == []
