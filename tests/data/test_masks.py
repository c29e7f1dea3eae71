import cv2
import numpy as np
import pytest
from PIL import Image

from hairline.data.images import PictureError
from hairline.data.masks import (
    IGNORE,
    RawClasses,
    foreground_share,
    read_brightness,
    read_mask,
    read_raw_classes,
    read_values,
    write_mask,
)
from hairline.errors import InputError
from hairline.io import write_json

BINARY = RawClasses.of({0: "background", 255: "crack"})
MANY_IDS = RawClasses.of({0: "background", 1: "crack", 2: "spalling"})


def save(path, pixels: np.ndarray, mode: str | None = None) -> None:
    Image.fromarray(pixels, mode).save(path) if mode else Image.fromarray(pixels).save(path)


def test_255_is_a_class_where_it_is_named_and_ignored_where_it_is_not():
    values = np.array([[0, 255]], np.uint8)
    assert BINARY.ids(values, name="m").tolist() == [[0, 1]]
    assert RawClasses.of({0: "background", 1: "crack"}).ids(values, name="m").tolist() == [[0, IGNORE]]


def test_background_is_class_0_whatever_its_value():
    classes = RawClasses.of({0: "crack", 255: "background"})
    assert classes.names == ("background", "crack")
    assert classes.ids(np.array([[0, 255]], np.uint8), name="m").tolist() == [[1, 0]]


def test_classes_are_numbered_by_their_pixel_value():
    classes = RawClasses.of({0: "background", 200: "crack", 100: "pothole"})
    assert classes.names == ("background", "pothole", "crack")


def test_a_value_named_ignore_is_no_class():
    classes = RawClasses.of({0: "background", 1: "crack", 9: "ignore"})
    assert classes.names == ("background", "crack")
    assert classes.ids(np.array([[9]], np.uint8), name="m")[0, 0] == IGNORE


def test_values_without_a_class_are_named_and_counted():
    values = np.array([[0, 7, 7, 9]], np.uint8)
    with pytest.raises(PictureError, match=r"m\.png: 3 pixels of value 7, 9; masks may hold 0, 255"):
        BINARY.ids(values, name="m.png")


def test_a_soft_edged_mask_names_only_a_few_of_its_values():
    with pytest.raises(PictureError, match=r"1, 2, 3, 4, 5, 6 and 248 more"):
        BINARY.ids(np.arange(256, dtype=np.uint8)[None], name="m")


@pytest.mark.parametrize("kind", ["grey", "rgb", "rgba", "grey with alpha", "one bit", "palette", "16 bit"])
def test_every_kind_of_file_gives_the_same_values(tmp_path, kind):
    values = np.array([[0, 255], [255, 0]], np.uint8)
    path = tmp_path / "m.png"
    if kind == "grey":
        save(path, values)
    elif kind == "rgb":
        save(path, np.dstack([values] * 3))
    elif kind == "rgba":
        save(path, np.dstack([values] * 3 + [np.full_like(values, 9)]))
    elif kind == "grey with alpha":
        save(path, np.dstack([values, np.full_like(values, 9)]))
    elif kind == "one bit":
        save(path, values > 0)
    elif kind == "palette":
        picture = Image.fromarray((values > 0).astype(np.uint8)).convert("P")
        picture.putpalette([0, 0, 0, 255, 255, 255])
        picture.save(path)
    else:
        cv2.imwrite(str(path), values.astype(np.uint16))
    assert read_values(path, BINARY).tolist() == values.tolist()


def test_a_palette_whose_numbers_are_classes_is_not_looked_up(tmp_path):
    picture = Image.fromarray(np.array([[0, 1, 2]], np.uint8)).convert("P")
    picture.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0])
    picture.save(tmp_path / "m.png")
    assert read_values(tmp_path / "m.png", MANY_IDS).tolist() == [[0, 1, 2]]


def test_one_bit_means_1_where_the_classes_are_0_and_1(tmp_path):
    save(tmp_path / "m.png", np.array([[True, False]]))
    assert read_values(tmp_path / "m.png", RawClasses.of({0: "background", 1: "crack"})).tolist() == [[1, 0]]


