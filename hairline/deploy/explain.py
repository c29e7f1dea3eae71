"""Show where in its layers a network finds what it says: one sheet of heat maps a photograph (Seg-Grad-CAM, Grad-CAM).

Each map says which places of a layer raise the class's logits, summed over a region:

  predicted       the pixels that are predicted as the class (Seg-Grad-CAM)
  whole           all pixels (Grad-CAM)
  X,Y,W,H         a box: left, top, width and height, in pixels of the photograph

The network looks once, at one size and not mirrored. Photographs with a side beyond --largest are made smaller first.

Examples
  python -m hairline explain data/runs/compare/hrsegnet-synthetic-s0-f0 photo.jpg
  python -m hairline explain data/runs/compare/hrsegnet-synthetic-s0-f0 --list-layers
  python -m hairline explain data/runs/compare/hrsegnet-synthetic-s0-f0 photo.jpg --layers blocks.2 --region 40,60,80,80
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hairline.data.images import PictureError, decode_picture, to_rgb
from hairline.data.pairs import enumerate_names
from hairline.deploy.machine import add_machine_arguments, choose_device
from hairline.deploy.pictures.files import read_content, write_jpeg, writing_to
from hairline.deploy.pictures.find import find_pictures
from hairline.deploy.pictures.names import name_results
from hairline.deploy.region import Region, read_region
from hairline.deploy.run_folder import open_run
from hairline.errors import InputError, did_you_mean
from hairline.html.words import plural
from hairline.progress import Progress

if TYPE_CHECKING:
    from torch import Tensor, nn

    from hairline.deploy.layers import Layer
    from hairline.engine import Run

REGIONS = {"predicted": "what is predicted", "whole": "the whole picture", "box": "a box"}
LARGEST = 1024
"""Pixels; gradients want several times the memory of a prediction."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", type=Path, metavar="RUN", help="folder of a trained network, such as data/runs/*/*")
    parser.add_argument("images", nargs="*", metavar="IMAGE", help="files, folders, patterns")
    parser.add_argument(
        "--class", dest="class_name", metavar="NAME", help="needed where there are several beside background"
    )
    parser.add_argument(
        "--layers", metavar="A,B", help="names as --list-layers tells them (default: the network's stages)"
    )
    parser.add_argument("--list-layers", action="store_true", help="only say which layers there are")
    parser.add_argument("--region", default="predicted", help="predicted, whole or X,Y,W,H (default: predicted)")
    parser.add_argument("--largest", type=int, default=LARGEST, metavar="PX", help=f"longest side (default: {LARGEST})")
    parser.add_argument("--out", type=Path, default=Path("explained"), help="folder of the sheets (default: explained)")
    parser.add_argument("--overwrite", action="store_true", help="replace sheets that are there")
    add_machine_arguments(parser)


def main(
    run: Path,
    images: list[str],
    class_name: str | None,
    layers: str | None,
    list_layers: bool,
    region: str,
    largest: int,
    out: Path,
    overwrite: bool,
    device: str,
    threads: int,
) -> None:
    from hairline.deploy.layers import choose_stages, find_layers

    asked = read_region(region)
    if largest < 32:
        raise InputError(f"--largest is {largest}; expected at least 32 pixels")
    if not images and not list_layers:
        raise InputError("no picture is named; give files, folders or patterns after the run, or --list-layers")
    network = open_run(run)
    known = find_layers(network.model)
    stages = choose_stages(network.model, known, classes=len(network.card.classes))
    if list_layers:
        _list(known, stages)
        return
    class_id = _class_id(network, class_name)
    chosen = _chosen(layers, known) if layers else stages
    sheets = {picture: out / f"{name}.jpg" for picture, name in name_results(find_pictures(images, out=out)).items()}
    there = [path.name for path in sheets.values() if path.exists()]
    if there and not overwrite:
        raise InputError(f"{out}: has {enumerate_names(there)} already; choose another --out, or --overwrite")
    if inside := {path.resolve() for path in sheets.values()} & {picture.resolve() for picture in sheets}:
        raise InputError(f"{inside.pop()}: is one of the pictures itself; give the sheets a folder of their own")

    by_name = {layer.name: layer for layer in known}
    explainer = _Explainer(network, class_id, [by_name[name] for name in chosen], asked, largest, device, threads)
    broken = []
    with writing_to(out), Progress("explain", len(sheets), unit="image") as progress:
        for picture, path in sheets.items():
            try:
                image = to_rgb(decode_picture(read_content(picture), name=picture.name), name=picture.name)
                write_jpeg(path, explainer.sheet(picture.name, image))
            except PictureError as error:
                broken.append(f"{picture} ({error.reason})")
                progress.say(f"{picture}: {error.reason}; {error.advice}")
            progress.step()
    print(f"wrote {plural(len(sheets) - len(broken), 'sheet')} to {out}")
    if broken:
        raise InputError(f"{len(broken)} of {len(sheets)} pictures could not be used: {enumerate_names(broken)}")


