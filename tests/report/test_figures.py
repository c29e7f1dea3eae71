import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import cv2
import numpy as np
import pytest
from matplotlib.text import Text

from hairline import io, palette
from hairline.config import Params, load_params
from hairline.report.figures import style
from hairline.report.figures.files import draw_figures, write_figures
from hairline.report.figures.learning import learning
from hairline.report.figures.pareto import front, milliseconds, parameters, pareto
from hairline.report.study.results import read_study
from tests.report.made import fail_engine, make_results

ROOT = Path(__file__).parents[2]
ODD = (
    "background",
    "crack $x_1$",
    "=1+1 a/b & co",
    "spalling of a name that is so long that it fits in no panel at all",
)
SWEEP = {"temperatures": [5, 15], "strategies": ["standard", "hyperthermal"], "temperature": 10}


def made(root, params, study="distill", *, classes=("background", "crack"), **sections):
    values = params.model_dump(mode="json")
    for section, changes in sections.items():
        values[section] |= changes
    values["studies"] = {study: values["studies"][study]}
    values["evaluate"]["bootstrap"] = 100
    chosen = Params.model_validate(values)
    make_results(root, chosen, classes=classes)
    return read_study(study, metrics=root / "reports/metrics" / study)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """Two strategies at two temperatures; the student that goes on is none of them."""
    return made(tmp_path_factory.mktemp("study"), load_params(ROOT / "params.yaml"), kd=SWEEP)


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """Three classes with odd names, two seeds, two networks, a second data set."""
    params = load_params(ROOT / "params.yaml")
    recipe = params.compare.recipes["hrsegnet"].model_dump(mode="json")
    compare = {"networks": ["one", "other"], "recipes": {"one": recipe, "other": recipe}, "seeds": [0, 1]}
    datasets = {"cfd": params.datasets["synthetic"].model_dump(mode="json")}
    return made(
        tmp_path_factory.mktemp("odd"), params, "compare", classes=ODD, compare=compare | {"test_on": ["cfd"]},
        datasets=datasets,
    )  # fmt: skip


@pytest.fixture(scope="module")
def figures(study):
    return draw_figures(study, select="f1")


@pytest.fixture(scope="module")
def odd_figures(odd):
    return draw_figures(odd, select="f1")


@pytest.fixture(scope="module")
def folder(study, tmp_path_factory):
    """The files of that study's figures."""
    out = tmp_path_factory.mktemp("files") / "figures"
    write_figures(out, study, select="f1")
    return out


def line(panel, label):
    return next(line for line in panel.get_lines() if line.get_label() == label)


def point_of(bars):
    return bars.lines[0].get_xdata()[0], bars.lines[0].get_ydata()[0]


def texts(figure):
    return [text.get_text() for text in figure.findobj(Text) if text.get_visible() and text.get_text()]


def forget(study, class_name):
    """As if the test split had no true pixel of the class."""
    for arm in study.arms:
        for run in arm.runs:
            path = run.scored / f"{run.name}.json"
            content = io.read_json(path)
            content["scores"]["classes"][class_name] |= dict.fromkeys(("f1", "f1_2px", "iou", "precision", "recall"))
            content["intervals"]["classes"][class_name] = {}
            io.write_json(path, content)
            rows = [row for row in run.curve() if row["class"] != class_name]
            io.write_csv(run.scored / f"{run.name}.curve.csv", rows, columns=("class", *list(rows[0])[1:]))


def test_each_figure_is_a_valid_svg_and_a_png_of_the_width_of_paper(folder):
    names = ("learning", "pareto", "precision_recall", "temperature")
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        f"{name}.{kind}" for name in names for kind in ("png", "svg")
    )
    for name in names:
        root = ElementTree.parse(folder / f"{name}.svg").getroot()
        width = float(root.get("width").removesuffix("pt")) / 72
        assert width in (pytest.approx(style.SINGLE), pytest.approx(style.DOUBLE))
        picture = cv2.imread(str(folder / f"{name}.png"))
        assert picture.shape[1] == pytest.approx(width * 300, abs=1)