def test_a_coloured_mask_is_refused(tmp_path):
    colours = np.zeros((2, 2, 3), np.uint8)
    colours[0, 0] = 255, 0, 0
    save(tmp_path / "m.png", colours)
    with pytest.raises(PictureError, match=r"m\.png: is coloured; save masks as one grey channel"):
        read_values(tmp_path / "m.png", BINARY)


def test_a_mask_with_values_beyond_255_is_refused(tmp_path):
    cv2.imwrite(str(tmp_path / "m.png"), np.array([[0, 256]], np.uint16))
    with pytest.raises(PictureError, match="holds values beyond 255"):
        read_values(tmp_path / "m.png", BINARY)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"names": []}, "expected pixel values and their class names"),
        ({"classes": ["background"]}, "expected pixel values and their class names"),
        ({"classes": {"0": "background", "256": "crack"}}, "'256' is not a pixel value"),
        ({"classes": {"0": "background", "white": "crack"}}, "'white' is not a pixel value"),
        ({"classes": {"0": "background", "1": "crack", "2": "crack"}}, "named twice"),
        ({"classes": {"0": "background", "1": "crack", "01": "dirt"}}, "named twice"),
        ({"classes": {"0": "background", "255": "ignore"}}, "at least one more class"),
        ({"classes": {"0": "road", "1": "crack"}}, "expected `background`"),
    ],
)
def test_a_wrong_classes_file_is_refused_by_name(tmp_path, content, message):
    write_json(tmp_path / "classes.json", content)
    with pytest.raises(InputError, match=rf"classes\.json: .*{message}"):
        read_raw_classes(tmp_path)


MANY = RawClasses.of({0: "background", 10: "crack", 20: "spalling", 30: "rust", 99: "ignore"})


def test_kept_classes_are_numbered_in_their_order_and_the_others_become_background():
    kept = MANY.keep(["rust", "crack"])
    values = np.array([[0, 10, 20, 30, 99, 255]], np.uint8)
    assert kept.names == ("background", "rust", "crack")
    assert kept.ids(values, name="m").tolist() == [[0, 2, 0, 1, IGNORE, IGNORE]]
    assert MANY.ids(values, name="m").tolist() == [[0, 1, 2, 3, IGNORE, IGNORE]]


def test_a_value_without_a_class_is_refused_although_its_class_would_not_be_kept():
    kept = MANY.keep(["crack"])
    assert kept.values == MANY.values
    with pytest.raises(PictureError, match="1 pixels of value 21; masks may hold 0, 10, 20, 30, 99, 255"):
        kept.ids(np.array([[21]], np.uint8), name="m")


def test_a_class_that_is_drawn_as_255_can_be_kept_and_left_out():
    classes = RawClasses.of({0: "background", 128: "pothole", 255: "crack"})
    values = np.array([[0, 128, 255]], np.uint8)
    assert classes.keep(["crack"]).ids(values, name="m").tolist() == [[0, 0, 1]]
    assert classes.keep(["pothole"]).ids(values, name="m").tolist() == [[0, 1, 0]]


@pytest.mark.parametrize(
    ("kept", "message"),
    [
        (["crack", "cracks"], "names 'cracks', which is no class of this set; choose of crack, spalling, rust"),
        (["ignore"], "names 'ignore', which is no class of this set; choose of crack, spalling, rust"),
        (["background", "crack"], "names 'background', which is always kept; choose of crack, spalling, rust"),
        (["crack", "rust", "crack"], "names 'crack' twice; remove one"),
    ],
)
def test_wrong_names_of_kept_classes_are_refused(kept, message):
    with pytest.raises(InputError, match=rf"params\.yaml: split\.keep {message}"):
        MANY.keep(kept)


def test_a_prepared_mask_reads_back_equal(tmp_path):
    ids = np.array([[0, 1], [2, IGNORE]], np.uint8)
    write_mask(tmp_path / "m.png", ids)
    assert (read_mask(tmp_path / "m.png", classes=3) == ids).all()


def test_a_prepared_mask_with_an_unknown_id_is_refused(tmp_path):
    write_mask(tmp_path / "m.png", np.array([[0, 2]], np.uint8))
    with pytest.raises(PictureError, match="1 pixels of value 2; masks may hold 0, 1, 255"):
        read_mask(tmp_path / "m.png", classes=2)


