import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

from hairline import io
from hairline.config import Params, load_params
from hairline.deploy.report import main
from hairline.errors import InputError
from hairline.report.study.gallery import write_overlays
from hairline.report.study.results import read_studies
from tests.report.made import make_results

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    values = load_params(ROOT / "params.yaml").model_dump(mode="json")
    values["studies"] = {"distill": "kd", "compare": "compare"}
    values["kd"] |= {"temperatures": [5], "strategies": ["standard"]}
    values["datasets"]["cfd"] = values["datasets"]["synthetic"]
    values["compare"]["test_on"] = ["cfd"]
    values["evaluate"]["bootstrap"] = 100
    params = Params.model_validate(values)
    root = make_results(tmp_path_factory.mktemp("project"), params, classes=("background", "crack", "spalling"))
    for study in read_studies(params.studies, metrics=root / "reports/metrics"):
        folders = {"predictions": root / "data/predictions" / study.name, "prepared": root / "data/prepared"}
        write_overlays(root / "reports/overlays" / study.name, study, **folders, count=params.report.overlays)
    return root


@pytest.fixture(autouse=True)
def in_the_checkout(monkeypatch):
    monkeypatch.chdir(ROOT)


def files(root, *names):
    return [root / "reports/metrics" / f"{name}.json" for name in names]


def rows_of(page, name):
    header, *rows = page[page.tables[name].ref]
    return [dict(zip([cell.value for cell in header], [cell.value for cell in row], strict=True)) for row in rows]


def test_one_run_is_described_without_a_comparison(results, tmp_path):
    out = tmp_path / "one.xlsx"
    main(files(results, "distill/chosen-s0-f0"), out, results / "reports/overlays")
    book = load_workbook(out)
    assert book.sheetnames == [
        "overview", "class_metrics", "classwise", "per_image", "confusion", "samples", "run_info", "notes",
    ]  # fmt: skip
    (row,) = rows_of(book["overview"], "overview_runs")
    scores = io.read_json(files(results, "distill/chosen-s0-f0")[0])["scores"]
    assert row["F1"] == scores["classes"]["crack"]["f1"] and row["mean IoU"] == scores["mean_iou"]
    assert len(book["samples"]._images) == 6


def test_a_pair_has_every_score_side_by_side_and_its_difference(results, tmp_path):
    paths = files(results, "distill/baseline-s0-f0", "distill/chosen-s0-f0")
    main(paths, tmp_path / "pair.xlsx", results / "reports/overlays")
    rows = rows_of(load_workbook(tmp_path / "pair.xlsx")["difference"], "difference_scores")
    one, other = (io.read_json(path)["scores"] for path in paths)
    expected = {(name, None): (one[name], other[name]) for name in one if name not in ("classes", "confusion")}
    for class_name, scores in one["classes"].items():
        expected |= {(name, class_name): (scores[name], other["classes"][class_name][name]) for name in scores}
    assert {(row["score"], row["class"]): (row["first"], row["second"]) for row in rows} == expected
    for row in rows:
        assert row["difference"] == pytest.approx(row["second"] - row["first"], abs=1e-6)


