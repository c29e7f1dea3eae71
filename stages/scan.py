"""Ask of each layer of the dense network how much of it can go: each is cut alone, and the network scored on val.

Reads   --prepared, --parent
Writes  --out   sensitivity.csv, sensitivity.svg, sensitivity.png
Params  train, prune.fold, prune.parent, prune.scan

Example
  python -m stages.scan --seed 0 --prepared data/prepared/defects --parent data/runs/prune/parent-s0-f0 \\
    --out reports/sensitivity/parent-s0-f0
"""

from pathlib import Path

from hairline import io
from hairline.commands import run_stage, script_parser
from hairline.config import load_params


def main(seed: int, prepared: Path, parent: Path, out: Path) -> None:
    from hairline.engine import seed_everything
    from hairline.prune.survey import survey
    from hairline.report.figures.sensitivity import write_sensitivity

    params = load_params()
    settings = params.prune.parent.settings(params.train)
    seed_everything(seed)
    with io.replaced_folder(out) as folder:
        survey(
            parent, prepared, folder / "sensitivity.csv", fold=params.prune.fold, params=params.prune.scan,
            settings=settings,
        )  # fmt: skip
        write_sensitivity(folder, about=f"{parent.name}, {params.prune.scan.criterion}, val of {prepared.name}")


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument("--seed", type=int, required=True, help="of the parent, and of chance in ranking")
    parser.add_argument("--prepared", type=Path, required=True, help="folder of a prepared data set")
    parser.add_argument("--parent", type=Path, required=True, help="the dense network's run folder")
    parser.add_argument("--out", type=Path, required=True, help="folder of the table and the figure")
    run_stage(main, parser)
