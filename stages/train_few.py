"""Train with few hand-drawn masks: from scratch, from a network that saw drawn pictures, or together with those.

Reads   --prepared, --start, --mixed
Writes  --out   model.json, model.safetensors, history.csv, run.json
Params  train, annotate.fold, annotate.mixed_share, annotate.model, annotate.{training,finetuning,pretraining}

Example
  python -m stages.train_few --arm pretrained-16 --seed 0 --prepared data/prepared/deepcrack \\
    --start data/runs/annotate/drawn-0-s0-f0 --out data/runs/annotate/pretrained-16-s0-f0
"""

from pathlib import Path

from hairline.commands import run_stage, script_parser
from hairline.config import Repeat, load_params


def main(arm: str, seed: int, prepared: Path, start: Path | None, mixed: Path | None, out: Path) -> None:
    from hairline.methods.teaching.supervised import plan_supervised
    from hairline.methods.teaching.train import train
    from hairline.methods.teaching.training import Training

    params = load_params()
    run = params.annotate.run(arm)
    settings = run.settings(params.train)
    method, create_step = plan_supervised(settings)
    training = Training(
        run,
        settings,
        prepared,
        Repeat(seed, params.annotate.fold),
        masks=params.annotate.masks(arm),
        start=start,
        mixed=mixed,
        mixed_share=params.annotate.mixed_share if mixed else 0,
    )
    train(training, out, method=method, create_step=create_step)


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument("--arm", required=True, help="method and number of masks: supervised-16, pretrained-all, ...")
    parser.add_argument("--seed", type=int, required=True, help="of weights, choice and order of images, augmentation")
    parser.add_argument("--prepared", type=Path, required=True, help="folder of the hand-drawn data set")
    parser.add_argument("--start", type=Path, help="a run folder whose weights it begins with")
    parser.add_argument("--mixed", type=Path, help="folder of a second data set that fills a part of each batch")
    parser.add_argument("--out", type=Path, required=True, help="the run folder")
    run_stage(main, parser)
