import json

import cv2
import numpy as np

from hairline.data.masks import read_raw_classes
from hairline.data.sources import create_source, s2ds
from hairline.data.sources.synthetic_defects import Options, draw_files
from hairline.data.synthetic import files as files_module

VALUES = {
    "images": 4,
    "size": 96,
    "seed": 3,
    "surfaces": ["concrete"],
    "empty": 0.1,
    "negatives": 0.5,
    "width": [1.5, 8.0],
    "contrast": 0.5,
}


def options(**changes) -> Options:
    return Options.model_validate({**VALUES, **changes})


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.*"))}


def test_it_writes_pictures_masks_and_the_names_of_the_classes(tmp_path):
    create_source("synthetic_defects").fetch(VALUES, tmp_path, dataset="defects")
    names = [f"{index:06d}.png" for index in range(4)]
    assert sorted(path.name for path in (tmp_path / "images").iterdir()) == names
    assert sorted(path.name for path in (tmp_path / "masks").iterdir()) == names
    assert not (tmp_path / "colours").exists()
    assert json.loads((tmp_path / "source.json").read_text())["licence"].startswith("none needed")
    known = list(s2ds.CLASSES.values())[:-1]
    raw = read_raw_classes(tmp_path)
    assert list(raw.names) == known, "in the order of S2DS"
    for name in names:
        mask = cv2.imread(str(tmp_path / "masks" / name), cv2.IMREAD_UNCHANGED)
        assert np.array_equal(raw.ids(mask, name=name), mask), "the values are the ids"


def test_two_processes_write_the_same_bytes_as_one(tmp_path, monkeypatch):
    monkeypatch.setattr(files_module, "CHUNK", 3)
    draw_files(options(images=7), tmp_path / "one", workers=1)
    draw_files(options(images=7), tmp_path / "two", workers=2)
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_a_larger_set_begins_with_the_smaller_one(tmp_path):
    draw_files(options(images=2), tmp_path / "small", workers=1)
    draw_files(options(images=4), tmp_path / "large", workers=1)
    small, large = files(tmp_path / "small"), files(tmp_path / "large")
    assert len(large) == 8
    assert small.items() <= large.items()


def test_the_colours_are_those_that_the_s2ds_source_reads(tmp_path):
    draw_files(options(colours=True, empty=0.0), tmp_path, workers=1)
    for path in sorted((tmp_path / "masks").iterdir()):
        mask = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        read = s2ds.read_colours(tmp_path / "colours" / path.name, unknown=0.0)
        assert np.array_equal(read.values, mask)
    assert mask.any()
