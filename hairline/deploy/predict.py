"""Find cracks, or whatever a trained network knows, in any photographs.

IMAGES are files, folders (searched with all below them) and patterns, as many as you like. --out gets a picture for
each of them, and predictions.csv: how much of each class was found, and in how many pieces.

  side_by_side   the photograph, and beside it the mask in colours
  overlay        0.7 of the photograph and 0.3 of the mask
  contours       the photograph with a line around all that was found
  save_mask      masks/, class ids as PNG for other programs, and classes.json: with the photographs in images/ beside
                 them a data set for `source: folder`, its masks ready to be corrected

Run again, it goes on where it was stopped: pictures that are done are skipped.

Examples
  python -m hairline predict data/runs/compare/hrsegnet-synthetic-s0-f0 photo.jpg
  python -m hairline predict data/runs/distill/chosen-s0-f0 ~/bridge '~/roads/*.JPG' --mode contours --out found
  python -m hairline predict data/runs/compare/hrsegnet-synthetic-s0-f0 ~/bridge --mode save_mask --out masks
"""

import argparse
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hairline import io
from hairline.data.images import PictureError, decode_picture, to_rgb, write_png
from hairline.data.manifest import CLASSES_FILE
from hairline.data.pairs import enumerate_names
from hairline.deploy.machine import add_machine_arguments, choose_device
from hairline.deploy.pictures.files import read_content, writing_to
from hairline.deploy.pictures.find import find_pictures
from hairline.deploy.pictures.names import name_results
from hairline.deploy.pictures.record import Record, Work
from hairline.deploy.run_folder import open_run
from hairline.errors import InputError
from hairline.progress import Progress

if TYPE_CHECKING:
    from hairline.engine import Run

MODES = ("side_by_side", "overlay", "save_mask", "contours")
TILE, OVERLAP = 1024, 4
"""Side of a tile, pixels; the part of it that neighbours share."""

