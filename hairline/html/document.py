"""The frame of a page: one file, whose own policy forbids the browser to load anything beside it."""

import base64
import hashlib
from collections.abc import Mapping
from pathlib import Path

from hairline.html.markup import Html, join, tag

ICON = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAABAAAAAQAgMAAABinRfyAAAACVBMVEUAAAAAcrL///+3tPpsAAAAA3RS"
    "TlMA//9EUNYhAAAANUlEQVR42mMQDQ0NYQgNDZsKJKJAxMpQhtCwpUAiKxRIZIKISBARBScy4cRSIBE2FUaAjAIAoMQXG1IbpXEAAA"
    "AASUVORK5CYII="
)


def document(title: str, body: Html, *, style: str, script: str = "") -> str:
    """`style` follows the style sheet that all pages share."""
    style = (Path(__file__).parent / "base.css").read_text() + style + _widths()
    scripts = f"; script-src '{_hash(script)}'" if script else ""
    policy = f"default-src 'none'; img-src data:; style-src '{_hash(style)}'{scripts}"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("link", rel="icon", href=ICON),
        tag("style", Html(style)),
    )
    ending = tag("script", Html(script)) if script else None
    return f"<!doctype html>\n{tag('html', head, tag('body', body, ending), lang='en-GB')}\n"


def navigation(links: Mapping[str, str], *, skip: str) -> Html:
    """Anchor -> title of each section; `skip` leads those who use a keyboard past them to #main."""
    listed = [tag("li", tag("a", title, href=f"#{anchor}")) for anchor, title in links.items()]
    bar = tag("nav", tag("span", "hairline", class_="brand"), tag("ul", *listed), aria_label="Sections")
    return join(tag("a", skip, href="#main", class_="skip"), tag("header", bar, class_="top"))


def _widths() -> str:
    """Of the bars of the splits; a style attribute would be against the page's policy."""
    return "".join(f".w{share}{{flex-grow:{share}}}" for share in range(101))


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
