import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hairline.data.loading.augment import _draw_crack, _draw_matrix, augment, check_augment
from hairline.errors import InputError
from tests.data.conftest import NO_AUGMENT as NONE
from tests.data.conftest import draw_photo


def picture(height: int = 60, width: int = 70) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """An image, a mask and soft planes that all show the same smooth pattern, so that any one tells the others."""
    rows, columns = np.mgrid[:height, :width]
    wave = 0.5 + 0.25 * np.sin(rows / 9) + 0.25 * np.cos(columns / 7)
    grey = np.rint(255 * wave).astype(np.uint8)
    return np.dstack([grey] * 3), (wave > 0.5).astype(np.uint8), np.stack([grey, 255 - grey])[:, None]


def run(image, mask, soft=None, *, crop=32, params=None, seed=0):
    return augment(image, mask, soft, crop=crop, params=params, rng=np.random.default_rng(seed))


def kept(image: np.ndarray, mask: np.ndarray, soft: np.ndarray) -> None:
    """Image, mask and soft planes still belong together."""
    grey = image[..., 0].astype(int)
    assert np.abs(grey - soft[0, 0]).max() <= 1 and np.abs(255 - grey - soft[1, 0]).max() <= 1
    clear = (np.abs(grey - 127.5) > 14) & (mask != 255)  # at the edge, nearest and linear may differ
    assert clear.sum() > 20 and (mask == (grey > 127))[clear].all()


@pytest.mark.parametrize("params", [None, {}, {"flip": 0.5}], ids=["crop", "fast path", "flips"])
def test_a_crop_is_a_part_of_the_picture(no_augment, params):
    params = None if params is None else no_augment.model_copy(update=params)
    source, mask = draw_photo(0), np.arange(2000, dtype=np.uint16).reshape(40, 50) % 251
    mask = mask.astype(np.uint8)
    for seed in range(10):
        image, cut, soft = run(source, mask, params=params, crop=16, seed=seed)
        places = [
            (top, left, code)
            for code in (None, 0, 1, -1)
            for top in range(25)
            for left in range(35)
            if (image == flipped(source[top : top + 16, left : left + 16], code)).all()
        ]
        (top, left, code), *others = places
        assert not others and soft is None
        assert (cut == flipped(mask[top : top + 16, left : left + 16], code)).all()
        assert code is None or params is not None


def flipped(plane: np.ndarray, code: int | None) -> np.ndarray:
    return plane if code is None else cv2.flip(np.ascontiguousarray(plane), code)


def test_flips_come_as_often_as_asked_for(no_augment):
    source = np.zeros((8, 8, 3), np.uint8)
    source[0, 0] = 255
    params = no_augment.model_copy(update={"flip": 0.25})
    corners = np.zeros(4)
    for seed in range(1000):
        image, *_ = run(source, source[..., 0], params=params, crop=8, seed=seed)
        corners += image[[0, 0, 7, 7], [0, 7, 0, 7], 0] / 255
    deviation = np.sqrt(1000 * np.array([9 * 7, 3 * 13, 3 * 13, 15])) / 16
    assert (np.abs(corners - 1000 * np.array([9, 3, 3, 1]) / 16) < 4 * deviation).all()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), crop=st.sampled_from([20, 33, 48]), flip=st.sampled_from([0.0, 0.5]))
def test_image_mask_and_soft_labels_move_together(seed, crop, flip):
    turned = {"rotate": 180.0, "scale": (0.6, 1.5)}
    for changes in ({}, turned, {"on_crack": 1.0}, {"on_crack": 1.0, **turned}):
        params = NONE.model_copy(update={"flip": flip, **changes})
        image, mask, soft = run(*picture(), crop=crop, params=params, seed=seed)
        assert image.shape == (crop, crop, 3) and mask.shape == (crop, crop) and soft.shape == (2, 1, crop, crop)
        assert image.dtype == mask.dtype == soft.dtype == np.uint8
        kept(image, mask, soft)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), height=st.integers(33, 90), width=st.integers(33, 90))
