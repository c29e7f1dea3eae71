"""From the scene to the photograph: light on the ground, the lens, the sensor, and the file."""

import math

import cv2
import numpy as np

from hairline.data.synthetic.noise import clouds, grain

Array = np.ndarray


def light_scene(rng: np.random.Generator, image: Array) -> Array:
    """Uneven light: a tilt, darker corners, and on one picture in five a cast shadow."""
    size = len(image)
    ys, xs = np.mgrid[0:size, 0:size].astype(np.float32) / size - 0.5
    angle = rng.uniform(0, 2 * math.pi)
    factor = 1 + rng.uniform(0, 0.3) * (math.cos(angle) * xs + math.sin(angle) * ys)
    factor -= rng.uniform(0, 0.25) * (xs**2 + ys**2)
    if rng.random() < 0.2:
        factor *= 1 - rng.uniform(0.1, 0.6) * _shadow(rng, size)
    return image * factor[..., None]


def _shadow(rng: np.random.Generator, size: int) -> Array:
    """0..1: a straight edge, a pole, or leaves of a tree."""
    kind = rng.choice(["edge", "pole", "leaves"])
    if kind == "leaves":
        field = clouds(rng, size, largest=rng.uniform(20, 90), octaves=5)
        dappled = np.clip((field - rng.uniform(-0.5, 0.8)) * rng.uniform(0.8, 3) + 0.5, 0, 1)
        return 0.7 * cv2.GaussianBlur(dappled, (0, 0), rng.uniform(1.5, 6))  # the sky lights what the sun does not
    angle, middle = rng.uniform(0, math.pi), (rng.uniform(0.1, 0.9, 2) * size).tolist()
    ys, xs = np.mgrid[0:size, 0:size].astype(np.float32)
    away = (xs - middle[0]) * math.cos(angle) + (ys - middle[1]) * math.sin(angle)
    away += rng.uniform(0, 1.5 if kind == "pole" else 6) * clouds(rng, size, largest=60)
    soft = rng.uniform(0.7, 10)  # pixels of half-shadow
    if kind == "pole":
        away = np.abs(away) - rng.uniform(2, 40)
        return np.clip(0.5 - away / soft, 0, 1)
    return np.clip(0.5 + away / soft, 0, 1)


def photograph(rng: np.random.Generator, image: Array) -> Array:
    """Grey levels of any range to an 8-bit RGB picture: exposure, blur, sharpening, noise, compression."""
    image = _exposed(rng, image)
    if rng.random() < 0.5:
        image = _blurred(rng, image)
    if rng.random() < 0.25:  # phones sharpen
        halo = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.7, 1.6))
        image = image + rng.uniform(0.3, 1.2) * (image - halo)
    if rng.random() < 0.6:
        image = _noisy(rng, image)
    image = np.clip(image + 0.5, 0, 255).astype(np.uint8)
    return _compressed(image, quality=int(rng.integers(35, 96))) if rng.random() < 0.6 else image


def _exposed(rng: np.random.Generator, image: Array) -> Array:
    """A soft contrast curve about the picture's mean; the bright end may burn out."""
    mean = float(image.mean())
    image = mean + (image - mean) * rng.uniform(0.75, 1.3)
    return image * rng.uniform(0.85, 1.15)


def _blurred(rng: np.random.Generator, image: Array) -> Array:
    if rng.random() < 0.15:  # a shaken camera
        reach, angle = rng.uniform(2, 7), rng.uniform(0, math.pi)
        kernel = np.zeros((9, 9), np.float32)
        offset = np.array([math.cos(angle), math.sin(angle)]) * reach / 2
        ends = np.round((np.array([4 - offset, 4 + offset])) * 16).astype(int)
        cv2.line(kernel, tuple(ends[0].tolist()), tuple(ends[1].tolist()), 1.0, 1, cv2.LINE_AA, 4)
        return cv2.filter2D(image, -1, kernel / kernel.sum())
    sigma = rng.uniform(0.35, 1.2) if rng.random() < 0.85 else rng.uniform(1.2, 3)
    return cv2.GaussianBlur(image, (0, 0), sigma)


def _noisy(rng: np.random.Generator, image: Array) -> Array:
    """Sensor noise: stronger in the light in absolute terms, partly common to the three colours, slightly blurred."""
    size = len(image)
    strength = rng.uniform(0.5, 6)
    noise = strength * 0.7 * grain(rng, size, sigma=rng.uniform(0.3, 0.8))[..., None]
    noise = noise + strength * 0.5 * rng.standard_normal((size, size, 3), dtype=np.float32)
    return image + noise * np.sqrt(np.clip(image, 4, 255) / 128)


def _compressed(image: Array, *, quality: int) -> Array:
    _, code = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.ascontiguousarray(cv2.imdecode(code, cv2.IMREAD_COLOR)[..., ::-1])
