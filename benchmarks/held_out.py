"""What networks say of pictures that they have not seen, for the benchmarks that ask how few of them can choose."""

import argparse
from collections.abc import Iterator
from pathlib import Path

import torch

from hairline import engine, io
from hairline.commands import script_parser
from hairline.data.loading.loader import WholeImages
from hairline.data.loading.store import open_store
from hairline.data.manifest import SPLITS, choose_split, read_manifest
from hairline.errors import InputError
from hairline.methods.scoring import Seen, look_at

BATCH_SIZE = 4


def held_out_parser(description: str, *, networks: str, chosen: str, divisions: int) -> argparse.ArgumentParser:
    parser = script_parser(description)
    parser.add_argument("runs", type=Path, nargs="+", help=f"run folders of networks of {networks}")
    parser.add_argument("--prepared", type=Path, required=True, help="folder of a prepared data set")
    parser.add_argument("--split", choices=SPLITS, default="val")
    parser.add_argument("--choose", type=int, required=True, help=f"pictures that choose {chosen}")
    parser.add_argument("--divisions", type=int, default=divisions)
    return parser


def look_at_held_out(run: engine.Run, folder: Path, prepared: Path, split: str) -> Iterator[Seen]:
    """`folder`: that of the run."""
    if split == "val" and io.read_json(folder / "run.json").get("refit"):
        raise InputError(f"{run.name} was trained on val, too (refit above 0): ask a network that was not")
    samples = read_manifest(prepared)
    images = WholeImages(open_store(prepared, samples), choose_split(samples, 0)[split], batch_size=BATCH_SIZE)
    model = run.as_used.to(memory_format=torch.channels_last)
    return look_at(
        model, images, normalisation=run.card.normalisation, precision="fp32", device=torch.device("cpu")
    )  # fmt: skip


def check_choose(choose: int, *, pictures: int, split: str) -> None:
    if not 0 < choose < pictures:
        raise InputError(f"--choose {choose}: {split} has {pictures} pictures; some must choose, some must score")