def test_a_warp_is_that_of_the_whole_picture_reflected_at_its_edges(seed, height, width):
    params = NONE.model_copy(update={"rotate": 180.0, "scale": (0.4, 1.6), "flip": 0.5})
    source, mask, soft = picture(height, width)
    image, cut, planes = run(source, mask, soft, crop=32, params=params, seed=seed)
    matrix = _draw_matrix(mask.shape, crop=32, params=params, crack=None, rng=np.random.default_rng(seed))

    def whole(plane: np.ndarray) -> np.ndarray:
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return cv2.warpAffine(plane, matrix, (32, 32), flags=flags, borderMode=cv2.BORDER_REFLECT_101)

    assert np.abs(image.astype(int) - whole(source)).max() <= 1
    assert np.abs(planes[0, 0].astype(int) - whole(soft[0, 0])).max() <= 1
    assert set(np.unique(cut)) <= {0, 1}


def test_a_quarter_turn_is_exact(monkeypatch, no_augment):
    source, mask, _ = picture(32, 32)
    monkeypatch.setattr("hairline.data.loading.augment.math.radians", lambda angle: np.pi / 2)
    image, cut, _ = run(source, mask, crop=32, params=no_augment.model_copy(update={"rotate": 1.0}))
    assert any((image == np.rot90(source, turns)).all() and (cut == np.rot90(mask, turns)).all() for turns in (1, 3))


def test_zoom_changes_the_size_of_things(no_augment):
    mask = np.zeros((200, 200), np.uint8)
    mask[::20] = 1  # lines 20 px apart
    image = np.dstack([mask * 255] * 3)
    for zoom, apart in ((1.0, 20), (2.0, 40), (0.5, 10)):
        params = no_augment.model_copy(update={"scale": (zoom, zoom)})
        _, cut, _ = run(image, cv2.dilate(mask, np.ones((3, 3), np.uint8)), crop=80, params=params)
        starts = np.flatnonzero(np.diff(cut[:, 40].astype(int)) == 1)
        assert np.abs(np.diff(starts) - apart).max() <= 1


@pytest.mark.parametrize("changes", [{}, {"rotate": 90.0}], ids=["fast path", "warp"])
def test_a_picture_smaller_than_the_crop_is_reflected_and_the_rest_is_ignored(no_augment, changes):
    source, mask, soft = picture(10, 70)
    image, cut, planes = run(source, mask, soft, crop=32, params=no_augment.model_copy(update=changes))
    assert image.shape == (32, 32, 3)
    kept(image, cut, planes)
    assert 0.5 < (cut == 255).mean() < 0.9
    if not changes:
        assert (cut[11:21] != 255).all() and (cut[:11] == 255).all() and (cut[21:] == 255).all()
        assert (image[10] == image[12]).all() and (image[21] == image[19]).all()


def test_a_single_pixel_fills_a_crop(no_augment):
    image, mask, _ = run(np.full((1, 1, 3), 7, np.uint8), np.ones((1, 1), np.uint8), crop=8, params=no_augment)
    assert (image == 7).all() and (mask == 1).sum() == 1 and (mask == 255).sum() == 63


def test_light_changes_the_image_by_the_stated_formula(no_augment):
    params = no_augment.model_copy(update={"contrast": 0.5, "brightness": 0.3, "channel_gain": 0.2})
    source = draw_photo(0, 32, 32)
    for seed in range(20):
        image, _, _ = run(source, source[..., 0], params=params, crop=32, seed=seed)
        rng = np.random.default_rng(seed)
        rng.integers(1), rng.integers(1), rng.random(2)  # the crop and the flips
        contrast, shift, gains = 1 + rng.uniform(-0.5, 0.5), 255 * rng.uniform(-0.3, 0.3), 1 + rng.uniform(-0.2, 0.2, 3)
        expected = np.clip(((source - 128.0) * contrast + 128 + shift) * gains, 0, 255)
        assert np.abs(image - expected).max() <= 0.51


def test_soft_labels_and_mask_keep_their_values_when_only_light_changes(no_augment):
    changes = {"contrast": 0.5, "brightness": 0.3, "channel_gain": 0.2, "blur": 1.0, "noise": 1.0, "jpeg": 1.0}
    source, mask, soft = picture(32, 32)
    image, cut, planes = run(source, mask, soft, params=no_augment.model_copy(update=changes))
    assert (cut == mask).all() and (planes == soft).all() and not (image == source).all()


