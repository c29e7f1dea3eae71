"""Score every run of a study on the test split, with the threshold that was chosen on val, and compare its arms.

Reads   --prepared, --runs
Writes  --out          <run>.json, <run>.speed.json, <run>.csv (a row a picture), <run>.curve.csv, comparison.json
        --predictions  <run>.zip of <picture>.png (class ids)
Params  evaluate, the study's section, train.device, train.precision, train.threads

Example
  python -m stages.evaluate --study distill --prepared data/prepared --runs data/runs/distill \\
    --out reports/metrics/distill --predictions data/predictions/distill
"""

from pathlib import Path

from hairline.commands import run_stage, script_parser
from hairline.config import STUDIES, load_params


def main(study: str, prepared: Path, runs: Path, out: Path, predictions: Path) -> None:
    from hairline.methods.study import evaluate_study, tasks_of

    params = load_params()
    tasks = tasks_of(params, study, prepared=prepared, runs=runs)
    evaluate_study(
        tasks, section=params.study(study), out=out, predictions=predictions, params=params.evaluate,
        settings=params.train,
    )  # fmt: skip


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument("--study", choices=STUDIES, required=True, help="which family of runs")
    parser.add_argument("--prepared", type=Path, required=True, help="folder of the prepared data sets")
    parser.add_argument("--runs", type=Path, required=True, help="folder of the study's run folders")
    parser.add_argument("--out", type=Path, required=True, help="folder of the scores")
    parser.add_argument("--predictions", type=Path, required=True, help="folder of the predicted masks")
    run_stage(main, parser)
