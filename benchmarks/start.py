"""How long a stage takes to start, and `dvc repro` when there is nothing to do (run it after `make repro`).

Example: python -m benchmarks.start --runs 5
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

WITHOUT_TORCH = (
    "from hairline.config import load_params; load_params(); import stages.download, stages.split, stages.report"
)
WITH_TORCH = "from hairline.config import load_params; load_params(); import hairline.methods.teaching.train"


def main(runs: int) -> None:
    print(f"stages without torch start in {_seconds([sys.executable, '-c', WITHOUT_TORCH], runs):.2f} s (median)")
    print(f"stages with torch start in    {_seconds([sys.executable, '-c', WITH_TORCH], runs):.2f} s (median)")
    status = subprocess.run([sys.executable, "-m", "dvc", "status", "-q"], check=False)
    nothing = "nothing to do" if status.returncode == 0 else "NOT up to date: run `make repro` first"
    if status.returncode == 0:
        nothing = f"{_seconds([sys.executable, '-m', 'dvc', 'repro', '-q'], runs):.2f} s (median)"
    print(f"dvc repro with nothing to do: {nothing}")


def _seconds(command: Sequence[str], runs: int) -> float:
    taken = []
    for _ in range(runs + 1):  # the first fills the file cache
        started = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken[1:])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    main(**vars(parser.parse_args()))
