"""The workbook, opened again: its cells against the JSON and CSV files that they come from."""

import csv
import json
import os
import shutil
import subprocess
from urllib.parse import unquote

import pytest
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape

from hairline import io
from hairline.config import Params, load_params
from hairline.errors import InputError
from hairline.report.study.gallery import overlay_names, write_overlays
from hairline.report.study.results import read_studies
from hairline.report.workbook.book import write_workbook
from hairline.report.workbook.class_metrics import title_of
from hairline.report.workbook.per_image import per_image
from hairline.report.workbook.sheet import Overlays
from tests.conftest import ROOT
from tests.report.made import fail_engine, make_results

CLASSES = ("background", "=1+1", "-a/b_x0041_\x07", "Spalling with a long name " + "that goes on " * 6)
ABSENT = CLASSES[3]
TEXT_OF = {CLASSES[2]: "-a/b_x005F_x0041_\ufffd"}
"""How a cell holds a name that XML cannot."""


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Three seeds of one study and one of the other, tested on a second data set too; four classes, one not there."""
    values = load_params(ROOT / "params.yaml").model_dump(mode="json")
    values["studies"] = {"distill": "kd", "compare": "compare"}
    values["kd"] |= {"seeds": [0, 1, 2], "temperatures": [10, 5], "strategies": ["standard", "hyperthermal"]}
    values["datasets"]["cfd"] = values["datasets"]["synthetic"]
    values["compare"] |= {"test_on": ["cfd"], "networks": ["hrsegnet", "smp_unet"]}
    values["evaluate"]["bootstrap"] = 100
    values["report"]["overlays"] = 4
    params = Params.model_validate(values)
    root = make_results(tmp_path_factory.mktemp("project"), params, classes=CLASSES)
    take_class_away(root, ABSENT)
    draw(root, params)
    return root, params


def draw(root, params):
    for study in read(root, params):
        folders = {"predictions": root / "data/predictions" / study.name, "prepared": root / "data/prepared"}
        write_overlays(root / "reports/overlays" / study.name, study, **folders, count=4)


def take_class_away(root, name):
    """As the files are where no test picture has a true pixel of the class."""
    for path in (root / "reports/metrics").rglob("*.json"):
        content = io.read_json(path)
        if "scores" not in content:
            continue
        scores = content["scores"]["classes"][name]
        for key, value in scores.items():
            whole = isinstance(value, int) and not isinstance(value, bool)
            scores[key] = (value if key == "fp" else 0) if whole else None
        content["intervals"]["classes"][name] = dict.fromkeys(content["intervals"]["classes"][name])
        content["scores"]["confusion"][CLASSES.index(name)] = [0] * len(CLASSES)
        io.write_json(path, content)
        table = path.with_suffix(".csv")
        rows = io.read_csv(table)
        for row in rows:
            row |= {key: "" for key in row if key.startswith(f"{name}_") and not key.endswith(("pixels", "fp", "fn"))}
            row |= {f"{name}_support_pixels": "0", f"{name}_fn": "0"}
        io.write_csv(table, rows)


def read(root, params):
    return read_studies(params.studies, metrics=root / "reports/metrics")


def write(root, params, out="metrics.xlsx", **changes):
    path = root / "reports" / out
    options = {"overlays": root / "reports/overlays", "per_run": 4, "count": 6, "figure": "f1"} | changes
    write_workbook(path, read(root, params), **options)
    return path


@pytest.fixture(scope="module")
def book(results):
    return load_workbook(write(*results))


def table(book, name):
    """The rows of a named table, by header."""
    page = next(page for page in book.worksheets if name in page.tables)
    header, *rows = page[page.tables[name].ref]
    return [dict(zip([cell.value for cell in header], row, strict=True)) for row in rows]


def shown(value):
    """A value of a JSON file as a cell holds it."""
    return "n/a" if value is None else value


def name_in_cell(name):
    return TEXT_OF.get(name, name)


def runs_of(results):
    return [run for study in read(*results) for arm in study.arms for run in arm.runs]


def test_every_score_of_every_class_is_that_of_the_metrics_file(results, book):
    rows = {(row["study"].value, row["run"].value, row["class"].value): row for row in table(book, "class_metrics")}
    runs = runs_of(results)
    assert len(rows) == len(runs) * (len(CLASSES) + 2)
    compared = 0
    for run in runs:
        metrics = io.read_json(run.scored / f"{run.name}.json")
        for class_name in CLASSES:
            row = rows[run.study, run.name, name_in_cell(class_name)]
            for name, value in metrics["scores"]["classes"][class_name].items():
                if name.startswith(("m_", "a_", "o", "found", "precision_", "recall_")) or "per_image" in name:
                    continue
                assert row[title_of(name)].value == shown(value), (run.name, class_name, name)
                compared += 1
    assert compared > 50 * len(runs)


def test_a_class_without_a_true_pixel_is_not_available_and_never_zero(results, book):
    rows = [row for row in table(book, "class_metrics") if row["class"].value == ABSENT]
    assert len(rows) == len(runs_of(results))
    for row in rows:
        assert {row[title].value for title in ("F1", "IoU", "recall", "F1 at 2 px", "AP")} == {"n/a"}
        assert row["support, pixels"].value == 0 and row["FP"].value > 0


def test_means_over_classes_say_how_they_pool(results, book):
    for run in runs_of(results):
        means = [
            row
            for row in table(book, "class_metrics")
            if (row["study"].value, row["run"].value) == (run.study, run.name) and "mean" in row["class"].value
        ]
        plain, weighted = means
        assert "each counting the same" in plain["class"].value and "weighted" in weighted["class"].value
        assert (plain["IoU"].value, plain["F1"].value) == (run.scores["mean_iou"], run.scores["mean_f1"])
        assert (weighted["IoU"].value, weighted["F1"].value) == (run.scores["weighted_iou"], run.scores["weighted_f1"])
        assert plain["precision"].value is None


def test_the_overview_has_each_arm_with_interval_difference_and_cost(results, book):
    rows = {(row["study"].value, row["run"].value): row for row in table(book, "overview_arms")}
    studies = read(*results)
    assert list(rows) == [(study.name, arm.name) for study in studies for arm in study.arms]
    for study in studies:
        for arm in study.arms:
            row = rows[study.name, arm.name]
            for title, name in {"F1": "f1", "F1 at 2 px": "f1_2px", "mean IoU": "mean_iou"}.items():
                value, (low, high) = arm.score(name)
                assert row[title].value == pytest.approx(value, rel=1e-12)
                assert [row[f"{title} {end}"].value for end in ("low", "high")] == pytest.approx([low, high])
            test = study.difference(arm.name, "mean_iou")
            if test:
                assert row["difference"].value == test["difference"]
                assert (row["difference low"].value, row["difference high"].value) == (test["low"], test["high"])
                assert row["p"].value == shown(test["p_value"])
            cost = arm.first.metrics
            assert (row["parameters"].value, row["MACs"].value) == (cost["parameters"], cost["macs"])
            assert row["MB"].value == cost["weights_bytes"] / 1e6
            for engine in arm.first.speed["engines"]:
                assert row[f"median ms, {engine['title']}"].value == engine["median_ms"]
                assert row[f"p95 ms, {engine['title']}"].value == engine["p95_ms"]
            assert row["repeats"].value == len(arm.runs)
    assert rows["distill", "baseline"]["difference"].value == "reference"
    assert rows["compare", "hrsegnet-synthetic@cfd"]["difference"].value == "reference"
    assert rows["compare", "smp_unet-synthetic@cfd"]["against"].value == "hrsegnet-synthetic@cfd"


def test_the_overview_names_the_arm_that_val_prefers(results, book):
    best = {row["study"].value: row["run"].value for row in table(book, "overview_arms") if row["best on val"].value}
    assert best == {study.name: study.best("f1").name for study in read(*results)}
    lines = [book["overview"].cell(row, 1).value for row in range(2, 6)]
    for study, arm in best.items():
        assert any(line.startswith(f"{study}: {arm} is best on val") for line in lines)


def test_the_table_of_pictures_is_that_of_the_csv_files_with_the_worst_first(results, book):
    rows = table(book, "per_image")
    expected = {}
    for run in runs_of(results):
        with (run.scored / f"{run.name}.csv").open(newline="") as file:
            for image in csv.DictReader(file):
                for class_name in CLASSES[1:]:
                    expected[run.study, run.name, image["id"], name_in_cell(class_name)] = (image, class_name)
    assert len(rows) == len(expected)
    titles = {"F1 at 2 px": "f1_2px", "F1": "f1", "IoU": "iou", "precision": "precision", "recall": "recall"}
    titles |= {"true pixels": "support_pixels", "false alarm, pixels": "fp", "missed, pixels": "fn"}
    for row in rows:
        image, class_name = expected.pop(tuple(row[title].value for title in ("study", "run", "picture", "class")))
        for title, name in titles.items():
            text = image[f"{class_name}_{name}"]
            assert row[title].value == (float(text) if text else "n/a")
    assert not expected
    scores = [row["F1 at 2 px"].value for row in rows]
    numbers = [score for score in scores if score != "n/a"]
    assert numbers == sorted(numbers) == scores[: len(numbers)]


def test_the_links_lead_from_the_workbook_to_the_overlays_that_are_drawn(results, book):
    root, _ = results
    found = set()
    for row in table(book, "per_image"):
        if row["overlay"].hyperlink:
            target = unquote(row["overlay"].hyperlink.target)
            assert not target.startswith("/")
            assert (root / "reports" / target).is_file()
            assert row["run"].value in target and row["picture"].value in target
            found.add(target)
    expected = {
        f"overlays/{study.name}/{arm.first.name}/{name}"
        for study in read(*results)
        for arm in study.arms
        for name in overlay_names(arm.first, count=4).values()
    }
    assert found == expected


def test_a_bounded_table_of_pictures_has_the_worst_of_each_run_and_says_so(results):
    root, _ = results
    runs = runs_of(results)
    overlays = Overlays(root / "reports/overlays", root / "reports/metrics.xlsx", 4)
    groups = len(runs) * (len(CLASSES) - 1)
    sheet = per_image(runs, overlays, drawn=[], most_rows=2 * groups + 1)
    rows = sheet.parts[0].rows
    assert len(rows) == 2 * groups
    assert any(f"{2 * groups:,} of {6 * groups:,} rows" in note for note in sheet.notes)
    for run in runs:
        scores = sorted(float(row["=1+1_f1_2px"]) for row in run.images() if row["=1+1_f1_2px"])
        kept = [row[4] for row in rows if row[:2] == [run.study, run.name] and row[3] == "=1+1"]
        assert kept == scores[:2]


def test_confusion_has_counts_and_their_shares_of_each_row(results, book):
    rows = iter(table(book, "confusion_1"))
    for study in read(*results):
        for arm in study.arms:
            for class_name, counts in zip(CLASSES, arm.first.scores["confusion"], strict=True):
                row = next(rows)
                assert (row["run"].value, row["true class"].value) == (arm.first.name, name_in_cell(class_name))
                cells = [cell.value for cell in row.values()][4:]
                assert cells[: len(CLASSES)] == counts
                total = sum(counts)
                assert cells[len(CLASSES) :] == [pytest.approx(count / total) if total else "n/a" for count in counts]
    assert next(rows, None) is None


def test_classwise_shows_recall_and_iou_of_each_class_in_percent(results, book):
    rows = table(book, "classwise_runs")
    for row, run in zip(rows, runs_of(results), strict=True):
        assert row["Name"].value == run.name
        assert row["IoU, weighted"].value == run.scores["weighted_iou"]
        assert row["lt-IoU at 4 px"].value == run.scores["classes"]["=1+1"]["lt_iou_4px"]
        cells = [cell.value for cell in row.values()][6:]
        expected = [shown(run.scores["classes"][name][score]) for score in ("recall", "iou") for name in CLASSES]
        assert cells == expected
        assert row["=1+1 recall"].number_format == row["=1+1 IoU"].number_format == "0.00%"


def test_the_sweep_is_a_grid_and_its_chart_points_at_the_grid(results, book):
    root, params = results
    study = read(root, params)[0]
    scores = {arm.name: arm.score("mean_iou")[0] for arm in study.arms}  # there are several classes
    rows = table(book, "distill_sweep")
    assert [row["temperature T"].value for row in rows] == [5, 10]
    for row in rows:
        for strategy in ("standard", "hyperthermal"):
            expected = scores[f"{strategy}-T{row['temperature T'].value}"]
            assert row[strategy].value == pytest.approx(expected, rel=1e-12)
    page = book["distill"]
    (chart,) = page._charts
    assert not chart.x_axis.delete and not chart.y_axis.delete
    drawn = {}
    for series in chart.series:
        name, points = (page[each.split("!")[1]] for each in (series.tx.strRef.f, series.yVal.numRef.f))
        drawn[name.value] = [cell.value for (cell,) in points]
    assert list(drawn) == ["standard", "hyperthermal", "student alone", "teacher"]
    assert drawn["hyperthermal"] == [row["hyperthermal"].value for row in rows]
    assert drawn["teacher"] == pytest.approx([scores["teacher"]] * 2, rel=1e-12)


def test_the_comparison_draws_each_network_against_its_size_and_its_time(book):
    page = book["compare"]
    rows = {row["run"].value: row for row in table(book, "compare_arms")}
    for chart, cost in zip(page._charts, ("parameters", "median ms, torch f32"), strict=True):
        names = [page[series.tx.strRef.f.split("!")[1]].value for series in chart.series]
        assert names == ["hrsegnet-synthetic", "smp_unet-synthetic"], (
            "what was tested on other pictures is no point of this chart"
        )
        for name, series in zip(names, chart.series, strict=True):
            assert page[series.xVal.numRef.f.split("!")[1]].value == rows[name][cost].value
            assert page[series.yVal.numRef.f.split("!")[1]].value == rows[name]["mean IoU"].value


def test_arms_of_one_reference_stand_against_each_other(results, book):
    for study in read(*results):
        if not study.siblings:
            assert f"{study.name}_pairs" not in {name for sheet in book for name in sheet.tables}
            continue
        rows = table(book, f"{study.name}_pairs")
        assert len(rows) == len(study.siblings)
        for row, test in zip(rows, study.siblings, strict=True):
            assert (row["run"].value, row["minus"].value) == (test["arm"], test["minus"])
            found = [row[title].value for title in ("difference", "difference low", "difference high")]
            assert found == [test["difference"], test["low"], test["high"]]


def test_a_study_has_lt_iou_by_tolerance_with_intervals(results, book):
    for study in read(*results):
        rows = table(book, f"{study.name}_lt_iou")
        assert [row["run"].value for row in rows] == [arm.name for arm in study.arms]
        for row, arm in zip(rows, study.arms, strict=True):
            for reach in (0, 2, 4, 8):
                value, (low, high) = arm.score(f"lt_iou_{reach}px")
                assert row[f"lt-IoU at {reach} px"].value == pytest.approx(value, rel=1e-12)
                assert [row[f"{reach} px {end}"].value for end in ("low", "high")] == pytest.approx([low, high])


def test_an_engine_that_could_run_none_has_no_times_and_its_reason_stands_there(tmp_path, params):
    few = params.model_copy(update={"evaluate": params.evaluate.model_copy(update={"bootstrap": 100})})
    root = make_results(tmp_path, few)
    draw(root, few)
    fail_engine(root, "torch")
    book = load_workbook(write(root, few))
    assert {row["median ms, torch f32"].value for row in table(book, "compare_arms")} == {"n/a"}
    assert all(row["median ms, openvino f32"].value > 0 for row in table(book, "compare_arms"))
    notes = " ".join(str(book["compare"].cell(row, 1).value) for row in range(1, 9))
    assert "hrsegnet-synthetic-s0-f0 by torch f32: no rule for aten.odd" in notes
    assert "No chart of times" in notes and len(book["compare"]._charts) == 1


def test_a_study_without_a_reference_speaks_of_no_difference(tmp_path, params):
    values = params.model_dump(mode="json")
    values["studies"] = {"compare": "compare"}
    values["evaluate"]["bootstrap"] = 100
    values["compare"] |= {"test_on": [], "networks": ["hrsegnet"]}
    alone = Params.model_validate(values)
    root = make_results(tmp_path, alone)
    draw(root, alone)
    about = [str(load_workbook(write(root, alone))["compare"].cell(row, 1).value) for row in range(1, 6)]
    assert "Scores are of the class crack." in about


def test_a_study_whose_class_is_absent_has_no_chart_and_says_why(tmp_path, params):
    few = params.model_copy(update={"evaluate": params.evaluate.model_copy(update={"bootstrap": 100})})
    root = make_results(tmp_path, few, images=1)  # it has no crack
    draw(root, few)
    book = load_workbook(write(root, few))
    for study in ("distill", "compare"):
        assert not book[study]._charts
        assert any("No chart" in str(book[study].cell(row, 1).value) for row in range(1, 8))
    assert {row["F1"].value for row in table(book, "overview_arms")} == {"n/a"}


def test_samples_are_embedded_up_to_their_number_and_are_the_best_runs_first(results, book):
    rows = table(book, "samples_overlays")
    assert len(book["samples"]._images) == len(rows) == 2 * 6
    for study in read(*results):
        of_study = [row for row in rows if row["study"].value == study.name]
        best = study.best("f1")
        assert [row["run"].value for row in of_study][:4] == [best.first.name] * 4
        assert [row["picture"].value for row in of_study][:4] == list(overlay_names(best.first, count=4))


def test_an_overlay_that_is_not_there_is_named(results, tmp_path):
    root, params = results
    shutil.copytree(root / "reports/overlays", tmp_path / "overlays")
    for path in (tmp_path / "overlays").rglob("01-*.png"):
        path.unlink()
    with pytest.raises(InputError, match=r"01-\d+\.png.*dvc repro"):
        write(root, params, "broken.xlsx", overlays=tmp_path / "overlays")
    shutil.rmtree(tmp_path / "overlays/distill/teacher-s0-f0")
    with pytest.raises(InputError, match=r"teacher-s0-f0: no such folder.*dvc repro report@distill"):
        write(root, params, "broken.xlsx", overlays=tmp_path / "overlays")
    assert not (root / "reports/broken.xlsx").exists()


def test_run_info_has_every_parameter_once_shared_or_by_run(results, book):
    shared = {row["key"].value: row["value"].value for row in table(book, "run_info_shared")}
    by_run = {(row["study"].value, row["run"].value): row for row in table(book, "run_info_differs")}
    assert shared["trained.run.learning_rate"] == 0.005 and shared["trained.run.augment"] == "yes"
    assert shared["trained.data"] == "0" * 64
    runs = runs_of(results)
    assert len(by_run) == len(runs)
    for run in runs:
        row = by_run[run.study, run.name]
        assert row["scored.repeat.seed"].value == run.repeat.seed
        assert row["trained.val.f1"].value == run.record()["val"]["f1"]
        assert row["scored.weights_sha256"].value == run.metrics["weights_sha256"]


def test_sheets_tables_and_what_stays_in_view(book):
    assert book.sheetnames == [
        "overview", "distill", "compare", "class_metrics", "classwise", "per_image", "confusion", "samples",
        "run_info", "notes",
    ]  # fmt: skip
    tables = [name for page in book.worksheets for name in page.tables]
    assert len(tables) == len(set(tables)) == 16
    for page in book.worksheets:
        assert page.freeze_panes and not page.merged_cells.ranges
        assert page.page_setup.orientation == "landscape"
        assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 0)
        assert page.sheet_properties.pageSetUpPr.fitToPage and page.print_title_rows
        for each in page.tables.values():
            titles = [cell.value for cell in page[each.ref][0]]
            assert [unescape(title) for title in titles] == [column.name for column in each.tableColumns]
            assert len({title.lower() for title in titles}) == len(titles)


def test_a_colour_means_one_value_in_every_sheet(book):
    ends = [
        [(point.type, point.val) for point in rule.colorScale.cfvo]
        for page in book.worksheets
        for rules in page.conditional_formatting
        for rule in rules.rules
    ]
    assert len(ends) > 20
    assert all(each == [("num", 0), ("num", 0.5), ("num", 1)] for each in ends)


def test_no_text_is_taken_for_a_formula(book):
    cells = [cell for page in book.worksheets for row in page.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    risky = [cell for cell in cells if isinstance(cell.value, str) and cell.value.startswith(("=", "-", "+", "@"))]
    assert {cell.value for cell in risky} >= {"=1+1", "=1+1 recall", TEXT_OF[CLASSES[2]]}
    assert all(cell.quotePrefix for cell in risky)


def test_the_same_results_give_the_same_bytes_at_any_time(results, monkeypatch):
    root, params = results
    first = write(root, params, "first.xlsx").read_bytes()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert write(root, params, "second.xlsx").read_bytes() == first


def test_the_stage_reads_its_parameters_and_names_a_file_that_is_missing(results, tmp_path, monkeypatch):
    from stages.write_workbook import main

    root, params = results
    shutil.copytree(root / "reports", tmp_path / "reports")
    (tmp_path / "params.yaml").write_text(json.dumps(params.model_dump(mode="json")))
    monkeypatch.chdir(tmp_path)
    reports = tmp_path / "reports"
    options = {"metrics": reports / "metrics", "overlays": reports / "overlays", "out": reports / "stage.xlsx"}
    main(**options)
    assert len(load_workbook(options["out"]).sheetnames) == 10
    assert options["out"].read_bytes() == write(root, params, "metrics.xlsx").read_bytes()
    (reports / "metrics/distill/standard-T10-s1-f0.json").unlink()
    with pytest.raises(InputError, match=r"standard-T10-s1-f0\.json.*dvc repro"):
        main(**options)


@pytest.mark.skipif(not shutil.which("soffice"), reason="needs LibreOffice, to open the workbook as a person would")
def test_libreoffice_opens_it_and_prints_every_sheet(results, tmp_path):
    path = write(*results)
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "pdf"]
    done = subprocess.run(
        [*command, "--outdir", tmp_path, path],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env=os.environ | {"HOME": str(tmp_path)},
    )
    assert "error" not in (done.stdout + done.stderr).lower()
    assert (tmp_path / "metrics.pdf").stat().st_size > 50_000
