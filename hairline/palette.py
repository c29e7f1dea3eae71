"""The colours of every figure, sheet and page: those of Okabe and Ito, told apart by colour-blind people too."""

from collections.abc import Sequence

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE, GREY = "#F0E442", "#0072B2", "#D55E00", "#CC79A7", "#8C8C8C"

FOUND, FALSE_ALARM, MISSED = BLUE, VERMILION, YELLOW
SERIES = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK, YELLOW)
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
"""Beside colour, so that a figure survives a black-and-white printer."""


def colours_of(names: Sequence[str]) -> dict[str, str]:
    """A colour a name, in their order; past the eighth they come again, and markers or labels must tell."""
    return {name: SERIES[place % len(SERIES)] for place, name in enumerate(names)}


def rgb(colour: str) -> tuple[int, int, int]:
    """#0072B2 -> (0, 114, 178)"""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue
