"""The page of a data set, as `prepare` writes it."""

import re
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest

from hairline.data.preparing.prepare import prepare
from hairline.data.sheet.page import ODD, SHOWN
from hairline.io import write_json
from tests.data.conftest import draw_mask, draw_photo

VOID = {"img", "link", "meta"}


class Page(HTMLParser):
    """Text, pictures and ids; a tag that is closed wrongly is an error."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict]] = []
        self.text = ""
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture
def page_of(tmp_path, split_params):
    def page_of(raw, **changes):
        params = split_params.model_copy(update=changes)
        prepare(raw, tmp_path / "out", params, report=tmp_path / "x.md", page=tmp_path / "x.html")
        return (tmp_path / "x.html").read_text()

    return page_of


def test_the_page_needs_nothing_else_and_is_the_same_twice(make_raw, page_of):
    raw = make_raw(12)
    text = page_of(raw)
    page = Page(text)
    assert text == page_of(raw)
    assert all(image["src"].startswith("data:image/webp;base64,") and image["alt"] for image in page.all("img"))
    assert "http://" not in text and "https://" not in text and "<script" not in text and " style=" not in text


def test_counts_shares_widths_and_sizes_stand_in_it(make_raw, page_of):
    text = Page(page_of(make_raw(20))).text
    assert "20 images in 20 groups; 2 classes: background, crack." in text
    for words in ("Crack widths", "50 x 40", "pixels of train", "Median 4 px"):
        assert words in text


def test_the_contact_sheet_holds_so_many_pictures_at_most(make_raw, page_of):
    page = Page(page_of(make_raw(SHOWN + 6)))
    outlined = [image for image in page.all("img") if int(image["width"]) == 50]
    assert len(outlined) == SHOWN


def test_odd_masks_are_shown_and_the_others_of_their_kind_named(make_raw, page_of):
    raw = make_raw(30)
    for number in range(ODD + 3):
        cv2.imwrite(str(raw / "masks" / f"p{number:02d}.png"), np.zeros((40, 50), np.uint8))
    cv2.imwrite(str(raw / "masks" / "p20.png"), np.full((40, 50), 255, np.uint8))
    page = Page(page_of(raw))
    assert f"Nothing drawn: {ODD + 3}" in page.text and "Mostly one class: 1" in page.text
    assert "100 % crack" in page.text
    masks = page.text.split("Masks to look at")[-1]
    assert all(f"p{number:02d}" in masks for number in range(ODD + 3))


def test_names_of_users_are_text_and_never_markup(make_raw, page_of):
    raw = make_raw(12, stem="<b>&{:02d}".format)
    odd = '"><script>alert(1)</script>'
    write_json(raw / "classes.json", {"classes": {"0": "background", "255": odd, "9": "=1+1", "8": "long" * 60}})
    write_json(raw / "source.json", {"licence": "<i>none</i>", "citation": odd})
    text = page_of(raw)
    assert "<script" not in text and "<b>&" not in text and "<i>" not in text
    assert odd in Page(text).text and "=1+1" in Page(text).text


def test_a_class_that_is_nowhere_is_told_as_none(make_raw, page_of):
    raw = make_raw(12)
    write_json(raw / "classes.json", {"classes": {"0": "background", "255": "crack", "7": "spalling"}})
    text = page_of(raw)
    row = re.search(r'<tr><th scope="row">spalling</th>(.*?)</tr>', text)[1]
    assert re.findall(r"<td>(.*?)</td>", row) == ["none"] * 3 + ["0"] * 3


def test_unlabelled_pictures_are_shown_as_such(make_raw, page_of):
    raw = make_raw(14)
    for number in (12, 13):
        (raw / "masks" / f"p{number}.png").unlink()
    assert "14 images" in Page(page_of(raw)).text


def test_copies_that_leak_come_first(make_raw, page_of):
    raw = make_raw(14)
    for copy, original in ((1, 0), (13, 2)):
        (raw / "images" / f"p{copy:02d}.png").write_bytes((raw / "images" / f"p{original:02d}.png").read_bytes())
    (raw / "splits").mkdir()
    for split, numbers in {"train": range(8), "val": (8, 9), "test": range(10, 14)}.items():
        (raw / "splits" / f"{split}.txt").write_text("".join(f"p{number:02d}\n" for number in numbers))
    text = Page(page_of(raw)).text
    assert "1 of 4 test images leak from train or val, 0 by group and 1 as copy." in text
    copies = text.split("2 sets of equal pictures")[1]
    assert copies.index("p13") < copies.index("p00")


def test_a_large_picture_is_embedded_small(tmp_path, make_raw, page_of):
    raw = make_raw(12)
    for number in range(12):
        cv2.imwrite(str(raw / "images" / f"p{number:02d}.png"), draw_photo(number, 700, 900))
        cv2.imwrite(str(raw / "masks" / f"p{number:02d}.png"), 255 * draw_mask(number, 700, 900))
    text = page_of(raw)
    assert max(int(image["width"]) for image in Page(text).all("img")) == 360
    assert len(text) < 12 * 120_000
