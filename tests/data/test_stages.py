"""The two stages that bring data in, as a person starts them."""

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from hairline.data.manifest import choose_split, read_manifest, write_manifest
from hairline.io import read_json, sha256_of

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path, make_folder):
    """A folder with a params.yaml that has one more data set, a folder of photographs."""
    content = YAML(typ="safe").load((ROOT / "params.yaml").read_text())
    split = content["datasets"]["synthetic"]["split"]
    content["datasets"]["mine"] = {
        "source": "folder",
        "options": {"path": str(make_folder(20))},
        "split": split | {"val": 0.2, "test": 0.3, "folds": 3, "lists": "own", "group": ""},
    }
    with (tmp_path / "params.yaml").open("w") as file:
        YAML().dump(content, file)
    return tmp_path


def run(project, stage, *arguments):
    return subprocess.run(
        [sys.executable, "-m", f"stages.{stage}", *arguments],
        cwd=project,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def download(project, dataset="mine"):
    return run(project, "download", "--dataset", dataset, "--out", "raw")


def split(project):
    return run(
        project,
        "split",
        "--dataset",
        "mine",
        "--raw",
        "raw",
        "--out",
        "prepared",
        "--report",
        "reports/mine.md",
        "--page",
        "reports/mine.html",
        "--seal",
        "seals/mine.json",
    )


def test_download_and_split_lead_from_a_folder_to_a_manifest(project):
    assert download(project).returncode == 0
    done = split(project)
    assert done.returncode == 0, done.stderr
    chosen = choose_split(read_manifest(project / "prepared"), 0)
    assert {name: len(members) for name, members in chosen.items()} == {"train": 10, "val": 4, "test": 6}
    assert (project / "reports" / "mine.md").read_text().startswith("# Data set prepared")
    assert (project / "reports" / "mine.html").read_text().startswith("<!doctype html>")
    assert read_json(project / "seals" / "mine.json")["manifest.csv"] == sha256_of(project / "prepared/manifest.csv")


def test_data_sets_are_compared_and_a_common_test_picture_is_warned_of(project):
    content = YAML(typ="safe").load((project / "params.yaml").read_text())
    content["datasets"] = {"mine": content["datasets"]["mine"], "yours": content["datasets"]["mine"]}
    content["studies"] = {"compare": "compare"}
    content["compare"]["datasets"] = ["mine"]
    with (project / "params.yaml").open("w") as file:
        YAML().dump(content, file)
    assert download(project).returncode == 0 and split(project).returncode == 0
    samples = read_manifest(project / "prepared")
    known = {"train": "test", "test": "train", "val": "val"}
    for name, chosen in (("mine", samples), ("yours", [replace(s, split=known[s.split]) for s in samples])):
        shutil.copytree(project / "prepared", project / "both" / name)
        write_manifest(project / "both" / name / "manifest.csv", chosen)
    done = run(project, "compare_data", "--prepared", "both", "--out", "reports/overlap.md")
    assert done.returncode == 0, done.stderr
    assert "warning: 6 test pictures of mine lie in train or val of yours" in done.stderr
    assert "| mine, test | 6 + 0 |" in (project / "reports" / "overlap.md").read_text()


def test_a_data_set_that_is_not_prepared_is_told_in_one_line(project):
    done = run(project, "compare_data", "--prepared", "nowhere", "--out", "reports/overlap.md")
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "looks.csv: no such file" in done.stderr


def test_an_unknown_data_set_is_answered_in_one_line_with_the_known_ones(project):
    done = download(project, "mien")
    assert done.returncode == 1
    assert "error: params.yaml: no data set 'mien' under `datasets`; known: defects, mine, synthetic" in done.stderr
    assert done.stderr.count("\n") == 1


def test_bad_photographs_are_told_in_one_line_and_leave_nothing(project):
    (project / "photos" / "masks" / "p03.png").unlink()
    done = download(project)
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert "images/p03.png: an image without a mask" in done.stderr
    assert not (project / "raw").exists() and not list(project.glob(".raw*"))


@pytest.mark.parametrize("stage", ["download", "split", "compare_data"])
def test_help_shows_an_example_and_loads_neither_torch_nor_pandas(stage):
    code = (
        "import runpy, sys\n"
        f"sys.argv = ['{stage}', '--help']\n"
        "try:\n"
        f"    runpy.run_module('stages.{stage}', run_name='__main__')\n"
        "except SystemExit:\n"
        "    print([name for name in ('torch', 'pandas', 'scipy', 'skimage') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"Example: python -m stages.{stage}" in done.stdout and done.stdout.rstrip().endswith("[]")
