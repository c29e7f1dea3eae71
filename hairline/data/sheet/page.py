"""The data set as one HTML file that needs nothing else: what is in it, what is odd, and some pictures to look at."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from hairline.config import SplitParams
from hairline.data.manifest import SPLITS, Sample
from hairline.data.pairs import enumerate_names
from hairline.data.sheet.findings import Findings, across
from hairline.data.sheet.histogram import width_chart
from hairline.data.sheet.pictures import OUTLINES, spread, thumbnail
from hairline.data.sheet.suspicions import suspicions
from hairline.data.sheet.tables import Table, all_widths, percent, tables
from hairline.html.document import document, navigation
from hairline.html.markup import Html, join, tag
from hairline.html.words import plural, thousands

SHOWN, SHOWN_SIDE = 24, 360
"""Pictures of the contact sheet, and their longer side in pixels."""
ODD, ODD_SIDE = 8, 220
"""Pictures of each kind of odd mask, and of copies; the others are named."""
NAMED = 100

STYLE = """
table.data { width: 100%; }
.data td, .data thead th + th { text-align: right; white-space: nowrap; }
.data tbody th { font-weight: 400; overflow-wrap: anywhere; min-width: 8rem; max-width: 20rem; }
.data thead th { font-weight: 600; color: var(--muted); font-size: 0.82rem; vertical-align: bottom; }
.widths { color: var(--accent); }
main > section > .scroll, main > section > .charts { margin: 0 0 1.75rem; }
main h3 { margin-top: 1.75rem; }
.card h3 { margin-top: 0; }
#pictures .key { margin: 0 0 1rem; }
.warnings { padding: 0.9rem 1.25rem 0.9rem 2.25rem; margin: 1.5rem 0 0; background: var(--soft); border-radius: 10px; }
.warnings li { overflow-wrap: anywhere; }
.warnings li + li { margin-top: 0.5rem; }
.small-shots { grid-template-columns: repeat(auto-fill, minmax(min(100%, 10rem), 1fr)); }
.outline { display: inline-block; width: 0.8rem; height: 0.8rem; margin-right: 0.4rem; border: 3px solid; }
details summary { padding: 0.5rem 0; cursor: pointer; color: var(--muted); }
.names { columns: 14rem; font-size: 0.85rem; padding-left: 1.1rem; overflow-wrap: anywhere; }
@media (max-width: 40rem) { .shots { grid-template-columns: 1fr 1fr; } }
@media print {
  main > section + section { margin-top: 1.5rem; padding-top: 1rem; }
  .shots { grid-template-columns: repeat(4, 1fr); }
  details:not([open]) { display: none; }
}
"""


def data_page(
    name: str,
    prepared: Path,
    samples: Sequence[Sample],
    findings: Findings,
    *,
    classes: Sequence[str],
    params: SplitParams,
) -> str:
    """Equal input gives equal text. `prepared`: where the pictures of the samples are."""
    by_id = {sample.id: sample for sample in samples}
    small = _Pictures(prepared, by_id, len(classes))
    odd = [
        _suspicion(kind.title, kind.about, kind.masks, small) for kind in suspicions(findings.measures, classes=classes)
    ]
    copies = _copies(findings, small)
    chart = width_chart(all_widths(findings.measures))
    shown = tables(samples, findings, classes=classes, params=params)
    shots = [small.figure(sample.id, _told(sample), longest=SHOWN_SIDE) for sample in spread(samples, count=SHOWN)]
    sections = {
        "overview": ("Overview", _overview(name, samples, findings, classes)),
        "pictures": ("Pictures", join(_legend(classes), tag("div", *shots, class_="shots"))),
        "numbers": ("Numbers", join(tag("div", chart, class_="charts") if chart else None, *map(_table, shown))),
        "masks": ("Masks to look at", join(*odd) if odd else tag("p", "None.")),
        "copies": ("Copies", copies),
    }
    body = [
        tag("section", tag("h2", title) if anchor != "overview" else None, content, id=anchor)
        for anchor, (title, content) in sections.items()
    ]
    links = {anchor: title for anchor, (title, _) in sections.items()}
    colours = "".join(f".o{place}{{border-color:{colour}}}" for place, colour in enumerate(OUTLINES))
    return document(
        f"hairline: data set {name}",
        join(navigation(links, skip="Skip to the data"), tag("main", *body, id="main")),
        style=STYLE + colours,
    )


class _Pictures:
    """The figures of the page; a picture that stands in several places is read for each."""

    def __init__(self, prepared: Path, samples: Mapping[str, Sample], classes: int) -> None:
        self.prepared, self.samples, self.classes = prepared, samples, classes

    def figure(self, id: str, words: str, *, longest: int) -> Html:
        small = thumbnail(self.prepared, self.samples[id], classes=self.classes, longest=longest)
        image = tag("img", src=small.url, width=small.width, height=small.height, alt=f"{id}, its mask outlined")
        return tag(
            "figure",
            tag("span", image, class_="frame"),
            tag("figcaption", tag("strong", id), words),
            class_="shot",
        )


def _overview(name: str, samples: Sequence[Sample], findings: Findings, classes: Sequence[str]) -> Html:
    groups = len({sample.group for sample in samples})
    listed = findings.warnings(samples)
    warnings = tag("ul", *(tag("li", *_code(text)) for text in listed), class_="warnings", aria_label="Warnings")
    counted = f"{plural(len(samples), 'image')} in {plural(groups, 'group')}"
    return join(
        tag("h1", name),
        tag("p", f"{counted}; {plural(len(classes), 'class', 'classes')}: {', '.join(classes)}.", class_="lede"),
        tag("div", _division(samples, findings), _origin(findings.origin), class_="cards"),
        warnings if listed else None,
    )


def _code(text: str) -> list[object]:
    """What stands between backticks is set as code."""
    return [tag("code", part) if place % 2 else part for place, part in enumerate(text.split("`"))]


def _division(samples: Sequence[Sample], findings: Findings) -> Html:
    counts = {split: sum(sample.split == split for sample in samples) for split in SPLITS}
    shares = {split: round(100 * count / len(samples)) for split, count in counts.items()}
    terms = [
        tag("div", tag("dt", tag("span", class_=f"dot {split}"), split), tag("dd", thousands(count)))
        for split, count in counts.items()
    ]
    how = "Divided by the set's own lists." if findings.own_lists else "Divided by whole groups."
    leaks = findings.leaks
    leaking = (
        f"{len(leaks.all)} of {plural(leaks.tested, 'test image')} leak from train or val, {len(leaks.by_group)} by "
        f"group and {len(leaks.by_copy)} as copy."
        if leaks.all
        else "No test image shares a group with train or val, and none is a copy of one there."
    )
    return tag(
        "article",
        tag("h3", "Division"),
        tag("dl", *terms, class_="counts"),
        tag("div", *(tag("span", class_=f"part {split} w{share}") for split, share in shares.items()), class_="parts"),
        tag("p", f"{how} {leaking}"),
        class_="card",
    )


def _origin(origin: Mapping[str, object]) -> Html | None:
    told = [(key, origin[key]) for key in ("licence", "citation", "address") if origin.get(key)]
    if not told:
        return None
    lines = [tag("p", tag("b", key), " ", value) for key, value in told]
    return tag("article", tag("h3", "Origin"), *lines, class_="card")


def _legend(classes: Sequence[str]) -> Html:
    entries = [
        tag("li", tag("span", class_=f"outline o{place % len(OUTLINES)}"), name)
        for place, name in enumerate(classes[1:])
    ]
    about = "Spread evenly from the least crack to the most. Masks are outlined."
    return join(tag("p", about, class_="about"), tag("ul", *entries, class_="key"))


def _told(sample: Sample) -> str:
    share = "unlabelled" if sample.crack_share is None else f"{percent(sample.crack_share)} crack"
    return f"{sample.split}, {sample.width} × {sample.height} px, {share}"


def _table(table: Table) -> Html:
    title = tag("h3", table.title)
    if not table.rows:
        return join(title, tag("p", "None."))
    head = tag("tr", *(tag("th", cell, scope="col") for cell in table.head))
    rows = [tag("tr", tag("th", row[0], scope="row"), *(tag("td", cell) for cell in row[1:])) for row in table.rows]
    inside = tag("table", tag("thead", head), tag("tbody", *rows), class_="data")
    return join(title, tag("div", inside, class_="scroll", tabindex=0, role="region", aria_label=table.title))


def _suspicion(title: str, about: str, masks: Sequence[tuple[str, str]], small: _Pictures) -> Html:
    shots = [small.figure(id, words, longest=ODD_SIDE) for id, words in masks[:ODD]]
    return join(
        tag("h3", f"{title}: {thousands(len(masks))}"),
        tag("p", about, class_="about"),
        tag("div", *shots, class_="shots small-shots"),
        _others([f"{id}: {words}" for id, words in masks[ODD:]]),
    )


def _copies(findings: Findings, small: _Pictures) -> Html:
    found = [
        *(("Equal", members) for members in findings.exact),
        *(("Nearly equal", members) for members in findings.near),
    ]  # fmt: skip
    if not found:
        return tag("p", "None.")
    found.sort(key=lambda each: not across(each[1]))  # those that leak first
    shots = [
        small.figure(sample.id, f"{kind.lower()}, {sample.split}", longest=ODD_SIDE)
        for kind, members in found[: ODD // 2]
        for sample in members[:2]
    ]
    rest = [
        f"{kind.lower()}: {enumerate_names([f'{sample.id} ({sample.split})' for sample in members])}"
        for kind, members in found
    ]
    about = (
        f"{plural(len(findings.exact), 'set')} of equal pictures and {plural(len(findings.near), 'set')} of nearly "
        "equal ones; copies share a group, so only the set's own lists can put them on both sides of a split."
    )
    return join(
        tag("p", about, class_="about"), tag("div", *shots, class_="shots small-shots"), _others(rest, word="All")
    )


def _others(names: Sequence[str], *, word: str = "The others") -> Html | None:
    if not names:
        return None
    more = [tag("li", f"and {thousands(len(names) - NAMED)} more")] if len(names) > NAMED else []
    listed = tag("ul", *(tag("li", name) for name in names[:NAMED]), *more, class_="names")
    return tag("details", tag("summary", f"{word}, by name"), listed)
