import base64
import hashlib
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

import stages.write_page
from hairline import io
from hairline.config import Params
from hairline.data.images import write_png
from hairline.data.predictions import archive_of, read_prediction
from hairline.errors import InputError
from hairline.report.page.gallery import gallery_section
from hairline.report.page.page import results_page
from hairline.report.page.pictures import read_galleries
from hairline.report.study.results import read_studies
from hairline.report.study.tables import with_interval
from tests.report.made import fail_engine, make_results, repack

ODD = ("background", '<script>alert("x")</script>', '" onload="alert(1)', "=1+1 </script> a/b \u2028")


@pytest.fixture
def values(params) -> dict:
    """The demo's parameters with a small sweep, a second seed, and a network tested on a second data set."""
    values = params.model_dump(mode="json")
    values["studies"] = {"distill": "kd", "compare": "compare"}
    values["kd"] |= {"seeds": [0, 1], "temperatures": [5, 10], "strategies": ["standard", "hyperthermal"]}
    values["datasets"]["cfd"] = values["datasets"]["synthetic"]
    values["compare"] |= {"test_on": ["cfd"], "networks": ["hrsegnet", "smp_unet"]}
    values["evaluate"]["bootstrap"] = 100
    values["report"]["gallery"] = 4
    return values


def studies_of(root: Path, params: Params) -> list:
    return read_studies(params.studies, metrics=root / "reports/metrics")


def page_of(root: Path, params: Params) -> str:
    return results_page(
        studies_of(root, params),
        select=params.train.select,
        pictures=params.report.gallery,
        predictions=root / "data/predictions",
        prepared=root / "data/prepared",
    )


def galleries_of(root: Path, params: Params, *, budget: int = 10**7, count: int = 4) -> list:
    return read_galleries(
        studies_of(root, params),
        select="f1",
        count=count,
        predictions=root / "data/predictions",
        prepared=root / "data/prepared",
        budget=budget,
    )


