import numpy as np
import pytest

from hairline.data.preparing.measures import WIDEST, Measures
from hairline.data.sheet.suspicions import suspicions

CLASSES = ["background", "crack", "a/b"]


def mask(*pixels: int, **changes) -> Measures:
    values = {"ignored": 0, "widths": np.zeros(WIDEST + 1, np.int32), "specks": 0, "brighter": -30.0, "shift": None}
    return Measures(pixels=np.array(pixels or (90, 10, 0)), **(values | changes))


def found(**masks: Measures) -> dict[str, list[tuple[str, str]]]:
    return {kind.title: list(kind.masks) for kind in suspicions(masks, classes=CLASSES)}


def test_plain_masks_are_not_suspected():
    assert found(a=mask(), b=mask(50, 50, 0), c=mask(specks=2), d=mask(brighter=11.9), e=mask(brighter=None)) == {}


def test_a_mask_with_ignored_pixels_is_not_said_to_be_all_background():
    assert found(a=mask(90, 0, 0, ignored=10)) == {}


@pytest.mark.parametrize(
    ("odd", "title", "words"),
    [
        (mask(100, 0, 0), "Nothing drawn", "nothing drawn"),
        (mask(0, 100, 0), "Mostly one class", "100 % crack"),
        (mask(40, 0, 60), "Mostly one class", "60 % a/b"),
        (mask(0, 0, 0, ignored=100), "Everything ignored", "all ignored"),
        (mask(specks=7), "Single pixels", "7 single pixels"),
        (mask(brighter=20.4), "Brighter than the surroundings", "20 grey levels brighter"),
        (mask(shift=(-6, 8)), "Beside the crack", "a dark line is about 6 px to the left and 8 px down"),
        (mask(shift=(0, -8)), "Beside the crack", "a dark line is about 8 px up"),
    ],
)
def test_each_kind_is_told_with_what_was_measured(odd, title, words):
    assert found(plain=mask(), odd=odd) == {title: [("odd", words)]}


def test_the_oddest_comes_first_and_equal_ones_by_name():
    masks = {"a": mask(specks=3), "b": mask(specks=9), "d": mask(specks=5), "c": mask(specks=5)}
    assert [id for id, _ in found(**masks)["Single pixels"]] == ["b", "c", "d", "a"]
