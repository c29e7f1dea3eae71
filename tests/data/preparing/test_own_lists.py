from unicodedata import normalize

import pytest

from hairline.data.preparing.own_lists import read_own_lists
from hairline.errors import InputError

STEMS = ["a", "b", "c", "d"]


def write(folder, **lists):
    (folder / "splits").mkdir()
    for name, text in lists.items():
        (folder / "splits" / f"{name}.txt").write_bytes(text.encode() if isinstance(text, str) else text)


def test_a_set_without_lists_has_none(tmp_path):
    assert read_own_lists(tmp_path, STEMS, unlabelled=set()) is None


def test_lists_are_read_with_windows_line_ends_blank_lines_and_a_byte_order_mark(tmp_path):
    write(tmp_path, train="\ufeffa\r\nb\r\n\r\n", val="c", test="d\n", trainval="a\nb\nc\n")
    chosen = read_own_lists(tmp_path, STEMS, unlabelled=set())
    assert chosen == {"a": "train", "b": "train", "c": "val", "d": "test"}


def test_val_may_be_missing_and_unlabelled_images_need_no_list(tmp_path):
    write(tmp_path, train="a\nb", test="d")
    assert read_own_lists(tmp_path, STEMS, unlabelled={"c"}) == {"a": "train", "b": "train", "d": "test"}


@pytest.mark.parametrize(
    ("lists", "message"),
    [
        ({"train": "a\nb\nc\nd"}, r"test\.txt: no such file, but train\.txt is there"),
        ({"val": "a", "test": "b\nc\nd"}, r"train\.txt: no such file"),
        ({"train": "a\nb\nc\n", "test": "\n"}, r"test\.txt: empty"),
        ({"train": "a.jpg\nb\nc", "test": "d"}, r"train\.txt: 1 of its stems are no image \(a\.jpg\)"),
        ({"train": "a\nb\nc", "test": "d\na"}, r"test\.txt: 1 stems are listed twice.* \(a\)"),
        ({"train": "a\na\nb\nc", "test": "d"}, r"train\.txt: 1 stems are listed twice.* \(a\)"),
        ({"train": "a\nb", "test": "d"}, r"splits: 1 images are in no list \(c\)"),
        ({"train": b"\xff\xfe\x00", "test": "d"}, r"train\.txt: not a text file in UTF-8"),
    ],
)
def test_wrong_lists_are_refused_with_what_to_do(tmp_path, lists, message):
    write(tmp_path, **lists)
    with pytest.raises(InputError, match=message):
        read_own_lists(tmp_path, STEMS, unlabelled=set())


def test_a_list_may_write_its_names_as_macos_does(tmp_path):
    plain = normalize("NFC", "brücke")
    write(tmp_path, train=normalize("NFD", "brücke"), test="d")
    assert read_own_lists(tmp_path, [plain, "d"], unlabelled=set()) == {plain: "train", "d": "test"}
