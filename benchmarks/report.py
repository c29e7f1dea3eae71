"""Making all reports of 60 runs and 500 test pictures: seconds and memory of each stage, and of all.

The runs are made up, their predictions are scored by the real code; the stages are started as the pipeline does.
MLflow is told last, into a store of its own.

Example: python -m benchmarks.report --images 500
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

from hairline.config import Params, load_params, read_yaml
from tests.report.made import make_results

ROOT = Path(__file__).parents[1]
SEEDS = 5  # of 12 arms: 60 runs
SIZE = 96


def main(images: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        values = load_params(ROOT / "params.yaml").model_dump(mode="json")
        values["kd"]["seeds"] = list(range(SEEDS))
        values["studies"] = {"distill": "kd"}
        values["evaluate"]["bootstrap"] = 100
        values["track"]["models"] = "none"
        params = Params.model_validate(values)
        (folder / "params.yaml").write_text(yaml.safe_dump(values, sort_keys=False))
        make_results(folder, params, images=images, size=SIZE)
        runs = len(params.kd.arms()) * SEEDS
        print(f"{runs} runs, {images} pictures of {SIZE} px")
        total, largest = 0.0, 0
        for stage in ("report", "write_workbook", "write_page", "track"):
            seconds, megabytes = _run(_command(stage), folder)
            print(f"{stage:15s} {seconds:5.1f} s   {megabytes:4d} MB")
            if stage != "track":
                total, largest = total + seconds, max(largest, megabytes)
        print(f"all but MLflow  {total:5.1f} s   {largest:4d} MB at most")


def _command(stage: str) -> list[str]:
    """As dvc.yaml has it, for the study `distill`."""
    entry = read_yaml(ROOT / "dvc.yaml")["stages"][stage]
    words = entry.get("do", entry)["cmd"].replace("${key}", "distill").split()
    return [sys.executable, *words[1:]]


def _run(command: list[str], folder: Path) -> tuple[float, int]:
    """Seconds, and the most memory that was resident."""
    code = (
        "import resource, subprocess, sys; code = subprocess.call(sys.argv[1:]);"
        "print('peak', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024); sys.exit(code)"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("DVC_", "MLFLOW_"))}
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, *command], cwd=folder, env=environment | {"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    seconds = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
    return seconds, int(re.search(r"peak (\d+)", done.stdout)[1])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=500)
    main(**vars(parser.parse_args()))