class Page(HTMLParser):
    """The elements of a page as a browser sees them: names, attributes, and the text in each."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict]] = []
        self.texts: list[str] = []
        self.scripts: list[str] = []
        self._inside = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._inside = tag
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        self._inside = ""

    def handle_data(self, data):
        if self._inside == "script":
            self.scripts[-1] += data
        else:
            self.texts.append(data)

    @property
    def text(self) -> str:
        return "\n".join(self.texts)

    def all(self, name: str) -> list[dict]:
        return [attributes for tag, attributes in self.elements if tag == name]


def test_every_arm_stands_on_the_page_with_its_scores_and_its_difference(tmp_path, values):
    params = Params.model_validate(values)
    make_results(tmp_path, params)
    page = Page(page_of(tmp_path, params))
    for study in studies_of(tmp_path, params):
        for arm in study.arms:
            assert arm.name in page.texts
            value, (low, high) = arm.score("f1_2px")
            assert f"{value:.3f}" in page.texts
            assert f"{low:.3f}–{high:.3f}" in page.text
        test = study.difference(study.arms[1].name, "f1_2px")
        if test:
            assert f"{test['difference']:+.3f}" in page.texts


@pytest.mark.parametrize("engines", [["torch"], ["openvino", "torch"]])
def test_the_table_of_arms_has_a_column_an_engine_and_the_file_size(tmp_path, values, engines):
    values["evaluate"]["latency"]["engines"] = engines
    params = Params.model_validate(values)
    make_results(tmp_path, params)
    page = page_of(tmp_path, params)
    columns = "".join(re.findall(r"<th[^>]*><button[^>]*>(?:MB|ms at)[^<]*", page.split('class="arms"')[1]))
    assert [column.split(">")[-1] for column in columns.split("<th")[1:]] == [
        "MB", *(f"ms at 64 px, {engine} f32" for engine in engines),
    ]  # fmt: skip
    first = studies_of(tmp_path, params)[0].arms[0].first
    assert f">{first.metrics['weights_bytes'] / 1e6:.2f}</td>" in page
    assert f"Median of 3 pictures of 64 px, 1 CPU thread, {engines[0]} f32 (one by one)" in page


def test_an_engine_that_failed_says_why_and_is_in_no_chart(tmp_path, values):
    params = Params.model_validate(values)
    make_results(tmp_path, params)
    fail_engine(tmp_path, "torch")
    page = page_of(tmp_path, params)
    assert 'title="no rule for aten.odd"' in page
    assert "Quality against latency" not in page and "Quality against size" in page


def test_the_head_quotes_the_best_run_by_val(tmp_path, values):
    params = Params.model_validate(values)
    make_results(tmp_path, params)
    head = Page(page_of(tmp_path, params).partition('id="distill"')[0])
    for study in studies_of(tmp_path, params):
        best = study.best("f1")
        assert best.name in head.texts
        assert f"{best.score('f1_2px')[0]:.3f}" in head.texts
    assert "of 7 arms by F1 on val" in head.text


def test_names_of_users_are_text_wherever_they_stand(tmp_path, values):
    params = Params.model_validate(values)
    make_results(tmp_path, params, classes=ODD)
    page = Page(page_of(tmp_path, params))
    assert len(page.scripts) == 2 + 1, "a data block a gallery and the page's own script"
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    for name in ODD[1:]:
        assert any(name in text for text in page.texts)
    for script in page.scripts[:-1]:
        assert not set("<>&\u2028\u2029") & set(script)
        lines = json.loads(script)["runs"][0]["scores"][0]
        assert [line.startswith(f"{name}: ") for line, name in zip(lines, ODD[1:], strict=True)] == [True] * 3


def test_building_twice_gives_the_same_bytes(tmp_path, values):
    params = Params.model_validate(values)
    make_results(tmp_path, params)
    assert page_of(tmp_path, params) == page_of(tmp_path, params)


def test_another_process_builds_the_same_bytes(tmp_path, values, monkeypatch):
    params = Params.model_validate(values)
    make_results(tmp_path, params, images=3)
    (tmp_path / "params.yaml").write_text(json.dumps(values))
    options = ["--metrics", "reports/metrics", "--predictions", "data/predictions"]
    options += ["--prepared", "data/prepared"]
    root = str(Path(__file__).parents[2])
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-m", "stages.write_page", *options, "--out", f"reports/{seed}.html"],
            cwd=tmp_path, env={"PYTHONPATH": root, "PYTHONHASHSEED": seed}, check=True,
        )  # fmt: skip
    assert (tmp_path / "reports/1.html").read_bytes() == (tmp_path / "reports/2.html").read_bytes()


def test_the_stage_writes_one_file_and_nothing_else(tmp_path, values, monkeypatch):
    params = Params.model_validate(values)
    make_results(tmp_path, params, images=3)
    (tmp_path / "params.yaml").write_text(json.dumps(values))
    monkeypatch.chdir(tmp_path)
    stages.write_page.main(Path("reports/metrics"), Path("data/predictions"), Path("data/prepared"), Path("out/x.html"))
    assert [path.name for path in Path("out").iterdir()] == ["x.html"]
    assert Path("out/x.html").read_text() == page_of(tmp_path, params)


def test_the_page_refers_to_nothing_but_itself(tmp_path, values):
    params = Params.model_validate(values)
    make_results(tmp_path, params)
    written = page_of(tmp_path, params)
    page = Page(written)
    ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    for _, attributes in page.elements:
        for name in ("src", "href", "srcset", "action", "data", "poster"):
            if name in attributes:
                assert attributes[name].startswith("data:") or attributes[name].removeprefix("#") in ids
    assert not re.search(r"https?:|@import|url\(", written)


def test_the_pages_own_policy_allows_its_style_and_its_script(tmp_path, values):
    params = Params.model_validate(values)
    make_results(tmp_path, params, images=3)
    written = page_of(tmp_path, params)
    policy = next(meta["content"] for meta in Page(written).all("meta") if "http-equiv" in meta)
    style = re.search(r"<style>(.*?)</style>", written, re.DOTALL)[1]
    for directive, content in (("style-src", style), ("script-src", Page(written).scripts[-1])):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")


def test_headings_do_not_skip_a_level_and_pictures_have_sizes_and_words(tmp_path, values):
    params = Params.model_validate(values)
    make_results(tmp_path, params)
    page = Page(page_of(tmp_path, params))
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert page.all("img")
    assert all(image["alt"] and image["width"] and image["height"] for image in page.all("img"))
    assert all(svg.get("aria-label") or svg.get("aria-hidden") for svg in page.all("svg"))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_one_class_has_no_chart_of_classes_and_several_have_one(tmp_path, values):
    params = Params.model_validate(values)
    make_results(tmp_path / "one", params, images=3)
    make_results(tmp_path / "three", params, images=3, classes=("background", "crack", "spalling"))
    assert "F1 at 2 px by class" not in page_of(tmp_path / "one", params)
    three = page_of(tmp_path / "three", params)
    assert "F1 at 2 px by class" in three
    assert "Precision and recall: spalling in synthetic" in three


@pytest.mark.parametrize("absent", ["crack", "spalling"])
def test_an_absent_class_is_not_applicable_and_never_zero(tmp_path, values, absent):
    params = Params.model_validate(values)
    make_results(tmp_path, params, images=3, classes=("background", "crack", "spalling"))
    remove_class(tmp_path, absent)
    page = Page(page_of(tmp_path, params))
    assert "n/a" in page.text
    assert f"Precision and recall: {absent}" not in page.text
    assert "teacher: n/a, no true pixel in the test split" in page.texts
    assert "mean IoU against temperature" in page.text, "the mean is over the classes that are there"


def remove_class(root: Path, absent: str) -> None:
    """As if no test picture had a pixel of the class."""
    for path in (root / "reports/metrics").glob("*/*.json"):
        content = io.read_json(path)
        if "scores" in content:
            content["scores"]["classes"][absent] = dict.fromkeys(content["scores"]["classes"][absent])
            content["intervals"]["classes"][absent] = dict.fromkeys(content["intervals"]["classes"][absent])
        elif path.name == "comparison.json" and absent == "crack":
            nothing = dict.fromkeys(("difference", "low", "high", "p_value"))
            for tests in content["to_reference"].values():
                tests |= dict.fromkeys(("f1", "f1_2px", "iou"), nothing)
            for test in content["to_each_other"]:
                test |= nothing
        io.write_json(path, content)
    for path in (root / "reports/metrics").glob("*/*.csv"):
        rows = io.read_csv(path)
        if path.name.endswith(".curve.csv"):
            io.write_csv(path, [row for row in rows if row["class"] != absent], columns=list(rows[0]))
        elif not path.name.endswith(".history.csv"):
            empty = [f"{absent}_{name}" for name in ("f1", "f1_2px", "precision", "recall", "iou")]
            io.write_csv(path, [row | dict.fromkeys(empty, "") for row in rows])


def test_weights_chosen_by_loss_make_the_lowest_loss_the_best(tmp_path, values):
    params = Params.model_validate(values | {"train": values["train"] | {"select": "loss"}})
    make_results(tmp_path, params, images=3)
    path = tmp_path / "reports/metrics/distill/standard-T5-s0-f0.run.json"
    record = io.read_json(path)
    io.write_json(path, record | {"val": record["val"] | {"loss": 0.01}})
    page = page_of(tmp_path, params)
    assert "Learning: loss on val" in page
    assert "<b>standard-T5</b>, the best of 7 arms by loss on val" in page


def test_a_gallery_a_data_set_with_the_worst_pictures_of_its_best_run_first(tmp_path, values):
    params = Params.model_validate(values)
    make_results(tmp_path, params, images=8)
    galleries = galleries_of(tmp_path, params)
    assert [gallery.dataset for gallery in galleries] == ["synthetic", "cfd"]
    for gallery in galleries:
        best = gallery.shown[0]
        column = {name: float(row["crack_f1_2px"]) for name, row in best.rows.items() if row["crack_f1_2px"]}
        assert [picture.id for picture in gallery.pictures][:2] == sorted(column, key=lambda name: column[name])[:2]
    assert galleries[0].shown[0].arm == "chosen"
    assert {shown.arm for shown in galleries[0].shown} >= {
        "teacher",
        "baseline",
        "hrsegnet-synthetic",
        "smp_unet-synthetic",
    }
    assert [shown.arm for shown in galleries[1].shown] == ["smp_unet-synthetic@cfd", "hrsegnet-synthetic@cfd"]


def test_what_does_not_fit_is_left_out_and_named(tmp_path, values):
    params = Params.model_validate(values)
    make_results(tmp_path, params, images=8)
    whole = galleries_of(tmp_path, params)[0]
    needed = sum(len(picture.photograph) for picture in whole.pictures)
    few = galleries_of(tmp_path, params, budget=int(2 * 0.75 * needed))[0]
    assert 1 <= len(few.pictures) < len(whole.pictures)
    assert "Left out to keep the page small: " in gallery_section(few, anchor="x")
    none = galleries_of(tmp_path, params, budget=2 * 10)[0]
    assert len(none.pictures) == 1 and len(none.shown) == 1
    assert len(none.left_out) == len(whole.shown) - 1
    assert none.left_out[0] in gallery_section(none, anchor="x")


def test_runs_that_were_tested_on_other_pictures_are_not_offered(tmp_path, values):
    params = Params.model_validate(values)
    make_results(tmp_path, params, images=6)
    path = tmp_path / "reports/metrics/compare/hrsegnet-synthetic-s0-f0.csv"
    io.write_csv(path, [row | {"id": f"other-{row['id']}"} for row in io.read_csv(path)])
    gallery = galleries_of(tmp_path, params)[0]
    assert gallery.left_out == ["hrsegnet-synthetic"]
    assert "hrsegnet-synthetic" not in {shown.arm for shown in gallery.shown}


def test_no_gallery_is_wanted_and_none_is_made(tmp_path, values):
    params = Params.model_validate(values | {"report": values["report"] | {"gallery": 0}})
    make_results(tmp_path, params, images=3)
    page = Page(page_of(tmp_path, params))
    assert not page.all("img") and not page.all("dialog")
    assert "#pictures" not in [link["href"] for link in page.all("a")]


def test_a_large_photograph_is_made_smaller_and_the_page_says_so(tmp_path, values):
    params = Params.model_validate(values | {"studies": {"compare": "compare"}})
    make_results(tmp_path, params, images=2)

    def enlarged(content):
        return cv2.resize(content, (1500, 1001), interpolation=cv2.INTER_NEAREST)

    for folder in ("images", "masks"):
        for path in (tmp_path / "data/prepared/synthetic" / folder).iterdir():
            write_png(path, enlarged(cv2.imread(str(path), cv2.IMREAD_UNCHANGED)))
    for network in ("smp_unet", "hrsegnet"):
        archive = archive_of(tmp_path / "data/predictions/compare", f"{network}-synthetic-s0-f0")
        repack(archive, lambda _, ids: enlarged(ids))
    gallery = galleries_of(tmp_path, params)[0]
    assert {(picture.width, picture.height) for picture in gallery.pictures} == {(640, 427)}
    assert "shown at 640 px" in gallery_section(gallery, anchor="x")


@pytest.mark.parametrize(
    "missing",
    ["data/predictions/distill/chosen-s0-f0.zip", "data/prepared/synthetic/images/0003.png",
     "data/prepared/synthetic/masks/0003.png", "data/prepared/cfd/manifest.csv",
     "reports/metrics/distill/chosen-s0-f0.csv", "reports/metrics/distill/chosen-s1-f0.history.csv",
     "reports/metrics/compare/hrsegnet-synthetic-s0-f0@cfd.curve.csv"],
)  # fmt: skip
def test_a_missing_file_is_named_with_what_to_run(tmp_path, values, missing):
    params = Params.model_validate(values | {"report": values["report"] | {"gallery": 9}})
    make_results(tmp_path, params)
    (tmp_path / missing).unlink()
    with pytest.raises(InputError, match=rf"{re.escape(missing)}: .*run "):
        page_of(tmp_path, params)


def test_a_prediction_of_another_size_is_named(tmp_path, values):
    params = Params.model_validate(values)
    make_results(tmp_path, params)
    archive = archive_of(tmp_path / "data/predictions/distill", "chosen-s0-f0")
    repack(archive, lambda name, ids: ids[:-1] if name == "0003" else ids)
    with pytest.raises(InputError, match=r"chosen-s0-f0\.zip.*0003.*\(47, 48\)"):
        galleries_of(tmp_path, params, count=9)


def test_what_a_layer_shows_is_what_the_run_predicted(tmp_path, values):
    params = Params.model_validate(values)
    make_results(tmp_path, params, classes=("background", "crack", "spalling"))
    gallery = galleries_of(tmp_path, params)[0]
    shown, picture = gallery.shown[1], gallery.pictures[0]
    url = shown.layers[0].url(gallery.states.palettes()["prediction"])
    drawn = cv2.imdecode(np.frombuffer(base64.b64decode(url.partition(",")[2]), np.uint8), cv2.IMREAD_UNCHANGED)
    predicted = read_prediction(archive_of(tmp_path / "data/predictions" / shown.study, shown.run.name), picture.id)
    assert ((drawn[..., 3] > 0) == (predicted > 0)).all()


def test_facts_that_all_runs_share_are_told_once(tmp_path, values):
    params = Params.model_validate(values)
    make_results(tmp_path, params, images=3)
    page = Page(page_of(tmp_path, params))
    facts = page.text.partition("the same in all runs")[2]
    assert facts.partition("the same in all runs")[0].count("hardware.processor") == 1
    assert {"versions.torch", "2.14.1", "seconds", "12.5", "scored.weights_sha256"} <= set(page.texts)
    weights = {run.metrics["weights_sha256"] for s in studies_of(tmp_path, params) for a in s.arms for run in a.runs}
    assert weights <= set(page.texts)


def test_a_tooltip_tells_what_the_table_tells(tmp_path, values):
    params = Params.model_validate(values)
    make_results(tmp_path, params, images=3)
    page = page_of(tmp_path, params)
    for arm in studies_of(tmp_path, params)[0].arms:
        assert f"<title>{arm.name}: F1 at 2 px {with_interval(*arm.score('f1_2px'))}; parameters: " in page


def test_the_page_loads_no_torch():
    code = "import stages.write_page, sys; print(sorted({'torch', 'pandas', 'matplotlib'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_arms_of_one_reference_stand_against_each_other_and_a_single_one_does_not(values, tmp_path):
    params = Params.model_validate(values)
    root = make_results(tmp_path, params)
    text = page_of(root, params)
    distill, compare = studies_of(root, params)
    (folded,) = re.findall(r"<details><summary><b>against each other</b>.*?</details>", text, re.S)
    for test in distill.siblings:
        assert f"<td>{test['arm']}</td><td>{test['minus']}</td><td>{test['difference']:+.3f}" in folded
    assert len(distill.siblings) == folded.count("<tr>") - 1 and not compare.siblings
