"""The sheet that a person reads before trusting a data set: how many, how they were divided, what is in it twice."""

from collections.abc import Sequence

from hairline.config import SplitParams
from hairline.data.manifest import Sample
from hairline.data.pairs import enumerate_names
from hairline.data.sheet.findings import Findings, across
from hairline.data.sheet.suspicions import suspicions
from hairline.data.sheet.tables import Table, tables

_LISTED = 100  # duplicates named in the sheet; the rest are counted
_ORIGIN = ("licence", "citation", "address", "archive", "sha256")


def datasheet(
    name: str, samples: Sequence[Sample], findings: Findings, *, classes: Sequence[str], params: SplitParams
) -> str:
    """Markdown; equal input gives equal text."""
    odd = suspicions(findings.measures, classes=classes)
    lines = [
        f"# Data set {name}",
        "",
        f"{in_short(samples, findings, classes=classes, params=params)}",
        "",
        *(f"- {key}: {findings.origin[key]}" for key in _ORIGIN if findings.origin.get(key)),
        *(f"- {note}" for note in findings.origin.get("notes", [])),
        "",
        *_section("Warnings", [f"- {text}" for text in findings.warnings(samples)]),
        *(
            line
            for table in tables(samples, findings, classes=classes, params=params)
            for line in _section(table.title, _table(table) if table.rows else [])
        ),
        *_section(
            "Masks to look at",
            [
                f"- {kind.title.lower()}: {len(kind.masks)} ({enumerate_names([f'`{id}`' for id, _ in kind.masks])})"
                for kind in odd
            ],
        ),
        *_section("Equal pictures", [_named(each) for each in findings.exact[:_LISTED]], len(findings.exact)),
        *_section("Nearly equal pictures", [_named(each) for each in findings.near[:_LISTED]], len(findings.near)),
    ]
    return "\n".join(lines).rstrip() + "\n"


def in_short(samples: Sequence[Sample], findings: Findings, *, classes: Sequence[str], params: SplitParams) -> str:
    groups = len({sample.group for sample in samples})
    none_brought = "; the set brings no lists of its own" if params.lists == "own" else ""
    anew = f"seed {params.seed}, whole groups, stratified by crack share{none_brought}"
    how = "the set's own lists" if findings.own_lists else anew
    tile = params.tile
    tiles = f" Pictures of more than {tile.side} px are cut into tiles, {tile.overlap} px over." if tile.side else ""
    return f"{len(samples)} images in {groups} groups; classes {', '.join(classes)}. Divided by {how}.{tiles}"


def _section(title: str, body: Sequence[str], count: int = 0) -> list[str]:
    more = [f"- and {count - len(body)} more"] if count > len(body) else []
    return [f"## {title}", "", *(body or ["None."]), *more, ""]


def _named(members: Sequence[Sample]) -> str:
    where = " **(across splits)**" if across(members) else ""
    return f"- {enumerate_names([f'`{sample.id}` {sample.split}' for sample in members])}{where}"


def _table(table: Table) -> list[str]:
    marks = ["---", *["---:"] * (len(table.head) - 1)]
    return [f"| {' | '.join(map(_cell, row))} |" for row in (table.head, marks, *table.rows)]


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|")
