"""Train one student of the distillation study: by a strategy on soft labels, or without a teacher (baseline).

Reads   --prepared, --soft-labels
Writes  --out   model.json, model.safetensors, history.csv, run.json
Params  train, kd.student, kd.rules, kd.soft_loss, kd.weight, kd.times_t2, kd.hard_heads, kd.label_dilation

Example
  python -m stages.train_student --arm standard --temperature 10 --seed 0 --fold 0 --prepared data/prepared/synthetic \\
    --soft-labels data/soft_labels/teacher-s0-f0/T10 --out data/runs/distill/standard-T10-s0-f0
"""

from pathlib import Path

from hairline.commands import number, run_stage, script_parser
from hairline.config import Repeat, Temperature, load_params
from hairline.errors import InputError


def main(
    arm: str, temperature: Temperature | None, seed: int, fold: int, prepared: Path, soft_labels: Path | None, out: Path
) -> None:
    from hairline.methods.teaching.soft_labels import plan_student
    from hairline.methods.teaching.train import train
    from hairline.methods.teaching.training import Training

    params = load_params()
    if arm != "baseline" and (soft_labels is None or temperature is None):
        raise InputError(f"--arm {arm} learns from soft labels: give --temperature and --soft-labels too")
    settings = params.kd.student.settings(params.train)
    training = Training(
        params.kd.student,
        settings,
        prepared,
        Repeat(seed, fold),
        label_dilation=params.kd.label_dilation,
        soft_labels=soft_labels,
    )
    method, create_step = plan_student(settings, params.kd, arm=arm, temperature=temperature, labels=soft_labels)
    train(training, out, method=method, create_step=create_step)


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument("--arm", required=True, help="baseline, or a strategy of kd.rules")
    parser.add_argument("--temperature", type=number, help="the swept temperature (not for the baseline)")
    parser.add_argument("--seed", type=int, required=True, help="of weights, order of images and augmentation")
    parser.add_argument("--fold", type=int, required=True, help="0: the manifest's own split; 1..k: cross-validation")
    parser.add_argument("--prepared", type=Path, required=True, help="folder of a prepared data set")
    parser.add_argument("--soft-labels", type=Path, help="folder of soft labels (not for the baseline)")
    parser.add_argument("--out", type=Path, required=True, help="the run folder")
    run_stage(main, parser)
