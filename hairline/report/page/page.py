"""The page put together."""

from collections.abc import Sequence
from pathlib import Path

from hairline.html.document import document, navigation
from hairline.html.markup import Html, join, tag
from hairline.report.page.arms import arms_table
from hairline.report.page.charts import study_charts
from hairline.report.page.gallery import gallery_section, viewer
from hairline.report.page.looks import colour_rules, looks_of
from hairline.report.page.meanings import meanings
from hairline.report.page.overview import over_what, overview
from hairline.report.page.pictures import read_galleries
from hairline.report.page.run_info import run_info
from hairline.report.page.siblings import siblings
from hairline.report.study.results import Study
from hairline.report.study.study_page import TITLES

HERE = Path(__file__).parent
GALLERY_BYTES = 6_000_000
"""Of all pictures together, so that a page stays below 8 MB."""


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
    return document(
        f"hairline: results on {datasets}",
        join(navigation(links, skip="Skip to the results"), body, viewer() if shown else None),
        style=(HERE / "page.css").read_text() + colour_rules(),
        script=(HERE / "page.js").read_text(),
    )


def _study(study: Study, select: str) -> Html:
    looks = looks_of(study, select=select)
    about = f"Class {study.arms[0].target}; intervals {over_what(study)}. Colours and markers are those of the charts."
    sorting = tag("span", " A column's title sorts by it.", class_="needs-script")
    return _section(
        study.name, TITLES[study.name],
        tag("p", about, sorting), _failed(study), arms_table(study, looks, best=study.best(select).name),
        siblings(study), tag("div", *study_charts(study, looks, select=select), class_="charts"),
    )  # fmt: skip


def _failed(study: Study) -> Html | None:
    if not study.failed:
        return None
    rows = [tag("li", tag("b", run), f": {reason}") for run, reason in study.failed.items()]
    return tag("div", tag("p", "Could not be made, and in no row below:"), tag("ul", *rows, class_="plain"))


def _section(anchor: str, title: str, *children: object) -> Html:
    return tag("section", tag("h2", title), *children, id=anchor)


def _title(study: Study) -> str:
    return TITLES[study.name].partition(":")[0]
