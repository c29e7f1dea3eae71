"""--region: the pixels that an explanation is about."""

import math
from dataclasses import dataclass
from typing import Literal

from hairline.data.images import PictureError
from hairline.errors import InputError

Kind = Literal["predicted", "whole", "box"]


@dataclass(frozen=True)
class Region:
    kind: Kind
    corners: tuple[int, int, int, int] | None = None
    """Left, top, right and bottom of a box, in pixels of the photograph; the last two lie outside."""

    def box(self, factor: float, size: tuple[int, ...], name: str) -> tuple[slice, slice]:
        """Rows and columns in a picture of `size`, made smaller by `factor`; never empty."""
        assert self.corners
        left, top, right, bottom = (edge * factor for edge in self.corners)
        rows = slice(min(math.floor(top), size[0]), min(math.ceil(bottom), size[0]))
        columns = slice(min(math.floor(left), size[1]), min(math.ceil(right), size[1]))
        if rows.start >= rows.stop or columns.start >= columns.stop:
            raise PictureError(name, "lies outside the box of --region", "give one inside the picture")
        return rows, columns


def read_region(text: str) -> Region:
    kinds: dict[str, Kind] = {"predicted": "predicted", "whole": "whole"}
    if text in kinds:
        return Region(kinds[text])
    parts = text.split(",")
    if len(parts) != 4 or not all(part.strip().isdecimal() for part in parts):
        raise InputError(f"--region is {text}; expected predicted, whole, or a box as X,Y,W,H, such as 40,60,80,80")
    left, top, width, height = (int(part) for part in parts)
    if not width or not height:
        raise InputError(f"--region is {text}; its width and height must be at least 1")
    return Region("box", (left, top, left + width, top + height))