Look = Callable[[np.ndarray, Callable[[int, int], None]], np.ndarray]
"""uint8 [H, W, 3] -> class ids uint8 [H, W]; the second argument is told of tiles."""
Draw = Callable[[Path, np.ndarray, np.ndarray], None]
"""The file to write, the photograph, the class ids."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", type=Path, metavar="RUN", help="folder of a trained network, such as data/runs/*/*")
    parser.add_argument("images", nargs="+", metavar="IMAGES", help="files, folders, patterns")
    parser.add_argument("--mode", choices=MODES, default=MODES[0], help=f"how to show it (default: {MODES[0]})")
    parser.add_argument(
        "--out", type=Path, default=Path("predictions"), help="folder of results (default: predictions)"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace results, also those of other settings")
    parser.add_argument("--colours", action="store_true", help="save_mask: also colours/, the masks for human eyes")
    parser.add_argument(
        "--threshold",
        type=float,
        metavar="P",
        help="defect from this probability on (default: as saved with the network)",
    )
    parser.add_argument(
        "--views",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="look at several sizes and mirrored, as saved with the network; --no-views: once, and faster",
    )
    parser.add_argument(
        "--tile",
        type=int,
        default=TILE,
        metavar="PX",
        help=f"side of the overlapping tiles in which big pictures are predicted; 0: always whole (default: {TILE})",
    )
    add_machine_arguments(parser)


def main(
    run: Path,
    images: list[str],
    mode: str,
    out: Path,
    overwrite: bool,
    colours: bool,
    threshold: float | None,
    views: bool,
    tile: int,
    device: str,
    threads: int,
) -> None:
    if tile and tile < 64:
        raise InputError(f"--tile is {tile}; expected at least 64 pixels, or 0 for no tiles")
    if colours and mode != "save_mask":
        raise InputError(f"--colours belongs to --mode save_mask; {mode} is coloured already")
    pictures = find_pictures(images, out=out)
    network = open_run(run)
    thresholds = _thresholds(network, threshold)
    pattern = "masks/{}.png" if mode == "save_mask" else "{}.jpg"
    works = [Work(picture, pattern.format(name)) for picture, name in name_results(pictures).items()]
    _spare_the_pictures(works, out)
    settings = {
        "weights": network.card.weights_sha256[:16],
        "mode": f"{mode} colours" if colours else mode,
        "threshold": " ".join(f"{each:.6g}" for each in thresholds),
        "views": _described(network) if views else "one",
        "tile": str(tile),
    }
    look = _looker(network, views=views, thresholds=thresholds, tile=tile, device=device, threads=threads)
    with writing_to(out), Record(out, settings, classes=network.card.classes) as record:
        todo = works if overwrite else record.left_to_do(works)
        if mode == "save_mask":
            _say_what_ids_mean(out / CLASSES_FILE, network.card.classes)
        broken = _predict(todo, record, look, draw=_drawer(mode, network.card.classes, colours=colours))
    skipped = len(works) - len(todo)
    also = f"; {skipped} {'was' if skipped == 1 else 'were'} done before" if skipped else ""
    print(f"wrote {len(todo) - len(broken)} of {len(works)} to {out}{also}")
    if broken:
        raise InputError(f"{len(broken)} of {len(works)} pictures could not be used: {enumerate_names(broken)}")


def _thresholds(network: "Run", asked: float | None) -> Sequence[float]:
    """None where the likeliest of several classes wins."""
    if asked is None:
        return network.card.thresholds
    if len(classes := network.card.classes) > 2:
        how = "each by its own threshold" if network.card.thresholds else "the likeliest wins"
        raise InputError(f"{network.name} tells {len(classes)} classes apart, {how}; leave out --threshold")
    if not 0 < asked < 1:
        raise InputError(f"--threshold is {asked:g}; expected a probability between 0 and 1")
    return [asked]


def _described(network: "Run") -> str:
    scales = network.card.views["scales"]
    sizes = " ".join(f"{scale:g}" for scale in scales) if tuple(scales) != (1,) else ""
    return (
        " ".join([*([f"at {sizes}"] if sizes else []), *(["mirrored"] if network.card.views["mirror"] else [])])
        or "one"
    )


def _spare_the_pictures(works: Sequence[Work], out: Path) -> None:
    """Not even --overwrite replaces a photograph by what was found in it."""
    sources = {work.picture.resolve() for work in works}
    for work in works:
        if (out / work.output).resolve() in sources:
            raise InputError(
                f"{out / work.output}: is one of the pictures itself; give the results a folder of their own"
            )


def _say_what_ids_mean(path: Path, classes: Sequence[str]) -> None:
    """Never against what is said there: masks of another meaning may lie beside it."""
    content = {"classes": {str(number): name for number, name in enumerate(classes)}}
    if path.exists() and io.read_json(path) != content:
        raise InputError(f"{path}: gives the values of masks another meaning than this network; choose another --out")
    io.write_json(path, content)


def _looker(network: "Run", *, views: bool, thresholds: Sequence[float], tile: int, device: str, threads: int) -> Look:
    import torch

    from hairline.engine.sliding import predict_in_tiles
    from hairline.methods.scoring import decide

    chosen = choose_device(device, threads)
    model = (network.as_used if views else network.model).to(chosen).to(memory_format=torch.channels_last)

    def look(image: np.ndarray, on_tile: Callable[[int, int], None]) -> np.ndarray:
        probability = predict_in_tiles(
            model,
            torch.from_numpy(image)[None],
            normalisation=network.card.normalisation,
            precision="fp32",
            side=tile,
            overlap=tile // OVERLAP,
            on_tile=on_tile,
        )
        return decide(probability[0].numpy(), thresholds)

    return look


def _drawer(mode: str, classes: Sequence[str], *, colours: bool) -> Draw:
    """What writes a result. Only now are OpenCV and Pillow wanted."""
    from hairline.data.masks import write_mask
    from hairline.deploy.pictures.colours import class_colours
    from hairline.deploy.pictures.files import write_jpeg
    from hairline.deploy.pictures.sheet import draw_sheet

    table = class_colours(len(classes))

    def draw(path: Path, image: np.ndarray, ids: np.ndarray) -> None:
        if mode == "save_mask":
            if colours:
                write_png(path.parents[1] / "colours" / path.name, table[ids])
            write_mask(path, ids)
        else:
            write_jpeg(path, draw_sheet(mode, image, ids, classes, table))

    return draw


def _predict(works: Sequence[Work], record: Record, look: Look, *, draw: Draw) -> list[str]:
    """The pictures that could not be used, each with the reason; the others are done."""
    from hairline.deploy.pictures.measure import measure

    broken = []
    with Progress("predict", len(works), unit="image") as progress:
        for work in works:
            name = work.picture.name

            def on_tile(done: int, count: int, name: str = name) -> None:
                progress.step(0, note=f"{name}: tile {done} of {count}")

            try:
                content = read_content(work.picture)
                image = to_rgb(decode_picture(content, name=name), name=name)
                ids = look(image, on_tile)
                found = measure(ids, classes=len(record.classes))
                size = dict(zip(("height", "width"), ids.shape, strict=True))
                record.add(work, found, **size, sha256=hashlib.sha256(content).hexdigest())
                draw(record.out / work.output, image, ids)
            except PictureError as error:
                record.forget(work)
                broken.append(f"{work.picture} ({error.reason})")
                progress.say(f"{work.picture}: {error.reason}; {error.advice}")
            progress.step()
    return broken
