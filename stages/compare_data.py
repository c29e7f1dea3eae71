"""Look for the same pictures in several data sets, so that no test across them flatters.

Reads   --prepared   the prepared data sets that params.yaml names
Writes  --out        Markdown: how many copies between which splits, and which
Params  datasets

Example: python -m stages.compare_data --prepared data/prepared --out reports/data/overlap.md
"""

import sys
from pathlib import Path

from hairline.commands import run_stage, script_parser
from hairline.config import load_params
from hairline.data.overlap import compare_all, overlap_report, overlap_warnings
from hairline.io import write_text


def main(prepared: Path, out: Path) -> None:
    datasets = load_params().datasets
    bits = max(chosen.split.near_duplicate_bits for chosen in datasets.values())
    found = compare_all({name: prepared / name for name in datasets}, bits=bits)
    for warning in overlap_warnings(found):
        print(f"warning: {warning}", file=sys.stderr, flush=True)
    write_text(out, overlap_report(list(datasets), found, bits=bits))


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument("--prepared", type=Path, required=True, help="folder of the prepared data sets")
    parser.add_argument("--out", type=Path, required=True, help="Markdown file about their common pictures")
    run_stage(main, parser)
