"""Train the teacher of the distillation study on the drawn masks.

Reads   --prepared
Writes  --out   model.json, model.safetensors, history.csv, run.json
Params  train, kd.teacher, kd.label_dilation

Example
  python -m stages.train_teacher --seed 0 --fold 0 --prepared data/prepared/synthetic \\
    --out data/runs/distill/teacher-s0-f0
"""

from pathlib import Path

from hairline.commands import run_stage, script_parser
from hairline.config import Repeat, load_params


def main(seed: int, fold: int, prepared: Path, out: Path) -> None:
    from hairline.methods.teaching.supervised import plan_supervised
    from hairline.methods.teaching.train import train
    from hairline.methods.teaching.training import Training

    params = load_params()
    settings = params.kd.teacher.settings(params.train)
    training = Training(
        params.kd.teacher, settings, prepared, Repeat(seed, fold), label_dilation=params.kd.label_dilation
    )
    method, create_step = plan_supervised(settings)
    train(training, out, method=method, create_step=create_step)


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument("--seed", type=int, required=True, help="of weights, order of images and augmentation")
    parser.add_argument("--fold", type=int, required=True, help="0: the manifest's own split; 1..k: cross-validation")
    parser.add_argument("--prepared", type=Path, required=True, help="folder of a prepared data set")
    parser.add_argument("--out", type=Path, required=True, help="the run folder")
    run_stage(main, parser)
