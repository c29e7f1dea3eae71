"""`datasets`: where pictures come from and how they are divided."""

from typing import Any, Literal

from pydantic import Field, model_validator

from hairline.config.kinds import Name, Share
from hairline.sections import Section


class TileParams(Section):
    """How pictures that are too large to use whole are cut."""

    side: int = Field(ge=0)
    """Of the square tiles, pixels; 0: pictures stay whole."""
    overlap: int = Field(ge=0)
    """Of neighbours, pixels; more where the last ones move back inside the picture."""

    @model_validator(mode="after")
    def _overlap_is_less_than_side(self) -> "TileParams":
        if self.side and self.overlap >= self.side:
            raise ValueError(f"tile.overlap is {self.overlap}, but must be less than tile.side, {self.side}")
        return self


class SplitParams(Section):
    """How a data set is divided: whole source photographs at a time, seeded, stratified by crack share."""

    seed: int
    lists: Literal["own", "ours"]
    """own: the data set's splits/*.txt where it has them; ours: always divide anew."""
    val: Share
    test: Share
    folds: int = Field(ge=3)
    """Folds written to the manifest; a study uses them when its `folds` names one."""
    group: str
    """Regular expression on the stem; its first bracket names the source photograph. Empty: each image its own."""
    near_duplicate_bits: int = Field(ge=0, le=64)
    """Two pictures whose 64-bit perceptual hashes differ in at most this many bits are looked at as near duplicates."""
    tile: TileParams
    """Tiles stay together as their photograph does."""
    keep: list[str]
    """Classes that stay; the others become background, so that sets of many classes can be asked for cracks alone.
    Empty: all."""


class DatasetParams(Section):
    source: Name
    """A file in hairline/data/sources."""
    options: dict[str, Any]
    """The source's own options; it says which it knows."""
    split: SplitParams
