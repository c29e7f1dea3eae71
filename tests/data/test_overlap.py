from dataclasses import replace

import cv2
import numpy as np
import pytest

from hairline.data.duplicates import look_at
from hairline.data.images import read_image
from hairline.data.looks import trace_of, write_looks
from hairline.data.manifest import write_manifest
from hairline.data.overlap import compare_all, copies_between, overlap_report, overlap_warnings
from hairline.errors import InputError
from tests.data.conftest import make_sample
from tests.data.test_duplicates import COPIES, scene

BLANK = np.full((160, 200, 3), 90, np.uint8)


@pytest.fixture
def prepared(tmp_path):
    """A prepared set of pictures by name; the first letter of a name is that of its split, a `u` next: unlabelled."""

    def make(name, pictures):
        folder, samples = tmp_path / name, []
        (folder / "images").mkdir(parents=True)
        for id, pixels in pictures.items():
            cv2.imwrite(str(folder / "images" / f"{id}.png"), pixels[..., ::-1])
            split = {"t": "train", "v": "val", "x": "test"}[id[0]]
            labels = {} if id[1:2] != "u" else {"labelled": False, "mask": "", "crack_share": None}
            samples.append(make_sample(id, split=split, **labels))
        write_manifest(folder / "manifest.csv", samples)
        write_looks(folder, {s.id: trace_of(look_at(read_image(folder / s.image))) for s in samples})
        return folder

    return make


def names(pairs):
    return [(ours.id, theirs.id) for ours, theirs in pairs]


def test_equal_and_changed_copies_are_found_between_two_sets_and_told_apart(prepared):
    one = prepared("one", {"t0": scene(0), "t1": scene(1), "x2": scene(2), "t9": BLANK})
    changed = COPIES["jpeg"](COPIES["half the size"](scene(2)))
    other = prepared("other", {"x0": scene(0), "t2": changed, "t3": scene(3), "x9": BLANK})
    copies = copies_between(one, other, bits=10)
    assert names(copies.exact) == [("t0", "x0")]
    assert names(copies.near) == [("x2", "t2")]


@pytest.mark.parametrize("copy", COPIES)
def test_every_kind_of_copy_is_found_whichever_set_holds_the_original(prepared, copy):
    one = prepared("one", {"t0": scene(5), "t1": scene(0)})
    other = prepared("other", {"x0": COPIES[copy](scene(0)), "x1": scene(6)})
    assert names(copies_between(one, other, bits=10).near) == [("t1", "x0")]
    assert names(copies_between(other, one, bits=10).near) == [("x0", "t1")]


def test_sets_without_a_common_picture_have_no_copies_even_when_every_pair_is_looked_at(prepared):
    one = prepared("one", {f"t{seed}": scene(seed) for seed in range(5)})
    other = prepared("other", {f"t{seed}": scene(seed) for seed in range(5, 9)})
    assert copies_between(one, other, bits=64).all == []


def test_a_test_picture_in_the_others_train_or_val_is_warned_of_and_one_in_its_test_is_not(prepared):
    one = prepared("one", {"x0": scene(0), "x1": scene(1), "t2": scene(2)})
    other = prepared("other", {"v0": scene(0), "x1": scene(1), "x2": scene(2)})
    warnings = overlap_warnings(compare_all({"one": one, "other": other}, bits=4))
    assert len(warnings) == 2
    assert warnings[0].startswith("1 test picture of one lies in train or val of other (x0)")
    assert warnings[1].startswith("1 test picture of other lies in train or val of one (x2)")


def test_pictures_that_nobody_labelled_flatter_nobody(prepared):
    one = prepared("one", {"x0": scene(0), "xu1": scene(1), "t2": scene(2)})
    other = prepared("other", {"tu0": scene(0), "t1": scene(1), "xu2": scene(2)})
    assert overlap_warnings(compare_all({"one": one, "other": other}, bits=4)) == []


def test_the_report_counts_by_pair_and_split_names_the_pictures_and_is_the_same_twice(prepared):
    folders = {
        "b": prepared("b", {"x0": scene(0), "t1": scene(1)}),
        "a": prepared("a", {"t0": scene(0), "t1": COPIES["jpeg"](scene(1))}),
        "c": prepared("c", {"t5": scene(5)}),
    }
    found = compare_all(folders, bits=10)
    text = overlap_report(list(folders), found, bits=10)
    assert text == overlap_report(list(folders), compare_all(folders, bits=10), bits=10)
    assert list(found) == [("a", "b"), ("a", "c"), ("b", "c")]
    assert "| a, train | 0 + 1 | 0 + 0 | 1 + 0 |" in text
    assert "- `t0` train, `x0` test: equal" in text and "- `t1` train, `t1` train: nearly equal" in text
    assert "## a and c\n\nNone.\n" in text


def test_a_single_set_has_nothing_to_be_compared_with(prepared):
    text = overlap_report(["a"], compare_all({"a": prepared("a", {"t0": scene(0)})}, bits=4), bits=4)
    assert "nothing to compare" in text


def test_looks_of_other_pictures_than_the_manifest_lists_are_refused(prepared):
    one, other = prepared("one", {"t0": scene(0)}), prepared("other", {"t0": scene(1)})
    write_manifest(one / "manifest.csv", [replace(make_sample("t7"), split="train")])
    with pytest.raises(InputError, match=r"looks\.csv and manifest\.csv differ"):
        copies_between(one, other, bits=4)
