"""From a raw folder to a prepared data set: upright RGB images, class-id masks, manifest, looks, sheets for people."""

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from hairline.config import SplitParams
from hairline.data.duplicates import Look, exact_copies, look_at, near_copies
from hairline.data.images import Picture, PictureError, encode_png, read_picture, to_rgb
from hairline.data.looks import Trace, trace_of, write_looks
from hairline.data.manifest import MANIFEST_FILE, Sample, write_classes, write_manifest
from hairline.data.masks import RawClasses, foreground_share, read_raw_classes, read_values
from hairline.data.pairs import Faults, Pair, find_pairs, size_fault
from hairline.data.parallel import parallel_map
from hairline.data.preparing.division import choose_folds, choose_splits
from hairline.data.preparing.groups import join_groups, name_groups
from hairline.data.preparing.leaks import find_leaks
from hairline.data.preparing.measures import Measures, measure
from hairline.data.preparing.tiles import Tile, cut
from hairline.data.sheet.findings import Findings
from hairline.data.sheet.markdown import datasheet
from hairline.data.sheet.page import data_page
from hairline.data.sources import SOURCE_FILE
from hairline.errors import InputError
from hairline.io import link_or_copy, read_json, replaced_folder, write_bytes, write_json, write_text


def prepare(raw: Path, out: Path, params: SplitParams, *, report: Path, page: Path) -> None:
    """Write `out` (images/, masks/, classes.json, manifest.csv, looks.csv, source.json), the Markdown file `report` and
    the HTML file `page`.

    Copies of a picture always join one group, and no group is cut, unless the set's own lists do so; then a warning
    says how many.
    """
    drawn = read_raw_classes(raw)
    classes = drawn.keep(params.keep) if params.keep else drawn
    with replaced_folder(out) as folder:
        photographs = _write_pictures(raw, folder, classes, params, label=f"prepare {out.name}")
        written = [tile for photograph in photographs for tile in photograph.tiles]
        looks = [photograph.look for photograph in photographs]
        same, near = exact_copies(looks), near_copies(looks, bits=params.near_duplicate_bits)
        stems = [photograph.stem for photograph in photographs]
        named, copied = name_groups(stems, params.group), join_groups(stems, [*same, *near])
        groups = _of_tiles(join_groups(named, [*same, *near]), photographs)
        splits, own = choose_splits(raw, written, groups, params)
        folds = choose_folds(written, groups, params)
        samples = [
            tile.sample(split=split, group=group, fold=fold)
            for tile, split, group, fold in zip(written, splits, groups, folds, strict=True)
        ]
        write_manifest(folder / MANIFEST_FILE, samples)
        write_looks(folder, {tile.id: tile.trace for tile in written})
        write_classes(folder, classes.names)
        origin = read_json(raw / SOURCE_FILE) if (raw / SOURCE_FILE).exists() else {}
        origin |= _left_out(origin, drawn, classes)
        write_json(folder / SOURCE_FILE, origin)

        first = dict(zip(reversed(_of_tiles(stems, photographs)), reversed(samples), strict=True))
        findings = Findings(
            exact=[[first[stems[position]] for position in positions] for positions in same],
            near=[[first[stems[position]] for position in positions] for positions in near],
            own_lists=own,
            leaks=find_leaks(samples, named=_of_tiles(named, photographs), copied=_of_tiles(copied, photographs)),
            lost=[photograph.stem for photograph in photographs if photograph.lost],
            measures={tile.id: tile.measures for tile in written if tile.measures is not None},
            origin=origin,
        )
        html = data_page(out.name, folder, samples, findings, classes=classes.names, params=params)
    for warning in findings.warnings(samples):
        print(f"warning: {out.name}: {warning}", file=sys.stderr, flush=True)
    write_text(report, datasheet(out.name, samples, findings, classes=classes.names, params=params))
    write_text(page, html)


def _left_out(origin: dict[str, Any], before: RawClasses, after: RawClasses) -> dict[str, list[str]]:
    """The notes of the source, and which of its classes are background here."""
    names = [name for name in before.names if name not in after.names]
    return {"notes": [*origin.get("notes", []), f"drawn, but background here: {', '.join(names)}"]} if names else {}


