import copy
from pathlib import Path

import pytest

from hairline.config import Params, load_params, parse_section, read_yaml
from hairline.errors import InputError

ROOT = Path(__file__).parents[1]


def changed(*path_and_value):
    *path, value = path_and_value
    values = copy.deepcopy(read_yaml(ROOT / "params.yaml"))
    node = values
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return values


def refusal(values) -> str:
    with pytest.raises(InputError) as caught:
        parse_section(Params, values, where="", file="params.yaml")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_committed_parameters_are_valid():
    assert load_params(ROOT / "params.yaml").kd.temperature in (5, 10, 15)


def test_a_misspelt_key_is_named_and_the_right_one_proposed():
    assert "kd.temprature: unknown key; did you mean temperature?" in refusal(changed("kd", "temprature", 3))


def test_a_misspelt_key_inside_a_named_entry_is_found_too():
    text = refusal(changed("datasets", "synthetic", "split", "vall", 0.1))
    assert "datasets.synthetic.split.vall" in text and "did you mean val?" in text


@pytest.mark.parametrize("temperature", [0, -1, "hot"])
def test_a_temperature_that_softens_nothing_is_refused(temperature):
    assert "kd.temperatures.0" in refusal(changed("kd", "temperatures", [temperature]))
    assert "kd.temperature" in refusal(changed("kd", "temperature", temperature))


def test_a_strategy_without_rules_is_refused_by_name():
    text = refusal(changed("kd", "strategy", "lukewarm"))
    assert "lukewarm" in text and "non_isothermal" in text


def test_a_study_on_an_unknown_dataset_is_refused():
    assert "kd.dataset is mars" in refusal(changed("kd", "dataset", "mars"))


def test_a_name_that_would_leave_its_folder_is_refused():
    assert "folder name" in refusal(changed("kd", "student", "model", "name", "../elsewhere"))


def test_a_missing_key_is_named():
    values = changed("train", "crop", 1)
    del values["train"]["crop"]
    assert "train.crop: missing" in refusal(values)


def test_whole_temperatures_stay_whole_because_they_become_names(tmp_path):
    params = load_params(ROOT / "params.yaml")
    assert "standard-T10" in params.kd.arms()


def test_numbers_are_read_as_dvc_reads_them(tmp_path):
    (tmp_path / "a.yaml").write_text("rate: 1e-3\nflag: on\n")
    assert read_yaml(tmp_path / "a.yaml") == {"rate": 0.001, "flag": "on"}


@pytest.mark.parametrize(("text", "says"), [("a: [", "not readable as YAML"), ("- 1", "expected `key: value`")])
def test_a_broken_file_is_named(tmp_path, text, says):
    (tmp_path / "broken.yaml").write_text(text)
    with pytest.raises(InputError, match=r"broken\.yaml") as caught:
        read_yaml(tmp_path / "broken.yaml")
    assert says in str(caught.value)


def test_a_missing_file_says_where_to_run_from(tmp_path):
    with pytest.raises(InputError, match="top folder"):
        load_params(tmp_path / "params.yaml")


def test_each_arm_of_the_study_is_named_once():
    kd = load_params(ROOT / "params.yaml").kd
    assert len(kd.arms()) == 3 + len(kd.strategies) * len(kd.temperatures)
    assert kd.reference() in kd.arms()


@pytest.mark.parametrize("overlap", [64, 65])
def test_tiles_that_would_never_get_on_are_refused(overlap):
    text = refusal(changed("datasets", "synthetic", "split", "tile", {"side": 64, "overlap": overlap}))
    assert f"tile.overlap is {overlap}, but must be less than tile.side, 64" in text
