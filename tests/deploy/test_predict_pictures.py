import cv2
import numpy as np
import pytest

from hairline.data.images import PictureError, read_image
from hairline.deploy.pictures import letters, modes
from hairline.deploy.pictures.colours import class_colours
from hairline.deploy.pictures.files import write_jpeg
from hairline.deploy.pictures.legend import Entry, add_legend
from hairline.deploy.pictures.measure import measure, percent
from hairline.deploy.pictures.sheet import draw_sheet
from tests.deploy.photographs import pixels

NAMES = ("background", "crack", "spalling")
COLOURS = class_colours(3)


def test_the_overlay_is_seven_parts_photograph_and_three_parts_mask():
    image, ids = np.full((1, 2, 3), 100, np.uint8), np.array([[0, 1]], np.uint8)
    drawn = modes.overlay(image, ids, np.array([[0, 0, 0], [200, 0, 50]], np.uint8))
    assert drawn.tolist() == [[[70, 70, 70], [130, 70, 85]]]


def test_the_mask_stands_beside_the_photograph_in_the_colours_of_its_classes():
    image, ids = pixels(4, 5), np.full((4, 5), 2, np.uint8)
    drawn = modes.side_by_side(image, ids, COLOURS, gap=3)
    assert drawn.shape == (4, 13, 3)
    assert (drawn[:, :5] == image).all() and (drawn[:, 5:8] == 255).all() and (drawn[:, 8:] == COLOURS[2]).all()


def test_an_outline_is_two_pixels_wide_and_leaves_what_it_outlines_to_be_seen():
    image, ids = pixels(20, 20), np.zeros((20, 20), np.uint8)
    ids[10, 5:15] = 1  # a crack of one pixel
    drawn = modes.contours(image, ids, COLOURS)
    assert (drawn[ids == 1] == image[ids == 1]).all()
    column = (drawn[:, 10] == COLOURS[1]).all(axis=1)
    assert np.flatnonzero(column).tolist() == [8, 9, 11, 12]
    assert (modes.contours(image, np.zeros_like(ids), COLOURS) == image).all()


def test_colours_are_all_different_however_many_classes_there_are():
    colours = class_colours(256)
    assert len({tuple(colour) for colour in colours.tolist()}) == 256
    assert (colours[0] == 0).all() and (class_colours(2) == colours[:2]).all()


def test_the_first_twenty_colours_are_told_apart_at_a_glance():
    lab = cv2.cvtColor(class_colours(22)[None].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0]
    apart = np.linalg.norm(lab[:, None] - lab[None], axis=2) + 1000 * np.eye(len(lab))
    assert apart.min() > 10  # one is just told apart at 2.3


@pytest.mark.parametrize("size", [(8, 8), (30, 700), (600, 40), (500, 800)])
def test_a_legend_covers_nothing_of_a_picture_of_any_size(size):
    picture = pixels(*size)
    drawn = add_legend(picture, [Entry(name, (1, 2, 3)) for name in NAMES], size=14)
    assert (drawn[: size[0], : size[1]] == picture).all() and (drawn[: size[0], size[1] :] == 255).all()
    below = drawn[size[0] :]
    boxes, _ = cv2.connectedComponents((below == (1, 2, 3)).all(axis=2).astype(np.uint8))
    assert boxes - 1 == 3
    assert (below[:2] == 255).all() and (below[-2:] == 255).all() and (below[:, -2:] == 255).all()  # nothing is cut off


def test_letters_grow_with_the_picture_and_stay_readable():
    assert letters.letter_size(64, 64) == letters.SMALLEST
    assert letters.letter_size(3000, 4000) == 73 and letters.letter_size(20_000, 20_000) == letters.LARGEST


def test_a_legend_names_every_class_and_the_background_only_where_it_has_a_colour():
    image, ids = np.full((300, 900, 3), 9, np.uint8), np.zeros((300, 900), np.uint8)
    ids[:30] = 1

    def colours_below(mode):
        strip = draw_sheet(mode, image, ids, NAMES, COLOURS)[300:]
        return [bool((strip[:, :600] == colour).all(axis=2).sum() > 50) for colour in COLOURS[1:]]

    for mode in ("side_by_side", "overlay", "contours"):
        assert colours_below(mode) == [True, True]
    both, one = (draw_sheet(mode, image, ids, NAMES, COLOURS)[300:] for mode in ("side_by_side", "overlay"))
    assert (both[:, :40] == 0).all(axis=2).sum() > 50 and (one[:, :40] == COLOURS[1]).all(axis=2).sum() > 50


def test_pieces_are_counted_by_class_and_hang_together_at_corners():
    ids = np.array([[1, 0, 2, 0], [0, 1, 2, 0], [0, 0, 0, 0], [2, 0, 0, 1]], np.uint8)
    found = measure(ids, classes=4)
    assert found.pieces == [0, 2, 2, 0]
    assert found.shares == [10 / 16, 3 / 16, 3 / 16, 0]


def test_a_share_is_told_so_that_a_little_is_not_nothing():
    shares = (0, 0.00003, 0.0031, 0.0999, 0.12, 1)
    assert [percent(share) for share in shares] == ["0 %", "<0.01 %", "0.31 %", "9.99 %", "12 %", "100 %"]


def test_a_jpeg_keeps_thin_colours(tmp_path):
    image = np.full((64, 64, 3), 128, np.uint8)
    image[:, 31:33] = COLOURS[1]
    write_jpeg(tmp_path / "a.jpg", image)
    difference = read_image(tmp_path / "a.jpg")[:, 31:33].astype(int) - COLOURS[1]
    assert abs(difference).mean() < 8


def test_what_is_too_wide_for_a_jpeg_is_told(tmp_path):
    with pytest.raises(PictureError, match="would be 70000 x 2, too large for a JPEG"):
        write_jpeg(tmp_path / "a.jpg", np.zeros((2, 70_000, 3), np.uint8))
