from unicodedata import normalize

import cv2
import numpy as np
import pytest
from PIL import Image

from hairline.data.images import read_image
from hairline.data.sources import create_source
from hairline.errors import InputError
from hairline.io import read_json, write_json
from tests.data.conftest import draw_mask, draw_photo


@pytest.fixture
def fetch(tmp_path):
    def fetch(path, **options):
        out = tmp_path / "raw"
        create_source("folder").fetch({"path": str(path), **options}, out, dataset="mine")
        return out

    return fetch


def mask_values(raw, stem="p00"):
    return cv2.imread(str(raw / "masks" / f"{stem}.png"), cv2.IMREAD_UNCHANGED)


@pytest.mark.parametrize("white", [1, 255])
def test_masks_of_0_and_1_or_of_0_and_255_need_no_classes_file(make_folder, fetch, white):
    raw = fetch(make_folder(white=white))
    assert read_json(raw / "classes.json") == {"classes": {"0": "background", str(white): "crack"}}
    assert (mask_values(raw) == white * draw_mask(0)).all()
    assert (read_image(raw / "images" / "p00.png")[..., ::-1] == draw_photo(0)).all()


def test_classes_lists_and_licence_come_along(make_folder, fetch):
    folder = make_folder(white=3)
    write_json(folder / "classes.json", {"classes": {"0": "background", "3": "crack"}})
    write_json(folder / "source.json", {"licence": "MIT", "citation": "", "address": ""})
    (folder / "splits").mkdir()
    for name in ("train", "test", "trainval"):
        (folder / "splits" / f"{name}.txt").write_text("p00\n")
    raw = fetch(folder)
    assert read_json(raw / "classes.json")["classes"]["3"] == "crack"
    assert read_json(raw / "source.json")["licence"] == "MIT"
    assert sorted(path.name for path in (raw / "splits").iterdir()) == ["test.txt", "train.txt"]


def test_the_originals_are_copied_not_linked(make_folder, fetch):
    folder = make_folder()
    raw = fetch(folder)
    assert (folder / "images" / "p00.png").stat().st_nlink == 1
    assert (raw / "images" / "p00.png").read_bytes() == (folder / "images" / "p00.png").read_bytes()


def test_one_bit_masks_may_stand_beside_those_of_0_and_255(make_folder, fetch):
    folder = make_folder()
    (folder / "masks" / "p00.png").unlink()
    Image.fromarray(draw_mask(0) > 0).save(folder / "masks" / "p00.TIF")
    assert (mask_values(fetch(folder)) == 255 * draw_mask(0)).all()


def test_all_faults_are_listed_at_once_and_nothing_is_copied(make_folder, fetch, tmp_path):
    folder = make_folder(8)
    (folder / "masks" / "p00.png").unlink()
    (folder / "images" / "p01.png").unlink()
    (folder / "images" / "p02.png").write_bytes((folder / "images" / "p02.png").read_bytes()[:500])
    cv2.imwrite(str(folder / "masks" / "p03.png"), draw_mask(3)[:20])
    cv2.imwrite(str(folder / "masks" / "p04.png"), 9 * draw_mask(4))
    cv2.imwrite(str(folder / "images" / "p05.jpg"), draw_photo(5))
    with pytest.raises(InputError) as error:
        fetch(folder)
    for fault in (
        "6 faults",
        "images/p00.png: an image without a mask of the same stem: draw it, or set the option `unlabelled: allow`",
        "masks/p01.png: a mask without an image: remove it, or add the image",
        "images/p02.png cannot be decoded",
        "masks/p03.png is 50 x 20, its image 50 x 40: draw the mask at the image's size",
        "masks/p04.png 200 pixels of value 9: masks may hold 0, 1, 255",
        "images/p05.png and p05.jpg: a stem used twice",
    ):
        assert fault in str(error.value)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "raw").exists()


def test_a_mask_drawn_before_the_exif_rotation_is_explained(make_folder, fetch):
    folder = make_folder()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(draw_photo(0)).save(folder / "images" / "p00.png", exif=exif)
    with pytest.raises(InputError, match="is 50 x 40, its image 40 x 50, after the rotation that the image's EXIF tag"):
        fetch(folder)


def test_unlabelled_images_are_kept_on_request(make_folder, fetch):
    folder = make_folder()
    (folder / "masks" / "p00.png").unlink()
    raw = fetch(folder, unlabelled="allow")
    assert (raw / "images" / "p00.png").exists() and not (raw / "masks" / "p00.png").exists()


def test_soft_edged_jpeg_masks_are_refused_unless_a_threshold_is_given(make_folder, fetch):
    folder = make_folder()
    soft = cv2.GaussianBlur(255 * draw_mask(7), (0, 0), 1)
    for path in list((folder / "masks").iterdir()):
        path.unlink()
        cv2.imwrite(str(path.with_suffix(".jpg")), soft)
    with pytest.raises(InputError, match=r"pixels of value .*: masks may hold 0, 1, 255"):
        fetch(folder)
    values = mask_values(fetch(folder, threshold=128))
    assert np.unique(values).tolist() == [0, 255]
    assert ((values > 0) == (draw_mask(7) > 0)).mean() > 0.97


