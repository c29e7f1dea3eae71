import math
from pathlib import Path

import numpy as np
import pytest
from openpyxl import load_workbook

from hairline.errors import InputError
from hairline.report.workbook.charts import cost_axis, share_axis
from hairline.report.workbook.meanings import meaning_of, place_of
from hairline.report.workbook.saving import save
from hairline.report.workbook.sheet import Column, Sheet, SheetTable
from hairline.report.workbook.stable import to_bytes
from hairline.report.workbook.values import clean, flatten, headers, plain, sheet_name, table_name
from hairline.report.workbook.write import build


@pytest.mark.parametrize("value", [None, math.nan, math.inf, -math.inf, np.float64("nan"), np.float32("inf")])
def test_what_is_not_a_number_is_not_available(value):
    assert plain(value) == "n/a"


def test_numpy_scalars_become_python_values_and_truth_becomes_a_word():
    assert type(plain(np.int64(3))) is int and type(plain(np.float32(0.5))) is float
    assert (plain(True), plain(np.bool_(False))) == ("yes", "no")
    assert plain(["a", 1]) == '["a", 1]' and plain(Path("a/b")) == "a/b"


def test_characters_that_xml_forbids_are_replaced_and_escapes_stay_text():
    assert clean("a\x00b\x1fc\ud800\uffff") == "a\ufffdb\ufffdc\ufffd\ufffd"
    assert clean("tab\tand\nline") == "tab\tand\nline"
    assert clean("_x0041_") == "_x005F_x0041_"
    assert len(clean("x" * 40_000)) == 32_767


def test_headers_are_single_lines_and_unlike_each_other_in_any_case():
    found = headers(["Crack\nF1", "crack f1", "", "x" * 300, "x" * 300])
    assert found[:3] == ["Crack F1", "crack f1 2", "column"]
    assert found[3] != found[4] and max(map(len, found)) <= 120


@pytest.mark.parametrize("name", ["a/b[c]:*?\\d", "'quoted'", "x" * 50, "", "History", "   ", "OverView"])
def test_sheet_names_are_legal_and_unique(name):
    found = sheet_name(name, ["overview", "x" * 31])
    assert 0 < len(found) <= 31 and not set(found) & set("[]:*?/\\")
    assert found.lower() not in ("overview", "history", "x" * 31)
    assert not found.startswith("'") and not found.endswith("'")


@pytest.mark.parametrize("name", ["A1", "R1C1", "1st", "samples", "\u00e4\u00e9"])
def test_table_names_are_never_like_a_cell(name):
    assert table_name(name, []).startswith("t_")
    assert table_name("T_x", ["t_X"]) == "T_x_2"


def test_a_nest_of_parameters_becomes_flat():
    assert flatten({"loss": {"dice": 1, "of": {}}, "a": [1]}) == {"loss.dice": 1, "loss.of": {}, "a": [1]}


def small(value="a"):
    return to_bytes(build([Sheet("one", "A sheet", parts=[SheetTable("one_table", [Column("x")], [[value]])])]))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "#N/A", "=HYPERLINK(1)", "#REF!"])
def test_text_stays_text(text, tmp_path):
    (tmp_path / "a.xlsx").write_bytes(small(text))
    cell = load_workbook(tmp_path / "a.xlsx")["one"]["A4"]
    assert (cell.value, cell.data_type) == (text, "s")
    assert cell.quotePrefix == (text[0] in "=+-@\t")


def test_a_name_like_an_escape_is_escaped_once_wherever_it_stands(tmp_path):
    name = "_x0041_"
    table = SheetTable("one_table", [Column(name)], [[name]], name)
    (tmp_path / "a.xlsx").write_bytes(to_bytes(build([Sheet("one", name, [name], [table])])))
    page = load_workbook(tmp_path / "a.xlsx")["one"]
    assert [page.cell(row, 1).value for row in (1, 2, 4, 5, 6)] == ["_x005F_x0041_"] * 5


def test_a_table_without_rows_is_a_line_of_text(tmp_path):
    content = to_bytes(build([Sheet("one", "A sheet", parts=[SheetTable("one_table", [Column("x")], [])])]))
    (tmp_path / "a.xlsx").write_bytes(content)
    page = load_workbook(tmp_path / "a.xlsx")["one"]
    assert page["A3"].value == "nothing to show" and not page.tables


@pytest.mark.parametrize("lock", [".~lock.metrics.xlsx#", "~$metrics.xlsx"])
def test_a_workbook_that_is_open_elsewhere_is_left_alone_and_the_new_one_lies_beside_it(lock, tmp_path):
    path = tmp_path / "metrics.xlsx"
    save(path, small("old"))
    (tmp_path / lock).touch()
    with pytest.raises(InputError, match=r"is open in another program.*metrics-new\.xlsx: close it"):
        save(path, small("new"))
    assert path.read_bytes() == small("old")
    assert (tmp_path / "metrics-new.xlsx").read_bytes() == small("new")
    (tmp_path / lock).unlink()
    save(path, small("new"))
    assert path.read_bytes() == small("new")


def test_a_workbook_that_cannot_be_replaced_is_no_lost_work(tmp_path, monkeypatch):
    from hairline import io

    path, replace = tmp_path / "metrics.xlsx", io.os.replace

    def as_windows_does(source, target):
        if Path(target) == path:
            raise PermissionError(13, "in use", str(target))
        replace(source, target)

    monkeypatch.setattr(io.os, "replace", as_windows_does)
    with pytest.raises(InputError, match=r"metrics-new\.xlsx"):
        save(path, b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["metrics-new.xlsx"]


def test_the_meaning_of_a_score_names_its_tolerance():
    assert meaning_of("f1") == "2 TP / (2 TP + FP + FN)"
    assert meaning_of("f1_2px") == "harmonic mean of its precision and recall at 2 px"
    assert meaning_of("recall_4px") == "share of the true pixels with a predicted one within 4 pixels"
    assert meaning_of("unheard_of") == ""
    assert sorted(["f1_4px", "iou", "f1_0px", "images"], key=place_of) == ["images", "iou", "f1_0px", "f1_4px"]


def test_axes_hold_what_is_drawn():
    for values in ([0.98, 0.981], [0.0, 1.0], [0.5], [0.449, 0.551]):
        axis = share_axis("F1", values)
        assert 0 <= axis.low <= min(values) and max(values) <= axis.high <= 1 and axis.low < axis.high
    for values in ([3.0], [38_889, 56_173], [900, 25_000_000], [0.02, 0.5], [0], [10, 100]):
        axis = cost_axis("ms", values)
        assert axis.low <= min(values) and max(values) <= axis.high and axis.low < axis.high
        assert axis.logarithmic == (min(values) > 0 and max(values) > 10 * min(values))
