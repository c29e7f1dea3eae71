"""The whole workbook: which sheets it has, of studies and of single runs."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hairline.errors import InputError
from hairline.report.study.gallery import drawn_runs
from hairline.report.study.results import Arm, Run, Study
from hairline.report.workbook.class_metrics import class_metrics
from hairline.report.workbook.classwise import classwise
from hairline.report.workbook.confusion import confusion
from hairline.report.workbook.difference import difference_sheets
from hairline.report.workbook.notes import notes
from hairline.report.workbook.overlays import drawn_overlays
from hairline.report.workbook.overview import overview, overview_of_runs
from hairline.report.workbook.per_image import per_image
from hairline.report.workbook.run_info import run_info
from hairline.report.workbook.samples import samples, samples_of_arms
from hairline.report.workbook.saving import save
from hairline.report.workbook.sheet import Overlays, Sheet
from hairline.report.workbook.stable import to_bytes
from hairline.report.workbook.study_sheet import study_sheet
from hairline.report.workbook.write import build


def write_workbook(
    out: Path, studies: Sequence[Study], *, overlays: Path, per_run: int, count: int, figure: str
) -> None:
    """`per_run` overlays were drawn of each run; `count` of them a study are embedded; `figure` chose on val."""
    drawn = Overlays(overlays, out, per_run)
    runs = [run for study in studies for arm in study.arms for run in arm.runs]
    first = [run for study in studies for run in drawn_runs(study)]
    for run in first:
        if not (overlays / run.study / run.name).is_dir():
            raise InputError(
                f"{overlays / run.study / run.name}: no such folder; run `dvc repro report@{run.study}` first"
            )
    sheets = [
        overview(studies, figure=figure),
        *(study_sheet(study, figure=figure) for study in studies),
        class_metrics(runs),
        classwise(runs),
        per_image(runs, drawn, drawn=first),
        confusion(first),
        samples(studies, drawn, count=count, figure=figure),
        run_info(runs),
        notes(),
    ]
    save(out, to_bytes(build(sheets)))


def write_run_workbook(out: Path, runs: Sequence[Run], *, overlays: Path, per_run: int, count: int) -> None:
    """Of one run, or of two that are then also compared; what is not there is left out, and the first sheet says so."""
    drawn = Overlays(overlays, out, per_run)
    recorded = [run for run in runs if (run.scored / f"{run.name}.run.json").exists()]
    left_out = [
        *(f"Overlays of {run.name} are left out: none are drawn." for run in runs if not drawn_overlays(run, drawn)),
        *(f"{run.name} is left out of run_info: its run.json is not there." for run in runs if run not in recorded),
    ]
    sheets: list[Sheet] = [overview_of_runs(runs, left_out=left_out)]
    if len(runs) == 2:
        sheets += difference_sheets(*runs)
    sheets += [class_metrics(runs), classwise(runs), per_image(runs, drawn, drawn=runs), confusion(runs)]
    sheets.append(samples_of_arms([Arm(replace(run.plan, name=run.name), [run]) for run in runs], drawn, count=count))
    sheets += [run_info(recorded)] if recorded else []
    save(out, to_bytes(build([*sheets, notes()])))
