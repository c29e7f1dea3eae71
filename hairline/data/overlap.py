"""The same picture in two data sets, which makes a test across them worth less than it seems."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from hairline.data.duplicates import Details, near_pairs, thumbnail_of
from hairline.data.images import read_image
from hairline.data.looks import Looks, read_looks
from hairline.data.manifest import SPLITS, Sample, read_manifest
from hairline.data.pairs import enumerate_names
from hairline.errors import InputError

_LISTED = 200  # pairs named for two data sets; the rest are counted


@dataclass(frozen=True)
class Copies:
    """Pairs of a sample of the one set and one of the other, in the order of their ids."""

    exact: Sequence[tuple[Sample, Sample]]
    near: Sequence[tuple[Sample, Sample]]

    @property
    def all(self) -> list[tuple[Sample, Sample]]:
        return [*self.exact, *self.near]


def copies_between(one: Path, other: Path, *, bits: int) -> Copies:
    """`one` and `other`: prepared data sets. Pictures too plain to be told from others are left out.

    `bits`: how much two hashes may differ for their pictures to be read and compared.
    """
    ours, theirs = read_looks(one), read_looks(other)
    our_samples, their_samples = _samples_of(one, ours), _samples_of(other, theirs)
    places = defaultdict(list)
    for position, digest in enumerate(theirs.digests):
        places[digest].append(position)
    exact = {(i, j) for i, digest in enumerate(ours.digests) for j in places[digest]}
    near = near_pairs(
        ours.hashes,
        theirs.hashes,
        Details(len(our_samples), lambda row: thumbnail_of(read_image(one / our_samples[row].image))),
        Details(len(their_samples), lambda row: thumbnail_of(read_image(other / their_samples[row].image))),
        bits=bits,
    )
    return Copies(
        exact=[(our_samples[i], their_samples[j]) for i, j in sorted(exact)],
        near=[(our_samples[i], their_samples[j]) for i, j in near if (i, j) not in exact],
    )


def _samples_of(folder: Path, looks: Looks) -> list[Sample]:
    samples = {sample.id: sample for sample in read_manifest(folder)}
    strange = [id for id in looks.ids if id not in samples]
    if strange:
        raise InputError(f"{folder}: looks.csv and manifest.csv differ ({strange[0]!r}); run the split stage again")
    return [samples[id] for id in looks.ids]


def compare_all(folders: Mapping[str, Path], *, bits: int) -> dict[tuple[str, str], Copies]:
    """Every two of the data sets, in the order of their names."""
    return {
        pair: copies_between(folders[pair[0]], folders[pair[1]], bits=bits) for pair in combinations(sorted(folders), 2)
    }


def overlap_warnings(found: Mapping[tuple[str, str], Copies]) -> list[str]:
    """A test picture of one set that networks trained on the other have learned from."""
    warnings = []
    for (one, other), copies in found.items():
        for tested, learned, pairs in (
            (one, other, copies.all),
            (other, one, [(theirs, ours) for ours, theirs in copies.all]),
        ):
            known = sorted(
                {a.id for a, b in pairs if a.labelled and b.labelled and a.split == "test" and b.split != "test"}
            )
            if known:
                count = f"{len(known)} test picture{'s' * (len(known) > 1)} of {tested}"
                lie = "lies" if len(known) == 1 else "lie"
                warnings.append(
                    f"{count} {lie} in train or val of {learned} ({enumerate_names(known)}), so a network trained on "
                    f"{learned} and tested on {tested} is flattered"
                )
    return warnings


def overlap_report(names: Sequence[str], found: Mapping[tuple[str, str], Copies], *, bits: int) -> str:
    """Markdown; equal input gives equal text."""
    listed = ", ".join(f"`{name}`" for name in sorted(names))
    lines = [
        "# The same pictures in several data sets",
        "",
        f"Compared: {listed}. Equal pictures have the same pixels. Nearly equal ones were re-encoded, resized, "
        f"brightened, mirrored or turned: their hashes differ in at most {bits} of 64 bits, and the detail of the "
        "pictures themselves agrees. Crops of a larger picture are not found, nor are pictures of a single tone looked "
        "at.",
        "",
        "## Warnings",
        "",
        *([f"- {warning}" for warning in overlap_warnings(found)] or ["None."]),
        "",
    ]
    if not found:
        lines += ["A single data set is in use, so there is nothing to compare.", ""]
    for (one, other), copies in found.items():
        lines += [f"## {one} and {other}", "", *_pair_lines(one, other, copies), ""]
    return "\n".join(lines).rstrip() + "\n"


def _pair_lines(one: str, other: str, copies: Copies) -> list[str]:
    if not copies.all:
        return ["None."]
    exact, near = (
        Counter((ours.split, theirs.split) for ours, theirs in pairs) for pairs in (copies.exact, copies.near)
    )
    rows = [
        [f"{one}, {ours}", *(f"{exact[ours, theirs]} + {near[ours, theirs]}" for theirs in SPLITS)] for ours in SPLITS
    ]
    head = ["equal + nearly equal", *(f"{other}, {split}" for split in SPLITS)]
    table = [f"| {' | '.join(row)} |" for row in (head, ["---", *["---:"] * len(SPLITS)], *rows)]
    named = [
        f"- `{ours.id}` {ours.split}, `{theirs.id}` {theirs.split}: {kind}"
        for kind, pairs in (("equal", copies.exact), ("nearly equal", copies.near))
        for ours, theirs in pairs
    ]
    more = [f"- and {len(named) - _LISTED} more"] if len(named) > _LISTED else []
    return [*table, "", *named[:_LISTED], *more]
