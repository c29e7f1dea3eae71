"""Other light, and a worse camera, for one crop; the mask stays."""

import cv2
import numpy as np

from hairline.config import AugmentParams

_MIDDLE_GREY = 128.0
_BLUR_SIGMA = (0.5, 1.5)  # pixels
_NOISE_SIGMA = (2.0, 8.0)  # grey levels
_JPEG_QUALITY = (40, 95)


def relight(image: np.ndarray, params: AugmentParams, rng: np.random.Generator) -> np.ndarray:
    """Other contrast, brightness and colour, of uint8 [H, W, 3]."""
    if params.contrast == params.brightness == params.channel_gain == 0:
        return image
    contrast = 1 + rng.uniform(-params.contrast, params.contrast)
    shift = 255 * rng.uniform(-params.brightness, params.brightness)
    gains = 1 + rng.uniform(-params.channel_gain, params.channel_gain, 3)
    # ((level - grey) * contrast + grey + shift) * gain, as one matrix: a fifth of the time of a table per channel
    constant = (_MIDDLE_GREY * (1 - contrast) + shift) * gains
    return cv2.transform(image, np.concatenate([np.diag(contrast * gains), constant[:, None]], axis=1))


def degrade(image: np.ndarray, params: AugmentParams, rng: np.random.Generator) -> np.ndarray:
    """A blur, noise and JPEG, each as often as asked for."""
    blur, noise, jpeg = rng.random(3) < (params.blur, params.noise, params.jpeg)
    if blur:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(*_BLUR_SIGMA))
    if noise:
        image = _add_noise(image, rng.uniform(*_NOISE_SIGMA), rng)
    if jpeg:
        quality = int(rng.integers(_JPEG_QUALITY[0], _JPEG_QUALITY[1] + 1))
        _, content = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
        image = cv2.imdecode(content, cv2.IMREAD_COLOR)  # in and out in the same channel order
    return image


def _normal_quantiles() -> np.ndarray:
    """256 equally likely values of a normal distribution with deviation 1."""
    from statistics import NormalDist

    return np.array([NormalDist().inv_cdf((level + 0.5) / 256) for level in range(256)])


_QUANTILES = _normal_quantiles()


def _add_noise(image: np.ndarray, sigma: float, rng: np.random.Generator) -> np.ndarray:
    """Random bytes through a table of quantiles: a tenth of the time of drawing normal numbers."""
    table = np.rint(_QUANTILES * sigma).astype(np.int16)
    noise = table[np.frombuffer(rng.bytes(image.size), np.uint8).reshape(image.shape)]
    return cv2.add(image, noise, dtype=cv2.CV_8U)
