"""An Excel workbook of any single run, or of two runs side by side, from the files of their scores.

Two runs also get the sheets `difference` and `paired`: every score side by side, and what changed on each picture.

Examples
  python -m hairline report reports/metrics/distill/chosen-s0-f0.json
  python -m hairline report reports/metrics/distill/baseline-s0-f0.json reports/metrics/distill/chosen-s0-f0.json \\
    --out pair.xlsx
"""

import argparse
from dataclasses import replace
from pathlib import Path

from hairline import io
from hairline.config import ArmPlan, Repeat, load_params
from hairline.errors import InputError
from hairline.report.study.results import NEEDED, Run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "runs", nargs="+", type=Path, metavar="RUN_JSON", help="one or two reports/metrics/*/<run>.json"
    )
    parser.add_argument("--out", type=Path, default=Path("report.xlsx"), help="the workbook (default: report.xlsx)")
    parser.add_argument(
        "--overlays",
        type=Path,
        default=Path("reports/overlays"),
        help="folder with a folder of overlays a study (default: reports/overlays); without them their parts are empty",
    )


def main(runs: list[Path], out: Path, overlays: Path) -> None:
    from hairline.report.workbook.book import write_run_workbook

    if len(runs) > 2:
        raise InputError(f"{len(runs)} runs are given; one is described, two are compared, more are a study")
    drawn = load_params().report
    found = _told_apart([_read(path) for path in runs])
    write_run_workbook(out, found, overlays=overlays, per_run=drawn.overlays, count=drawn.samples)
    print(f"wrote {out}")


def _read(path: Path) -> Run:
    content = io.read_json(path)
    missing = [key for key in ("arm", "repeat", *NEEDED) if not isinstance(content, dict) or key not in content]
    if missing:
        raise InputError(f"{path}: has no {missing[0]}, so it is not a run's scores; expected a file like <run>.json")
    speed = io.read_json(path.with_name(f"{path.stem}.speed.json"))
    if not speed.get("engines"):
        raise InputError(f"{path.with_suffix('')}.speed.json: has no engines; run `dvc repro evaluate` again")
    repeat, study = Repeat(**content["repeat"]), path.absolute().parent.name
    plan = ArmPlan(content["arm"], "", content["dataset"])
    return Run(study, plan, repeat, path.stem, content, speed, path.parent, None)


def _told_apart(runs: list[Run]) -> list[Run]:
    """Two of one name, from two folders, are named with these."""
    if len({(run.study, run.name) for run in runs}) == len(runs):
        return runs
    if len({run.scored.resolve() for run in runs}) < len(runs):
        raise InputError(f"{runs[0].name} is given twice; give two different runs to compare them")
    return [replace(run, study=str(run.scored)) for run in runs]
