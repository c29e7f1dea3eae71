"""HTML without a way to forget escaping: what is not made by `tag` is text, and text is escaped."""

import json
from html import escape
from typing import Any

VOID = frozenset({"img", "input", "link", "meta"})


class Html(str):
    """Markup that is ready as it is."""

    __slots__ = ()


def tag(name: str, /, *children: object, **attributes: Any) -> Html:
    """`tag("a", "x < y", href="#z", class_="b")`: children that are None are left out, so are attributes."""
    opened = f"<{name}{''.join(_attribute(*pair) for pair in attributes.items())}>"
    return Html(opened) if name in VOID else Html(f"{opened}{join(*children)}</{name}>")


def join(*children: object) -> Html:
    return Html("".join(text(child) for child in children if child is not None))


def text(value: object) -> str:
    return value if isinstance(value, Html) else escape(str(value))


def data_block(content: Any, **attributes: Any) -> Html:
    """JSON for the page's script. Nothing in it can end the block or a line of it."""
    written = json.dumps(content, separators=(",", ":"), sort_keys=True, allow_nan=False)  # ASCII: U+2028 is escaped
    for character in "<>&":
        written = written.replace(character, f"\\u{ord(character):04x}")
    return tag("script", Html(written), type="application/json", **attributes)


def _attribute(name: str, value: Any) -> str:
    """`class_` is class, `data_value` is data-value; None and False: no attribute; True: one without a value."""
    if value is None or value is False:
        return ""
    name = name.removesuffix("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'
