import json

import cv2
import pytest

from hairline.data.preparing.prepare import prepare
from hairline.data.preparing.seal import SEALED, write_seal
from tests.data.conftest import draw_mask


@pytest.fixture
def seal_of(tmp_path, split_params):
    """The seal of what a raw folder becomes, as text."""

    def seal_of(raw, **changes):
        out, params = tmp_path / "out", split_params.model_copy(update=changes)
        prepare(raw, out, params, report=tmp_path / "report.md", page=tmp_path / "report.html")
        write_seal(tmp_path / "seal.json", out)
        return (tmp_path / "seal.json").read_text()

    return seal_of


def test_equal_sets_have_equal_seals(make_raw, seal_of):
    raw = make_raw(12)
    assert seal_of(raw) == seal_of(raw)


def test_one_pixel_of_a_mask_breaks_the_seal(make_raw, seal_of):
    raw = make_raw(12)
    before = seal_of(raw)
    mask = draw_mask(3)
    mask[0, 0] = 1 - mask[0, 0]
    (file,) = (raw / "masks").glob("p03.*")
    cv2.imwrite(str(file), mask * cv2.imread(str(file), cv2.IMREAD_GRAYSCALE).max())
    assert seal_of(raw) != before


def test_one_pixel_of_a_picture_breaks_the_seal(make_raw, seal_of):
    raw = make_raw(12)
    before = seal_of(raw)
    (file,) = (raw / "images").glob("p03.*")
    pixels = cv2.imread(str(file))
    pixels[0, 0] ^= 1
    cv2.imwrite(str(file), pixels)
    assert seal_of(raw) != before


def test_another_division_breaks_the_seal(make_raw, seal_of, split_params):
    raw = make_raw(12)
    assert seal_of(raw) != seal_of(raw, seed=split_params.seed + 1)


def test_other_names_of_classes_break_the_seal(make_raw, seal_of):
    raw = make_raw(12)
    before = json.loads(seal_of(raw))
    classes = json.loads((raw / "classes.json").read_text())
    classes["classes"] = {value: name.replace("crack", "joint") for value, name in classes["classes"].items()}
    (raw / "classes.json").write_text(json.dumps(classes))
    after = json.loads(seal_of(raw))
    assert set(before) == set(SEALED) == set(after)
    assert after["classes.json"] != before["classes.json"]
