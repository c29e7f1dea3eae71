import cv2
import numpy as np
import pytest

from hairline.data import duplicates
from hairline.data.duplicates import Details, exact_copies, look_at, near_copies


def scene(seed: int, height: int = 160, width: int = 200) -> np.ndarray:
    """Blotches of several sizes under uneven light: what a photograph of ground is to the comparison."""
    rng = np.random.default_rng(seed)
    layers = [
        cv2.resize(rng.uniform(0, 1, (cells, cells, 3)), (width, height), interpolation=cv2.INTER_CUBIC)
        for cells in (4, 12, 40)
    ]
    return np.clip(255 * sum(layers) / len(layers), 0, 255).astype(np.uint8)


def near(*pictures: np.ndarray, bits: int = 10) -> list[list[int]]:
    return near_copies([look_at(picture) for picture in pictures], bits=bits)


COPIES = {
    "jpeg": lambda p: cv2.imdecode(cv2.imencode(".jpg", p, [cv2.IMWRITE_JPEG_QUALITY, 40])[1], cv2.IMREAD_COLOR),
    "brighter": lambda p: cv2.convertScaleAbs(p, alpha=0.9, beta=20),
    "half the size": lambda p: cv2.resize(p, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
    "another aspect": lambda p: cv2.resize(p, (128, 128), interpolation=cv2.INTER_AREA),
    "blurred": lambda p: cv2.GaussianBlur(p, (0, 0), 1),
    "mirrored": lambda p: np.ascontiguousarray(p[:, ::-1]),
    "upside down": lambda p: np.ascontiguousarray(p[::-1]),
    "turned left": lambda p: np.ascontiguousarray(np.rot90(p)),
    "turned right": lambda p: np.ascontiguousarray(np.rot90(p, -1)),
    "transposed": lambda p: np.ascontiguousarray(p.transpose(1, 0, 2)),
}


@pytest.mark.parametrize("copy", COPIES)
def test_a_changed_copy_is_found_among_others(copy):
    original = scene(0)
    assert near(scene(1), original, scene(2), COPIES[copy](original), scene(3)) == [[1, 3]]


def test_different_pictures_are_told_apart_even_when_every_pair_is_looked_at():
    assert near(*(scene(seed) for seed in range(12)), bits=64) == []


def test_pictures_that_share_only_their_lighting_are_no_copies():
    light = np.linspace(40, 200, 200)[None, :, None] + np.linspace(-30, 30, 160)[:, None, None]
    grain = [np.random.default_rng(seed).normal(0, 12, (160, 200, 3)) for seed in range(2)]
    one, other = (np.clip(light + noise, 0, 255).astype(np.uint8) for noise in grain)
    assert near(one, other, bits=64) == []


def test_blank_pictures_are_not_called_copies_of_each_other():
    assert near(np.full((50, 50, 3), 90, np.uint8), np.full((50, 50, 3), 140, np.uint8), bits=64) == []


def test_no_bits_to_differ_in_finds_fewer_copies():
    original = scene(0)
    worn = COPIES["jpeg"](COPIES["half the size"](original))
    distance = int(np.bitwise_count(look_at(original).hashes[0] ^ look_at(worn).hashes[0]))
    assert near(original, worn, bits=distance) == [[0, 1]]
    if distance:
        assert near(original, worn, bits=distance - 1) == []


def test_equal_pixels_are_exact_copies_and_not_listed_as_near_ones():
    looks = [look_at(scene(seed)) for seed in (0, 1, 0, 2, 1, 0)]
    assert exact_copies(looks) == [[0, 2, 5], [1, 4]]
    assert near_copies(looks, bits=10) == []


def test_frames_of_a_camera_that_stands_still_are_one_set_and_need_no_comparison_of_every_pair(monkeypatch):
    rng = np.random.default_rng(0)
    still = scene(0).astype(np.int16)
    frames = [np.clip(still + rng.integers(-2, 3, still.shape), 0, 255).astype(np.uint8) for _ in range(60)]
    asked, rows = [], Details.rows
    monkeypatch.setattr(duplicates, "_CHUNK", 16)
    monkeypatch.setattr(Details, "rows", lambda self, places: asked.extend(places) or rows(self, places))
    assert near(scene(1), *frames, scene(2)) == [list(range(1, 61))]
    assert len(asked) // 2 < 4 * 60  # of 60 x 59 / 2 pairs


def test_a_copy_of_a_copy_is_in_the_set_of_the_first_though_the_two_differ():
    first, last = scene(0), scene(1)
    between = [cv2.addWeighted(first, 1 - share, last, share, 0) for share in (0.3, 0.5)]
    assert near(first, between[1], bits=64) == []
    assert near(first, *between, bits=64) == [[0, 1, 2]]


def test_equal_bytes_of_another_shape_are_not_equal_pictures():
    assert look_at(np.zeros((4, 6, 3), np.uint8)).digest != look_at(np.zeros((6, 4, 3), np.uint8)).digest


def test_nothing_is_found_among_no_or_one_picture():
    assert near() == [] and near(scene(0)) == []
