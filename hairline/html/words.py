"""Numbers in words and figures, as people read them."""

NARROW = "\u202f"
"""The space between thousands, at which no line breaks."""
HARD = "\u00a0"
"""A space at which no line breaks."""


def thousands(count: float) -> str:
    """48 416"""
    return f"{count:,.0f}".replace(",", NARROW)


def plural(count: int, word: str, many: str = "") -> str:
    return f"{thousands(count)} {word if count == 1 else many or word + 's'}"


def duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
