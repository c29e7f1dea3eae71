import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairline.data.preparing.tiles import cut


@given(height=st.integers(1, 90), width=st.integers(1, 90), side=st.integers(1, 60), overlap=st.integers(0, 59))
def test_tiles_cover_every_pixel_stay_inside_and_are_of_one_size(height, width, side, overlap):
    overlap %= side
    seen = np.zeros((height, width), int)
    for tile in cut(height, width, side=side, overlap=overlap):
        part = seen[tile.rows, tile.columns]
        assert part.shape == (min(side, height), min(side, width))
        part += 1
    assert seen.min() >= 1


def test_neighbours_share_the_overlap_and_the_last_ones_move_back_inside():
    tiles = cut(100, 250, side=100, overlap=20)
    assert [(tile.suffix, tile.columns) for tile in tiles] == [
        ("@1-1", slice(0, 100)),
        ("@1-2", slice(80, 180)),
        ("@1-3", slice(150, 250)),
    ]


@pytest.mark.parametrize("side", [0, 40, 41])
def test_a_picture_that_needs_no_cutting_stays_whole_under_its_own_name(side):
    (tile,) = cut(40, 30, side=side, overlap=0)
    assert tile.suffix == "" and np.zeros((40, 30))[tile.rows, tile.columns].shape == (40, 30)
