"""From a raw folder to a prepared data set: upright RGB images, class-id masks, manifest, and a sheet for people."""

import hashlib
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hairline.config import SplitParams
from hairline.data.datasheet import Findings, datasheet
from hairline.data.duplicates import Look, exact_copies, look_at, near_copies
from hairline.data.groups import join_groups, name_groups
from hairline.data.images import PictureError, encode_png, read_picture, to_rgb
from hairline.data.manifest import MANIFEST_FILE, SPLITS, Sample, write_classes, write_manifest
from hairline.data.masks import RawClasses, foreground_share, read_raw_classes, read_values
from hairline.data.own_lists import read_own_lists
from hairline.data.pairs import Faults, Pair, find_pairs, size_fault
from hairline.data.parallel import parallel_map
from hairline.data.sources import SOURCE_FILE
from hairline.data.split import divide
from hairline.errors import InputError
from hairline.io import link_or_copy, read_json, replaced_folder, write_bytes, write_json, write_text


def prepare(raw: Path, out: Path, params: SplitParams, *, report: Path) -> None:
    """Write `out` (images/, masks/, classes.json, manifest.csv, source.json) and the Markdown file `report`.

    Copies of a picture always join one group, and no group is cut, unless the set's own lists do so; then a warning
    says how many.
    """
    classes, faults = read_raw_classes(raw), Faults()
    pairs = find_pairs(raw, unlabelled=True, faults=faults)
    faults.raise_if_any(raw)
    with replaced_folder(out) as folder:
        (folder / "images").mkdir()
        (folder / "masks").mkdir()
        task = partial(_write_pair, out=folder, classes=classes)
        results = list(parallel_map(task, pairs, label=f"prepare {out.name}"))
        for result in results:
            if isinstance(result, PictureError):
                faults.take(result)
        faults.raise_if_any(raw)

        looks = [result.look for result in results]
        same, near = exact_copies(looks), near_copies(looks, bits=params.near_duplicate_bits)
        groups = join_groups(name_groups([pair.stem for pair in pairs], params.group), [*same, *near])
        splits, own = _choose_splits(raw, results, groups, params)
        folds = _choose_folds(results, groups, params)
        samples = [
            Sample(
                id=result.stem,
                image=result.image,
                mask=result.mask,
                split=split,
                group=group,
                fold=fold,
                labelled=result.crack_share is not None,
                width=result.width,
                height=result.height,
                crack_share=result.crack_share,
                sha256=result.sha256,
            )
            for result, split, group, fold in zip(results, splits, groups, folds, strict=True)
        ]
        write_manifest(folder / MANIFEST_FILE, samples)
        write_classes(folder, classes.names)
        origin = read_json(raw / SOURCE_FILE) if (raw / SOURCE_FILE).exists() else {}
        write_json(folder / SOURCE_FILE, origin)
    findings = Findings(
        exact=[[samples[position] for position in positions] for positions in same],
        near=[(samples[one], samples[other]) for one, other in near],
        own_lists=own,
        origin=origin,
    )
    for warning in findings.warnings(samples):
        print(f"warning: {out.name}: {warning}", file=sys.stderr, flush=True)
    write_text(report, datasheet(out.name, samples, findings, classes=classes.names, params=params))


@dataclass(frozen=True)
class _Written:
    stem: str
    image: str
    mask: str
    width: int
    height: int
    crack_share: float | None
    sha256: str
    look: Look


