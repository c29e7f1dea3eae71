"""Write down what the teacher thinks of every picture it may teach from, at one temperature, head by head.

Reads   --prepared, --teacher
Writes  --out   planes.bin, index.json
Params  train.device, train.precision, train.threads, kd.storage, kd.teacher.minimum_f1

Example
  python -m stages.soften --temperature 10 --fold 0 --prepared data/prepared/synthetic \\
    --teacher data/runs/distill/teacher-s0-f0 --out data/soft_labels/teacher-s0-f0/T10
"""

from pathlib import Path

from hairline.commands import number, run_stage, script_parser
from hairline.config import Temperature, load_params


def main(temperature: Temperature, fold: int, prepared: Path, teacher: Path, out: Path) -> None:
    from hairline.methods.soften import soften

    params = load_params()
    soften(
        teacher,
        prepared,
        out,
        temperature=temperature,
        fold=fold,
        storage=params.kd.storage,
        minimum_f1=params.kd.teacher.minimum_f1,
        settings=params.train,
    )


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument("--temperature", type=number, required=True, help="the teacher's logits are divided by it")
    parser.add_argument("--fold", type=int, required=True, help="0: the manifest's own split; 1..k: cross-validation")
    parser.add_argument("--prepared", type=Path, required=True, help="folder of a prepared data set")
    parser.add_argument("--teacher", type=Path, required=True, help="the teacher's run folder")
    parser.add_argument("--out", type=Path, required=True, help="folder of the soft labels")
    run_stage(main, parser)
