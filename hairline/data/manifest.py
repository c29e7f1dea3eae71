"""What a prepared data set lists: its samples, `manifest.csv`, and its classes, `classes.json`; and who trains when."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path, PurePosixPath

from hairline.errors import InputError
from hairline.io import read_csv, read_json, write_csv, write_json

SPLITS = ("train", "val", "test")
MANIFEST_FILE = "manifest.csv"
CLASSES_FILE = "classes.json"


@dataclass(frozen=True)
class Sample:
    """One image with its mask and its origin; paths are relative to the data set's folder."""

    id: str
    """The file name without its ending."""
    image: str
    mask: str
    """Empty: unlabelled."""
    split: str
    group: str
    """The source photograph or road section; on both sides of a split only where the set's own lists put it there."""
    fold: int
    """1 .. k: tested in that fold; 0: in none, because nothing in its group is labelled."""
    labelled: bool
    width: int
    height: int
    crack_share: float | None
    """Crack pixels among those that are not ignored; None: unlabelled."""
    sha256: str
    """Of the image file followed by the mask file, as in `cat image mask | sha256sum`."""


_COLUMNS = [field.name for field in fields(Sample)]


def write_manifest(path: Path, samples: Sequence[Sample]) -> None:
    """Sorted by id, so that equal samples give equal bytes."""
    rows = [{name: getattr(sample, name) for name in _COLUMNS} for sample in sorted(samples, key=lambda s: s.id)]
    for row in rows:
        row["labelled"] = "true" if row["labelled"] else "false"
    write_csv(path, rows, columns=_COLUMNS)


def read_manifest(path: Path) -> list[Sample]:
    """From the file, or from the data set's folder."""
    path = path / MANIFEST_FILE if path.is_dir() else path
    rows = read_csv(path)
    if not rows:
        raise InputError(f"{path}: no samples; run the split stage again")
    missing = [name for name in _COLUMNS if name not in rows[0]]
    if missing:
        raise InputError(f"{path}: no column {missing[0]!r}; expected {','.join(_COLUMNS)}: run the split stage again")
    samples = []
    for line, row in enumerate(rows, start=2):
        try:
            samples.append(_sample(row))
        except ValueError as fault:
            raise InputError(f"{path}, line {line}: {fault}; run the split stage again") from None
    (id, count), *_ = Counter(sample.id for sample in samples).most_common(1)
    if count > 1:
        raise InputError(f"{path}: {id!r} is listed {count} times; run the split stage again")
    return samples


def _sample(row: dict[str, str]) -> Sample:
    if None in row or None in row.values():
        raise ValueError(f"expected {len(_COLUMNS)} cells")
    if row["split"] not in SPLITS:
        raise ValueError(f"split is {row['split']!r}, expected {', '.join(SPLITS)}")
    if row["labelled"] not in ("true", "false"):
        raise ValueError(f"labelled is {row['labelled']!r}, expected true or false")
    labelled = row["labelled"] == "true"
    if labelled != bool(row["mask"]) or labelled != bool(row["crack_share"]):
        raise ValueError(f"labelled is {row['labelled']}, but mask is {row['mask']!r} and share {row['crack_share']!r}")
    for name in ("id", "image", "sha256", "group"):
        if not row[name]:
            raise ValueError(f"{name} is empty")
    for name in ("image", "mask"):
        if PurePosixPath(row[name]).is_absolute() or ".." in PurePosixPath(row[name]).parts:
            raise ValueError(f"{name} is {row[name]!r}, expected a path inside the data set's folder")
    share = _number(row, "crack_share", float, largest=1) if labelled else None
    return Sample(
        id=row["id"],
        image=row["image"],
        mask=row["mask"],
        split=row["split"],
        group=row["group"],
        fold=_number(row, "fold", int),
        labelled=labelled,
        width=_number(row, "width", int, smallest=1),
        height=_number(row, "height", int, smallest=1),
        crack_share=share,
        sha256=row["sha256"],
    )


def _number(
    row: dict[str, str], name: str, kind: type, *, smallest: float = 0, largest: float = float("inf")
) -> int | float:
    try:
        value = kind(row[name])
    except ValueError:
        raise ValueError(f"{name} is {row[name]!r}, expected a number") from None
    if not smallest <= value <= largest:
        raise ValueError(f"{name} is {row[name]}, expected at least {smallest:g} and at most {largest:g}")
    return value


def choose_split(samples: Sequence[Sample], fold: int) -> dict[str, list[Sample]]:
    """The labelled samples to train, validate and test on.

    Fold 0 is the `split` column. Fold f of k tests on the samples of fold f, validates on those of the next one
    (after the last comes the first) and trains on all others.
    """
    folds = max((sample.fold for sample in samples), default=0)
    if not 0 <= fold <= folds:
        raise InputError(
            f"fold {fold} is not in the manifest, which has 1 to {folds} (and 0, its own split); "
            "choose one of these, or set `split.folds` and run the split stage again"
        )
    roles = {fold: "test", fold % folds + 1: "val"} if fold else {}
    chosen: dict[str, list[Sample]] = {split: [] for split in SPLITS}
    for sample in samples:
        if sample.labelled:
            chosen[roles.get(sample.fold, "train") if fold else sample.split].append(sample)
    for split, members in chosen.items():
        if not members:
            raise InputError(
                f"fold {fold} leaves no labelled sample for {split}; "
                + ("cross-validation needs `split.folds` of 3 or more" if fold else "run the split stage again")
            )
    return chosen


def write_classes(folder: Path, names: Sequence[str]) -> None:
    write_json(folder / CLASSES_FILE, {"classes": list(names)})


def read_classes(folder: Path) -> list[str]:
    """Class names of a prepared data set in id order, background first."""
    path = folder / CLASSES_FILE
    content = read_json(path)
    names = content.get("classes") if isinstance(content, dict) else None
    if not isinstance(names, list) or len(names) < 2 or not all(isinstance(name, str) for name in names):
        raise InputError(f"{path}: expected a list of class names, background first; run the split stage again")
    return names
