import re
import shutil
import subprocess

import pytest

from hairline.config import Params
from hairline.report.study.published import PUBLISHED
from hairline.report.study.results import read_study
from hairline.report.study.study_page import study_page, study_paper, summarise
from hairline.report.study.study_table import class_table, study_table
from hairline.report.study.tables import Table, latex_cell, latex_text, with_interval
from tests.report.made import make_results

CLASSES = ("background", "spalling_1 & 50 %", "crack")
SPECIAL = r"\ { } $ & # ^ _ ~ % [x] *y* a--b \"c\" <|> `d'"


def made(root, params, study, *, classes=("background", "crack"), **changes):
    values = params.model_dump(mode="json")
    values["kd"] |= {"temperatures": [5], "strategies": ["standard"]}
    values["kd" if study == "distill" else "compare"] |= changes
    values["datasets"]["cfd"] = values["datasets"]["synthetic"]
    values["studies"] = {study: values["studies"][study]}
    values["evaluate"]["bootstrap"] = 100
    chosen = Params.model_validate(values)
    make_results(root, chosen, classes=classes)
    return read_study(study, metrics=root / "reports/metrics" / study)


@pytest.fixture
def study(tmp_path, params):
    return made(tmp_path, params, "distill")


@pytest.fixture
def several(tmp_path, params):
    """Two classes beside background, not in the order of the alphabet; two seeds; a second data set."""
    return made(tmp_path, params, "compare", classes=CLASSES, seeds=[0, 1], test_on=["cfd"])


def rows_of(latex):
    """The cells of each row between the rules."""
    body = latex.split(r"\toprule")[1].split(r"\bottomrule")[0].replace(r"\midrule", "")
    lines = [line.removesuffix(r" \\") for line in body.strip().splitlines() if line]
    return [re.split(r"(?<!\\) & ", line) for line in lines]


def test_the_paper_has_a_row_an_arm_with_its_score_and_interval(study):
    head, *rows = rows_of(study_paper(study, select="f1"))
    assert head == ["run", "F1", "F1 at 2 px", "IoU", "minus baseline", "parameters", "ms"]
    assert rows[0][-1] == "10.0 / 8.0"
    for arm, row in zip(study.arms, rows, strict=True):
        value, (low, high) = arm.score("f1")
        assert row[1] == rf"{value:.3f} {{\scriptsize[{low:.3f}, {high:.3f}]}}".replace("[0.", "[.").replace(
            ", 0.", ", ."
        )
        assert row[5].replace(" ", "") == str(arm.first.metrics["parameters"])


def test_it_names_the_packages_it_needs_and_has_no_upright_rules(study):
    paper = study_paper(study, select="f1")
    assert paper.startswith("% needs \\usepackage{booktabs,graphicx}\n")
    for rule in (r"\toprule", r"\midrule", r"\bottomrule"):
        assert paper.count(rule) == 1
    assert r"\begin{tabular}{lllllrl}" in paper and r"\hline" not in paper


def test_the_caption_names_data_class_and_intervals(study):
    (caption,) = [line for line in study_paper(study, select="f1").splitlines() if line.startswith(r"\caption")]
    assert "Test split of synthetic: 6 pictures, 1 of them without a crack" in caption
    assert r"95 \% intervals over images (percentile bootstrap)" in caption
    assert "Scores of the class crack" in caption and "minus baseline: difference of F1 at 2 px" in caption
    assert "ms: torch f32 / openvino f32, median for a picture of 64 px on 1 CPU thread" in caption


def test_bold_is_the_arm_that_val_prefers_and_no_score(study):
    rows = rows_of(study_paper(study, select="f1"))
    bold = [cell for row in rows for cell in row if r"\textbf" in cell]
    assert bold == [rf"\textbf{{{study.best('f1').name}}}"]


