import subprocess
import sys

import cv2
import numpy as np
import pytest

from hairline.config import parse_section
from hairline.data.defects import CLASSES, DefectDrawing, draw_defects
from hairline.data.defects import draw as draw_module
from hairline.data.defects.classes import CONTROL_POINT, CORROSION, CRACK, SPALLING, VEGETATION
from hairline.data.defects.scene import Patch
from hairline.data.synthetic.layer import Layer
from hairline.errors import InputError

NONE = dict.fromkeys([name for id, name in CLASSES.items() if id], 0.0)
VALUES = {
    "size": 128,
    "seed": 7,
    "surfaces": ["concrete", "formwork"],
    "empty": 0.0,
    "negatives": 0.3,
    "width": [1.5, 8.0],
    "contrast": 0.5,
}


def drawing(**changes) -> DefectDrawing:
    return DefectDrawing.model_validate({**VALUES, **changes})


def only(*names: str, **changes) -> DefectDrawing:
    return drawing(shares={**NONE, **dict.fromkeys(names, 1.0)}, negatives=0.0, **changes)


def masks(chosen: DefectDrawing, count: int) -> list[np.ndarray]:
    return [draw_defects(chosen, index)[1] for index in range(count)]


def test_a_picture_depends_on_its_number_and_the_seed_alone():
    first = [draw_defects(drawing(), index) for index in range(4)]
    again = [draw_defects(drawing(), index) for index in (3, 2, 1, 0)][::-1]
    for (image, mask), (image_again, mask_again) in zip(first, again, strict=True):
        assert np.array_equal(image, image_again)
        assert np.array_equal(mask, mask_again)
    assert not np.array_equal(first[0][0], first[1][0])
    assert not np.array_equal(first[0][0], draw_defects(drawing(seed=8), 0)[0])


def test_threads_of_opencv_do_not_change_a_picture():
    threads = cv2.getNumThreads()
    try:
        pictures = []
        for count in (1, 2):
            cv2.setNumThreads(count)
            pictures.append([draw_defects(drawing(size=256), index)[0] for index in range(4)])
    finally:
        cv2.setNumThreads(threads)
    assert all(np.array_equal(one, two) for one, two in zip(*pictures, strict=True))


@pytest.mark.parametrize("size", [64, 101, 700])
def test_every_size_works(size):
    everything = only(*NONE, size=size)
    image, mask = draw_defects(everything, 0)
    assert image.shape == (size, size, 3)
    assert mask.shape == (size, size)
    assert image.dtype == mask.dtype == np.uint8
    assert mask.max() < len(CLASSES)


def test_by_default_every_class_is_in_a_fifth_of_the_pictures_and_some_have_no_crack_or_no_defect():
    shown = [set(np.unique(mask).tolist()) for mask in masks(drawing(size=160, empty=0.1), 150)]
    for id in range(1, len(CLASSES)):
        assert np.mean([id in present for present in shown]) > 0.2, CLASSES[id]
    assert np.mean([CRACK not in present for present in shown]) > 0.2
    assert np.mean([present == {0} for present in shown]) > 0.05
    assert np.mean([len(present) > 3 for present in shown]) > 0.15, "several classes in one picture"


@pytest.mark.parametrize("name", NONE)
def test_a_class_asked_for_alone_is_drawn_in_nearly_every_picture(name):
    ids = {id for id, other in CLASSES.items() if other in ("background", name)}
    if name == "spalling":
        ids.add(CORROSION)  # of its bars
    drawn = masks(only(name), 12)
    assert all(set(np.unique(mask)) <= ids for mask in drawn)
    assert sum(len(np.unique(mask)) > 1 for mask in drawn) >= 10


def test_empty_pictures_have_no_defect_and_negatives_add_none():
    plain, busy = (draw_defects(drawing(empty=1.0, negatives=share), 0) for share in (0.0, 1.0))
    assert not np.array_equal(plain[0], busy[0])
    assert not plain[1].any()
    assert not busy[1].any()


def test_a_defect_added_does_not_move_the_others():
    alone, both = (draw_defects(only(*names), 3)[1] for names in (["crack"], ["crack", "control_point"]))
    crack = alone == CRACK
    assert crack.any()
    assert np.array_equal(both == CRACK, crack & (both != CONTROL_POINT))


def whole(colour: float, *, upper: bool):
    """A defect that covers the upper or the lower half."""

    def draw(rng, image, scene, place):
        mask = np.zeros(image.shape[:2], bool)
        mask[: len(mask) // 2] = upper
        mask[len(mask) // 2 :] = not upper
        return Patch(np.where(mask[..., None], np.float32(colour), image), mask)

    return draw


def test_what_lies_on_top_is_what_the_mask_says(monkeypatch):
    monkeypatch.setattr(draw_module, "corrosion", whole(100.0, upper=True))
    monkeypatch.setattr(draw_module, "vegetation", whole(60.0, upper=False))
    for mask in masks(only("crack", "corrosion", "vegetation"), 6):
        assert set(np.unique(mask[:64])) <= {CRACK, CORROSION}, "a crack runs through rust"
        assert set(np.unique(mask[64:])) == {VEGETATION}, "and is hidden by plants"
    assert any((mask == CRACK).any() for mask in masks(only("crack", "corrosion", "vegetation"), 6))


def test_a_crack_ends_at_the_rim_of_a_cavity():
    inside = 0
    for index in range(12):
        alone = draw_defects(only("spalling"), index)[1]
        cracked = draw_defects(only("spalling", "crack"), index)[1]
        hollow = cv2.erode(np.isin(alone, (SPALLING,)).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
        inside += int((cracked[hollow] == CRACK).sum())
    assert inside == 0


def test_what_a_thing_hides_is_not_labelled(monkeypatch):
    def lid(rng, size):
        cover = np.zeros((size, size), np.float32)
        cover[: size // 2] = 1
        return Layer(cover, (90.0, 90.0, 90.0))

    monkeypatch.setattr(draw_module, "THINGS", dict.fromkeys(draw_module.EXTRAS, lid))
    monkeypatch.setattr(draw_module, "MARKS", {})
    shares = {**NONE, "crack": 1.0, "spalling": 1.0, "vegetation": 1.0}
    drawn = masks(drawing(negatives=1.0, shares=shares), 8)
    assert not any(mask[:64].any() for mask in drawn)
    assert any(mask[64:].any() for mask in drawn)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"shares": {"rust": 0.5}}, ["shares.rust", "unknown key"]),
        ({"shares": {"crack": 1.5}}, ["shares.crack", "1.5"]),
        ({"surfaces": ["steel"]}, ["surfaces", "steel", "concrete"]),
        ({"sise": 64}, ["sise", "did you mean size"]),
    ],
)
def test_a_wrong_option_is_named(changes, words):
    with pytest.raises(InputError) as caught:
        parse_section(DefectDrawing, {**VALUES, **changes}, where="options", file="params.yaml")
    assert all(word in str(caught.value) for word in words), str(caught.value)


def test_drawing_loads_neither_torch_nor_scipy():
    code = "import sys, hairline.data.defects; print([m for m in ('torch', 'scipy', 'pandas') if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
