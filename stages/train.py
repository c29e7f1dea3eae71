"""Train any registered network with supervision alone, by a named recipe.

Reads   --prepared
Writes  --out   model.json, model.safetensors, history.csv, run.json
Params  train, compare.recipes.<recipe>, compare.fold

Example
  python -m stages.train --recipe hrsegnet --seed 0 --prepared data/prepared/synthetic \\
    --out data/runs/compare/hrsegnet-synthetic-s0-f0
"""

from pathlib import Path

from hairline.commands import run_stage, script_parser
from hairline.config import Repeat, load_params
from hairline.errors import InputError


def main(recipe: str, seed: int, prepared: Path, out: Path) -> None:
    from hairline.methods.teaching.supervised import plan_supervised
    from hairline.methods.teaching.train import train
    from hairline.methods.teaching.training import Training

    params = load_params()
    if recipe not in params.compare.recipes:
        raise InputError(
            f"--recipe {recipe}: unknown; compare.recipes in params.yaml has {sorted(params.compare.recipes)}"
        )
    run = params.compare.recipes[recipe]
    settings = run.settings(params.train)
    method, create_step = plan_supervised(settings)
    repeat = Repeat(seed, params.compare.fold)
    training = Training(run, settings, prepared, repeat, refit=run.refit, tutors=run.tutors)
    train(training, out, method=method, create_step=create_step)


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument("--recipe", required=True, help="an entry of compare.recipes")
    parser.add_argument("--seed", type=int, required=True, help="of weights, order of images and augmentation")
    parser.add_argument("--prepared", type=Path, required=True, help="folder of a prepared data set")
    parser.add_argument("--out", type=Path, required=True, help="the run folder")
    run_stage(main, parser)
