"""Truth, prediction and what is right of it as one small PNG that shows any of the three by a change of palette.

A pixel of the PNG is the number of a state: which class is true, which is predicted, and the verdict. What colour a
state has stands in the PNG's palette alone. The head of the file (33 bytes) and every palette written here are whole
multiples of three bytes long, so that their base64 texts can simply be set one behind the other: head + palette + body.
That is all that the page's script does; it never reads a pixel, which some browsers forbid or falsify.
"""

import base64
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from hairline import palette

VERDICTS = {"found": palette.FOUND, "false alarm": palette.FALSE_ALARM, "missed": palette.MISSED}
CLASS_COLOURS = palette.SERIES
SIGNATURE = b"\x89PNG\r\n\x1a\n"
PREFIX = "data:image/png;base64,"

State = tuple[int, int, str]
"""Colour of the true class and of the predicted one, 0 for background, and the verdict."""


@dataclass(frozen=True)
class Layer:
    """The parts of a PNG that do not depend on its palette, as base64."""

    head: str
    body: str

    def url(self, colours: str) -> str:
        return f"{PREFIX}{self.head}{colours}{self.body}"


@dataclass(frozen=True)
class States:
    """All that can be true of a pixel, for a number of classes."""

    classes: int

    @cached_property
    def numbers(self) -> dict[State, int]:
        """Background first; classes of one colour share their states."""
        listed = dict.fromkeys(state for _, _, state in self._pairs())
        ranked = sorted(listed, key=lambda state: (["", *VERDICTS].index(state[2]), state[:2]))
        return {state: number for number, state in enumerate([*ranked, (0, 0, "ignored")])}

    @cached_property
    def table(self) -> np.ndarray:
        """uint8 [256, 256]: true id, predicted id -> number of the state."""
        table = np.full((256, 256), self.numbers[0, 0, "ignored"], np.uint8)
        for truth, prediction, state in self._pairs():
            table[truth, prediction] = self.numbers[state]
        return table

    @property
    def depth(self) -> int:
        """Bits a pixel."""
        return 4 if _padded(len(self.numbers)) <= 16 else 8

    def palettes(self) -> dict[str, str]:
        """A palette a view, as base64."""
        states = list(self.numbers)
        return {
            "truth": _palette([class_colour(truth) for truth, _, _ in states]),
            "prediction": _palette([class_colour(prediction) for _, prediction, _ in states]),
            "verdict": _palette([VERDICTS.get(verdict) for _, _, verdict in states]),
        }

    def layer(self, truth: np.ndarray, prediction: np.ndarray, *, longest: int) -> Layer:
        """uint8 [H, W] class ids twice -> a picture whose sides are at most `longest`."""
        numbers = shrink(self.table[truth, prediction], longest=longest)
        height, width = numbers.shape
        if self.depth == 4:
            numbers = np.pad(numbers, ((0, 0), (0, width % 2)))
            numbers = numbers[:, 0::2] << 4 | numbers[:, 1::2]
        rows = np.pad(numbers, ((0, 0), (1, 0)))  # each row is led by its filter, 0: none
        head = SIGNATURE + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, self.depth, 3, 0, 0, 0))
        body = _chunk(b"IDAT", _packed(rows.tobytes())) + _chunk(b"IEND", b"")
        return Layer(_text(head), _text(body))

    def _pairs(self) -> Iterator[tuple[int, int, State]]:
        for truth in range(self.classes):
            for prediction in range(self.classes):
                if prediction == truth:
                    verdict = "found" if truth else ""
                else:
                    verdict = "false alarm" if prediction else "missed"
                yield truth, prediction, (_colour(truth), _colour(prediction), verdict)


def class_colour(number: int) -> str | None:
    """Of the number-th class; none for background."""
    return CLASS_COLOURS[_colour(number) - 1] if number else None


def size_within(height: int, width: int, longest: int) -> tuple[int, int]:
    """Height and width, made smaller where the longer one is more than `longest`."""
    factor = min(1.0, longest / max(height, width))
    return max(1, round(height * factor)), max(1, round(width * factor))


def shrink(numbers: np.ndarray, *, longest: int) -> np.ndarray:
    """Smaller states. A pixel becomes what most of it is, but a thin line must not fall through the grid: it is drawn
    where it covers half of its own width across a pixel."""
    height, width = size_within(*numbers.shape, longest)
    if (height, width) == numbers.shape:
        return numbers
    present = np.unique(numbers)
    present = present[present > 0]
    if not len(present):
        return np.zeros((height, width), np.uint8)
    shares = np.stack([
        cv2.resize((numbers == number).astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
        for number in present
    ])  # fmt: skip
    enough = shares.sum(0) >= 0.5 * height / numbers.shape[0]
    return np.where(enough, present[shares.argmax(0)], 0).astype(np.uint8)


def _colour(class_id: int) -> int:
    return (class_id - 1) % len(CLASS_COLOURS) + 1 if class_id else 0


def _palette(colours: list[str | None]) -> str:
    """PLTE and tRNS: what has no colour is clear."""
    colours = colours + [None] * (_padded(len(colours)) - len(colours))
    entries = b"".join(bytes(palette.rgb(colour or palette.BLACK)) for colour in colours)
    opaque = bytes(255 if colour else 0 for colour in colours)
    return _text(_chunk(b"PLTE", entries) + _chunk(b"tRNS", opaque))


def _padded(count: int) -> int:
    return -(-count // 3) * 3


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _packed(content: bytes) -> bytes:
    """Run lengths suit masks: a tenth larger than the slowest search, in a fortieth of its time."""
    packer = zlib.compressobj(strategy=zlib.Z_RLE)
    return packer.compress(content) + packer.flush()


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
