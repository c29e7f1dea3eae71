import numpy as np
import pytest

from hairline.data.duplicates import look_at
from hairline.data.looks import read_looks, trace_of, write_looks
from hairline.errors import InputError
from tests.data.conftest import draw_photo


def test_looks_come_back_as_they_were_and_plain_pictures_are_left_out(tmp_path):
    looks = {f"p{seed}": look_at(draw_photo(seed)) for seed in (2, 0, 1)}
    plain = look_at(np.full((40, 50, 3), 90, np.uint8))
    write_looks(tmp_path, {id: trace_of(look) for id, look in {**looks, "blank": plain}.items()})
    read = read_looks(tmp_path)
    assert read.ids == ["p0", "p1", "p2"]
    assert read.digests == [looks[id].digest for id in read.ids]
    assert (read.hashes == np.stack([looks[id].hashes for id in read.ids])).all()
    assert "blank" in (tmp_path / "looks.csv").read_text()


def test_a_set_of_nothing_but_plain_pictures_has_an_empty_table(tmp_path):
    write_looks(tmp_path, {"blank": trace_of(look_at(np.zeros((9, 9, 3), np.uint8)))})
    assert read_looks(tmp_path).hashes.shape == (0, 8)


@pytest.mark.parametrize("text", ["", "id,digest\na,b\n", "id,digest,hashes\na,b\n", "id,digest,hashes\na,b,nohash\n"])
def test_a_file_that_is_no_table_of_looks_is_refused(tmp_path, text):
    (tmp_path / "looks.csv").write_text(text)
    with pytest.raises(InputError, match=r"looks\.csv: .*run the split stage again"):
        read_looks(tmp_path)
