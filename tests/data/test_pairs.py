from unicodedata import normalize

import pytest

from hairline.data.pairs import Faults, find_pairs
from hairline.errors import InputError


def fill(folder, names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def message_of(folder, *, unlabelled=False):
    faults = Faults()
    find_pairs(folder, unlabelled=unlabelled, faults=faults)
    with pytest.raises(InputError) as error:
        faults.raise_if_any(folder)
    return str(error.value)


def test_images_and_masks_are_paired_by_stem_whatever_their_ending(tmp_path):
    fill(tmp_path, ["images/b.JPG", "images/a.tiff", "masks/a.png", "masks/b.bmp", "images/.hidden", "masks/Thumbs.db"])
    faults = Faults()
    pairs = find_pairs(tmp_path, unlabelled=False, faults=faults)
    faults.raise_if_any(tmp_path)
    assert [(pair.stem, pair.image.name, pair.mask.name) for pair in pairs] == [
        ("a", "a.tiff", "a.png"),
        ("b", "b.JPG", "b.bmp"),
    ]


def test_all_faults_are_told_at_once_in_one_line(tmp_path):
    fill(tmp_path, ["images/a.png", "images/a.JPG", "images/c.png", "images/d.webp", "masks/a.png", "masks/x.png"])
    message = message_of(tmp_path)
    assert "4 faults" in message and "\n" not in message
    assert "images/a.png and a.JPG: a stem used twice" in message
    assert "images/c.png: an image without a mask" in message and "`unlabelled: allow`" in message
    assert "images/d.webp: not a .jpg" in message
    assert "masks/x.png: a mask without an image" in message


def test_a_hundred_faults_are_named_in_part_and_counted(tmp_path):
    fill(tmp_path, ["masks/first.png", *(f"images/i{number:03d}.png" for number in range(100))])
    message = message_of(tmp_path)
    assert "101 faults" in message and "i019.png and 80 more" in message and "i020.png" not in message


def test_a_mask_may_be_missing_where_unlabelled_images_are_allowed(tmp_path):
    fill(tmp_path, ["images/a.png", "images/b.png", "masks/b.png"])
    faults = Faults()
    pairs = find_pairs(tmp_path, unlabelled=True, faults=faults)
    faults.raise_if_any(tmp_path)
    assert [pair.mask is None for pair in pairs] == [True, False]


def test_a_mask_without_an_image_is_a_fault_even_then(tmp_path):
    fill(tmp_path, ["images/a.png", "masks/b.png"])
    assert "masks/b.png: a mask without an image" in message_of(tmp_path, unlabelled=True)


def test_a_folder_inside_images_is_a_fault(tmp_path):
    fill(tmp_path, ["images/a.png", "masks/a.png", "images/old.png/b.png"])
    assert "images/old.png: not a" in message_of(tmp_path)


def test_missing_and_empty_folders_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"images: no such folder; expected images/ and masks/"):
        find_pairs(tmp_path, unlabelled=False, faults=Faults())
    (tmp_path / "images").mkdir()
    with pytest.raises(InputError, match=r"images: no picture in it"):
        find_pairs(tmp_path, unlabelled=False, faults=Faults())
    fill(tmp_path, ["images/a.png"])
    with pytest.raises(InputError, match=r"masks: no such folder"):
        find_pairs(tmp_path, unlabelled=False, faults=Faults())


def test_an_image_and_a_mask_whose_names_look_equal_belong_together(tmp_path):
    fill(tmp_path, [f"images/{normalize('NFD', 'brücke')}.jpg", f"masks/{normalize('NFC', 'brücke')}.png"])
    faults = Faults()
    (pair,) = find_pairs(tmp_path, unlabelled=False, faults=faults)
    faults.raise_if_any(tmp_path)
    assert pair.stem == normalize("NFC", "brücke") and pair.mask.exists()


def test_names_that_are_not_utf8_are_listed_with_the_other_faults(tmp_path):
    latin = b"ri\xdf.png".decode(errors="surrogateescape")
    fill(tmp_path, ["images/a.png", "masks/a.png", "masks/x.png", f"images/{latin}", f"masks/{latin}"])
    message = message_of(tmp_path)
    assert r"images/ri\udcdf.png, masks/ri\udcdf.png: a name that is not UTF-8: rename it" in message
    assert "3 faults" in message and "masks/x.png: a mask without an image" in message
    message.encode()
