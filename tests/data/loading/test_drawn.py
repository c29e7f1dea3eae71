import cv2
import numpy as np
import pytest

from hairline.data.loading.drawn import draw_on


def ground(size: int = 128) -> np.ndarray:
    """Even ground with the noise of a camera."""
    noise = np.random.default_rng(7).normal(150, 3, (size, size, 3))
    return noise.clip(0, 255).astype(np.uint8)


def draw(seed: int, **what) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return draw_on(ground(), **({"crack": False, "thing": False} | what), rng=np.random.default_rng(seed))


def test_a_drawn_crack_is_marked_where_the_picture_has_become_darker():
    darker = []
    for seed in range(30):
        image, cracked, hidden = draw(seed, crack=True)
        assert image.dtype == np.uint8 and cracked.dtype == bool and not hidden.any()
        if cracked.sum() > 50:
            darker.append(float(ground()[cracked].mean()) - float(image[cracked].mean()))
    assert len(darker) > 25 and np.mean(darker) > 30 and np.mean(np.array(darker) > 5) > 0.9


def test_far_from_a_drawn_crack_the_photograph_stays():
    for seed in range(20):
        image, cracked, _ = draw(seed, crack=True)
        far = cv2.distanceTransform((~cracked).astype(np.uint8), cv2.DIST_L2, 3) > 48
        if far.any():
            assert np.abs(image[far].astype(int) - ground()[far]).mean() < 2


def test_cracks_are_drawn_thin_and_wide():
    shares = [draw(seed, crack=True)[1].mean() for seed in range(60)]
    assert min(shares) < 0.03 and np.median(shares) < 0.1 and max(shares) > 0.15


def test_a_thing_changes_the_picture_and_no_pixel_of_it_is_crack():
    changed, hides = 0, 0
    for seed in range(60):
        image, cracked, hidden = draw(seed, thing=True)
        assert not cracked.any()
        changed += not np.array_equal(image, ground())
        hides += hidden.any()
    assert changed > 50 and 10 < hides < 60


def test_a_thing_on_top_hides_the_drawn_crack_and_a_mark_below_does_not():
    met = 0
    for seed in range(80):
        _, cracked, hidden = draw(seed, crack=True, thing=True)
        met += (cracked & hidden).any()  # a crack through a mark that hides the photograph
    assert 0 < met < 40


@pytest.mark.parametrize("what", [{"crack": True}, {"thing": True}, {"crack": True, "thing": True}], ids=str)
def test_the_same_seed_draws_the_same_and_the_source_stays(what):
    source = ground()
    before = source.copy()
    one, two, other = (
        draw_on(source, **({"crack": False, "thing": False} | what), rng=np.random.default_rng(seed))
        for seed in (1, 1, 2)
    )
    assert all(np.array_equal(left, right) for left, right in zip(one, two, strict=True))
    assert not np.array_equal(one[0], other[0]) and np.array_equal(source, before)
