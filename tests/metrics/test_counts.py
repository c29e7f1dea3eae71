import numpy as np
import pytest

from hairline.errors import InputError
from hairline.metrics import measure, pool
from hairline.metrics.counts import confusion_matrix


@pytest.mark.parametrize("classes", [2, 3, 7, 21])
@pytest.mark.parametrize("ignore", [False, True])
def test_the_confusion_matrix_agrees_with_torchmetrics(classes, ignore):
    import torch
    from torchmetrics.functional.classification import multiclass_confusion_matrix

    rng = np.random.default_rng(classes)
    mask = rng.integers(0, classes, (50, 70)).astype(np.uint8)
    prediction = rng.integers(0, classes, (50, 70)).astype(np.uint8)
    if ignore:
        mask[rng.random(mask.shape) < 0.2] = 255
    confusion, ignored = confusion_matrix(prediction, mask, classes=classes)
    reference = multiclass_confusion_matrix(
        torch.from_numpy(prediction), torch.from_numpy(mask).long(), num_classes=classes, ignore_index=255
    )
    np.testing.assert_array_equal(confusion, reference.numpy())
    assert ignored == np.count_nonzero(mask == 255)
    assert confusion.dtype == np.int64


def test_the_binary_confusion_matrix_agrees_with_scikit_image(case):
    from skimage.metrics import contingency_table

    for seed in range(5):
        picture = case(seed)
        confusion, _ = confusion_matrix(picture.prediction, picture.mask, classes=2)
        np.testing.assert_array_equal(confusion, contingency_table(picture.mask, picture.prediction).toarray())


def test_scores_of_several_classes_agree_with_torchmetrics(case):
    import torch
    from torchmetrics.functional import classification as reference

    pictures = [case(seed, classes=4, ignore=True) for seed in range(4)]
    prediction = torch.from_numpy(np.stack([picture.prediction for picture in pictures]))
    mask = torch.from_numpy(np.stack([picture.mask for picture in pictures])).long()
    settings = {"num_classes": 4, "ignore_index": 255}
    result = pool([picture.score() for picture in pictures], ["background", "crack", "spalling", "corrosion"])

    for name, function in {
        "precision": reference.multiclass_precision,
        "recall": reference.multiclass_recall,
        "f1": reference.multiclass_f1_score,
        "iou": reference.multiclass_jaccard_index,
    }.items():
        expected = function(prediction, mask, average="none", **settings).tolist()
        assert [values[name] for values in result["classes"].values()] == pytest.approx(expected, abs=1e-6), name
    for name, function, average in (
        ("mean_iou", reference.multiclass_jaccard_index, "macro"),
        ("weighted_iou", reference.multiclass_jaccard_index, "weighted"),
        ("mean_f1", reference.multiclass_f1_score, "macro"),
        ("weighted_f1", reference.multiclass_f1_score, "weighted"),
        ("accuracy", reference.multiclass_accuracy, "micro"),
    ):
        assert result[name] == pytest.approx(float(function(prediction, mask, average=average, **settings)), abs=1e-6)


def test_a_network_blind_to_cracks_looks_good_only_when_weighted_with_the_background(line):
    from hairline.metrics import score_image

    mask = line(5)
    score = score_image(np.zeros_like(mask), mask, classes=2, tolerances=())
    result = measure([score], ["weighted_iou", "mean_iou", "iou"])
    assert result["weighted_iou"] > 0.96 and result["mean_iou"] < 0.5 and result["iou"] == 0


@pytest.mark.parametrize("classes", [2, 3])
def test_an_unknown_class_id_is_refused_by_its_value(classes):
    mask = np.zeros((4, 4), np.uint8)
    strange = mask.copy()
    strange[1, 2] = 7
    strange[0, 0] = 255
    with pytest.raises(InputError, match=rf"mask: class id 7 found, expected 0 to {classes - 1}, or 255"):
        confusion_matrix(mask, strange, classes=classes)
    with pytest.raises(InputError, match=rf"prediction: class id 255 found, expected 0 to {classes - 1}$"):
        confusion_matrix(strange, mask, classes=classes)