def test_another_process_writes_the_same_bytes_whatever_its_matplotlibrc(study, folder, tmp_path, params):
    (tmp_path / "matplotlibrc").write_text("font.size: 30\nlines.linewidth: 9\nsvg.fonttype: none\n")
    code = f"""
import sys, warnings
from pathlib import Path
from hairline.report.figures.files import write_figures
from hairline.report.study.results import read_study
root = Path({str(tmp_path)!r})
study = read_study("distill", metrics=Path({str(study.arms[0].first.scored)!r}))
write_figures(root / "there", study, select="f1")
"""
    environment = os.environ | {"MATPLOTLIBRC": str(tmp_path / "matplotlibrc"), "PYTHONHASHSEED": "7"}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, check=True)
    for path in folder.iterdir():
        assert (tmp_path / "there" / path.name).read_bytes() == path.read_bytes(), path.name


def test_no_date_is_in_the_files(folder):
    for path in folder.iterdir():
        content = path.read_bytes()
        assert b"dc:date" not in content and b"tIME" not in content and b"Software" not in content


def test_learning_draws_the_history_and_marks_the_epoch_that_was_best(study, figures):
    panels = figures["learning"].axes
    assert [panel.get_ylabel() for panel in panels] == ["F1 on val", "loss on val", "loss on train"]
    for arm, drawn in zip(study.arms, panels[0].get_lines(), strict=True):
        rows = [row for row in arm.first.history() if row["val_f1"]]
        assert list(drawn.get_xdata()) == [int(row["epoch"]) for row in rows]
        assert list(drawn.get_ydata()) == [float(row["val_f1"]) for row in rows]
        assert [drawn.get_xdata()[place] for place in drawn.get_markevery()] == [arm.first.record()["best_epoch"]]
    assert len(panels[2].get_lines()[0].get_xdata()) == 5, "the training loss has every epoch"


def test_choosing_by_the_loss_shows_it_once(study):
    assert [panel.get_ylabel() for panel in learning(study, select="loss").axes] == ["loss on val", "loss on train"]


def test_a_training_of_one_epoch_is_a_point(tmp_path, params):
    study = made(tmp_path, params, "compare")
    for arm in study.arms:
        row = {"epoch": 1, "train_loss": 2.0, "val_loss": 1.0, "val_f1": 0.5}
        io.write_csv(arm.first.scored / f"{arm.first.name}.history.csv", [row])
        record = arm.first.record() | {"best_epoch": 1, "refit": 1}  # which leaves it visible
        io.write_json(arm.first.scored / f"{arm.first.name}.run.json", record)
    figure = learning(study, select="f1")
    figure.draw_without_rendering()
    drawn = figure.axes[0].get_lines()[0]
    assert (list(drawn.get_xdata()), list(drawn.get_ydata()), drawn.get_markevery()) == ([1], [0.5], [0])


def test_the_learning_curves_say_where_all_pictures_were_held_out_in_turns(tmp_path, params):
    study = made(tmp_path, params, "compare")
    assert "in turns" not in learning(study, select="f1").get_suptitle()
    run = study.arms[0].first
    io.write_json(run.scored / f"{run.name}.run.json", run.record() | {"refit": 2})
    title = learning(study, select="f1").get_suptitle().replace("\n", " ")
    assert "to validate, all of them in turns; marker" in title


def test_losses_of_many_magnitudes_get_a_logarithmic_axis(tmp_path, params):
    study = made(tmp_path, params, "compare")
    run = study.arms[0].first
    rows = [{"epoch": epoch, "train_loss": 40_000 / 10**epoch, "val_f1": 0.5} for epoch in range(1, 5)]
    io.write_csv(run.scored / f"{run.name}.history.csv", rows)
    panels = {panel.get_ylabel(): panel for panel in learning(study, select="f1").axes}
    assert panels["loss on train"].get_yscale() == "log"
    assert panels["loss on val"].get_yscale() == "linear"


def test_temperature_draws_the_means_of_the_sweep(study, figures):
    (panel,) = figures["temperature"].axes
    arms = {arm.name: arm for arm in study.arms}
    for strategy in ("standard", "hyperthermal"):
        drawn = line(panel, strategy)
        assert list(drawn.get_ydata()) == [arms[f"{strategy}-T{value}"].score("f1_2px")[0] for value in (5, 15)]
        assert np.allclose(drawn.get_xdata(), (5, 15), atol=1), "beside its temperature, no nearer to another"
    for name in ("teacher", "baseline"):
        assert set(line(panel, name).get_ydata()) == {arms[name].score("f1_2px")[0]}


