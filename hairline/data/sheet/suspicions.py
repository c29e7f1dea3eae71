"""Masks that a person should look at, by what is odd about them; the oddest first."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hairline.data.preparing.measures import Measures

BRIGHTER = 12.0
"""Grey levels: drawn cracks are nearly always darker than what is around them."""
SPECKS = 3
"""Fewer single pixels happen to everyone."""
MOSTLY = 0.5
"""Of the pixels that count."""


@dataclass(frozen=True)
class Suspicion:
    title: str
    about: str
    masks: Sequence[tuple[str, str]]
    """The sample's id and what was measured, the oddest first."""


Judged = tuple[float, str] | None
"""How odd it is, and in words; None: it is not."""


def suspicions(measures: Mapping[str, Measures], *, classes: Sequence[str]) -> list[Suspicion]:
    """Kinds without any mask are left out."""
    kinds: list[tuple[str, str, Callable[[Measures], Judged]]] = [
        (
            "Beside the crack",
            "A dark line runs parallel to the drawn one, and there is none beneath it: mask and picture may be shifted "
            "against each other.",
            _shifted,
        ),
        (
            "Brighter than the surroundings",
            f"The pixels drawn as crack are brighter than those around by {BRIGHTER:g} grey levels or more: the mask "
            "of another picture, a filled crack, or light in it.",
            _brighter,
        ),
        (
            "Mostly one class",
            "A class other than background covers more than half: perhaps black and white are exchanged.",
            lambda each: _mostly(each, classes),
        ),
        ("Single pixels", f"{SPECKS} or more crack pixels have no other around them.", _specks),
        ("Everything ignored", "No pixel of the mask counts.", _ignored),
        ("Nothing drawn", "The mask is all background. Right where the picture shows no crack.", _empty),
    ]
    found = []
    for title, about, judge in kinds:
        judged = [(id, judge(each)) for id, each in measures.items()]
        odd = sorted((-verdict[0], id, verdict[1]) for id, verdict in judged if verdict)
        if odd:
            found.append(Suspicion(title, about, [(id, words) for _, id, words in odd]))
    return found


def _shifted(each: Measures) -> Judged:
    if each.shift is None:
        return None
    right, down = each.shift
    moves = [f"{abs(right)} px to the {'right' if right > 0 else 'left'}"] if right else []
    moves += [f"{abs(down)} px {'down' if down > 0 else 'up'}"] if down else []
    return float(np.hypot(right, down)), f"a dark line is about {' and '.join(moves)}"


def _brighter(each: Measures) -> Judged:
    if each.brighter is None or each.brighter < BRIGHTER:
        return None
    return each.brighter, f"{each.brighter:.0f} grey levels brighter"


def _mostly(each: Measures, classes: Sequence[str]) -> Judged:
    counted = int(each.pixels.sum())
    largest = int(np.argmax(each.pixels[1:])) + 1
    share = each.pixels[largest] / max(counted, 1)
    return (float(share), f"{100 * share:.0f} % {classes[largest]}") if share > MOSTLY else None


def _specks(each: Measures) -> Judged:
    return (float(each.specks), f"{each.specks} single pixels") if each.specks >= SPECKS else None


def _ignored(each: Measures) -> Judged:
    return None if each.pixels.any() else (1.0, "all ignored")


def _empty(each: Measures) -> Judged:
    return (0.0, "nothing drawn") if each.pixels[0] and not each.pixels[1:].any() and not each.ignored else None