def test_the_best_by_loss_is_the_lowest(study):
    arms = [arm for arm in study.arms if arm.val("loss") == min(arm.val("loss") for arm in study.arms)]
    assert study.best("loss") in arms
    assert "best loss on val" in study_paper(study, select="loss")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a_b & 50 % of #1 for $2", r"a\_b \& 50 \% of \#1 for \$2"),
        ("{x} \\ y", r"\{x\} \textbackslash{} y"),
        ("a^b~c", r"a\textasciicircum{}b\textasciitilde{}c"),
        ("[x]*", "{[}x]{*}"),
        ("a--b", "a-{}-{}b"),
        ("-0.5 and x-2", "$-$0.5 and x-{}2"),
    ],
)
def test_what_latex_would_read_as_a_command_is_escaped(text, expected):
    assert latex_text(text) == expected


def test_intervals_are_small_and_differences_keep_their_signs():
    assert latex_cell("-0.013 [-0.021, +0.004], p = 0.1") == r"$-$0.013 {\scriptsize[$-$.021, +.004]}, p = 0.1"
    assert latex_cell("n/a") == "n/a"


def test_a_table_of_odd_names_has_as_many_columns_in_every_row():
    table = Table(["[a]", "*"], [{"[a]": SPECIAL, "*": SPECIAL}, {"[a]": "two\nlines", "*": None}])
    latex = table.latex(caption=SPECIAL, label="tab:odd", bold=SPECIAL)
    assert [len(row) for row in rows_of(latex)] == [2, 2, 2]
    assert rows_of(latex)[2] == ["two lines", "n/a"]


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no LaTeX on this machine")
def test_latex_sets_the_tables_within_the_page(study, several, tmp_path):
    odd = Table(["[a]", "*"], [{"[a]": SPECIAL, "*": SPECIAL}, {"[a]": "[b]", "*": "-0.5 [-0.6, -0.4]"}])
    papers = [study_paper(study, select="f1"), study_paper(several, select="f1")]
    wide = Table(list("abcdefghij"), [dict.fromkeys("abcdefghij", "0.331 [0.268, 0.389]")])
    tables = [odd.latex(caption=SPECIAL, label="tab:odd", bold="[b]"), wide.latex(caption="wide", label="tab:wide")]
    body = "\n".join([*papers, *tables])
    packages = r"\usepackage{booktabs,graphicx}\usepackage[a4paper,margin=18mm]{geometry}"
    text = rf"\documentclass[twocolumn]{{article}}{packages}\begin{{document}}{body}\end{{document}}"
    (tmp_path / "paper.tex").write_text(text)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:]
    assert "Overfull" not in done.stdout


def test_several_classes_get_tables_of_their_own_in_the_order_of_their_ids(several):
    table = class_table(several, "F1")
    assert list(table.columns) == ["run", *CLASSES[1:]]
    for row, arm in zip(table.rows, several.arms, strict=True):
        assert row["crack"] == with_interval(*arm.score("f1", "crack"))
    page, paper = study_page(several, PUBLISHED["compare"]), study_paper(several, select="f1")
    assert "## IoU by class" in page and paper.count(r"\begin{table*}") == 4
    assert "Behind an @ stands the data set" in paper


def test_one_class_needs_no_table_by_class(study):
    assert "by class" not in study_page(study, PUBLISHED["distill"]) + study_paper(study, select="f1")


def test_markdown_keeps_a_cell_in_its_row():
    lines = Table(["x"], [{"x": "a|b\nc"}]).markdown().splitlines()
    assert len(lines) == 3 and lines[2] == r"| a\|b c |"


def test_the_summary_holds_val_beside_test_and_every_class(several, tmp_path):
    summary = summarise(several)
    own, other = summary["hrsegnet-synthetic"], summary["hrsegnet-synthetic@cfd"]
    assert own["val_f1"] == several.arms[0].val("f1")
    assert "val_f1" not in other, "it was not validated there"
    assert own["classes"]["crack"] == {name: several.arms[0].score(name, "crack")[0] for name in ("f1", "iou")}


def test_the_paper_says_what_the_page_says(study):
    page = study_table(study).markdown()
    for row in rows_of(study_paper(study, select="f1"))[1:]:
        plain = row[2].replace(r"{\scriptsize[.", "[0.").replace(", .", ", 0.").removesuffix("}")
        assert plain in page