def test_a_pair_is_compared_on_each_picture_with_the_largest_loss_first(results, tmp_path):
    paths = files(results, "distill/chosen-s0-f0", "distill/baseline-s0-f0")
    main(paths, tmp_path / "pair.xlsx", results / "reports/overlays")
    book = load_workbook(tmp_path / "pair.xlsx")
    rows = rows_of(book["paired"], "paired_images")
    one, other = ({row["id"]: row for row in io.read_csv(path.with_suffix(".csv"))} for path in paths)
    assert len(rows) == 2 * len(one)
    for row in rows:
        first, second = (each[row["picture"]][f"{row['class']}_f1_2px"] for each in (one, other))
        if first:
            assert (row["F1 at 2 px first"], row["F1 at 2 px second"]) == (float(first), float(second))
            assert row["F1 at 2 px difference"] == pytest.approx(float(second) - float(first))
        else:
            assert row["F1 at 2 px difference"] == "n/a"
    changes = [row["F1 at 2 px difference"] for row in rows if row["F1 at 2 px difference"] != "n/a"]
    assert changes == sorted(changes) and len(changes) == 10
    summary = next(
        row
        for row in rows_of(book["difference"], "difference_paired")
        if (row["score"], row["class"]) == ("F1 at 2 px", "crack")
    )
    of_crack = [
        row["F1 at 2 px difference"]
        for row in rows
        if row["class"] == "crack" and row["F1 at 2 px difference"] != "n/a"
    ]
    assert summary["mean difference"] == pytest.approx(sum(of_crack) / len(of_crack))
    assert summary["second worse"] == sum(change < 0 for change in of_crack)
    assert summary["second better"] + summary["equal"] + summary["second worse"] == summary["pictures"] == 5


def test_runs_tested_on_different_data_sets_are_not_paired_by_picture(results, tmp_path):
    paths = files(results, "compare/hrsegnet-synthetic-s0-f0", "compare/hrsegnet-synthetic-s0-f0@cfd")
    main(paths, tmp_path / "pair.xlsx", results / "reports/overlays")
    book = load_workbook(tmp_path / "pair.xlsx")
    assert "paired" not in book.sheetnames
    assert "tested on synthetic, the second on cfd" in book["difference"]["A3"].value


def test_what_is_not_there_is_left_out_and_said(results, tmp_path):
    scored = tmp_path / "metrics/distill"
    shutil.copytree(results / "reports/metrics/distill", scored)
    (scored / "chosen-s0-f0.run.json").unlink()
    main([scored / "chosen-s0-f0.json"], tmp_path / "one.xlsx", tmp_path / "none")
    book = load_workbook(tmp_path / "one.xlsx")
    lines = " ".join(str(book["overview"].cell(row, 1).value) for row in range(2, 7))
    assert "Overlays of chosen-s0-f0 are left out" in lines and "left out of run_info" in lines
    assert "run_info" not in book.sheetnames and not book["samples"]._images


def test_the_same_run_of_two_folders_is_told_apart(results, tmp_path):
    shutil.copytree(results / "reports/metrics/distill", tmp_path / "older/distill")
    paths = [*files(results, "distill/chosen-s0-f0"), tmp_path / "older/distill/chosen-s0-f0.json"]
    main(paths, tmp_path / "pair.xlsx", results / "reports/overlays")
    book = load_workbook(tmp_path / "pair.xlsx")
    names = {row["study"] for row in rows_of(book["class_metrics"], "class_metrics")}
    assert names == {str(path.parent) for path in paths}


def test_a_file_that_is_not_a_runs_scores_is_refused_by_name(results, tmp_path):
    with pytest.raises(InputError, match=r"comparison\.json: has no repeat|comparison\.json: has no arm"):
        main(files(results, "distill/comparison"), tmp_path / "a.xlsx", tmp_path)
    with pytest.raises(InputError, match="given twice"):
        main(files(results, *["distill/chosen-s0-f0"] * 2), tmp_path / "a.xlsx", tmp_path)
    with pytest.raises(InputError, match="3 runs are given"):
        main(files(results, *["distill/chosen-s0-f0"] * 3), tmp_path / "a.xlsx", tmp_path)


def test_the_command_writes_the_workbook_and_says_where(results, tmp_path):
    (path,) = files(results, "distill/chosen-s0-f0")
    command = [sys.executable, "-m", "hairline", "report", path, "--out", tmp_path / "one.xlsx"]
    command += ["--overlays", tmp_path / "none"]  # not those that the checkout may hold
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=dict(os.environ))
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"wrote {tmp_path / 'one.xlsx'}\n" and (tmp_path / "one.xlsx").exists()
    absent = subprocess.run([*command[:4], "none.json"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert absent.returncode == 1 and absent.stderr.startswith("error: none.json: no such file")
