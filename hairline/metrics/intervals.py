"""How sure a score is: bootstrap over images, a paired test between two arms, Student's interval over seeds.

Pixels of one photograph are not independent, so whole images are drawn. A resample is a row of weights, how often each
image was drawn, and a thousand resamples are one matrix product with the images' counts.
"""

from collections.abc import Sequence

import numpy as np

from hairline.errors import InputError
from hairline.metrics.pool import as_number, values_of
from hairline.metrics.score import ImageScore
from hairline.metrics.tally import Stack, Tally


def bootstrap_interval(
    scores: Sequence[ImageScore],
    names: Sequence[str],
    *,
    resamples: int,
    seed: int,
    class_id: int = 1,
    level: float = 0.95,
) -> dict[str, tuple[float, float] | None]:
    """Percentile interval of each named score over images drawn with replacement; None if fewer than two images.

    Resamples in which a score does not exist are left out; None also if it exists in none of them.
    """
    stack = Stack(scores)
    if len(stack) < 2:
        return dict.fromkeys(names)
    tally = Tally(stack, _drawn(len(stack), resamples=resamples, seed=seed))
    return {name: _percentiles(values_of(tally, name, class_id=class_id), level) for name in names}


def paired_test(
    scores_a: Sequence[ImageScore],
    scores_b: Sequence[ImageScore],
    name: str,
    *,
    resamples: int,
    seed: int,
    class_id: int = 1,
    level: float = 0.95,
) -> dict[str, float | None]:
    """Score of A minus score of B on the same images: `difference`, its interval `low` to `high`, and `p_value`.

    The interval is a bootstrap that draws the same images for both. The p-value is a randomisation test: if A and B
    were alike, swapping their results on any image would change nothing, so it is the share of random swaps whose
    difference is at least as large, two-sided, the observed one counted among them.
    """
    scores_b = _aligned(scores_a, scores_b)
    images = len(scores_a)
    both = Stack([*scores_a, *scores_b])
    ones, zeros = np.ones((1, images)), np.zeros((1, images))

    def difference(of_a: np.ndarray, of_b: np.ndarray) -> np.ndarray:
        """Weights [R, 2 N] of the two arms -> difference of their scores, [R]."""
        return np.subtract(*(values_of(Tally(both, weights), name, class_id=class_id) for weights in (of_a, of_b)))

    observed = float(difference(np.hstack([ones, zeros]), np.hstack([zeros, ones]))[0])
    if images < 2 or not np.isfinite(observed):
        return {"difference": as_number(observed), "low": None, "high": None, "p_value": None}

    drawn = _drawn(images, resamples=resamples, seed=seed)
    nothing = np.zeros_like(drawn)
    interval = _percentiles(difference(np.hstack([drawn, nothing]), np.hstack([nothing, drawn])), level)

    swapped = np.random.default_rng(seed).integers(0, 2, (resamples, images)).astype(np.float64)
    shuffled = difference(np.hstack([1 - swapped, swapped]), np.hstack([swapped, 1 - swapped]))
    shuffled = np.abs(shuffled[np.isfinite(shuffled)])
    as_large = np.count_nonzero(shuffled >= abs(observed) - 1e-12)  # equal differences may differ in the last bit
    low, high = interval or (None, None)
    p_value = float((1 + as_large) / (1 + len(shuffled)))
    return {"difference": observed, "low": low, "high": high, "p_value": p_value}


def mean_interval(values: Sequence[float], *, level: float = 0.95) -> tuple[float, float | None, float | None]:
    """Mean of a few runs that differ in their seed, and Student's interval around it; no interval for one run."""
    if not values:
        raise InputError("no value to average: no run has this score")
    mean = float(np.mean(values))
    if len(values) == 1:
        return mean, None, None
    from scipy.special import stdtrit

    freedom = len(values) - 1
    half = float(stdtrit(freedom, (1 + level) / 2)) * float(np.std(values, ddof=1)) / len(values) ** 0.5
    return mean, mean - half, mean + half


def _drawn(images: int, *, resamples: int, seed: int) -> np.ndarray:
    """[R, N]: how often each image is drawn in each resample."""
    picks = np.random.default_rng(seed).integers(0, images, (resamples, images))
    places = picks + images * np.arange(resamples)[:, None]
    return np.bincount(places.ravel(), minlength=resamples * images).reshape(resamples, images).astype(np.float64)


def _percentiles(values: np.ndarray, level: float) -> tuple[float, float] | None:
    values = values[np.isfinite(values)]
    if not values.size:
        return None
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _aligned(scores_a: Sequence[ImageScore], scores_b: Sequence[ImageScore]) -> list[ImageScore]:
    """B in the order of A, by id; without ids both must already be in one order."""
    if len(scores_a) != len(scores_b):
        raise InputError(
            f"paired test: {len(scores_a)} images against {len(scores_b)}; score both arms on the same split"
        )
    if any(score.id for score in (*scores_a, *scores_b)):
        of_b = {score.id: score for score in scores_b}
        missing = [score.id for score in scores_a if score.id not in of_b]
        if missing or len(of_b) < len(scores_b):
            fault = f"{missing[0]} is missing in the second arm" if missing else "an id occurs twice in the second arm"
            raise InputError(f"paired test: {fault}; score both arms on the same split")
        scores_b = [of_b[score.id] for score in scores_a]
    for a, b in zip(scores_a, scores_b, strict=True):
        if not np.array_equal(a.confusion.sum(-1), b.confusion.sum(-1)):
            raise InputError(f"paired test: image {a.id or 'without id'} has another mask in the second arm")
    return list(scores_b)
