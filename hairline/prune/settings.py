"""What is cut, how much of it and by which rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hairline.errors import InputError
from hairline.prune.criteria import criterion_named

SCOPES = ("local", "global", "isomorphic")
ROUNDINGS = (1, 8, 16)
"""No rounding; vector registers of AVX2 and a GPU's tensor cores; those of AVX-512."""


@dataclass(frozen=True)
class Pruning:
    """Refused on creation where it makes no sense."""

    criterion: str
    ratio: float
    """Share of the channels that goes, from 0 to below 1; after step j of k it is j/k of this, of the first width.

    Where no channel of a layer would be left the ratio is refused, but a channel that is alone stays. Ranked over
    several layers each keeps at least its best.
    """
    scope: str = "local"
    """Which channels are ranked together: those of each group; all; or those of groups with the same structure."""
    parts: Mapping[str, float] = field(default_factory=dict)
    """Module name -> the ratio of that part, instead of `ratio`; the longest name counts, and the gentlest ratio."""
    round_to: int = 1
    """Widths become the nearest multiple (a half goes up), at least one and at most what they were."""
    steps: int = 1
    seed: int = 0
    """Of the random criterion."""

    def __post_init__(self) -> None:
        criterion_named(self.criterion)
        if self.scope not in SCOPES:
            raise InputError(f"there is no pruning scope {self.scope}; known: {', '.join(SCOPES)}")
        refuse_ratio("ratio", self.ratio)
        for part, ratio in self.parts.items():
            refuse_ratio(f"ratio of {part}", ratio)
        if self.round_to not in ROUNDINGS:
            raise InputError(
                f"pruning round_to: expected one of {', '.join(map(str, ROUNDINGS))}, got {self.round_to!r}"
            )
        if type(self.steps) is not int or self.steps < 1:
            raise InputError(f"pruning steps: expected a whole number of at least 1, got {self.steps!r}")


def refuse_ratio(name: str, ratio: float) -> None:
    if not 0 <= ratio < 1:  # so is not-a-number
        hint = f"; did you mean {ratio / 100:g}?" if 1 < ratio < 100 else ""
        raise InputError(
            f"pruning {name}: expected the share of channels that goes, from 0 to below 1, got {ratio!r}{hint}"
        )
