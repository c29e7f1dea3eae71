import numpy as np
import pytest

from hairline.data.images import encode_png
from hairline.data.predictions import pack_predictions, read_prediction
from hairline.errors import InputError

IDS = {"a": np.eye(4, dtype=np.uint8), "b": np.full((2, 3), 2, np.uint8)}


def pack(path):
    pack_predictions(path, ((name, encode_png(ids)) for name, ids in IDS.items()))
    return path


def test_what_was_packed_is_read_back(tmp_path):
    archive = pack(tmp_path / "run.zip")
    for name, ids in IDS.items():
        assert np.array_equal(read_prediction(archive, name), ids)


def test_equal_predictions_are_equal_bytes(tmp_path):
    assert pack(tmp_path / "one.zip").read_bytes() == pack(tmp_path / "two.zip").read_bytes()


def cut_short(path):
    path.write_bytes(path.read_bytes()[:-30])


def spoil(path):
    content = path.read_bytes()
    path.write_bytes(content.replace(b"IDAT", b"XDAT"))


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), cut_short, spoil])
def test_a_lost_or_damaged_archive_says_what_to_run(tmp_path, damage):
    archive = pack(tmp_path / "run.zip")
    damage(archive)
    with pytest.raises(InputError, match=r"run\.zip: .*for a is missing or unreadable; run `dvc repro`"):
        read_prediction(archive, "a")


def test_a_picture_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match="for elsewhere is missing"):
        read_prediction(pack(tmp_path / "run.zip"), "elsewhere")
