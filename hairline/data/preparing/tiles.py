"""Big pictures cut into overlapping tiles, so that a network sees them at their own resolution."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tile:
    suffix: str
    """What its name has more than its photograph's: `@2-3` is the third tile of the second row; empty: all of it."""
    rows: slice
    columns: slice


def cut(height: int, width: int, *, side: int, overlap: int) -> list[Tile]:
    """Tiles that cover the whole picture, row by row; `side` 0 leaves it whole.

    The last ones of a row and of a column move back inside, so they overlap more and nothing is ever padded: where the
    picture is smaller than `side`, so is the tile.
    """
    tiles = [
        Tile(f"@{row}-{column}", slice(top, top + side), slice(left, left + side))
        for row, top in enumerate(_starts(height, side, overlap), start=1)
        for column, left in enumerate(_starts(width, side, overlap), start=1)
    ]
    return tiles if len(tiles) > 1 else [Tile("", slice(0, height), slice(0, width))]


def _starts(length: int, side: int, overlap: int) -> list[int]:
    last = length - side
    return [*range(0, last, side - overlap), last] if side and last > 0 else [0]
