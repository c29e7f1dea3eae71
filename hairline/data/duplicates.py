"""The same picture twice: equal pixels, and near copies that were re-encoded, resized, brightened, mirrored or turned.

A perceptual hash proposes pairs, a correlation of their detail decides.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

_SIDE = 64  # of the thumbnail that is compared
_HASHED = 32  # of the picture under the cosine transform
_BITS = 64
_TURNS = 8
_BLOCK = 256  # rows of the distance table at a time: 20 MB for 10 000 pictures
_CHUNK = 1024  # pairs that are correlated at a time: 50 MB
_DETAIL = 4.0  # sigma, in thumbnail pixels, of what counts as lighting and is taken away

MINIMUM_CORRELATION = 0.9
"""Of the detail. Measured: different photographs of CFD, DeepCrack and UAV75 reach 0.37; frames of a car's camera, with
the same horizon in each, 0.86; copies after JPEG at quality 40, blur, noise, resizing or brightening exceed 0.95."""

_FLATTEST = 0.25 * _SIDE  # norm of the detail, that is a deviation of a quarter grey level: too plain to compare


def _lowest_frequencies() -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the 64 lowest coefficients without the mean, diagonal by diagonal."""
    order = sorted((row + column, row, column) for row in range(16) for column in range(16))[1 : _BITS + 1]
    return np.array([row for _, row, _ in order]), np.array([column for *_, column in order])


_ROWS, _COLUMNS = _lowest_frequencies()


@dataclass(frozen=True)
class Look:
    """What is kept of a picture for comparing it with others."""

    digest: str
    """SHA-256 of size and pixels: equal for the same picture in two lossless files."""
    hashes: np.ndarray
    """uint64 [8]: of the picture, its three quarter turns, and the mirror images of these."""
    thumbnail: np.ndarray
    """uint16 [64, 64], 256 steps to a grey level."""

    @property
    def plain(self) -> bool:
        """Too little in it to tell it from others: no copy of anything."""
        return not detail_of(self.thumbnail).any()


def look_at(pixels: np.ndarray) -> Look:
    """`pixels`: uint8 [H, W, 3]."""
    digest = hashlib.sha256(repr(pixels.shape).encode())
    digest.update(np.ascontiguousarray(pixels))
    small = _shrink(pixels)
    tiny = cv2.resize(small, (_HASHED, _HASHED), interpolation=cv2.INTER_AREA)
    hashes = [_hash(_turn(tiny, turn)) for turn in range(_TURNS)]
    return Look(digest.hexdigest(), np.array(hashes, np.uint64), _steps(small))


def thumbnail_of(pixels: np.ndarray) -> np.ndarray:
    """That of the picture's look, without the rest."""
    return _steps(_shrink(pixels))


def _shrink(pixels: np.ndarray) -> np.ndarray:
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)


def _steps(small: np.ndarray) -> np.ndarray:
    return np.round(small * 256).astype(np.uint16)


def _turn(square: np.ndarray, turn: int) -> np.ndarray:
    """0: as it is; 1 to 3: quarter turns; 4 to 7: the same of the mirror image."""
    return np.ascontiguousarray(np.rot90(square[:, ::-1] if turn >= 4 else square, turn % 4))


def _hash(square: np.ndarray) -> np.uint64:
    low = cv2.dct(square)[_ROWS, _COLUMNS]
    return np.packbits(low > np.median(low)).view(np.uint64)[0]


def exact_copies(looks: Sequence[Look]) -> list[list[int]]:
    """Positions of pictures with the same pixels, two or more at a time."""
    same: dict[str, list[int]] = defaultdict(list)
    for position, look in enumerate(looks):
        same[look.digest].append(position)
    return [members for members in same.values() if len(members) > 1]