@pytest.mark.parametrize("name", ["blur", "noise", "jpeg"])
def test_each_degradation_changes_the_image_a_little_and_only_as_often_as_asked(no_augment, name):
    source, mask, _ = picture(32, 32)
    source = cv2.add(source, (draw_photo(1, 32, 32) // 8))
    changed = []
    for seed in range(60):
        params = no_augment.model_copy(update={name: 0.5})
        image, _, _ = run(source, mask, params=params, seed=seed)
        changed.append(bool((image != source).any()))
        assert np.abs(image.astype(int) - source).mean() < 15
    assert 15 < sum(changed) < 45


def test_noise_has_no_bias_and_the_channels_keep_their_order(no_augment):
    source = np.zeros((64, 64, 3), np.uint8)
    source[:] = 60, 120, 180
    for name in ("noise", "jpeg"):
        image, _, _ = run(source, source[..., 0], params=no_augment.model_copy(update={name: 1.0}), crop=64)
        assert np.abs(image.reshape(-1, 3).mean(axis=0) - [60, 120, 180]).max() < 1.5


def test_dropped_boxes_show_the_mean_colour_and_are_ignored(no_augment):
    source = np.zeros((64, 64, 3), np.uint8)
    source[:32] = 40, 80, 120
    image, mask, _ = run(
        source, np.ones((64, 64), np.uint8), params=no_augment.model_copy(update={"dropout": 1.0}), crop=64
    )
    dropped = mask == 255
    assert 0 < dropped.mean() < 0.3
    assert (image[dropped] == [20, 40, 60]).all() and (image[~dropped] == source[~dropped]).all()


@pytest.mark.parametrize(
    "changes",
    [{}, {"rotate": 45.0, "scale": (0.8, 1.2)}, {"dropout": 1.0, "noise": 1.0}, {"shade": 1.0}, {"stains": 1.0}],
)
def test_the_sources_stay_as_they_are_and_may_be_read_only(no_augment, changes):
    sources = picture()
    copies = [source.copy() for source in sources]
    for source in sources:
        source.flags.writeable = False
    first = run(*sources, params=no_augment.model_copy(update=changes))
    assert all((source == copy).all() for source, copy in zip(sources, copies, strict=True))
    again = run(*sources, params=no_augment.model_copy(update=changes))
    assert all((one == other).all() for one, other in zip(first, again, strict=True))


@pytest.mark.parametrize("changes", [{}, {"rotate": 45.0}], ids=["fast path", "warp"])
def test_half_precision_planes_become_float32_with_the_same_values(no_augment, changes):
    image, mask, soft = picture()
    params = no_augment.model_copy(update=changes)
    _, _, planes = run(image, mask, (soft / 255).astype(np.float16), params=params)
    _, _, whole = run(image, mask, soft, params=params)
    assert planes.dtype == np.float32
    assert np.abs(planes - whole / 255).max() < 0.003


@pytest.mark.parametrize("scale", [(0, 1), (1.2, 0.8), (-1, 1)])
def test_a_scale_that_is_no_range_of_zooms_is_refused(no_augment, scale):
    with pytest.raises(InputError, match=r"train\.augment\.scale is \[.*expected the smallest and the largest"):
        check_augment(no_augment.model_copy(update={"scale": scale}))
    check_augment(no_augment)


@pytest.mark.parametrize("zoom", [0.6, 0.75, 1.0, 1.4])
def test_a_crack_of_two_pixels_stays_in_one_piece_however_it_is_zoomed(no_augment, zoom):
    image = np.full((200, 200, 3), 120, np.uint8)
    mask = np.zeros((200, 200), np.uint8)
    cv2.line(mask, (10, 30), (190, 150), 1, 2)
    zoomed = no_augment.model_copy(update={"scale": (zoom, zoom)})
    for seed in range(5):
        _, moved, _ = augment(image, mask, None, crop=110, params=zoomed, rng=np.random.default_rng(seed))
        pieces, _ = cv2.connectedComponents(moved, connectivity=8)
        assert pieces - 1 == 1


def test_a_hairline_loses_less_to_shrinking_than_by_taking_the_nearest_pixel(no_augment):
    image = np.full((200, 200, 3), 120, np.uint8)
    mask = np.zeros((200, 200), np.uint8)
    cv2.line(mask, (10, 30), (190, 150), 1, 1)
    shrunk = no_augment.model_copy(update={"scale": (0.7, 0.7)})
    _, moved, _ = augment(image, mask, None, crop=110, params=shrunk, rng=np.random.default_rng(0))
    nearest = cv2.resize(mask, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_NEAREST)
    pieces = [cv2.connectedComponents(each, connectivity=8)[0] - 1 for each in (moved, nearest)]
    assert pieces[0] < pieces[1]


TURNED = {"rotate": 180.0, "scale": (0.7, 1.4), "flip": 0.5}
BOTH_ROADS = pytest.mark.parametrize("changes", [{"flip": 0.5}, TURNED], ids=["plain cut", "warp"])


def blank(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    return np.full((height, width, 3), 120, np.uint8), np.zeros((height, width), np.uint8)


@BOTH_ROADS
@pytest.mark.parametrize("place", [(0, 0), (0, 150), (97, 197), (50, 100), (60, 0)])
def test_every_crop_holds_a_tiny_crack_when_all_are_placed_on_cracks(changes, place):
    params = NONE.model_copy(update={"on_crack": 1.0, **changes})
    image, mask = blank(100, 200)
    row, column = place
    mask[row : row + 3, column : column + 3] = 2
    for seed in range(100):
        _, cut, _ = run(image, mask, crop=40, params=params, seed=seed)
        assert (cut == 2).any()


@settings(max_examples=200, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    size=st.tuples(st.integers(32, 90), st.integers(32, 90)),
    place=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    scale=st.sampled_from([(1.0, 1.0), (0.3, 0.5), (0.7, 1.4), (2.0, 3.0)]),
    rotate=st.sampled_from([0.0, 45.0, 180.0]),
)
def test_the_drawn_pixel_lies_inside_the_crop_however_it_is_turned_and_zoomed(seed, size, place, scale, rotate):
    params = NONE.model_copy(update={"scale": scale, "rotate": rotate, "flip": 0.5})
    crack = tuple(round(share * (side - 1)) for share, side in zip(place, size, strict=True))
    matrix = _draw_matrix(size, crop=32, params=params, crack=crack, rng=np.random.default_rng(seed))
    seen = np.linalg.solve(matrix[:, :2], np.array(crack[::-1]) - matrix[:, 2])
    assert (seen > -1e-6).all() and (seen < 31 + 1e-6).all()


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10_000), crack=st.tuples(st.integers(0, 79), st.integers(0, 99)))
def test_a_crop_on_a_crack_that_is_not_turned_stays_within_the_picture(seed, crack):
    params = NONE.model_copy(update={"scale": (0.8, 1.5), "flip": 0.5})
    matrix = _draw_matrix((80, 100), crop=60, params=params, crack=crack, rng=np.random.default_rng(seed))
    corners = matrix @ np.array([[0, 59, 0, 59], [0, 0, 59, 59], [1, 1, 1, 1]])
    assert corners.min() > -1e-6 and corners[0].max() < 99 + 1e-6 and corners[1].max() < 79 + 1e-6


def spread(values: list[int], bins: int) -> None:
    """As often in each of the equally likely bins, as far as chance goes."""
    counts = np.bincount(values, minlength=bins)
    assert len(counts) == bins
    assert np.abs(counts - len(values) / bins).max() < 4.5 * np.sqrt(len(values) / bins)


@pytest.mark.parametrize(("column", "starts"), [(100, range(81, 101)), (4, range(5)), (195, range(176, 181))])
def test_a_cut_on_a_crack_lies_equally_often_in_each_place_that_the_border_leaves(no_augment, column, starts):
    image, mask = blank(20, 200)
    image[..., 0] = np.arange(200)
    mask[10, column] = 1
    params = no_augment.model_copy(update={"on_crack": 1.0})
    found = [int(run(image, mask, crop=20, params=params, seed=seed)[0][0, 0, 0]) for seed in range(2000)]
    spread([start - starts[0] for start in found], len(starts))


def test_a_turned_crop_shows_the_crack_equally_often_in_each_of_its_parts(no_augment):
    params = no_augment.model_copy(update=TURNED)
    parts = []
    for seed in range(3000):
        rng = np.random.default_rng(seed)
        matrix = _draw_matrix((400, 400), crop=80, params=params, crack=(180, 230), rng=rng)
        column, row = np.linalg.solve(matrix[:, :2], np.array([230, 180]) - matrix[:, 2]) / 79 * 4
        parts.append(int(row) * 4 + int(column))
    spread(parts, 16)


def test_a_turned_crop_near_the_border_is_not_pushed_against_it(no_augment):
    """Its middle lies at 39.5 or more for the picture's sake, and at 69.5 or less for the crack's."""
    params = no_augment.model_copy(update={"scale": (1.0000001, 1.0000001)})
    middles = []
    for seed in range(2000):
        rng = np.random.default_rng(seed)
        matrix = _draw_matrix((400, 400), crop=80, params=params, crack=(200, 30), rng=rng)
        middles.append((matrix @ [39.5, 39.5, 1])[0])
    assert min(middles) > 39.4 and max(middles) < 69.6
    spread([int((middle - 39.5) / 30 * 6) for middle in middles], 6)


@pytest.mark.parametrize("wide", [1, 40], ids=["a few pixels", "large areas"])
def test_each_foreground_pixel_is_drawn_equally_often_and_no_other(wide):
    mask = np.full((200, 200), 255, np.uint8)
    mask[20:180] = 0
    for number, (row, column) in enumerate([(30, 10), (70, 150), (110, 60), (130, 0), (140, 160)]):
        mask[row, column : column + wide] = number + 1
    mask[140, 160] = 254  # the largest id of all
    drawn = [_draw_crack(mask, np.random.default_rng(seed)) for seed in range(2000)]
    places = {tuple(place): number for number, place in enumerate(np.argwhere((mask > 0) & (mask < 255)).tolist())}
    spread([places[place] for place in drawn], 5 * wide)


@BOTH_ROADS
@pytest.mark.parametrize("value", [0, 255], ids=["all background", "all ignored"])
def test_a_picture_without_foreground_is_cropped_anywhere(changes, value):
    image, mask = blank(40, 200)
    image[..., 0] = np.arange(200)
    params = NONE.model_copy(update={"on_crack": 1.0, **changes})
    middles = [run(image, mask + value, crop=20, params=params, seed=seed)[0][10, 10, 0] for seed in range(300)]
    assert min(middles) < 30 and max(middles) > 170 and 85 < np.mean(middles) < 115


@BOTH_ROADS
def test_crops_are_placed_on_cracks_as_often_as_asked_for(changes):
    image, mask = blank(40, 2000)
    mask[18:22, 1000:1004] = 1
    params = NONE.model_copy(update={"on_crack": 0.25, **changes})
    held = sum((run(image, mask, crop=20, params=params, seed=seed)[1] == 1).any() for seed in range(1000))
    assert 200 < held < 320  # 250, and a few that hold it by chance


def test_without_placing_on_cracks_the_draws_are_only_those_of_place_and_flips(no_augment):
    source, mask = draw_photo(0), np.ones((40, 50), np.uint8)
    for seed in range(20):
        image, _, _ = run(source, mask, crop=16, params=no_augment, seed=seed)
        rng = np.random.default_rng(seed)
        top, left = int(rng.integers(25)), int(rng.integers(35))
        assert (image == source[top : top + 16, left : left + 16]).all()


@BOTH_ROADS
def test_what_fills_up_a_small_picture_is_never_taken_for_a_crack(changes):
    image, mask = blank(10, 200)
    mask[4:7, 100:103] = 1
    params = NONE.model_copy(update={"on_crack": 1.0, **changes})
    for seed in range(50):
        assert (run(image, mask, crop=40, params=params, seed=seed)[1] == 1).any()


def test_the_second_picture_is_drawn_as_often_as_asked_for_and_its_own_size_does_not_matter(no_augment):
    params = no_augment.model_copy(update={"double_exposure": 0.25})
    source, nothing = np.full((64, 64, 3), 200, np.uint8), np.zeros((64, 64), np.uint8)
    drawn = []

    def second(rng):
        drawn.append(rng.integers(100))
        return np.full((20, 90, 3), 90, np.uint8), np.ones((20, 90), np.uint8)

    for seed in range(400):
        rng = np.random.default_rng(seed)
        _, mask, _ = augment(source, nothing, None, crop=32, params=params, rng=rng, second=second)
        assert mask.shape == (32, 32)
        if mask.any():  # 20 rows of crack, and above and below them what reflection made up
            assert (mask == 1).sum() == 20 * 32 and (mask == 255).sum() == 12 * 32
    assert 70 < len(drawn) < 130 and len(set(drawn)) > 30


def test_what_is_never_asked_for_changes_no_other_draw(no_augment):
    params = no_augment.model_copy(update={"flip": 0.5, "noise": 0.5, "dropout": 0.5})
    image, mask, _ = picture()
    plain = run(image, mask, params=params)
    rng = np.random.default_rng(0)
    beside = augment(image, mask, None, crop=32, params=params, rng=rng, second=lambda rng: (image, mask))
    assert all((one == other).all() for one, other in zip(plain[:2], beside[:2], strict=True))
