"""The page put together: one file, whose own policy forbids the browser to load anything beside it."""

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

from hairline.report.page.arms import arms_table
from hairline.report.page.charts import study_charts
from hairline.report.page.gallery import gallery_section, viewer
from hairline.report.page.looks import colour_rules, looks_of
from hairline.report.page.markup import Html, join, tag
from hairline.report.page.meanings import meanings
from hairline.report.page.overview import over_what, overview
from hairline.report.page.pictures import read_galleries
from hairline.report.page.run_info import run_info
from hairline.report.results import Study
from hairline.report.study_page import TITLES

HERE = Path(__file__).parent
GALLERY_BYTES = 6_000_000
"""Of all pictures together, so that a page stays below 8 MB."""
ICON = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAABAAAAAQAgMAAABinRfyAAAACVBMVEUAAAAAcrL///+3tPpsAAAAA3RS"
    "TlMA//9EUNYhAAAANUlEQVR42mMQDQ0NYQgNDZsKJKJAxMpQhtCwpUAiKxRIZIKISBARBScy4cRSIBE2FUaAjAIAoMQXG1IbpXEAAA"
    "AASUVORK5CYII="
)


def results_page(studies: Sequence[Study], *, select: str, pictures: int, predictions: Path, prepared: Path) -> str:
    """`pictures`: how many a data set the galleries show at most."""
    galleries = read_galleries(
        studies, select=select, count=pictures, predictions=predictions, prepared=prepared, budget=GALLERY_BYTES
    )
    galleries = [gallery for gallery in galleries if gallery.pictures]
    shown = [gallery_section(gallery, anchor=f"pictures-{place}") for place, gallery in enumerate(galleries)]
    body = tag(
        "main",
        overview(studies, select=select, prepared=prepared),
        *(_study(study, select) for study in studies),
        _section("pictures", "Test pictures", *shown) if shown else None,
        _section("runs", "Runs", tag("p", "Settings, data, versions, hardware and results of every training."),
                 *map(run_info, studies)),
        _section("scores", "What the scores mean", meanings()),
        id="main",
    )  # fmt: skip
    links = {"overview": "Overview", **{study.name: _title(study) for study in studies}}
    links |= ({"pictures": "Pictures"} if shown else {}) | {"runs": "Runs", "scores": "Scores"}
    datasets = ", ".join(dict.fromkeys(arm.dataset for study in studies for arm in study.arms))
    return _document(f"hairline: results on {datasets}", join(_navigation(links), body, viewer() if shown else None))


def _study(study: Study, select: str) -> Html:
    looks = looks_of(study, select=select)
    about = f"Class {study.arms[0].target}; intervals {over_what(study)}. Colours and markers are those of the charts."
    sorting = tag("span", " A column's title sorts by it.", class_="needs-script")
    return _section(
        study.name, TITLES[study.name],
        tag("p", about, sorting), arms_table(study, looks, best=study.best(select).name),
        tag("div", *study_charts(study, looks, select=select), class_="charts"),
    )  # fmt: skip


def _section(anchor: str, title: str, *children: object) -> Html:
    return tag("section", tag("h2", title), *children, id=anchor)


def _title(study: Study) -> str:
    return TITLES[study.name].partition(":")[0]


def _navigation(links: dict[str, str]) -> Html:
    listed = [tag("li", tag("a", title, href=f"#{anchor}")) for anchor, title in links.items()]
    bar = tag("nav", tag("span", "hairline", class_="brand"), tag("ul", *listed), aria_label="Sections")
    return join(tag("a", "Skip to the results", href="#main", class_="skip"), tag("header", bar, class_="top"))


def _document(title: str, body: Html) -> str:
    style = (HERE / "page.css").read_text() + colour_rules() + _widths()
    script = (HERE / "page.js").read_text()
    policy = f"default-src 'none'; img-src data:; style-src '{_hash(style)}'; script-src '{_hash(script)}'"
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
    return f"<!doctype html>\n{tag('html', head, tag('body', body, tag('script', Html(script))), lang='en-GB')}\n"


def _widths() -> str:
    """Of the bars of the splits; a style attribute would be against the page's policy."""
    return "".join(f".w{share}{{flex-grow:{share}}}" for share in range(101))


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
