import numpy as np
import pytest

from hairline.metrics import measure, thresholds


def scores_at(picture, byte: int) -> tuple[int, int, int]:
    valid = picture.mask != 255
    predicted, true = (picture.probability[0] >= byte) & valid, picture.mask == 1
    return (predicted & true).sum(), (predicted & ~true).sum(), (~predicted & true).sum()


def f1_of(tp: int, fp: int, fn: int) -> float:
    return 2 * tp / (2 * tp + fp + fn) if tp + fp + fn else 0.0


def test_a_histogram_agrees_with_numpy_even_beyond_what_a_float_counts(monkeypatch):
    values = np.random.default_rng(0).integers(0, 256, (30, 41)).astype(np.uint8)
    np.testing.assert_array_equal(thresholds.histogram(values), np.bincount(values.ravel(), minlength=256))
    monkeypatch.setattr(thresholds, "EXACT_IN_FLOAT32", 100)  # the same in many parts
    np.testing.assert_array_equal(thresholds.histogram(values), np.bincount(values.ravel(), minlength=256))


def test_a_whole_number_in_float32_is_exact_up_to_the_limit():
    limit = np.float32(thresholds.EXACT_IN_FLOAT32)
    assert limit - np.float32(1) != limit and limit + np.float32(1) == limit


@pytest.mark.parametrize("ignore", [False, True])
def test_ods_and_ois_agree_with_trying_every_threshold(case, ignore):
    pictures = [case(seed, ignore=ignore) for seed in range(4)]
    table = np.array([[scores_at(picture, byte) for byte in range(256)] for picture in pictures])  # [N, 256, 3]
    ods = max(f1_of(*counts) for counts in table.sum(0))
    ois = np.mean([max(f1_of(*counts) for counts in row) for row in table])
    result = measure([picture.score() for picture in pictures], ["ods", "ois"])
    assert result == pytest.approx({"ods": ods, "ois": ois}, abs=1e-12)
    assert 0.3 < ods < 1 and ods != ois


@pytest.mark.parametrize("ignore", [False, True])
def test_average_precision_agrees_with_torchmetrics(case, ignore):
    import torch
    from torchmetrics.functional.classification import binary_average_precision

    pictures = [case(seed, ignore=ignore) for seed in range(4)]
    probability = torch.from_numpy(np.stack([picture.probability[0] for picture in pictures]) / 255)
    mask = torch.from_numpy(np.stack([picture.mask for picture in pictures])).long()
    expected = float(binary_average_precision(probability, mask, ignore_index=255))
    assert measure([picture.score() for picture in pictures], ["ap"])["ap"] == pytest.approx(expected, abs=1e-6)


def test_average_precision_of_four_pixels_done_on_paper():
    histograms = np.zeros((2, 256))
    histograms[0, [200, 50]] = 1  # two true pixels
    histograms[1, [100, 0]] = 1  # two false ones
    # 200: recall 1/2 at precision 1; 100: no gain; 50: recall 1 at precision 2/3
    assert thresholds.average_precision(histograms) == pytest.approx(0.5 * 1 + 0.5 * 2 / 3, abs=1e-15)


def test_without_truth_there_is_no_best_threshold_and_no_area():
    histograms = np.zeros((2, 256))
    histograms[1, 30] = 9
    assert np.isnan(thresholds.best_f1(histograms))
    assert np.isnan(thresholds.best_threshold(histograms))
    assert np.isnan(thresholds.average_precision(histograms))


def test_a_threshold_means_the_same_for_bytes_and_for_the_probabilities_behind_them():
    probability = np.random.default_rng(0).random(10_000)
    byte = np.round(255 * probability).astype(np.uint8)
    for limit in (1, 77, 128, 254, 255):
        threshold = thresholds.as_probability(limit)
        np.testing.assert_array_equal(byte >= limit, byte / 255 >= threshold)
        np.testing.assert_array_equal(byte >= limit, probability >= threshold)
    assert thresholds.as_probability(thresholds.HALF) == 0.5
    assert thresholds.as_probability(0) == 0
