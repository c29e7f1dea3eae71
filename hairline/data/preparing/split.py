"""Divide groups of pictures into parts of given shares: seeded, stratified by crack share, no group ever cut."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from hairline.errors import InputError

_BANDS = 4  # of equally many pictures with cracks; those without are a band of their own
_SIZE_WEIGHT = 4.0  # of a part's number of pictures against its mix of bands: sizes come first
_PASSES = 4  # of moving single groups after the first assignment; more changed nothing in trials


def bands(crack_shares: Sequence[float]) -> np.ndarray:
    """int [N]: 0 without any crack, else 1 to 4 by quarter of the crack shares."""
    shares = np.asarray(crack_shares, np.float64)
    cracked = shares[shares > 0]
    if not cracked.size:
        return np.zeros(len(shares), np.int64)
    edges = np.quantile(cracked, np.arange(1, _BANDS) / _BANDS)
    return np.where(shares > 0, 1 + np.searchsorted(edges, shares, side="right"), 0)


def divide(
    groups: Sequence[str], crack_shares: Sequence[float], shares: Mapping[str, float], *, seed: int
) -> dict[str, str]:
    """Group -> part. One entry of `groups` and `crack_shares` a picture; `shares` of the pictures, in sum 1.

    Every part with a share above 0 gets at least one group; too few groups for that is an error.
    """
    names = sorted(set(groups))
    parts = [part for part, share in shares.items() if share > 0]
    if len(names) < len(parts):
        raise InputError(
            f"{len(names)} group{'s' * (len(names) != 1)} of pictures cannot be divided into {len(parts)} parts "
            f"({', '.join(parts)}) without cutting one; add pictures, or ask for fewer parts or finer groups"
        )
    counts = _count(names, groups, bands(crack_shares))  # [G, bands]
    wanted = np.array([shares[part] for part in parts])
    chosen = _assign(counts, wanted / wanted.sum(), np.random.default_rng(seed & 0xFFFFFFFF))
    return {name: parts[part] for name, part in zip(names, chosen.tolist(), strict=True)}


def _count(names: Sequence[str], groups: Sequence[str], band: np.ndarray) -> np.ndarray:
    counts = np.zeros((len(names), _BANDS + 1))
    row = {name: position for position, name in enumerate(names)}
    np.add.at(counts, ([row[name] for name in groups], band), 1)
    return counts


def _assign(counts: np.ndarray, shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Largest groups first, each to the part that lacks it most; then single groups move while that helps.

    The cost of a part is the squared distance from its wanted count of each band, and of all pictures.
    """
    features = np.concatenate([counts, counts.sum(axis=1, keepdims=True)], axis=1)  # [G, bands + 1]
    total = features.sum(axis=0)
    weight = 1 / np.maximum(total, 1)
    weight[-1] *= _SIZE_WEIGHT
    lacking = shares[:, None] * total  # [parts, bands + 1]
    order = rng.permutation(len(counts))
    order = order[np.argsort(-features[order, -1], kind="stable")]
    chosen = np.full(len(counts), -1)
    for group in order:
        own = features[group]
        part = int(np.argmax((weight * own * (2 * lacking - own)).sum(axis=1)))
        chosen[group] = part
        lacking[part] -= own
    for _ in range(_PASSES):
        if not _improve(chosen, order, features, weight, lacking):
            break
    _fill_empty(chosen, features[:, -1], parts=len(shares))
    return chosen


def _improve(
    chosen: np.ndarray, order: np.ndarray, features: np.ndarray, weight: np.ndarray, lacking: np.ndarray
) -> bool:
    moved = False
    for group in order:
        own, part = features[group], chosen[group]
        lacking[part] += own
        gains = (weight * own * (2 * lacking - own)).sum(axis=1)
        better = int(np.argmax(gains))
        if gains[better] > gains[part] + 1e-9:
            chosen[group], moved = better, True
        lacking[chosen[group]] -= own
    return moved


def _fill_empty(chosen: np.ndarray, sizes: np.ndarray, *, parts: int) -> None:
    """A part whose share is less than any group still gets one: the smallest of the part that has most groups."""
    for part in range(parts):
        if not (chosen == part).any():
            richest = Counter(chosen.tolist()).most_common(1)[0][0]
            members = np.flatnonzero(chosen == richest)
            chosen[members[np.argmin(sizes[members])]] = part
