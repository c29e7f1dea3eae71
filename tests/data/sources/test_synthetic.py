import json

import cv2
import numpy as np
import pytest

from hairline.data.sources import synthetic as module
from hairline.data.sources.synthetic import Options, draw_files
from hairline.data.synthetic import files as files_module
from hairline.errors import InputError

VALUES = {
    "images": 5,
    "size": 64,
    "seed": 3,
    "surfaces": ["asphalt"],
    "empty": 0.2,
    "negatives": 0.5,
    "width": [1.0, 8.0],
    "contrast": 0.2,
}


def options(**changes) -> Options:
    return Options.model_validate({**VALUES, **changes})


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.*"))}


def test_it_writes_pictures_masks_and_the_names_of_the_classes(tmp_path):
    module.synthetic(options(), tmp_path)
    names = [f"{index:06d}.png" for index in range(5)]
    assert sorted(path.name for path in (tmp_path / "images").iterdir()) == names
    assert sorted(path.name for path in (tmp_path / "masks").iterdir()) == names
    assert json.loads((tmp_path / "classes.json").read_text()) == {"classes": {"0": "background", "1": "crack"}}
    values = set()
    for name in names:
        assert cv2.imread(str(tmp_path / "images" / name)).shape == (64, 64, 3)
        mask = cv2.imread(str(tmp_path / "masks" / name), cv2.IMREAD_UNCHANGED)
        assert mask.shape == (64, 64)
        values |= set(np.unique(mask).tolist())
    assert values == {0, 1}


def test_the_files_hold_what_was_drawn_with_red_first(tmp_path):
    draw_files(options(), tmp_path, workers=1)
    image, mask = module.draw_image(options(), 2)
    stored = cv2.cvtColor(cv2.imread(str(tmp_path / "images/000002.png")), cv2.COLOR_BGR2RGB)
    assert np.array_equal(stored, image)
    assert np.array_equal(cv2.imread(str(tmp_path / "masks/000002.png"), cv2.IMREAD_UNCHANGED), mask)


def test_two_processes_write_the_same_bytes_as_one(tmp_path, monkeypatch):
    monkeypatch.setattr(files_module, "CHUNK", 3)
    draw_files(options(images=8), tmp_path / "one", workers=1)
    draw_files(options(images=8), tmp_path / "two", workers=2)
    assert files(tmp_path / "one") == files(tmp_path / "two")


def test_a_larger_set_begins_with_the_smaller_one(tmp_path):
    draw_files(options(images=2), tmp_path / "small", workers=1)
    draw_files(options(images=4), tmp_path / "large", workers=1)
    small, large = files(tmp_path / "small"), files(tmp_path / "large")
    assert len(large) == 8
    assert small.items() <= large.items()


def test_a_killed_process_is_reported_in_one_line(tmp_path, monkeypatch):
    class Broken:
        def __init__(self, *_, **__):
            pass

        def submit(self, *_):
            raise files_module.BrokenProcessPool

        def shutdown(self, **_):
            pass

    monkeypatch.setattr(files_module, "ProcessPoolExecutor", Broken)
    with pytest.raises(InputError, match="drawing process was ended"):
        draw_files(options(images=40), tmp_path, workers=2)
