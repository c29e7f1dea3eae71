"""Random crop, geometry and light for one training sample: image, mask and soft labels move together.

Rotation, zoom, flips and crop are one matrix and one resampling; light is one matrix of the channels. Without rotation
and zoom nothing is resampled at all.
"""

import math
from collections.abc import Callable, Sequence

import cv2
import numpy as np

from hairline.classes import IGNORE
from hairline.config import AugmentParams
from hairline.data.loading.distractors import cover, expose_twice, shade, stain
from hairline.data.loading.drawn import draw_on
from hairline.data.loading.light import degrade, relight
from hairline.errors import InputError

_BOXES = 4  # at most
_BOX_SIDE = (1 / 16, 1 / 4)  # of the crop
_BLIND_TRIES = 256  # pixels; at 1 % of crack, one time in 13 none is one
_TRIES = 32  # places for a turned crop, drawn at once; well inside the picture, at least every second one will do


def check_augment(params: AugmentParams) -> None:
    """What the types in params.yaml cannot say."""
    smallest, largest = params.scale
    if not 0 < smallest <= largest:
        raise InputError(
            f"params.yaml: train.augment.scale is [{smallest:g}, {largest:g}], expected the smallest and the largest "
            "zoom, both above 0; [1, 1] is none"
        )


def augment(
    image: np.ndarray,
    mask: np.ndarray,
    soft: np.ndarray | None,
    *,
    crop: int,
    params: AugmentParams | None,
    rng: np.random.Generator,
    second: Callable[[np.random.Generator], tuple[np.ndarray, np.ndarray]] | None = None,
    label: Callable[[np.ndarray], np.ndarray] | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """uint8 [H, W, 3], uint8 [H, W] and [..., H, W] -> the same kinds at crop x crop; None: nothing but the crop.

    Soft planes of uint8 stay uint8, others become float32. Where a picture is smaller than the crop, its reflection
    fills the rest and the mask says ignore, so that no crack counts twice. What a rotation brings in from outside is
    reflected in all three: there image and labels agree. `second` draws the other picture of a double exposure, and its
    mask; `label` makes class ids of where a drawn crack is.
    """
    image, mask, soft = _pad(image, mask, soft, crop)
    if params is None:
        return _cut(image, mask, soft, crop=crop, flip=0.0, crack=None, rng=rng)
    crack = _draw_crack(mask, rng) if params.on_crack and rng.random() < params.on_crack else None
    if params.rotate == 0 and params.scale == (1, 1):
        image, mask, soft = _cut(image, mask, soft, crop=crop, flip=params.flip, crack=crack, rng=rng)
    else:
        image, mask, soft = _warp(image, mask, soft, crop=crop, params=params, crack=crack, rng=rng)
    if label is not None:
        image, mask = _draw_on(image, mask, params, label, rng)
    if _happens(params.covers, rng):
        image, mask = cover(image, mask, rng)
    image = relight(image, params, rng)
    image = degrade(image, params, rng)
    if second is not None and _happens(params.double_exposure, rng):
        image, mask = expose_twice(image, mask, _cut_second(*second(rng), crop=crop, flip=params.flip, rng=rng), rng)
    if _happens(params.shade, rng):
        image = shade(image, rng)
    if _happens(params.stains, rng):
        image = stain(image, rng)
    if rng.random() < params.dropout:
        image, mask = _drop_boxes(image, mask, rng)
    return image, mask, soft


def _happens(probability: float, rng: np.random.Generator) -> bool:
    """What is never asked for draws nothing: then the other draws are what they were before it was thought of."""
    return probability > 0 and rng.random() < probability


def _draw_on(
    image: np.ndarray,
    mask: np.ndarray,
    params: AugmentParams,
    label: Callable[[np.ndarray], np.ndarray],
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """A crack, a thing, both or neither; where the photograph has a class of its own, that stays."""
    crack, thing = _happens(params.drawn_cracks, rng), _happens(params.drawn_things, rng)
    if not crack and not thing:
        return image, mask
    image, cracked, hidden = draw_on(image, crack=crack, thing=thing, rng=rng)
    mask = np.where(hidden & (mask != IGNORE), 0, mask)
    return image, np.where(mask == 0, label(cracked), mask).astype(np.uint8)


def _cut_second(
    image: np.ndarray, mask: np.ndarray, *, crop: int, flip: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    image, mask, _ = _pad(image, mask, None, crop)
    image, mask, _ = _cut(image, mask, None, crop=crop, flip=flip, crack=None, rng=rng)
    return image, mask


def _pad(
    image: np.ndarray, mask: np.ndarray, soft: np.ndarray | None, crop: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    below, right = max(crop - mask.shape[0], 0), max(crop - mask.shape[1], 0)
    if not below and not right:
        return image, mask, soft
    top, left = below // 2, right // 2
    border = (top, below - top, left, right - left)
    image = cv2.copyMakeBorder(image, *border, cv2.BORDER_REFLECT_101)
    mask = cv2.copyMakeBorder(mask, *border, cv2.BORDER_CONSTANT, value=IGNORE)
    if soft is not None:
        soft = _each_plane(soft, lambda plane: cv2.copyMakeBorder(plane, *border, cv2.BORDER_REFLECT_101))
    return image, mask, soft


def _each_plane(soft: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    planes = soft.reshape(-1, *soft.shape[-2:])
    if planes.dtype != np.uint8:
        planes = planes.astype(np.float32)  # OpenCV knows no float16
    changed = np.stack([change(plane) for plane in planes])
    return changed.reshape(*soft.shape[:-2], *changed.shape[-2:])


def _draw_crack(mask: np.ndarray, rng: np.random.Generator) -> tuple[int, int] | None:
    """Row and column of one foreground pixel, all equally likely; None where there is none."""
    width = mask.shape[1]
    # The first that blind tries hit is as likely to be any of them, and mostly saves a walk over the whole mask.
    tries = rng.integers(mask.size, size=_BLIND_TRIES)
    hits = _is_foreground(mask.ravel()[tries])
    first = hits.argmax()
    if hits[first]:
        return divmod(int(tries[first]), width)
    places = np.flatnonzero(_is_foreground(mask))
    return divmod(int(rng.choice(places)), width) if places.size else None


def _is_foreground(mask: np.ndarray) -> np.ndarray:
    return mask - np.uint8(1) < IGNORE - 1  # 0 wraps around to 255


def _cut(
    image: np.ndarray,
    mask: np.ndarray,
    soft: np.ndarray | None,
    *,
    crop: int,
    flip: float,
    crack: tuple[int, int] | None,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    top, left = (
        _draw_start(side, crop, None if crack is None else crack[axis], rng) for axis, side in enumerate(mask.shape)
    )
    code = _flip_code(rng, flip)
    window = (slice(top, top + crop), slice(left, left + crop))

    def move(plane: np.ndarray) -> np.ndarray:
        return plane[window].copy() if code is None else cv2.flip(plane[window], code)

    return move(image), move(mask), None if soft is None else _each_plane(soft, move)


def _draw_start(side: int, crop: int, held: int | None, rng: np.random.Generator) -> int:
    """Of the crop along one axis, anywhere in the picture, or anywhere that keeps the pixel `held` inside."""
    first, last = (0, side - crop) if held is None else (max(held - crop + 1, 0), min(held, side - crop))
    return int(rng.integers(first, last + 1))


def _flip_code(rng: np.random.Generator, probability: float) -> int | None:
    """OpenCV's number for the drawn flips: 1 left-right, 0 up-down, -1 both."""
    sideways, upright = rng.random(2) < probability
    return {(True, False): 1, (False, True): 0, (True, True): -1}.get((bool(sideways), bool(upright)))


def _warp(
    image: np.ndarray,
    mask: np.ndarray,
    soft: np.ndarray | None,
    *,
    crop: int,
    params: AugmentParams,
    crack: tuple[int, int] | None,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    matrix = _draw_matrix(mask.shape, crop=crop, params=params, crack=crack, rng=rng)
    window = _seen_part(matrix, mask.shape, crop)
    matrix[:, 2] -= window[1].start, window[0].start

    def resample(plane: np.ndarray, how: int) -> np.ndarray:
        flags = how | cv2.WARP_INVERSE_MAP
        return cv2.warpAffine(plane, matrix, (crop, crop), flags=flags, borderMode=cv2.BORDER_REFLECT_101)

    # OpenCV resamples four channels in half the time of three, to the same values.
    four = resample(cv2.cvtColor(image[window], cv2.COLOR_RGB2RGBA), cv2.INTER_LINEAR)
    if soft is not None:
        soft = _in_fours(soft[..., *window], lambda planes: resample(planes, cv2.INTER_LINEAR))
    cut = _cut_of(zoom=1 / math.hypot(matrix[0, 0], matrix[1, 0]))
    moved = _move_classes(mask[window], lambda plane: resample(plane, cv2.INTER_LINEAR), cut=cut)
    return cv2.cvtColor(four, cv2.COLOR_RGBA2RGB), moved, soft


def _cut_of(*, zoom: float) -> float:
    """Which share of a pixel a class must cover. Half, but less where the picture shrinks, or hairlines would break."""
    return 0.35 if zoom < 0.8 else 0.5


def _move_classes(mask: np.ndarray, move: Callable[[np.ndarray], np.ndarray], *, cut: float) -> np.ndarray:
    """Each class by itself, as coverage: taking the nearest class would leave thin cracks in pieces."""
    present = np.flatnonzero(np.bincount(mask.ravel(), minlength=256))
    if len(present) == 1:
        return np.full_like(move(mask), present[0])
    moved = np.zeros_like(move(mask))
    for value in present[present > 0]:  # 255, ignore, comes last and wins
        moved[move((mask == value).astype(np.uint8) * 255) > cut * 255] = value
    return moved


def _in_fours(soft: np.ndarray, change: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    planes = soft.reshape(-1, *soft.shape[-2:])
    if planes.dtype != np.uint8:
        planes = planes.astype(np.float32)  # OpenCV knows no float16
    changed: list[np.ndarray] = []
    for start in range(0, len(planes), 4):
        four = [planes[min(start + channel, len(planes) - 1)] for channel in range(4)]
        changed += cv2.split(change(cv2.merge(four)))
    return np.stack(changed[: len(planes)]).reshape(*soft.shape[:-2], *changed[0].shape)


def _seen_part(matrix: np.ndarray, shape: tuple[int, ...], crop: int) -> tuple[slice, slice]:
    """Rows and columns of the picture that the crop can see, its reflections at the edges included."""
    corners = matrix @ np.array([[0, crop - 1, 0, crop - 1], [0, 0, crop - 1, crop - 1], [1, 1, 1, 1]])
    return _span(corners[1], shape[0]), _span(corners[0], shape[1])


def _span(positions: np.ndarray, side: int) -> slice:
    first, last = math.floor(positions.min()) - 1, math.ceil(positions.max()) + 1
    if first < 0 and last >= side:
        return slice(0, side)
    if first < 0:  # what lies k before the first row is row k
        return slice(0, min(max(last, -first) + 1, side))
    if last >= side:
        return slice(max(min(first, 2 * (side - 1) - last), 0), side)
    return slice(first, last + 1)


def _draw_matrix(
    shape: tuple[int, ...],
    *,
    crop: int,
    params: AugmentParams,
    crack: tuple[int, int] | None,
    rng: np.random.Generator,
) -> np.ndarray:
    """[2, 3] from pixels of the crop to pixels of the picture; the pixel `crack` comes to lie inside the crop."""
    angle = math.radians(rng.uniform(-params.rotate, params.rotate))
    smallest, largest = params.scale
    zoom = math.exp(rng.uniform(math.log(smallest), math.log(largest)))
    sideways, upright = np.where(rng.random(2) < params.flip, -1.0, 1.0)
    cosine, sine = math.cos(angle) / zoom, math.sin(angle) / zoom
    turn = np.array([[cosine * sideways, -sine * upright], [sine * sideways, cosine * upright]])
    middle = (crop - 1) / 2
    reach = middle / zoom  # of the crop around its middle, in the picture's pixels
    height, width = shape
    spans = []  # of the crop's centre, columns and rows
    for side in (width, height):
        half = (side - 1) / 2
        slack = max(half - reach, 0)  # none where the zoomed-out crop sees more than there is
        spans.append((half - slack, half + slack))
    if crack is None:
        centre = [rng.uniform(*span) for span in spans]
    else:
        centre = _draw_centre(crack, turn, middle, spans=spans, rng=rng)
    shift = np.array(centre) - turn @ np.array([middle, middle])
    return np.concatenate([turn, shift[:, None]], axis=1)


def _draw_centre(
    crack: tuple[int, int],
    turn: np.ndarray,
    middle: float,
    *,
    spans: Sequence[tuple[float, float]],
    rng: np.random.Generator,
) -> list[float]:
    """Column and row of the crop's centre: any place within `spans` with the pixel `crack` inside the crop.

    A turned crop may have no such place for a pixel in a corner of the picture; then it reaches out about as far as it
    must. Plain numbers: at this size numpy would take five times as long.
    """
    row, column = crack
    (a, b), (c, d) = turn.tolist()
    width, height = middle * (abs(a) + abs(b)), middle * (abs(c) + abs(d))  # half the box around the turned crop
    left, right = max(spans[0][0], column - width), min(spans[0][1], column + width)
    top, bottom = max(spans[1][0], row - height), min(spans[1][1], row + height)
    nearest = (math.inf, 0.0, 0.0)
    for _ in range(_TRIES):
        x = left + (right - left) * rng.random()
        y = top + (bottom - top) * rng.random()
        # where the crop shows the pixel, from its middle; the inverse is simple, as both axes are scaled alike
        across = (a * (column - x) + c * (row - y)) / (a * a + c * c)
        down = (b * (column - x) + d * (row - y)) / (a * a + c * c)
        farthest = max(abs(across), abs(down))
        if farthest <= middle:
            return [x, y]
        nearest = min(nearest, (farthest, across, down))
    across, down = (min(max(place, -middle), middle) for place in nearest[1:])
    return [column - a * across - b * down, row - c * across - d * down]


def _drop_boxes(image: np.ndarray, mask: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Boxes of the picture's mean colour, ignored by every loss."""
    mean = np.rint(cv2.mean(image)[:3]).astype(np.uint8)
    for _ in range(int(rng.integers(1, _BOXES + 1))):
        side = mask.shape[0]
        height, width = (max(1, round(side * rng.uniform(*_BOX_SIDE))) for _ in range(2))
        top, left = int(rng.integers(side - height + 1)), int(rng.integers(side - width + 1))
        image[top : top + height, left : left + width] = mean
        mask[top : top + height, left : left + width] = IGNORE
    return image, mask
