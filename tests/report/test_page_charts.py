import re
from itertools import combinations, pairwise

import pytest

from hairline.config import Params
from hairline.html.markup import data_block, tag
from hairline.io import write_json
from hairline.report.page.charts import study_charts
from hairline.report.page.cost import pareto_front
from hairline.report.page.learning import learning, mean_history
from hairline.report.page.looks import REST, SHOWN, looks_of
from hairline.report.page.plot import HEIGHT, Plot, Scale, number, share_span, shorten, span, spread
from hairline.report.page.precision_recall import precision_recall
from hairline.report.study.results import read_study
from tests.report.made import make_results


@pytest.fixture
def many(params) -> Params:
    """More arms than colours."""
    values = params.model_dump(mode="json")
    values["kd"] |= {"seeds": [0, 1], "temperatures": list(range(1, 13)), "strategies": ["standard"]}
    values["evaluate"]["bootstrap"] = 100
    return Params.model_validate(values | {"studies": {"distill": "kd"}})


def distillation(root, params):
    return read_study("distill", metrics=root / "reports/metrics/distill")


def test_a_mean_history_is_that_of_the_epochs_that_all_repeats_reached(tmp_path, many):
    make_results(tmp_path, many, images=2)
    path = tmp_path / "reports/metrics/distill/baseline-s1-f0.history.csv"
    path.unlink()
    path.write_text("epoch,val_f1\n1,0.9\n2,\n3,0.1\n")
    arm = distillation(tmp_path, many).arms[1]
    first = [(float(row["epoch"]), float(row["val_f1"])) for row in arm.runs[0].history() if row["val_f1"]]
    assert mean_history(arm, "val_f1") == [
        (1, pytest.approx((first[0][1] + 0.9) / 2)),
        (3, pytest.approx((first[1][1] + 0.1) / 2)),
    ]


def test_what_matters_has_a_colour_of_its_own_and_the_rest_is_grey(tmp_path, many):
    make_results(tmp_path, many, images=2)
    study = distillation(tmp_path, many)
    looks = looks_of(study, select="f1")
    coloured = {name: look for name, look in looks.items() if look != REST}
    assert {"teacher", "baseline", "chosen"} < set(coloured)
    assert len(set(coloured.values())) == len(coloured) == SHOWN
    assert len(looks) == 15
    assert "Grey: all other arms" in learning(study, looks, select="f1")


def test_the_learning_chart_says_that_after_a_refit_val_has_chosen_the_threshold(tmp_path, many):
    make_results(tmp_path, many, images=2)
    study = distillation(tmp_path, many)
    looks = looks_of(study, select="f1")
    assert "What the kept weights were chosen by." in learning(study, looks, select="f1")
    run = study.arms[1].first
    write_json(run.scored / f"{run.name}.run.json", {**run.record(), "refit": 1})
    assert "or with a refit the threshold, were chosen by." in learning(study, looks, select="f1")


@pytest.mark.parametrize(
    ("classes", "where"),
    [
        (["background", "crack"], "at the threshold chosen on val"),
        (["background", "crack", "joint"], "where the likeliest class is taken"),
    ],
)
def test_the_precision_recall_chart_says_where_its_markers_lie(tmp_path, many, classes, where):
    make_results(tmp_path, many, images=2, classes=classes)
    study = distillation(tmp_path, many)
    shown = "".join(precision_recall(study, looks_of(study, select="f1")))
    assert f"Markers: {where}." in shown and f"baseline, {where}: precision" in shown


def test_every_mark_lies_inside_its_chart(tmp_path, many):
    make_results(tmp_path, many, images=4)
    study = distillation(tmp_path, many)
    charts = study_charts(study, looks_of(study, select="f1"), select="f1")
    assert len(charts) == 5
    for chart in charts:
        marks = re.findall(r"translate\(([\d.-]+) ([\d.-]+)\)", chart)
        assert marks
        assert all(40 <= float(x) <= 420 and 0 <= float(y) <= HEIGHT for x, y in marks)


def test_the_front_holds_what_no_cheaper_arm_reaches():
    points = [(3, 0.9, "a"), (1, 0.5, "b"), (2, 0.4, "c"), (1, 0.6, "d"), (4, 0.9, "e"), (5, 0.95, "f")]
    assert [name for _, _, name in pareto_front(points)] == ["d", "a", "f"]


def test_labels_keep_their_order_and_their_distance():
    moved = spread([100, 101, 20, 102], gap=13, low=10, high=110)
    assert moved[2] == 20
    assert moved[0] < moved[1] < moved[3] <= 110
    assert min(after - before for before, after in pairwise(sorted(moved))) >= 13


def test_labels_of_points_cover_neither_each_other_nor_a_mark():
    drawing = Plot((0, 1), (0, 1), x_label="", y_label="")
    drawing.label_points([((0.5, 0.5), f"name {place}") for place in range(30)])
    drawn = re.findall(r'<text x="([\d.]+)" y="([\d.]+)" class="name"><title>(.*?)</title>', drawing.svg(""))
    boxes = [(float(x), float(y), float(x) + 6.3 * len(name), float(y) + 13) for x, y, name in drawn]
    assert 5 < len(boxes) < 30, "as many as have room"
    for one, other in combinations(boxes, 2):
        assert one[0] >= other[2] or other[0] >= one[2] or one[1] >= other[3] or other[1] >= one[3]


def test_ticks_are_round_and_inside():
    assert Scale(0.71, 0.86, 0, 100).ticks() == [0.75, 0.8, 0.85]
    assert Scale(0, 1, 0, 100).ticks() == [0, 0.2, 0.4, 0.6, 0.8, 1]
    assert Scale(40_000, 800_000, 0, 100, log=True).ticks() == [50_000, 100_000, 200_000, 500_000]


def test_an_axis_shows_a_single_value_and_equal_ones():
    for values in ([0.5], [0.0, 0.0], [1.0], [7, 7]):
        low, high = share_span(values)
        assert low <= min(values) <= max(values) <= high and low < high
    low, high = span([5, 5], log=True)
    assert low < 5 < high


def test_numbers_on_axes_are_short():
    assert [number(value) for value in (0.25, 40, 48_416, 735_488, 1_180_000)] == [
        "0.25",
        "40",
        "48.4k",
        "735k",
        "1.18M",
    ]


def test_a_long_name_keeps_its_beginning_and_its_end():
    assert shorten("non_isothermal-T100") == "non_isoth…mal-T100"
    assert shorten("short") == "short"


def test_markup_escapes_what_is_not_markup():
    made = tag("p", "<b>", tag("i", "&"), title='"x"', hidden=True, class_="a", data_value=None)
    assert made == '<p title="&quot;x&quot;" hidden class="a">&lt;b&gt;<i>&amp;</i></p>'
    assert data_block({"a": "</script>\u2028&"}) == (
        '<script type="application/json">{"a":"\\u003c/script\\u003e\\u2028\\u0026"}</script>'
    )