@dataclass(frozen=True)
class Written:
    """A sample that is not divided yet."""

    id: str
    stem: str
    """Of its photograph."""
    image: str
    mask: str
    width: int
    height: int
    crack_share: float | None
    sha256: str
    trace: Trace
    measures: Measures | None

    def sample(self, *, split: str, group: str, fold: int) -> Sample:
        return Sample(
            id=self.id,
            image=self.image,
            mask=self.mask,
            split=split,
            group=group,
            fold=fold,
            labelled=self.crack_share is not None,
            width=self.width,
            height=self.height,
            crack_share=self.crack_share,
            sha256=self.sha256,
        )


@dataclass(frozen=True)
class _Photograph:
    stem: str
    look: Look
    tiles: Sequence[Written]
    lost: bool
    """Its mask holds no class, but 255 without a name."""


def _of_tiles(values: Sequence[str], photographs: Sequence[_Photograph]) -> list[str]:
    """What is known of each photograph, for each of its tiles."""
    return [value for value, photograph in zip(values, photographs, strict=True) for _ in photograph.tiles]


def _write_pictures(
    raw: Path, folder: Path, classes: RawClasses, params: SplitParams, *, label: str
) -> list[_Photograph]:
    faults, written = Faults(), []
    pairs = find_pairs(raw, unlabelled=True, faults=faults)
    faults.raise_if_any(raw)
    (folder / "images").mkdir()
    (folder / "masks").mkdir()
    for result in parallel_map(partial(_write_pair, out=folder, classes=classes, params=params), pairs, label=label):
        if isinstance(result, PictureError):
            faults.take(result)
        else:
            written.append(result)
    faults.raise_if_any(raw)
    known: set[str] = set()
    for photograph in written:
        for tile in photograph.tiles:
            if tile.id in known:
                raise InputError(f"{raw}: {tile.id!r} is a picture and the name of a tile too; rename the picture")
            known.add(tile.id)
    return written


def _write_pair(pair: Pair, *, out: Path, classes: RawClasses, params: SplitParams) -> _Photograph | PictureError:
    try:
        picture = read_picture(pair.image)
        pixels = to_rgb(picture, name=f"images/{pair.image.name}")
        ids, lost = None, False
        if pair.mask is not None:
            values = read_values(pair.mask, classes)
            fault = size_fault(pair, image=pixels.shape, mask=values.shape, turned=picture.turned)
            if fault:
                return fault
            ids = classes.ids(values, name=f"masks/{pair.mask.name}")
            lost = classes.looks_lost(set(np.unique(values).tolist()))
    except PictureError as error:
        return error
    tiles = cut(*pixels.shape[:2], side=params.tile.side, overlap=params.tile.overlap)
    look = look_at(pixels)
    written = [
        _write_tile(pair, picture, tile, pixels[tile.rows, tile.columns],
                    None if ids is None else np.ascontiguousarray(ids[tile.rows, tile.columns]),
                    look=None if tile.suffix else look, out=out, names=classes.names)
        for tile in tiles
    ]  # fmt: skip
    return _Photograph(pair.stem, look, written, lost)


def _write_tile(
    pair: Pair,
    picture: Picture,
    tile: Tile,
    pixels: np.ndarray,
    ids: np.ndarray | None,
    *,
    look: Look | None,
    out: Path,
    names: Sequence[str],
) -> Written:
    """Files that are fine as they are keep their bytes: a JPEG decoded and stored anew would be 7 times the size."""
    id = pair.stem + tile.suffix
    pixels = np.ascontiguousarray(pixels)
    kept = picture.plain and not tile.suffix
    image = f"images/{id}{pair.image.suffix.lower() if kept else '.png'}"
    if kept:
        link_or_copy(pair.image, out / image)
        content = pair.image.read_bytes()
    else:
        content = encode_png(pixels)
        write_bytes(out / image, content)
    digest = hashlib.sha256(content)
    mask, crack_share, measures = "", None, None
    if ids is not None:
        mask, crack_share = f"masks/{id}.png", foreground_share(ids, names=names)
        content = encode_png(ids)
        write_bytes(out / mask, content)
        digest.update(content)
        measures = measure(pixels, ids, names=names)
    return Written(
        id=id,
        stem=pair.stem,
        image=image,
        mask=mask,
        width=pixels.shape[1],
        height=pixels.shape[0],
        crack_share=crack_share,
        sha256=digest.hexdigest(),
        trace=trace_of(look or look_at(pixels)),
        measures=measures,
    )
