"""The same picture twice: equal pixels, and near copies that were re-encoded, resized, brightened, mirrored or turned.

A perceptual hash proposes pairs, a correlation of their detail decides.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

_SIDE = 64  # of the thumbnail that is compared
_HASHED = 32  # of the picture under the cosine transform
_BITS = 64
_TURNS = 8
_BLOCK = 256  # rows of the distance table at a time: 20 MB for 10 000 pictures
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


def look_at(pixels: np.ndarray) -> Look:
    """`pixels`: uint8 [H, W, 3]."""
    digest = hashlib.sha256(repr(pixels.shape).encode())
    digest.update(np.ascontiguousarray(pixels))
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    tiny = cv2.resize(small, (_HASHED, _HASHED), interpolation=cv2.INTER_AREA)
    hashes = [_hash(_turn(tiny, turn)) for turn in range(_TURNS)]
    return Look(digest.hexdigest(), np.array(hashes, np.uint64), np.round(small * 256).astype(np.uint16))


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


def near_copies(looks: Sequence[Look], *, bits: int) -> list[tuple[int, int]]:
    """Pairs of positions, lower first, of pictures that look the same without being equal.

    Of pictures with equal pixels only the first is compared: the others share its answer.
    """
    first = sorted({look.digest: position for position, look in reversed(list(enumerate(looks)))}.values())
    if len(first) < 2:
        return []
    hashes = np.stack([looks[position].hashes for position in first])  # [N, 8]
    thumbnails = np.stack([looks[position].thumbnail for position in first])
    found: set[tuple[int, int]] = set()
    for turn in range(_TURNS):
        one, other = _within(hashes[:, 0], hashes[:, turn], bits=bits)
        for block in range(0, len(one), 4096):
            a, b = one[block : block + 4096], other[block : block + 4096]
            similar = np.einsum("np,np->n", _detail(thumbnails[a], 0), _detail(thumbnails[b], turn))
            found.update((first[i], first[j]) for i, j in zip(a[_close(similar)], b[_close(similar)], strict=True))
    return sorted(found)


def _close(correlation: np.ndarray) -> np.ndarray:
    return correlation >= MINIMUM_CORRELATION


def _within(ours: np.ndarray, theirs: np.ndarray, *, bits: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions i < j with at most `bits` different bits between ours[i] and theirs[j]."""
    pairs = []
    for start in range(0, len(ours), _BLOCK):
        distance = np.bitwise_count(ours[start : start + _BLOCK, None] ^ theirs[None, start:])
        row, column = np.nonzero(distance <= bits)
        pairs.append(np.stack([row, column])[:, column > row] + start)
    return tuple(np.concatenate(pairs, axis=1))


def _detail(thumbnails: np.ndarray, turn: int) -> np.ndarray:
    """float32 [N, 64 x 64] of norm 1 without the lighting; all 0 for a picture too plain to compare."""
    rows = np.empty((len(thumbnails), _SIDE * _SIDE), np.float32)
    for row, thumbnail in zip(rows, thumbnails, strict=True):
        square = _turn(thumbnail.astype(np.float32) / 256, turn)
        detail = square - cv2.GaussianBlur(square, (0, 0), _DETAIL)
        norm = float(np.linalg.norm(detail))
        row[:] = detail.ravel() / norm if norm > _FLATTEST else 0
    return rows
