"""The tables of a data set, for the Markdown sheet and for the page alike: a head and rows of text and numbers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from hairline.config import SplitParams
from hairline.data.manifest import SPLITS, Sample
from hairline.data.preparing.measures import WIDEST, Measures
from hairline.data.sheet.findings import Findings

_BANDS = (0.0, 0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0)  # upper ends of the crack shares shown


@dataclass(frozen=True)
class Table:
    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Any]]


def tables(
    samples: Sequence[Sample], findings: Findings, *, classes: Sequence[str], params: SplitParams
) -> list[Table]:
    return [
        _splits(samples, findings, params),
        _classes(samples, findings.measures, classes),
        _shares(samples),
        _widths(findings.measures),
        _folds(samples),
        _sizes(samples),
    ]


def percent(share: float) -> str:
    return f"{100 * share:.2f} %"


def all_widths(measures: Mapping[str, Measures]) -> np.ndarray:
    """int64 [WIDEST + 1]: pixels of the centre lines of all masks by the crack's width there."""
    return sum((each.widths for each in measures.values()), np.zeros(WIDEST + 1, np.int64))


def quantile(counts: np.ndarray, share: float) -> int:
    """The least value that `share` of those counted do not exceed."""
    return int(np.searchsorted(counts.cumsum(), share * counts.sum()))


def _splits(samples: Sequence[Sample], findings: Findings, params: SplitParams) -> Table:
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
                percent(len(shares) / labelled),
                "-" if findings.own_lists else percent(asked[split]),
                len({sample.group for sample in members}),
                len(members) - len(shares),
                sum(share == 0 for share in shares),
                percent(sum(shares) / max(len(shares), 1)),
            ]
        )
    head = (
        "split", "images", "of the labelled", "asked for", "groups", "unlabelled", "without crack", "mean crack share",
    )  # fmt: skip
    return Table("Splits", head, rows)


def _classes(samples: Sequence[Sample], measures: Mapping[str, Measures], names: Sequence[str]) -> Table:
    """Shares of the pixels that are not ignored, and how many images hold the class at all."""
    pixels = {split: np.zeros(len(names), np.int64) for split in SPLITS}
    images = {split: np.zeros(len(names), np.int64) for split in SPLITS}
    for sample in samples:
        if sample.labelled:
            pixels[sample.split] += measures[sample.id].pixels
            images[sample.split] += measures[sample.id].pixels > 0
    rows = []
    for number, name in enumerate(names):
        shares = [_share_of(pixels[split], number) for split in SPLITS]
        rows.append([name, *shares, *(int(images[split][number]) for split in SPLITS)])
    head = ("class", *(f"pixels of {split}" for split in SPLITS), *(f"images of {split}" for split in SPLITS))
    return Table("Classes", head, rows)


def _share_of(pixels: np.ndarray, number: int) -> str:
    if not pixels[number]:
        return "none"
    return percent(pixels[number] / pixels.sum()) if pixels[number] / pixels.sum() >= 0.0001 else "under 0.01 %"


def _shares(samples: Sequence[Sample]) -> Table:
    rows, lower = [], -1.0
    for upper in _BANDS:
        inside = Counter(
            sample.split for sample in samples if sample.labelled and lower < (sample.crack_share or 0) <= upper
        )
        label = "none" if upper == 0 else f"over {100 * lower:g} to {100 * upper:g} %"
        rows.append([label, *(inside[split] for split in SPLITS)])
        lower = upper
    return Table("Crack share of the images", ["crack pixels", *SPLITS], rows)


def _widths(measures: Mapping[str, Measures]) -> Table:
    counts = all_widths(measures)
    rows = []
    if counts.any():
        ends = [quantile(counts, share) for share in (0.05, 0.5, 0.95)]
        rows = [["width, px", *ends, int(np.flatnonzero(counts)[-1])]]
    return Table("Crack widths along the centre lines", ("", "5 %", "median", "95 %", "widest"), rows)


def _folds(samples: Sequence[Sample]) -> Table:
    rows = []
    for fold in range(1, max(sample.fold for sample in samples) + 1):
        shares = [sample.crack_share or 0 for sample in samples if sample.fold == fold and sample.labelled]
        groups = len({sample.group for sample in samples if sample.fold == fold})
        rows.append([fold, len(shares), groups, percent(sum(shares) / len(shares))])
    return Table("Folds", ["fold", "images", "groups", "mean crack share"], rows)


def _sizes(samples: Sequence[Sample]) -> Table:
    sizes = Counter((sample.width, sample.height) for sample in samples)
    common = sorted(sizes.items(), key=lambda item: (-item[1], item[0]))
    rows = [[f"{width} x {height}", count] for (width, height), count in common[:10]]
    if len(common) > 10:
        rows.append([f"{len(common) - 10} more sizes", sum(count for _, count in common[10:])])
    pixels = [sample.width * sample.height for sample in samples]
    rows.append(["median megapixels", f"{median(pixels) / 1e6:.2f}"])
    return Table("Sizes", ["width x height", "images"], rows)