def test_the_bars_of_temperature_are_the_intervals(study, figures):
    (panel,) = figures["temperature"].axes
    arms = {arm.name: arm for arm in study.arms}
    expected = {tuple(np.round(arms[name].score("f1_2px")[1], 9)) for name in [*study.section.sweep(), "chosen"]}
    drawn = {tuple(np.round(sorted(segment[:, 1]), 9)) for bars in panel.collections for segment in bars.get_segments()}
    assert drawn == expected


def test_a_student_that_goes_on_at_a_temperature_of_its_own_is_drawn_there(study, figures):
    (panel,) = figures["temperature"].axes
    bars = next(bars for bars in panel.containers if bars.get_label() == "chosen")
    (chosen,) = [arm for arm in study.arms if arm.name == "chosen"]
    assert (list(bars.lines[0].get_xdata()), list(bars.lines[0].get_ydata())) == ([10], [chosen.score("f1_2px")[0]])


def test_temperature_has_a_panel_a_class_and_an_absent_class_says_so(tmp_path, params):
    sweep = {"temperatures": [1, 20], "strategies": ["standard"], "seeds": [0, 1, 2]}
    study = made(tmp_path, params, classes=ODD, kd=sweep)
    forget(study, ODD[2])
    study = read_study("distill", metrics=tmp_path / "reports/metrics/distill")
    figures = draw_figures(study, select="f1")
    panels = figures["temperature"].axes
    assert [panel.get_title() for panel in panels] == [style.shorten(name) for name in ODD[1:]]
    assert panels[0].get_lines() and not panels[1].get_lines()
    assert panels[1].texts[0].get_text().startswith("n/a")
    assert [text.get_text() for text in figures["classes"].axes[1].texts] == ["n/a"] * 2 * len(study.arms)
    assert figures["precision_recall"].axes[1].texts[-1].get_text().startswith("n/a")
    assert "over 3 repeats" in figures["temperature"].get_suptitle()


def test_pareto_puts_each_arm_at_its_cost_and_its_score(study, figures):
    time, size = figures["pareto"].axes
    for panel, cost in ((time, milliseconds), (size, parameters)):
        drawn = {
            bars.get_label(): (bars.lines[0].get_xdata()[0], bars.lines[0].get_ydata()[0]) for bars in panel.containers
        }
        assert drawn == {arm.name: (cost(arm), arm.score("f1_2px")[0]) for arm in study.arms}
        expected = front(list(drawn.values()))
        edge = line(panel, "front")
        assert list(zip(edge.get_xdata(), edge.get_ydata(), strict=True)) == expected


def test_times_are_those_of_the_first_engine_and_without_any_the_panel_says_so(tmp_path, params):
    study = made(tmp_path, params, evaluate=latency_of(params, "openvino", "torch"))
    teacher = study.arms[0]
    assert milliseconds(teacher) == teacher.first.speed["engines"][0]["median_ms"] == 10.0
    assert pareto(study).axes[0].get_xlabel() == "ms a picture of 64 px, 1 CPU thread, openvino f32"
    fail_engine(tmp_path, "openvino")
    again = read_study("distill", metrics=tmp_path / "reports/metrics/distill")
    assert milliseconds(again.arms[0]) is None
    drawn = pareto(again)
    assert "n/a: not timed" in [text.get_text() for text in drawn.axes[0].texts]
    assert drawn.axes[1].containers, "parameters are known all the same"


def latency_of(params, *engines):
    return {"latency": params.evaluate.latency.model_dump() | {"engines": list(engines)}}


def test_the_front_is_what_nothing_beats():
    assert front([(3, 0.7), (1, 0.5), (2, 0.4), (3, 0.9), (1, 0.6)]) == [(1, 0.6), (3, 0.9)]


def test_names_at_points_touch_no_other_name_and_no_point(study, figures):
    figure = figures["pareto"]
    figure.draw_without_rendering()  # names are placed in data coordinates, and found on paper when drawn
    for panel in figure.axes:
        renderer = figure._get_renderer()
        boxes = {text.get_text(): Text.get_window_extent(text, renderer) for text in panel.texts}
        assert set(boxes) == {arm.name for arm in study.arms}
        points = [panel.transData.transform(point_of(bars)) for bars in panel.containers]
        for name, box in boxes.items():
            assert not [other for other in boxes if other != name and box.overlaps(boxes[other])]
            assert not any(box.contains(*point) for point in points)


