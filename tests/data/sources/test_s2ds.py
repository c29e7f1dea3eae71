import numpy as np
import pytest

from hairline.data.masks import read_raw_classes
from hairline.errors import InputError
from hairline.io import read_json
from tests.data.sources.published import encoded, photo, split, values

COLOURS = [(0, 0, 0), (255, 255, 255), (255, 0, 0), (255, 255, 0), (0, 255, 255), (0, 255, 0), (0, 0, 255)]


def labels(*odd):
    """A column of each class's colour, and single pixels of others."""
    colours = np.zeros((40, 50, 3), np.uint8)
    for id, colour in enumerate(COLOURS):
        colours[:, 5 * id : 5 * id + 5] = colour
    for position, colour in enumerate(odd):
        colours[position, 49] = colour
    return colours


def published(colours=None):
    entries = {}
    for part, seed in (("train", 0), ("val", 10), ("test", 20)):
        for number in (1, 2):
            entries[f"s2ds/{part}/{number:03d}.png"] = photo(seed + number, ".png")
            entries[f"s2ds/{part}/{number:03d}_lab.png"] = encoded(labels() if colours is None else colours)
    return entries


def test_colours_become_seven_classes(fetch_from):
    raw = fetch_from("s2ds", published())
    assert split(raw, "val") == ["val_001", "val_002"]
    ids = values(raw, "test_001")
    assert ids[0, :35:5].tolist() == [0, 1, 2, 3, 4, 5, 6] and not ids[:, 35:].any()
    classes = read_json(raw / "classes.json")["classes"]
    assert [classes[str(id)] for id in range(7)] == [
        "background",
        "crack",
        "spalling",
        "corrosion",
        "efflorescence",
        "vegetation",
        "control_point",
    ]
    assert classes["255"] == "ignore" and len(read_raw_classes(raw).names) == 7


def test_values_under_200_count_as_0(fetch_from):
    raw = fetch_from("s2ds", published(labels((199, 199, 199), (200, 199, 0), (230, 210, 20))))
    assert values(raw, "train_001")[:3, 49].tolist() == [0, 2, 3]


def test_colours_of_no_class_are_ignored_and_counted_and_many_refused(fetch_from):
    odd = labels((255, 0, 255), (255, 0, 200))
    raw = fetch_from("s2ds", published(odd))
    assert values(raw, "train_001")[:3, 49].tolist() == [255, 255, 0]
    (note,) = read_json(raw / "source.json")["notes"]
    assert note.startswith("masks with pixels in a colour of no class, which are ignored (12 pixels): 6, test_001, ")
    with pytest.raises(InputError, match=r"2 of 2000 pixels have a colour of no class: .*raise the option `unknown`"):
        fetch_from("s2ds", published(odd), unknown=0.0005)


def test_the_ban_on_sharing_stands_in_source_json_and_is_said(fetch_from, capsys):
    raw = fetch_from("s2ds", published())
    assert "must not be shared or distributed" in read_json(raw / "source.json")["licence"]
    assert "no `dvc push`" in capsys.readouterr().err


def test_a_label_without_its_picture_is_a_fault(fetch_from):
    entries = published()
    del entries["s2ds/val/001.png"]
    with pytest.raises(InputError, match=r"s2ds/val/001_lab\.png: a mask without an image"):
        fetch_from("s2ds", entries)
