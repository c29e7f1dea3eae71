"""What a cell may hold: no user's text becomes a formula, no name breaks the file, nothing missing looks like 0."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any

NOT_THERE = "n/a"
LONGEST_TEXT = 32_767
LONGEST_HEADER = 120
LONGEST_SHEET_NAME = 31
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_READ_AS_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def plain(value: Any) -> str | int | float:
    """Any value as a cell holds it: numpy's scalars as Python's, None and what is not a number as n/a."""
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        value = value.item()
    match value:
        case None:
            return NOT_THERE
        case bool():
            return "yes" if value else "no"
        case int():
            return value
        case float():
            return value if math.isfinite(value) else NOT_THERE
        case str():
            return clean(value)
        case PurePath():
            return clean(str(value))
        case _:
            return clean(json.dumps(value, sort_keys=True, default=str))


def clean(text: str) -> str:
    """Without the characters that XML forbids; `_x0041_` stays what it is and does not become an A."""
    text = _ILLEGAL.sub("\ufffd", text)
    if "_x" in text:
        text = _READ_AS_ESCAPE.sub("_x005F_", text)
    return text[:LONGEST_TEXT]


def could_be_a_formula(text: str) -> bool:
    return text.startswith(FORMULA_STARTS)


def headers(titles: Iterable[str]) -> list[str]:
    """One line each, none twice: what a table's columns must be."""
    found: list[str] = []
    for title in titles:
        text = clean(" ".join(title.split()))
        text = text if len(text) <= LONGEST_HEADER else f"{text[: LONGEST_HEADER - 1]}\u2026"
        found.append(_unused(text or "column", found, longest=LONGEST_HEADER))
    return found


def sheet_name(name: str, taken: Iterable[str]) -> str:
    """At most 31 characters, none of []:*?/\\, unlike all others in any case."""
    text = clean(re.sub(r"[\[\]:*?/\\\s]+", " ", name)).strip(" '")[:LONGEST_SHEET_NAME].rstrip(" '")
    if not text or text.lower() == "history":  # a name that Excel keeps for itself
        text = f"{text or 'sheet'} 1"
    return _unused(text, taken, longest=LONGEST_SHEET_NAME)


def table_name(name: str, taken: Iterable[str]) -> str:
    """Letters, digits and underscores; never like a cell, since it begins with `t_` where it could be one."""
    text = re.sub(r"[^A-Za-z0-9_]+", "_", name)[:200]
    if not re.match(r"[A-Za-z]+_", text):
        text = f"t_{text}"
    return _unused(text, taken, longest=220, joint="_")


def flatten(nest: Mapping[str, Any], above: str = "") -> dict[str, Any]:
    """{"loss": {"dice": 1}} -> {"loss.dice": 1}"""
    flat: dict[str, Any] = {}
    for key, value in nest.items():
        name = f"{above}{key}"
        flat |= flatten(value, f"{name}.") if isinstance(value, Mapping) and value else {name: value}
    return flat


def _unused(text: str, taken: Iterable[str], *, longest: int, joint: str = " ") -> str:
    known = {each.lower() for each in taken}
    candidate, number = text, 2
    while candidate.lower() in known:
        end = f"{joint}{number}"
        candidate, number = f"{text[: longest - len(end)]}{end}", number + 1
    return candidate
