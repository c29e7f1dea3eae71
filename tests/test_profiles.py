import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hairline.config import read_yaml
from hairline.errors import InputError
from hairline.profiles import Profile, list_profiles, merge, overrides, read_profile, resolve, set_by_hand

ROOT = Path(__file__).parents[1]
BASE = read_yaml(ROOT / "params.yaml")


def test_the_profiles_that_the_documents_name_are_there():
    assert {"smoke", "legacy", "mcff-paper", "deepcrack", "cfd", "transfer"} <= set(list_profiles(ROOT / "profiles"))


ALL = list_profiles(ROOT / "profiles")


@pytest.mark.parametrize("name", ALL)
def test_every_profile_fits_the_parameters_and_says_what_it_is(name):
    profile = read_profile(name, ROOT / "profiles")
    assert profile.about
    assert resolve(BASE, [profile]) != resolve(BASE, [])


@pytest.mark.parametrize("name", ALL)
def test_dvc_reads_a_profile_as_we_do(name, tmp_path):
    from dvc.utils.hydra import apply_overrides

    profile = read_profile(name, ROOT / "profiles")
    copy = tmp_path / "params.yaml"
    copy.write_text((ROOT / "params.yaml").read_text())
    apply_overrides(copy, list(overrides(BASE, profile.params)))
    assert read_yaml(copy) == merge(BASE, profile.params)


def test_every_target_of_a_profile_is_a_stage():
    stages = read_yaml(ROOT / "dvc.yaml")["stages"]
    for name in list_profiles(ROOT / "profiles"):
        for target in read_profile(name, ROOT / "profiles").targets:
            assert target.partition("@")[0] in stages


def test_what_profiles_share_is_no_profile_to_run():
    assert "bare" in {path.stem for path in (ROOT / "profiles/parts").iterdir()}
    with pytest.raises(InputError, match="no profile bare"):
        read_profile("bare", ROOT / "profiles")


def test_a_profile_stands_on_its_bases(tmp_path):
    (tmp_path / "low.yaml").write_text("about: a\nparams: {a: {x: 1, y: 1, z: null}, b: null}\n")
    (tmp_path / "high.yaml").write_text("about: b\nbase: [low]\nparams: {a: {y: 2}, b: {c: 3}}\n")
    assert read_profile("high", tmp_path).params == {"a": {"x": 1, "y": 2, "z": None}, "b": {"c": 3}}


def test_a_base_may_be_a_part_which_is_not_listed_itself(tmp_path):
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts/set.yaml").write_text("about: a\nparams: {a: 1}\n")
    (tmp_path / "own.yaml").write_text("about: b\nbase: [set]\nparams: {b: 2}\n")
    assert list_profiles(tmp_path) == ["own"]
    assert read_profile("own", tmp_path).params == {"a": 1, "b": 2}


def test_a_path_in_the_home_folder_that_is_set_by_hand_reaches_dvc_as_it_was_meant(tmp_path):
    from dvc.utils.hydra import apply_overrides

    copy = tmp_path / "params.yaml"
    copy.write_text("path: data\nplain: 1\ngone: 1\n")
    apply_overrides(copy, [set_by_hand(change) for change in ("path=~/my photos", "plain=2", "~gone")])
    assert read_yaml(copy) == {"path": "~/my photos", "plain": 2}


def test_a_value_replaces_a_new_key_is_added_and_null_takes_away():
    base = {"a": {"x": 1, "y": 2}, "b": 3}
    changes = {"a": {"x": 5, "y": None, "z": [1, "two"]}, "c": {"d": "it's"}}
    assert merge(base, changes) == {"a": {"x": 5, "z": [1, "two"]}, "b": 3, "c": {"d": "it's"}}
    assert list(overrides(base, changes)) == ["a.x=5", "~a.y", "+a.z=[1,'two']", "+c={d:'it\\'s'}"]


def test_an_unknown_profile_is_answered_with_the_known_ones():
    with pytest.raises(InputError, match="smoke"):
        read_profile("smok", ROOT / "profiles")


def test_a_profile_that_does_not_fit_is_refused_with_its_name():
    with pytest.raises(InputError, match=r"profile odd.*kd\.heat"):
        resolve(BASE, [Profile("odd", "", [], {"kd": {"heat": 3}})])


def test_later_profiles_win():
    first, second = (Profile(str(t), "", [], {"kd": {"temperature": t}}) for t in (7, 9))
    assert resolve(BASE, [first, second]).kd.temperature == 9


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """What DVC needs to draw the graph of the pipeline, in a repository of its own."""
    (tmp_path / "dvc.yaml").write_text((ROOT / "dvc.yaml").read_text())
    for command in (["git", "init", "-q"], [sys.executable, "-m", "dvc", "init", "-q"]):
        subprocess.run(command, cwd=tmp_path, check=True)
    monkeypatch.delenv("DVC_ROOT")
    return tmp_path


def trained_for(stage: str) -> str | None:
    """The study whose runs a stage makes."""
    body = read_yaml(ROOT / "dvc.yaml")["stages"][stage]
    outs = [str(out) for out in body.get("do", body).get("outs", [])]
    found = [re.match(r"data/runs/(\w+)/", out) for out in outs]
    return next((match[1] for match in found if match), None)


@pytest.mark.parametrize("name", ["cfd", "few-labels", "prune-long"])
def test_a_profile_of_one_study_trains_nothing_for_the_others(name, checkout):
    params = resolve(BASE, [read_profile(name, ROOT / "profiles")])
    (checkout / "params.yaml").write_text(json.dumps(params.model_dump(mode="json")))  # JSON is YAML too
    for target in read_profile(name, ROOT / "profiles").targets:
        command = [sys.executable, "-m", "dvc", "dag", "--dot", target]
        done = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=True)
        stages = set(re.findall(r'"([\w-]+)(?:@[^"]*)?"', done.stdout))
        assert target in stages
        assert {trained_for(stage) for stage in stages} - {None} <= set(params.studies)
