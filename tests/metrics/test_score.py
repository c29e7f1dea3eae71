import pickle

import numpy as np
import pytest

from hairline.errors import InputError
from hairline.metrics import ImageScore, pool, score_image


def test_what_is_predicted_on_ignored_pixels_changes_nothing(case):
    for classes in (2, 3):
        picture = case(5, classes=classes, ignore=True)
        before = picture.score().to_array()
        ignored = picture.mask == 255
        rng = np.random.default_rng(0)
        picture.prediction[ignored] = rng.integers(0, classes, ignored.sum())
        picture.probability[:, ignored] = rng.integers(0, 256, (classes - 1, ignored.sum()))
        np.testing.assert_array_equal(before, picture.score().to_array())


def test_what_is_predicted_on_counted_pixels_changes_the_counts(case):
    picture = case(5, ignore=True)
    before = picture.score().to_array()
    row, column = np.argwhere(picture.mask == 0)[0]
    picture.prediction[row, column] ^= 1
    assert (before != picture.score().to_array()).any()


@pytest.mark.parametrize("classes", [2, 3])
@pytest.mark.parametrize("tolerances", [(), (2,), (0, 2, 4)])
@pytest.mark.parametrize("lines", [False, True])
@pytest.mark.parametrize("with_probability", [False, True])
def test_a_score_survives_the_way_through_an_array(case, classes, tolerances, lines, with_probability):
    picture = case(7, classes=classes, ignore=True)
    probability = picture.probability if with_probability else None
    score = score_image(
        picture.prediction, picture.mask, classes=classes, tolerances=tolerances, probability=probability, lines=lines
    )
    names = [str(index) for index in range(classes)]
    array = score.to_array()
    again = ImageScore.from_array(array, id="wall")
    assert array.dtype == np.int64 and array.ndim == 1
    assert again.id == "wall" and again.tolerances == tolerances
    np.testing.assert_array_equal(array, again.to_array())
    assert pool([again], names) == pool([score], names)
    assert pool([pickle.loads(pickle.dumps(score))], names) == pool([score], names)


def test_the_counts_do_not_depend_on_memory_order(case):
    picture = case(2, ignore=True)
    before = picture.score().to_array()
    picture.mask = np.asfortranarray(picture.mask)
    picture.prediction = np.repeat(picture.prediction, 2, axis=1)[:, ::2]
    picture.probability = np.asfortranarray(picture.probability)
    assert not picture.mask.flags.c_contiguous and not picture.prediction.flags.c_contiguous
    np.testing.assert_array_equal(before, picture.score().to_array())


def test_the_inputs_are_left_as_they_are(case):
    picture = case(2, ignore=True)
    copies = [array.copy() for array in (picture.mask, picture.prediction, picture.probability)]
    picture.score()
    for before, after in zip(copies, (picture.mask, picture.prediction, picture.probability), strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_mask_of_another_size_is_refused_with_both_sizes(line):
    with pytest.raises(InputError, match=r"prediction \(40, 60\), mask \(20, 60\)"):
        score_image(line(3), line(3, shape=(20, 60)), classes=2, tolerances=())
    with pytest.raises(InputError, match=r"probability \(2, 40, 60\): expected \(1, 40, 60\)"):
        score_image(line(3), line(3), classes=2, tolerances=(), probability=np.zeros((2, 40, 60), np.uint8))
    with pytest.raises(InputError, match="one size"):
        score_image(np.zeros((0, 4), np.uint8), np.zeros((0, 4), np.uint8), classes=2, tolerances=())