def test_data_sets_stand_in_rows_of_their_own(odd_figures):
    panels = odd_figures["pareto"].axes
    assert [panel.get_ylabel() for panel in panels[::2]] == ["mean IoU\non synthetic", "mean IoU\non cfd"]
    assert [bars.get_label() for bars in panels[2].containers] == ["one-synthetic@cfd", "other-synthetic@cfd"]
    titles = [panel.get_title() for panel in odd_figures["precision_recall"].axes]
    assert len(titles) == 6 and titles[3] == "crack $x_1$\non cfd"


def test_precision_recall_draws_the_curve_and_the_point_that_val_chose(study, figures):
    (panel,) = figures["precision_recall"].axes
    for arm in study.arms:
        rows = arm.first.curve()
        drawn = line(panel, arm.first.name)
        assert list(drawn.get_xdata()) == [float(row["recall"]) for row in rows]
        assert list(drawn.get_ydata()) == [float(row["precision"]) for row in rows]
    markers = {
        (drawn.get_xdata()[0], drawn.get_ydata()[0]) for drawn in panel.get_lines() if drawn.get_marker() != "None"
    }
    assert markers == {(arm.score("recall")[0], arm.score("precision")[0]) for arm in study.arms}


def test_bars_of_classes_are_the_scores(odd, odd_figures):
    panels = odd_figures["classes"].axes
    for panel, name in zip(panels, ODD[1:], strict=True):
        lengths = [bar.get_width() for bar in panel.patches]
        expected = [arm.score(score, name)[0] for score in ("f1", "iou") for arm in odd.arms]
        assert lengths == pytest.approx(expected)


def test_one_class_needs_no_figure_of_classes_and_a_comparison_none_of_temperature(figures, odd_figures):
    assert "classes" not in figures
    assert set(odd_figures) == {"learning", "pareto", "precision_recall", "classes"}


def test_odd_names_are_drawn_as_they_are(odd, odd_figures, tmp_path):
    write_figures(tmp_path / "figures", odd, select="f1")
    shown = texts(odd_figures["classes"])
    assert "crack $x_1$" in shown and "=1+1 a/b & co" in shown
    for path in (tmp_path / "figures").glob("*.svg"):
        ElementTree.parse(path)


def test_one_arm_is_enough(tmp_path, params):
    study = made(tmp_path, params, "compare")
    assert len(study.arms) == 1
    write_figures(tmp_path / "figures", study, select="f1")


def test_many_arms_are_named_below_and_the_data_keep_their_place(tmp_path, params, figures):
    many = draw_figures(made(tmp_path, params, kd={"temperatures": [1, 2, 3, 4, 5, 7, 10, 15, 20]}), select="f1")
    few_panel, many_panel = (each["learning"].axes[0] for each in (figures, many))
    inches = [panel.get_window_extent().height / panel.figure.dpi for panel in (few_panel, many_panel)]
    assert inches[1] == pytest.approx(inches[0], rel=0.1)
    for figure in many.values():
        renderer = figure._get_renderer()
        below = figure.legends[0].get_window_extent(renderer)
        assert not [panel for panel in figure.axes if panel.get_tightbbox(renderer).overlaps(below)]
        assert below.x0 >= 0 and below.x1 <= figure.bbox.width


def test_no_two_of_56_arms_look_alike_and_no_letter_is_below_seven_points(figures):
    assert len(set(style.looks([str(number) for number in range(56)]).values())) == 56
    assert palette.YELLOW not in style.COLOURS
    for figure in figures.values():
        assert min(text.get_fontsize() for text in figure.findobj(Text) if text.get_text()) >= 7


def test_every_figure_names_its_data(figures, odd_figures):
    for each in (figures, odd_figures):
        for name, figure in each.items():
            assert "synthetic" in figure.get_suptitle(), name
    data, marker = (odd_figures[name].get_suptitle().replace("\n", " ") for name in ("pareto", "precision_recall"))
    assert "test split of synthetic, 6 pictures and cfd, 6 pictures" in data
    assert "marker: the likeliest class" in marker
    assert "the threshold chosen on val" in figures["precision_recall"].get_suptitle().replace("\n", " ")


def test_long_names_keep_their_ends():
    assert style.shorten("a" * 40 + "z" * 40, 11) == "aaaaa…zzzzz"
    assert style.shorten("two\nlines") == "two lines"


@pytest.mark.parametrize(("value", "expected"), [(5, "5"), (0.5, "0.5"), (48_416, "48.4 k"), (1_180_000, "1.18 M")])
def test_large_numbers_are_short(value, expected):
    assert style.short_number(value) == expected
