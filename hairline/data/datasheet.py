"""The sheet that a person reads before trusting a data set: how many, how they were divided, what is in it twice."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from hairline.config import SplitParams
from hairline.data.manifest import SPLITS, Sample
from hairline.data.pairs import enumerate_names

_LISTED = 100  # duplicates named in the sheet; the rest are counted
_BANDS = (0.0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0)  # upper ends of the crack shares shown


_ORIGIN = ("licence", "citation", "address", "archive", "sha256")


@dataclass(frozen=True)
class Findings:
    """What was noticed while a set was prepared."""

    exact: Sequence[Sequence[Sample]]
    """Pictures with equal pixels, two or more at a time."""
    near: Sequence[tuple[Sample, Sample]]
    own_lists: bool
    """The set's own splits/*.txt decided."""
    origin: Mapping[str, Any]
    """Licence, citation and address, as the source gives them."""

    def warnings(self, samples: Sequence[Sample]) -> list[str]:
        found = []
        cut = _cut_groups(samples)
        if cut:
            images = sum(sample.group in cut for sample in samples)
            found.append(
                f"the set's own lists put {len(cut)} groups ({images} images) on both sides of a split, so scores "
                "will flatter; set `split.lists: ours` for a split that does not leak"
            )
        for kind, sets in (("equal", self.exact), ("nearly equal", self.near)):
            across = sum(_across(members) for members in sets)
            if across:
                found.append(f"{kind} pictures on both sides of a split: {across} (named in the data sheet)")
        differing = [members[0].id for members in self.exact if len({sample.crack_share for sample in members}) > 1]
        if differing:
            found.append(f"equal pictures carry different masks: {enumerate_names(differing)}")
        mostly = [sample.id for sample in samples if (sample.crack_share or 0) > 0.5]
        if mostly:
            found.append(
                f"more than half of the mask is crack in {len(mostly)} images ({enumerate_names(mostly)}); "
                "perhaps black and white are exchanged"
            )
        return found


def _cut_groups(samples: Sequence[Sample]) -> set[str]:
    splits = defaultdict(set)
    for sample in samples:
        splits[sample.group].add(sample.split)
    return {group for group, where in splits.items() if len(where) > 1}


def _across(members: Sequence[Sample]) -> bool:
    return len({sample.split for sample in members}) > 1


def datasheet(
    name: str, samples: Sequence[Sample], findings: Findings, *, classes: Sequence[str], params: SplitParams
) -> str:
    """Markdown; equal input gives equal text."""
    groups = len({sample.group for sample in samples})
    none_brought = "; the set brings no lists of its own" if params.lists == "own" else ""
    anew = f"seed {params.seed}, whole groups, stratified by crack share{none_brought}"
    how = "the set's own lists" if findings.own_lists else anew
    lines = [
        f"# Data set {name}",
        "",
        f"{len(samples)} images in {groups} groups; classes {', '.join(classes)}. Divided by {how}.",
        "",
        *(f"- {key}: {findings.origin[key]}" for key in _ORIGIN if findings.origin.get(key)),
        *(f"- {note}" for note in findings.origin.get("notes", [])),
        "",
        *_section("Warnings", [f"- {text}" for text in findings.warnings(samples)]),
        *_section("Splits", _split_table(samples, findings, params)),
        *_section("Crack share of the images", _share_table(samples)),
        *_section("Folds", _fold_table(samples)),
        *_section("Sizes", _size_table(samples)),
        *_section("Equal pictures", [_named(members) for members in findings.exact[:_LISTED]], len(findings.exact)),
        *_section("Nearly equal pictures", [_named(pair) for pair in findings.near[:_LISTED]], len(findings.near)),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _section(title: str, body: Sequence[str], count: int = 0) -> list[str]:
    more = [f"- and {count - len(body)} more"] if count > len(body) else []
    return [f"## {title}", "", *(body or ["None."]), *more, ""]


def _named(members: Sequence[Sample]) -> str:
    where = " **(across splits)**" if _across(members) else ""
    return "- " + ", ".join(f"`{sample.id}` {sample.split}" for sample in members) + where


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    marks = ["---", *["---:"] * (len(head) - 1)]
    return [f"| {' | '.join(map(str, row))} |" for row in (head, marks, *rows)]


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"


def _split_table(samples: Sequence[Sample], findings: Findings, params: SplitParams) -> list[str]:
    asked = {"train": 1 - params.val - params.test, "val": params.val, "test": params.test}
    labelled = sum(sample.labelled for sample in samples)
    rows = []
    for split in SPLITS:
        members = [sample for sample in samples if sample.split == split]
        shares = [sample.crack_share for sample in members if sample.crack_share is not None]
        rows.append(
            [
                split,
                len(members),
                _percent(len(shares) / labelled),
                "-" if findings.own_lists else _percent(asked[split]),
                len({sample.group for sample in members}),
                len(members) - len(shares),
                sum(share == 0 for share in shares),
                _percent(sum(shares) / max(len(shares), 1)),
            ]
        )
    head = [
        "split",
        "images",
        "of the labelled",
        "asked for",
        "groups",
        "unlabelled",
        "without crack",
        "mean crack share",
    ]
    return _table(head, rows)


def _share_table(samples: Sequence[Sample]) -> list[str]:
    rows, lower = [], -1.0
    for upper in _BANDS:
        inside = Counter(
            sample.split for sample in samples if sample.labelled and lower < (sample.crack_share or 0) <= upper
        )
        label = "none" if upper == 0 else f"over {100 * lower:g} to {100 * upper:g} %"
        rows.append([label, *(inside[split] for split in SPLITS)])
        lower = upper
    return _table(["crack pixels", *SPLITS], rows)


def _fold_table(samples: Sequence[Sample]) -> list[str]:
    rows = []
    for fold in range(1, max(sample.fold for sample in samples) + 1):
        shares = [sample.crack_share or 0 for sample in samples if sample.fold == fold and sample.labelled]
        groups = len({sample.group for sample in samples if sample.fold == fold})
        rows.append([fold, len(shares), groups, _percent(sum(shares) / len(shares))])
    return _table(["fold", "images", "groups", "mean crack share"], rows)


def _size_table(samples: Sequence[Sample]) -> list[str]:
    sizes = Counter((sample.width, sample.height) for sample in samples)
    common = sorted(sizes.items(), key=lambda item: (-item[1], item[0]))
    rows = [[f"{width} x {height}", count] for (width, height), count in common[:10]]
    if len(common) > 10:
        rows.append([f"{len(common) - 10} more sizes", sum(count for _, count in common[10:])])
    pixels = [sample.width * sample.height for sample in samples]
    rows.append(["median megapixels", f"{median(pixels) / 1e6:.2f}"])
    return _table(["width x height", "images"], rows)
