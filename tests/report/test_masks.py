"""The study of few masks in figures, workbook and tables."""

from pathlib import Path

import pytest

from hairline.config import Params, load_params
from hairline.report.figures.files import draw_figures, write_figures
from hairline.report.study.results import Study, read_studies
from hairline.report.study.study_page import study_page
from hairline.report.study.study_table import machine_table
from hairline.report.workbook.study_sheet import study_sheet
from tests.report.made import IMAGES, make_results

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def params() -> Params:
    values = load_params(ROOT / "params.yaml").model_dump(mode="json")
    values["studies"] = {"annotate": "annotate"}
    values["evaluate"]["bootstrap"] = 100
    values["annotate"] |= {"seeds": [0, 1]}
    values["annotate"]["labelled"] = {"drawn": [0], "supervised": [2, 4, "all"], "pretrained": [2, "all"], "mixed": []}
    return Params.model_validate(values)


@pytest.fixture(scope="module")
def root(tmp_path_factory, params) -> Path:
    return make_results(tmp_path_factory.mktemp("masks"), params, images=4)


@pytest.fixture(scope="module")
def study(root, params) -> Study:
    return read_studies(params.studies, metrics=root / "reports/metrics")[0]


def test_the_figure_draws_each_method_at_the_masks_it_used(study):
    panel = draw_figures(study, select="f1")["masks"].axes[1]
    by_name = {arm.name: arm.score("f1_2px")[0] for arm in study.arms}
    lines = [line for line in panel.get_lines() if len(line.get_xdata()) > 1 and line.get_linestyle() == "-"]
    drawn = [list(line.get_ydata()) for line in lines]
    assert [by_name[f"supervised-{count}"] for count in (2, 4, "all")] in drawn
    assert [by_name[f"pretrained-{count}"] for count in (2, "all")] in drawn
    (supervised,) = [line for line in lines if len(line.get_xdata()) == 3]
    assert list(supervised.get_xdata()) == pytest.approx([2, 4, IMAGES], rel=0.1)
    assert panel.get_xlabel() == "hand-drawn masks"


def test_methods_of_one_number_stand_side_by_side_even_where_no_other_number_is(tmp_path, params):
    values = params.model_dump(mode="json")
    values["annotate"]["labelled"] = {"drawn": [0], "supervised": [2], "pretrained": [2], "mixed": [2]}
    chosen = Params.model_validate(values)
    make_results(tmp_path, chosen, images=4)
    (study,) = read_studies(chosen.studies, metrics=tmp_path / "reports/metrics")
    panel = draw_figures(study, select="f1")["masks"].axes[0]
    across = panel.transScale + panel.transLimits  # 0 at the left side of the panel, 1 at its right
    methods = [line for line in panel.get_lines() if line.get_transform() == panel.transData]
    places = [across.transform((line.get_xdata()[0], 0.8))[0] for line in methods]
    assert len(set(places)) == 3 and 0.3 < min(places) < max(places) < 0.7


def test_the_figure_of_trainings_says_from_how_few_pictures_to_how_many(study):
    title = draw_figures(study, select="f1")["learning"].get_suptitle().replace("\n", " ")
    assert f"synthetic: 2 to {IMAGES} pictures to train, 4 to validate; marker" in title


def test_the_network_that_saw_no_mask_is_a_line_from_side_to_side(study):
    panel = draw_figures(study, select="f1")["masks"].axes[0]
    level = next(arm for arm in study.arms if arm.name == "drawn-0").score("f1")[0]
    assert [line for line in panel.get_lines() if list(line.get_ydata()) == [level, level]]


def test_the_figures_are_written_with_the_others(study, tmp_path):
    write_figures(tmp_path / "figures", study, select="f1")
    assert {"masks.svg", "masks.png", "learning.svg"} <= {path.name for path in (tmp_path / "figures").iterdir()}


def test_the_workbook_has_a_column_a_method_and_a_chart(study):
    sheet = study_sheet(study, figure="f1")
    table, chart, _ = sheet.parts[1:]
    by_name = {arm.name: arm.score("f1_2px")[0] for arm in study.arms}
    assert [column.title for column in table.columns] == ["masks", "supervised", "pretrained", "no mask"]
    assert table.rows == [
        [2, by_name["supervised-2"], by_name["pretrained-2"], by_name["drawn-0"]],
        [4, by_name["supervised-4"], "", by_name["drawn-0"]],
        [IMAGES, by_name["supervised-all"], by_name["pretrained-all"], by_name["drawn-0"]],
    ]
    assert [series.dashed for series in chart.series] == [False, False, True]


def test_each_difference_names_what_it_is_to(study):
    page = study_page(study, ())
    assert "F1 at 2 px minus reference" in page and " to supervised-2 " in page
    assert "Published figures" not in page, "nobody published a figure to stand beside"
    rows = {row["run"]: row["reference"] for row in machine_table(study).rows}
    assert rows["pretrained-all"] == "supervised-all" and rows["supervised-all"] == ""


def test_trained_here_and_tested_there_is_a_table_of_its_own(tmp_path, params):
    values = params.model_dump(mode="json")
    values["studies"] = {"compare": "compare"}
    values["datasets"] |= {"cfd": values["datasets"]["synthetic"]}
    values["compare"] |= {"datasets": ["synthetic", "cfd"], "test_on": ["synthetic", "cfd"]}
    chosen = Params.model_validate(values)
    make_results(tmp_path, chosen, images=4)
    (study,) = read_studies(chosen.studies, metrics=tmp_path / "reports/metrics")
    page = study_page(study, ())
    lines = page.partition("## Trained on one data set")[2].splitlines()
    table = [line for line in lines if line.startswith("|")][:4]
    assert table[0].split() == ["|", "trained", "|", "synthetic", "|", "cfd", "|"]
    own = next(arm for arm in study.arms if arm.name == "hrsegnet-cfd").score("f1")[0]
    other = next(arm for arm in study.arms if arm.name == "hrsegnet-cfd@synthetic").score("f1")[0]
    cells = [cell.strip() for cell in table[3].strip("|").split("|")]
    assert cells[0] == "hrsegnet-cfd"
    assert cells[1].startswith(f"{other:.3f}") and cells[2].startswith(f"**{own:.3f}")
    assert "Test split of synthetic: 4 pictures" in page and "Test split of cfd: 4 pictures" in page
