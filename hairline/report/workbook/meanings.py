"""What a score means, by its name in the metrics files: the one list of hairline.metrics, spelled for a cell."""

import re

from hairline.metrics import definitions

_MEANING = {row["name"]: row["meaning"] for row in definitions()}
_PLACE = {name: place for place, name in enumerate(_MEANING)}


def meaning_of(score: str) -> str:
    """Of f1_2px too, with its 2 pixels named."""
    general, reach = _parts(score)
    meaning = _MEANING.get(general, "").replace("of these two", "of its precision and recall")
    if reach is None or not meaning:
        return meaning
    at = meaning.replace("within t pixels", f"within {reach} pixels")
    return at if at != meaning else f"{meaning} at {reach} px"


def place_of(score: str) -> tuple[int, int]:
    """In the order of the list, and by tolerance."""
    general, reach = _parts(score)
    return _PLACE.get(general, len(_PLACE)), reach or 0


def _parts(score: str) -> tuple[str, int | None]:
    """f1_2px -> f1_{t}px, 2"""
    found = re.fullmatch(r"(.+)_(\d+)px", score)
    return (f"{found[1]}_{{t}}px", int(found[2])) if found else (score, None)