def test_a_coloured_prepared_mask_is_refused(tmp_path):
    save(tmp_path / "m.png", np.zeros((2, 2, 3), np.uint8))
    with pytest.raises(PictureError, match="no class-id mask"):
        read_mask(tmp_path / "m.png", classes=2)


def test_the_crack_share_leaves_out_ignored_pixels_and_other_classes():
    ids = np.array([[0, 1, 2, IGNORE]], np.uint8)
    assert foreground_share(ids, names=["background", "crack", "pothole"]) == pytest.approx(1 / 3, abs=1e-6)
    assert foreground_share(ids, names=["background", "spalling", "rust"]) == pytest.approx(2 / 3, abs=1e-6)
    assert foreground_share(np.full((2, 2), IGNORE, np.uint8), names=["background", "crack"]) == 0


@pytest.mark.parametrize(
    ("named", "white"),
    [
        ({0: "background", 1: "crack"}, 1),
        ({0: "background", 1: "crack", 255: "ignore"}, 1),
        ({0: "background", 128: "pothole", 255: "crack"}, 255),
        ({0: "crack", 255: "background"}, 255),
        ({0: "background", 1: "crack", 2: "pothole"}, None),
        ({0: "background", 1: "crack", 255: "pothole"}, None),
        ({0: "background", 3: "crack"}, None),
    ],
)
def test_white_of_one_bit_is_the_one_value_that_it_can_mean_or_it_is_refused(tmp_path, named, white):
    save(tmp_path / "m.png", np.array([[True, False]]))
    classes = RawClasses.of(named)
    if white:
        assert read_values(tmp_path / "m.png", classes).tolist() == [[white, 0]]
    else:
        with pytest.raises(PictureError, match=r"m\.png: is 1-bit; what white means is not clear, so save it as 8-bit"):
            read_values(tmp_path / "m.png", classes)


@pytest.mark.parametrize("white", [1, 255, 65535])
@pytest.mark.parametrize("ending", ["png", "tif"])
def test_a_threshold_sees_16_bit_values_as_they_are_or_by_their_high_byte(tmp_path, white, ending):
    path = tmp_path / f"m.{ending}"
    cv2.imwrite(str(path), np.array([[0, white]], np.uint16))
    assert read_brightness(path).tolist() == [[0, min(white, 255)]]


def test_a_threshold_sees_the_mean_of_the_colours_rounded_down(tmp_path):
    save(tmp_path / "m.png", np.array([[[255, 254, 254], [0, 1, 1]]], np.uint8))
    assert read_brightness(tmp_path / "m.png").tolist() == [[254, 0]]


@pytest.mark.parametrize("kind", ["RGBA", "LA", "palette"])
@pytest.mark.parametrize("read", [lambda path: read_values(path, BINARY), read_brightness])
def test_a_mask_drawn_in_its_transparency_is_refused(tmp_path, kind, read):
    alpha = np.array([[0, 255], [0, 0]], np.uint8)
    if kind == "palette":
        picture = Image.fromarray(alpha // 255).convert("P")
        picture.putpalette([0] * 6)
        picture.save(tmp_path / "m.png", transparency=b"\x00\xff")
    else:
        save(tmp_path / "m.png", np.dstack([np.zeros_like(alpha)] * (len(kind) - 1) + [alpha]))
    with pytest.raises(PictureError, match=r"m\.png: has one colour only, and what is drawn lies in its transparency"):
        read(tmp_path / "m.png")


def test_a_mask_that_nothing_is_drawn_on_is_empty_whatever_its_kind(tmp_path):
    for number, channels in enumerate((1, 2, 4)):
        path = tmp_path / f"{number}.png"
        save(path, np.dstack([np.zeros((2, 2), np.uint8)] * channels).squeeze())
        assert not read_values(path, BINARY).any() and not read_brightness(path).any()


def test_a_mask_of_background_and_255_looks_lost_unless_255_is_named():
    unnamed, named = {0: "background", 7: "crack"}, {0: "background", 7: "crack", 255: "ignore"}
    for classes in (RawClasses.of(unnamed), RawClasses.of(unnamed | {9: "pothole"}).keep(["pothole"])):
        assert classes.looks_lost({0, 255}) and classes.looks_lost({255})
        assert not classes.looks_lost({0, 7, 255}) and not classes.looks_lost({0})
    assert not RawClasses.of(named).looks_lost({0, 255})
