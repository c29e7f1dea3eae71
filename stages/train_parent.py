"""Train the dense network of the pruning study.

Reads   --prepared
Writes  --out   model.json, model.safetensors, history.csv, run.json
Params  train, prune.fold, prune.parent

Example
  python -m stages.train_parent --seed 0 --prepared data/prepared/defects --out data/runs/prune/parent-s0-f0
"""

from pathlib import Path

from hairline.commands import run_stage, script_parser
from hairline.config import Repeat, load_params


def main(seed: int, prepared: Path, out: Path) -> None:
    from hairline.methods.teaching.supervised import plan_supervised
    from hairline.methods.teaching.train import train
    from hairline.methods.teaching.training import Training

    params = load_params()
    settings = params.prune.parent.settings(params.train)
    method, create_step = plan_supervised(settings)
    training = Training(params.prune.parent, settings, prepared, Repeat(seed, params.prune.fold))
    train(training, out, method=method, create_step=create_step)


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument("--seed", type=int, required=True, help="of weights, order of images and augmentation")
    parser.add_argument("--prepared", type=Path, required=True, help="folder of a prepared data set")
    parser.add_argument("--out", type=Path, required=True, help="the run folder")
    run_stage(main, parser)
