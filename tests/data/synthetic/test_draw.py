import subprocess
import sys

import cv2
import numpy as np
import pytest

from hairline.config import parse_section
from hairline.data.synthetic import Drawing, draw_image
from hairline.data.synthetic import draw as draw_module
from hairline.data.synthetic.layer import Layer
from hairline.errors import InputError

VALUES = {
    "size": 96,
    "seed": 7,
    "surfaces": ["asphalt", "concrete"],
    "empty": 0.0,
    "negatives": 0.5,
    "width": [1.0, 12.0],
    "contrast": 0.2,
}


def drawing(**changes) -> Drawing:
    return Drawing.model_validate({**VALUES, **changes})


def test_a_picture_depends_on_its_number_and_the_seed_alone():
    first = [draw_image(drawing(), index) for index in range(4)]
    again = [draw_image(drawing(), index) for index in (3, 2, 1, 0)][::-1]
    for (image, mask), (image_again, mask_again) in zip(first, again, strict=True):
        assert np.array_equal(image, image_again)
        assert np.array_equal(mask, mask_again)
    assert not np.array_equal(first[0][0], first[1][0])
    assert not np.array_equal(first[0][0], draw_image(drawing(seed=8), 0)[0])


def test_threads_of_opencv_do_not_change_a_picture():
    threads = cv2.getNumThreads()
    try:
        pictures = []
        for count in (1, 2):
            cv2.setNumThreads(count)
            pictures.append([draw_image(drawing(size=256), index)[0] for index in range(3)])
    finally:
        cv2.setNumThreads(threads)
    assert all(np.array_equal(one, two) for one, two in zip(*pictures, strict=True))


@pytest.mark.parametrize("size", [64, 101, 256, 1024])
def test_every_size_works(size):
    image, mask = draw_image(drawing(size=size), 0)
    assert image.shape == (size, size, 3)
    assert mask.shape == (size, size)
    assert image.dtype == mask.dtype == np.uint8
    assert set(np.unique(mask)) == {0, 1}


def test_a_share_of_pictures_is_empty_and_all_others_show_a_crack():
    cracked = [bool(draw_image(drawing(empty=0.5, size=64), index)[1].any()) for index in range(60)]
    assert 15 < sum(cracked) < 45
    assert all(draw_image(drawing(size=64), index)[1].any() for index in range(30))
    assert not any(draw_image(drawing(empty=1.0, size=64), index)[1].any() for index in range(10))


def test_cracks_are_darker_than_the_ground_beside_them():
    differences = []
    for index in range(30):
        image, mask = draw_image(drawing(size=128), index)
        near = cv2.dilate(mask, np.ones((11, 11), np.uint8)) > cv2.dilate(mask, np.ones((5, 5), np.uint8))
        grey = image.mean(axis=2)
        differences.append(float(grey[near].mean() - grey[mask == 1].mean()))
    assert np.mean(np.array(differences) > 0) > 0.9
    assert np.median(differences) > 8


def test_the_width_option_bounds_the_cracks():
    def widest(width):
        masks = [draw_image(drawing(size=128, width=width, negatives=0.0), index)[1] for index in range(12)]
        return np.median([cv2.distanceTransform(mask, cv2.DIST_L2, 5).max() for mask in masks])

    assert widest([1.0, 1.5]) < 2.5
    assert widest([16.0, 20.0]) > 5


def test_the_contrast_option_sets_how_faint_a_crack_may_be():
    def depth(contrast):
        total = 0.0
        for index in range(16):
            image, mask = draw_image(drawing(contrast=contrast, width=[2.0, 3.0], negatives=0.0), index)
            grey = image.mean(axis=2)
            total += float((np.median(grey) - grey[mask == 1].mean()) / np.median(grey))
        return total / 16

    assert depth(0.9) > depth(0.1) + 0.1


def test_negatives_change_the_picture_and_add_no_crack():
    plain, busy = (draw_image(drawing(empty=1.0, negatives=share), 0) for share in (0.0, 1.0))
    assert not np.array_equal(plain[0], busy[0])
    assert not busy[1].any()


def test_what_a_thing_hides_is_not_labelled(monkeypatch):
    def lid(rng, size):
        cover = np.zeros((size, size), np.float32)
        cover[: size // 2] = 1
        return Layer(cover, (90.0, 90.0, 90.0))

    names = dict.fromkeys(draw_module.THINGS, lid)
    monkeypatch.setattr(draw_module, "THINGS", names)
    monkeypatch.setattr(draw_module, "MARKS", {})
    masks = [draw_image(drawing(negatives=1.0), index)[1] for index in range(12)]
    assert not any(mask[:48].any() for mask in masks)
    assert any(mask[48:].any() for mask in masks)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"surfaces": ["tarmac"]}, ["surfaces", "tarmac", "asphalt"]),
        ({"surfaces": []}, ["surfaces"]),
        ({"width": [5.0, 2.0]}, ["width", "thinnest <= widest"]),
        ({"size": 32}, ["size", "64"]),
        ({"contrast": 0.0}, ["contrast"]),
        ({"sise": 64}, ["sise", "did you mean size"]),
    ],
)
def test_a_wrong_option_is_named(changes, words):
    with pytest.raises(InputError) as caught:
        parse_section(Drawing, {**VALUES, **changes}, where="options", file="params.yaml")
    assert all(word in str(caught.value) for word in words)


def test_drawing_loads_neither_torch_nor_scipy():
    code = "import sys, hairline.data.synthetic; print([m for m in ('torch', 'scipy', 'pandas') if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
