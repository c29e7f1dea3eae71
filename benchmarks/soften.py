"""Rate of writing soft labels against the teacher's bare forward pass over the same batches.

Example: python -m benchmarks.soften --images 96 --rounds 3
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import torch

from benchmarks.train import draw_dataset
from hairline import engine
from hairline.config import load_params
from hairline.data.loading.loader import WholeImages
from hairline.data.loading.soft_labels import SoftLabelWriter
from hairline.data.loading.store import open_store
from hairline.data.manifest import read_manifest
from hairline.methods.soften import BATCH_SIZE, teacher_probabilities
from hairline.models import create_model, forward_heads, heads
from hairline.models.parts.normalisation import normalise


def main(images: int, rounds: int) -> None:
    params = load_params()
    chosen = params.kd.teacher.model
    model = create_model(chosen.name, classes=2, **chosen.arguments).eval().to(memory_format=torch.channels_last)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        dataset = draw_dataset(folder, images)
        samples = read_manifest(dataset)
        whole = WholeImages(open_store(dataset, samples), samples, batch_size=BATCH_SIZE)
        first = next(iter(whole))

        def bare() -> None:
            with torch.inference_mode(), engine.number_format(torch.device("cpu"), params.train.precision):
                for _ in range(len(whole)):
                    forward_heads(model, normalise(first.images, params.train.normalisation))

        def soften() -> None:
            labels = teacher_probabilities(
                model, whole, normalisation=params.train.normalisation, temperature=10, settings=params.train,
                device=torch.device("cpu"),
            )  # fmt: skip
            with SoftLabelWriter(
                folder / "labels", heads=list(heads(model)), classes=2, storage=params.kd.storage, temperature=10
            ) as writer:
                for sample_id, probability in labels:
                    writer.add(sample_id, probability)

        bare()
        shares = []
        for _ in range(rounds):
            seconds = {}
            for name, work in (("bare", bare), ("soften", soften)):
                started = time.perf_counter()
                work()
                seconds[name] = time.perf_counter() - started
            shares.append(seconds["bare"] / seconds["soften"])
            print({name: f"{images / value:.1f} images/s" for name, value in seconds.items()})
    print(f"softening runs at {statistics.median(shares):.1%} of the teacher's bare forward rate")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=48, help="drawn pictures of 400 px")
    parser.add_argument("--rounds", type=int, default=3)
    main(**vars(parser.parse_args()))
