"""Cut channels out of a trained network and fine-tune what is left: one point of the pruning sweep.

Reads   --prepared, --parent
Writes  --out   model.json (with the widths), model.safetensors, history.csv, run.json; or failed.json alone
Params  train, prune.{fold,schedules,scope,round_to,parts,between,calibration,finetuning,taught}

Example
  python -m stages.prune --arm taylor-iterative-0.5-taught --seed 0 --prepared data/prepared/defects \\
    --parent data/runs/prune/parent-s0-f0 --out data/runs/prune/taylor-iterative-0.5-taught-s0-f0
"""

from pathlib import Path

from hairline.commands import run_stage, script_parser
from hairline.config import Repeat, load_params
from hairline.errors import InputError


def main(arm: str, seed: int, prepared: Path, parent: Path, out: Path) -> None:
    from hairline.engine import join_world, load_run
    from hairline.methods.failures import or_mark
    from hairline.methods.teaching.parent import plan_taught
    from hairline.methods.teaching.supervised import plan_supervised
    from hairline.methods.teaching.train import train
    from hairline.methods.teaching.training import Training
    from hairline.prune.course import plan_pruning, pruning_of

    params = load_params()
    if arm not in params.prune.points():
        raise InputError(f"--arm {arm}: unknown; the section prune makes {sorted(params.prune.points())}")
    run = params.prune.run()
    settings = run.settings(params.train)
    network = load_run(parent).model
    is_taught = params.prune.points()[arm][-1] == "taught"
    plan = plan_taught(settings, params.prune.taught, parent=network) if is_taught else plan_supervised(settings)

    def work() -> None:
        pruning, course = plan_pruning(
            pruning_of(params.prune, arm, seed=seed), between=params.prune.between,
            calibration=params.prune.calibration, loss=settings.loss, normalisation=settings.normalisation,
        )  # fmt: skip
        training = Training(run, settings, prepared, Repeat(seed, params.prune.fold), start=parent, course=course)
        train(training, out, method=plan[0] | pruning, create_step=plan[1])

    or_mark(out, work, is_main=join_world().is_main)


if __name__ == "__main__":
    parser = script_parser(__doc__)
    parser.add_argument(
        "--arm", required=True, help="criterion-schedule-ratio-teaching, as the section prune makes them"
    )
    parser.add_argument("--seed", type=int, required=True, help="of chance in ranking, order of images, augmentation")
    parser.add_argument("--prepared", type=Path, required=True, help="folder of a prepared data set")
    parser.add_argument("--parent", type=Path, required=True, help="the dense network's run folder")
    parser.add_argument("--out", type=Path, required=True, help="the run folder")
    run_stage(main, parser)