def _write_pair(pair: Pair, *, out: Path, classes: RawClasses) -> _Written | PictureError:
    """Files that are fine as they are keep their bytes: a JPEG decoded and stored anew would be 7 times the size."""
    try:
        picture = read_picture(pair.image)
        pixels = to_rgb(picture, name=f"images/{pair.image.name}")
        image = f"images/{pair.stem}{pair.image.suffix.lower() if picture.plain else '.png'}"
        if picture.plain:
            link_or_copy(pair.image, out / image)
            content = pair.image.read_bytes()
        else:
            content = encode_png(pixels)
            write_bytes(out / image, content)
        digest = hashlib.sha256(content)

        mask, crack_share = "", None
        if pair.mask is not None:
            values = read_values(pair.mask, known=classes.values)
            fault = size_fault(pair, image=pixels.shape, mask=values.shape, turned=picture.turned)
            if fault:
                return fault
            ids = classes.ids(values, name=f"masks/{pair.mask.name}")
            mask, crack_share = f"masks/{pair.stem}.png", foreground_share(ids, names=classes.names)
            content = encode_png(ids)
            write_bytes(out / mask, content)
            digest.update(content)
    except PictureError as error:
        return error
    return _Written(
        stem=pair.stem,
        image=image,
        mask=mask,
        width=pixels.shape[1],
        height=pixels.shape[0],
        crack_share=crack_share,
        sha256=digest.hexdigest(),
        look=look_at(pixels),
    )


def _choose_splits(
    raw: Path, results: Sequence[_Written], groups: Sequence[str], params: SplitParams
) -> tuple[list[str], bool]:
    """A split for every picture, and whether the set's own lists decided."""
    unlabelled = {result.stem for result in results if result.crack_share is None}
    stems = [result.stem for result in results]
    own = read_own_lists(raw, stems, unlabelled=unlabelled) if params.lists == "own" else None
    if own is None:
        chosen = _divide(results, groups, range(len(results)), {"val": params.val, "test": params.test}, params)
        splits = [chosen.get(group, "train") for group in groups]
    else:
        splits = [own.get(stem, "train") for stem in stems]
        if "val" not in own.values():
            train = [position for position, split in enumerate(splits) if split == "train"]
            wanted = params.val * (len(stems) - len(unlabelled))
            labelled = sum(stems[position] not in unlabelled for position in train)
            chosen = _divide(results, groups, train, {"val": wanted / max(labelled, 1)}, params)
            for position in train:
                splits[position] = chosen.get(groups[position], "train")
    for split in SPLITS:
        if not any(s == split and stem not in unlabelled for s, stem in zip(splits, stems, strict=True)):
            raise InputError(f"{raw}: no labelled picture for {split}; raise `split.{split}`, or mend splits/*.txt")
    return splits, own is not None


def _divide(
    results: Sequence[_Written],
    groups: Sequence[str],
    positions: Sequence[int],
    shares: dict[str, float],
    params: SplitParams,
) -> dict[str, str]:
    """Group -> split for the groups with a labelled picture; the others go to train."""
    for split, share in shares.items():
        if share <= 0:
            raise InputError(f"params.yaml: split.{split} is {share:g}; every split needs pictures, so set it above 0")
    rest = 1 - sum(shares.values())
    if rest <= 0:
        raise InputError(
            f"params.yaml: split.val {params.val:g} and split.test {params.test:g} leave no picture to train on; "
            "lower them"
        )
    labelled = [position for position in positions if results[position].crack_share is not None]
    return divide(
        [groups[position] for position in labelled],
        [results[position].crack_share or 0.0 for position in labelled],
        {"train": rest, **shares},
        seed=params.seed,
    )


def _choose_folds(results: Sequence[_Written], groups: Sequence[str], params: SplitParams) -> list[int]:
    members = defaultdict(list)
    for result, group in zip(results, groups, strict=True):
        if result.crack_share is not None:
            members[group].append(result.crack_share)
    if len(members) < params.folds:
        raise InputError(
            f"params.yaml: split.folds is {params.folds}, but there are only {len(members)} groups of labelled "
            "pictures and none is ever cut; lower it, or make `split.group` finer"
        )
    chosen = divide(
        [group for group, shares in members.items() for _ in shares],
        [share for shares in members.values() for share in shares],
        {str(fold): 1 / params.folds for fold in range(1, params.folds + 1)},
        seed=params.seed + 1,  # not the draw that made the split
    )
    return [int(chosen.get(group, "0")) for group in groups]