def near_copies(looks: Sequence[Look], *, bits: int) -> list[list[int]]:
    """Positions of pictures that look the same without being equal, two or more at a time.

    Of pictures with equal pixels only the first is compared: the others share its answer. Two that are known to be of
    one set are not compared again, so that a camera that stands still does not make as many comparisons as pairs.
    """
    first = sorted({look.digest: position for position, look in reversed(list(enumerate(looks)))}.values())
    if len(first) < 2:
        return []
    hashes = np.stack([looks[position].hashes for position in first])  # [N, 8]
    details = Details(len(first), lambda row: looks[first[row]].thumbnail)
    lowest = np.arange(len(first))  # of the set that each belongs to

    def apart(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return lowest[one] != lowest[other]

    for one, other in _alike(hashes, hashes, details, details, bits=bits, wanted=apart):
        for i, j in zip(one.tolist(), other.tolist(), strict=True):
            low, high = sorted((lowest[i], lowest[j]))
            if low != high:
                lowest[lowest == high] = low
    sets: dict[int, list[int]] = defaultdict(list)
    for position, low in zip(first, lowest.tolist(), strict=True):
        sets[low].append(position)
    return [members for members in sets.values() if len(members) > 1]


class Details:
    """The detail of many pictures, each taken when it is first asked for."""

    def __init__(self, count: int, thumbnail: Callable[[int], np.ndarray]) -> None:
        self._thumbnail, self._known = thumbnail, np.zeros(count, bool)
        self._rows = np.zeros((count, _SIDE * _SIDE), np.float32)  # the system gives memory to the rows that are used

    def rows(self, positions: np.ndarray) -> np.ndarray:
        """float32 [len(positions), 64 x 64]"""
        for position in np.unique(positions[~self._known[positions]]).tolist():
            self._rows[position] = detail_of(self._thumbnail(position))
            self._known[position] = True
        return self._rows[positions]


def detail_of(thumbnail: np.ndarray) -> np.ndarray:
    """float32 [64 x 64] of norm 1 without the lighting; all 0 for a picture too plain to compare."""
    square = thumbnail.astype(np.float32) / 256
    detail = square - cv2.GaussianBlur(square, (0, 0), _DETAIL)
    norm = float(np.linalg.norm(detail))
    return detail.ravel() / norm if norm > _FLATTEST else np.zeros(detail.size, np.float32)


def near_pairs(
    ours: np.ndarray, theirs: np.ndarray, our_details: Details, their_details: Details, *, bits: int
) -> list[tuple[int, int]]:
    """Rows of two tables of hashes, uint64 [N, 8] and [M, 8], that look the same."""
    found: set[tuple[int, int]] = set()
    for one, other in _alike(ours, theirs, our_details, their_details, bits=bits):
        found.update(zip(one.tolist(), other.tolist(), strict=True))
    return sorted(found)


Wanted = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Which of some pairs of positions are worth comparing, as they stand when it is asked."""


def _alike(
    ours: np.ndarray,
    theirs: np.ndarray,
    our_details: Details,
    their_details: Details,
    *,
    bits: int,
    wanted: Wanted | None = None,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Positions i and j of pictures that look the same, some at a time; a pair may come more than once.

    `wanted`: for a table that is compared with itself.
    """
    places = np.arange(_SIDE * _SIDE).reshape(_SIDE, _SIDE)
    for turn in range(_TURNS):
        turned = _turn(places, turn).ravel()  # the blur knows no direction, so detail can be turned after it
        for one, other in _within(ours[:, 0], theirs[:, turn], bits=bits, above=wanted is not None):
            if wanted is not None:
                worth = wanted(one, other)
                one, other = one[worth], other[worth]
            similar = np.einsum("np,np->n", our_details.rows(one), their_details.rows(other)[:, turned])
            close = similar >= MINIMUM_CORRELATION
            yield one[close], other[close]


def _within(ours: np.ndarray, theirs: np.ndarray, *, bits: int, above: bool) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Positions i and j with at most `bits` different bits between ours[i] and theirs[j], some at a time."""
    for start in range(0, len(ours), _BLOCK):
        first = start if above else 0
        distance = np.bitwise_count(ours[start : start + _BLOCK, None] ^ theirs[None, first:])
        row, column = np.nonzero(distance <= bits)
        row, column = row + start, column + first
        if above:
            row, column = row[column > row], column[column > row]
        for chunk in range(0, len(row), _CHUNK):
            yield row[chunk : chunk + _CHUNK], column[chunk : chunk + _CHUNK]