class _Explainer:
    def __init__(
        self,
        network: "Run",
        class_id: int,
        layers: Sequence["Layer"],
        region: Region,
        largest: int,
        device: str,
        threads: int,
    ) -> None:
        self.card, self.name, self.class_id = network.card, network.name, class_id
        self.layers, self.region, self.largest = layers, region, largest
        self.device = choose_device(device, threads)
        self.model: nn.Module = network.model.to(self.device)

    def sheet(self, picture: str, image: np.ndarray) -> np.ndarray:
        import torch

        from hairline.deploy.grad_cam import explain
        from hairline.deploy.pictures.colours import class_colours
        from hairline.deploy.pictures.heat import draw_heat_sheet
        from hairline.deploy.pictures.modes import contours
        from hairline.models.parts.normalisation import normalise

        small, factor = _shrunk(image, self.largest)
        box = self.region.box(factor, small.shape[:2], picture) if self.region.corners else None

        def choose_region(logits: "Tensor") -> "Tensor":
            if self.region.kind == "predicted":
                return self._predicted(logits) == self.class_id
            inside = torch.zeros(logits.shape[1:], dtype=torch.bool, device=logits.device)
            inside[box or ...] = True
            return inside

        normalised = normalise(torch.from_numpy(small)[None].to(self.device), self.card.normalisation)
        names = [layer.name for layer in self.layers]
        done = explain(self.model, normalised, names, class_id=self.class_id, choose_region=choose_region)
        marked = np.where(done.region.cpu().numpy(), np.uint8(self.class_id), np.uint8(0))
        outlined = contours(small, marked, class_colours(len(self.card.classes)))
        return draw_heat_sheet(
            self._title(picture, int(np.count_nonzero(marked))),
            small,
            {_caption(layer, done.maps[layer.name]): done.maps[layer.name].numpy() for layer in self.layers},
            first=(f"asked about: {REGIONS[self.region.kind]}", outlined),
        )

    def _predicted(self, logits: "Tensor") -> "Tensor":
        import torch

        from hairline.methods.scoring import decide

        probability = logits.float().softmax(dim=0).cpu().numpy()
        return torch.from_numpy(decide(probability, self.card.thresholds)).to(logits.device)

    def _title(self, picture: str, pixels: int) -> list[str]:
        method = "Grad-CAM" if self.region.kind == "whole" else "Seg-Grad-CAM"
        said = f"{picture}: what makes {self.name} say {self.card.classes[self.class_id]}"
        if not pixels:
            return [said, f"{method}: no pixel is predicted so, and there is nothing to explain"]
        return [said, f"{method} over {plural(pixels, 'pixel')}"]


def _caption(layer: "Layer", heat: "Tensor") -> str:
    """A map without any heat is told from one that is merely dark."""
    nothing = "" if heat.any() else ", all 0"
    return f"{layer.name}  ({layer.channels} maps at {layer.shrunk}{nothing})"


def _class_id(network: "Run", name: str | None) -> int:
    classes = list(network.card.classes)
    if name is None and len(classes) == 2:
        return 1
    if name not in classes:
        what = "which class is to be explained?" if name is None else f"there is no class {name};"
        raise InputError(f"{network.name}: {what} give --class one of {', '.join(classes)}")
    return classes.index(name)


def _chosen(layers: str, known: Sequence["Layer"]) -> list[str]:
    names, there = [name.strip() for name in layers.split(",")], [layer.name for layer in known]
    for name in names:
        if name not in there:
            raise InputError(f"there is no layer {name}; {did_you_mean(name, there)}--list-layers tells all")
    return list(dict.fromkeys(names))


def _list(known: Sequence["Layer"], stages: Sequence[str]) -> None:
    longest = max(len(layer.name) for layer in known)
    print(f"  {'layer':{longest}}  channels  size")
    for layer in known:
        print(f"{'*' if layer.name in stages else ' '} {layer.name:{longest}}  {layer.channels:8}  {layer.shrunk:>4}")
    print("* shown without --layers")


def _shrunk(image: np.ndarray, largest: int) -> tuple[np.ndarray, float]:
    import cv2

    factor = largest / max(image.shape[:2])
    if factor >= 1:
        return image, 1.0
    height, width = (max(1, round(side * factor)) for side in image.shape[:2])
    return cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), factor