def test_1_and_255_together_are_not_guessed_at(make_folder, fetch):
    folder = make_folder()
    cv2.imwrite(str(folder / "masks" / "p03.png"), draw_mask(3))
    with pytest.raises(
        InputError, match=r"masks hold 1 \(masks/p03\.png\) and 255 \(masks/p00\.png\).*add classes\.json"
    ):
        fetch(folder)


def test_masks_without_a_single_crack_are_refused(make_folder, fetch):
    with pytest.raises(InputError, match="no mask has a single crack pixel"):
        fetch(make_folder(white=0))


def test_a_folder_that_is_not_there_is_refused(tmp_path, fetch):
    with pytest.raises(InputError, match=r"no folder .*missing; set options\.path"):
        fetch(tmp_path / "missing")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, r"datasets\.mine\.options\.path: missing"),
        ({"path": "x", "unlabelled": "maybe"}, r"datasets\.mine\.options\.unlabelled: .*got 'maybe'"),
        ({"path": "x", "threshold": 300}, r"datasets\.mine\.options\.threshold: .*got 300"),
        ({"path": "x", "pth": "y"}, r"datasets\.mine\.options\.pth: unknown key; did you mean path"),
    ],
)
def test_wrong_options_are_refused_by_key(tmp_path, options, message):
    with pytest.raises(InputError, match=message):
        create_source("folder").fetch(options, tmp_path / "raw", dataset="mine")


ONE = {"0": "background", "1": "crack"}


def test_255_that_nobody_names_is_not_taken_for_the_whole_set(make_folder, fetch, tmp_path):
    folder = make_folder(3)
    write_json(folder / "classes.json", {"classes": ONE})
    with pytest.raises(
        InputError,
        match=r"no mask has a single pixel of a class, but 3 hold 255, which classes\.json does not name "
        r"\(p00\.png, p01\.png, p02\.png\); name 255 there as the class that it is, or as `ignore`",
    ):
        fetch(folder)
    assert not (tmp_path / "raw").exists()


def test_masks_that_are_all_ignored_are_taken_where_ignore_is_named_or_others_hold_a_class(make_folder, fetch):
    folder = make_folder(white=1)
    cv2.imwrite(str(folder / "masks" / "p00.png"), np.full((40, 50), 255, np.uint8))
    for classes in (ONE, ONE | {"255": "ignore"}):
        write_json(folder / "classes.json", {"classes": classes})
        assert (mask_values(fetch(folder)) == 255).all()
    for path in (folder / "masks").iterdir():
        cv2.imwrite(str(path), 255 * draw_mask(0))
    fetch(folder)


def test_one_bit_masks_are_of_0_and_1_where_these_are_the_classes(make_folder, fetch):
    folder = make_folder(white=1)
    write_json(folder / "classes.json", {"classes": ONE})
    Image.fromarray(draw_mask(0) > 0).save(folder / "masks" / "p00.png")
    assert (mask_values(fetch(folder)) == draw_mask(0)).all()
    write_json(folder / "classes.json", {"classes": ONE | {"2": "spalling"}})
    with pytest.raises(InputError, match=r"masks/p00\.png is 1-bit: what white means is not clear.*names \(0, 1, 2\)"):
        fetch(folder)


@pytest.mark.parametrize(("white", "kind"), [(255, np.uint16), (1, np.uint16), (1, np.uint8), (65535, np.uint16)])
def test_a_threshold_leaves_no_crack_out_because_of_a_masks_depth(make_folder, fetch, white, kind):
    folder = make_folder()
    cv2.imwrite(str(folder / "masks" / "p00.png"), draw_mask(0).astype(kind) * white)
    assert (mask_values(fetch(folder, threshold=127)) == 255 * draw_mask(0)).all()


def test_names_as_macos_writes_them_are_taken_in_their_usual_form(make_folder, fetch):
    folder, plain = make_folder(), normalize("NFC", "brücke")
    (folder / "images" / "p00.png").rename(folder / "images" / f"{normalize('NFD', plain)}.png")
    (folder / "masks" / "p00.png").rename(folder / "masks" / f"{plain}.png")
    raw = fetch(folder)
    assert (raw / "images" / f"{plain}.png").exists() and (raw / "masks" / f"{plain}.png").exists()


def test_a_fault_tells_a_mask_from_an_image_of_the_same_name(make_folder, fetch):
    folder = make_folder()
    (folder / "masks" / "p00.png").write_bytes(b"")
    with pytest.raises(InputError, match=r"1 fault\. masks/p00\.png is empty"):
        fetch(folder)
