import math
from dataclasses import replace

import numpy as np
import pytest

from hairline.data.synthetic.crack import Strand
from hairline.data.synthetic.paint import Look, cover, draw_look, noise_of, paint_crack

SIZE = 96
PLAIN = Look(
    opacity=0.9,
    dark=0.1,
    softness=0.0,
    fading=0.0,
    halo=0.0,
    reach=1.0,
    rim=0.0,
    flank=0.0,
    debris=0.0,
    sand=0.0,
    light=0.0,
)


def straight(*, width: float, angle: float = 0.0, strength: float = 1.0) -> Strand:
    along = np.linspace(-90, 90, 121)[:, None] * np.array([math.cos(angle), math.sin(angle)])
    half = np.full(121, width / 2, np.float32)
    return Strand(along + SIZE / 2, half, half, np.full(121, strength, np.float32))


def flat_ground(tone: float = 150.0) -> np.ndarray:
    return np.full((SIZE, SIZE, 3), tone, np.float32)


def painted(strand: Strand, look: Look) -> tuple[np.ndarray, np.ndarray]:
    result = paint_crack(np.random.default_rng(0), flat_ground(), [strand], look, noise=3.0)
    return result.image, result.mask


@pytest.mark.parametrize("width", [1.0, 2.0, 5.0, 20.0])
@pytest.mark.parametrize("angle", [0.0, 0.3, math.pi / 4])
def test_coverage_adds_up_to_the_width_of_the_crack(width, angle):
    coverage, _ = cover([straight(width=width, angle=angle)], size=SIZE)
    columns = coverage[:, 30:66].sum(axis=0) * math.cos(angle)
    assert columns.mean() == pytest.approx(width, abs=0.25)


@pytest.mark.parametrize("angle", [0.0, 0.3, math.pi / 4])
def test_the_mask_of_a_one_pixel_crack_is_not_broken(angle):
    mask = paint_crack(
        np.random.default_rng(0), flat_ground(), [straight(width=1.0, angle=angle)], PLAIN, noise=3.0
    ).mask
    assert (mask[:, 20:76].sum(axis=0) >= 1).all()
    assert (mask[:, 20:76].sum(axis=0) <= 3).all()


def test_the_mask_lies_where_the_picture_is_dark():
    image, mask = painted(straight(width=6.0, angle=0.4), PLAIN)
    assert mask.dtype == np.uint8
    assert set(np.unique(mask)) == {0, 1}
    assert image[mask == 1].max() < 100
    assert image[mask == 0].min() > 90
    assert mask.sum() == pytest.approx((image[..., 0] < 96).sum(), rel=0.1)


def test_what_cannot_be_seen_is_not_asked_for():
    faint = replace(PLAIN, opacity=0.1)
    result = paint_crack(np.random.default_rng(0), flat_ground(12.0), [straight(width=3.0)], faint, noise=3.0)
    assert result.mask.sum() == 0
    assert result.seen == 0


def test_a_gap_is_neither_dark_nor_labelled():
    strand = straight(width=4.0)
    strand.strength[55:66] = 0
    image, mask = painted(strand, PLAIN)
    centre = slice(SIZE // 2 - 3, SIZE // 2 + 3)
    assert mask[:, centre].sum() == 0
    assert np.allclose(image[:, centre], 150)
    assert mask[:, 10:20].sum() > 0


def test_fading_takes_part_of_a_crack_away():
    plain, faded = (
        paint_crack(np.random.default_rng(2), flat_ground(), [straight(width=3.0)], look, noise=3.0).image
        for look in (PLAIN, replace(PLAIN, fading=1.0))
    )
    row = SIZE // 2
    assert faded[row, :, 0].std() > 3 * plain[row, :, 0].std()


def test_a_rim_is_bright_outside_and_leaves_the_far_ground_alone():
    image, mask = painted(straight(width=6.0), replace(PLAIN, rim=20.0))
    assert image[mask == 0].max() > 155
    assert np.allclose(image[:20], 150, atol=0.01)


def test_wide_cracks_are_never_faint():
    rng = np.random.default_rng(1)
    wide = [draw_look(rng, width=12.0, faintest=0.1, noise=0.02).opacity for _ in range(50)]
    thin = [draw_look(rng, width=1.5, faintest=0.1, noise=0.02).opacity for _ in range(50)]
    assert min(wide) >= 0.6
    assert min(thin) < 0.3


def test_every_look_keeps_the_picture_in_single_precision():
    for seed in range(20):
        look = draw_look(np.random.default_rng(seed), width=6.0, faintest=0.1, noise=0.02)
        assert painted(straight(width=6.0), look)[0].dtype == np.float32


def test_rough_ground_asks_for_darker_cracks():
    smooth, rough = (
        np.mean(
            [draw_look(np.random.default_rng(seed), width=2.0, faintest=0.1, noise=noise).opacity for seed in range(50)]
        )
        for noise in (0.02, 0.4)
    )
    assert rough > smooth + 0.15


def test_grain_hides_a_faint_crack_that_shows_on_smooth_ground():
    faint = replace(PLAIN, opacity=0.25)
    grainy = flat_ground() + np.random.default_rng(1).normal(0, 100, (SIZE, SIZE, 1)).astype(np.float32)
    seen = [
        paint_crack(np.random.default_rng(0), ground, [straight(width=3.0)], faint, noise=noise_of(ground)).seen
        for ground in (flat_ground(), grainy)
    ]
    assert seen[0] == 1
    assert seen[1] < 0.5


def test_sand_fills_the_middle_and_the_crack_stays_labelled():
    plain, sanded = painted(straight(width=9.0), PLAIN), painted(straight(width=9.0), replace(PLAIN, sand=1.0))
    row = SIZE // 2
    assert sanded[0][row, 20:76].mean() > plain[0][row, 20:76].mean() + 50
    red, _, blue = sanded[0][row, 20:76].mean(axis=0)
    assert red > 1.1 * blue
    assert sanded[1].sum() > 0.8 * plain[1].sum()


def test_a_crack_outside_the_picture_changes_nothing():
    far = replace(straight(width=5.0), points=straight(width=5.0).points + 1000)
    image, mask = painted(far, PLAIN)
    assert np.array_equal(image, flat_ground())
    assert mask.sum() == 0
