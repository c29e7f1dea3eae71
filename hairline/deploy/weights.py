"""Fetch the weights that torchvision publishes for a network, to begin a training with.

`coco` fits the whole network but for its classes, `imagenet` its backbone alone. They carry torchvision's licence and
that of the pictures they were made of; nothing else here needs them.

Examples
  python -m hairline weights deeplabv3_resnet101 coco
  python -m hairline weights deeplabv3_resnet50 imagenet --out ~/weights
"""

import argparse
from pathlib import Path

from hairline.models.parts.pretrained import KINDS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("network", help="one with a backbone, such as deeplabv3_resnet101")
    parser.add_argument("kind", choices=KINDS, help="what they were learned on")
    parser.add_argument(
        "--out", type=Path, default=Path("data/incoming/weights"), help="folder (default: data/incoming/weights)"
    )


def main(network: str, kind: str, out: Path) -> None:
    from hairline.data.archives.fetch import fetch
    from hairline.models.parts.pretrained import checked_sha256, pretrained_address

    address = pretrained_address(network, kind)
    path = out / address.rpartition("/")[2]
    fetch(address, path, check=lambda content: checked_sha256(content, name=path.name) and None)
    print(f"{path}: SHA-256 {checked_sha256(path)}")
    print(f"begin with it: -S train.weights.file={path} -S train.normalisation=imagenet")
