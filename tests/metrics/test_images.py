import numpy as np

from hairline.metrics import measure, score_image

NAMES = ("images", "crack_free_images", "false_alarm_images", "large_false_alarm_images", "false_alarm_pixels")


def with_pixels(count: int, value: int = 1) -> np.ndarray:
    picture = np.zeros((50, 100), np.uint8)
    picture.ravel()[:count] = value
    return picture


def measured(pairs: list[tuple[np.ndarray, np.ndarray]], *names: str, classes: int = 2) -> list:
    scores = [score_image(prediction, mask, classes=classes, tolerances=()) for prediction, mask in pairs]
    return list(measure(scores, names).values())


def test_false_alarms_are_counted_on_crack_free_images_alone():
    clean, cracked = with_pixels(0), with_pixels(100)
    pairs = [
        (clean, clean),
        (with_pixels(5), clean),  # exactly 0.1 % of 5000 pixels: an alarm, not a large one
        (with_pixels(6), clean),
        (with_pixels(300), cracked),  # too much, but not on a crack-free image
    ]
    assert measured(pairs, *NAMES) == [4, 3, 2 / 3, 1 / 3, 11 / 15_000]


def test_a_perfect_prediction_raises_no_alarm():
    clean, cracked = with_pixels(0), with_pixels(100)
    assert measured([(clean, clean), (cracked, cracked)], *NAMES) == [2, 1, 0, 0, 0]


def test_without_crack_free_images_no_alarm_can_be_measured():
    cracked = with_pixels(100)
    assert measured([(cracked, cracked)], *NAMES) == [1, 0, None, None, None]


def test_an_image_that_is_all_ignored_is_not_crack_free():
    unknown = with_pixels(5000, 255)
    assert measured([(with_pixels(9), unknown)], "images", "crack_free_images", "pixels", "ignored_pixels") == [
        1,
        0,
        0,
        5000,
    ]


def test_an_image_with_any_defect_is_not_crack_free():
    spalling = with_pixels(10, 2)
    assert measured([(spalling, spalling)], "crack_free_images", classes=3) == [0]


def test_an_image_is_found_when_one_of_its_pixels_is():
    cracked = with_pixels(100)
    beside = cracked[::-1]
    pairs = [(with_pixels(1), cracked), (beside, cracked), (with_pixels(0), cracked), (with_pixels(7), with_pixels(0))]
    assert measured(pairs, "found_images", "support_images") == [1 / 3, 3]
