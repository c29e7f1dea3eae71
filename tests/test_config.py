import copy
from pathlib import Path

import pytest
from pydantic import ValidationError

from hairline.config import (
    STUDIES,
    AnnotateParams,
    CompareParams,
    Params,
    load_params,
    parse_section,
    parse_study,
    read_yaml,
)
from hairline.config.compare import RecipeParams
from hairline.errors import InputError
from hairline.io import read_json, write_json

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
    assert "standard-T10" in [arm.name for arm in params.kd.plan()]


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
    names = [arm.name for arm in kd.plan()]
    assert len(set(names)) == len(names) == 3 + len(kd.strategies) * len(kd.temperatures)
    assert {arm.reference for arm in kd.plan() if arm.name != "baseline"} == {"baseline"}


def compared(datasets: list[str], test_on: list[str], networks: list[str]) -> dict[str, str]:
    """Name and reference of each arm."""
    values = read_yaml(ROOT / "params.yaml")["compare"]
    recipes = dict.fromkeys(networks, values["recipes"]["hrsegnet"])
    changes = {"datasets": datasets, "test_on": test_on, "networks": networks, "recipes": recipes}
    return {arm.name: arm.reference for arm in CompareParams.model_validate(values | changes).plan()}


def test_each_network_is_trained_on_each_data_set_and_held_against_the_first_one_there():
    assert compared(["a", "b"], [], ["x", "y"]) == {"x-a": "", "y-a": "x-a", "x-b": "", "y-b": "x-b"}


def test_a_network_from_elsewhere_is_held_against_the_one_that_was_trained_there():
    assert compared(["a", "b"], ["a", "b"], ["x"]) == {"x-a": "", "x-b@a": "x-a", "x-b": "", "x-a@b": "x-b"}


def test_where_nothing_was_trained_the_first_network_is_the_reference():
    assert compared(["a", "b"], ["c"], ["x"]) == {"x-a": "", "x-b": "", "x-a@c": "", "x-b@c": "x-a@c"}


def annotated(**changes) -> AnnotateParams:
    return AnnotateParams.model_validate(read_yaml(ROOT / "params.yaml")["annotate"] | changes)


def test_fewer_masks_are_held_against_as_many_from_scratch():
    labelled = {"supervised": [8, "all"], "pretrained": [8, 16], "mixed": ["all"], "drawn": [0]}
    plan = {arm.name: arm.reference for arm in annotated(labelled=labelled).plan()}
    assert plan == {
        "drawn-0": "", "supervised-8": "", "supervised-all": "", "pretrained-8": "supervised-8",
        "pretrained-16": "", "mixed-all": "supervised-all",
    }  # fmt: skip


def test_nothing_is_drawn_where_nobody_begins_with_it():
    labelled = {"drawn": [], "supervised": ["all"], "pretrained": [], "mixed": ["all"]}
    assert [arm.name for arm in annotated(labelled=labelled).plan()] == ["supervised-all", "mixed-all"]
    with pytest.raises(ValidationError, match="pretrained begins with the network that saw no mask"):
        annotated(labelled=labelled | {"pretrained": [8]})


def test_an_arm_knows_its_masks_and_only_the_first_its_own_work():
    study = annotated()
    assert [study.masks(arm) for arm in ("drawn-0", "mixed-16", "supervised-all")] == [None, 16, None]
    assert study.run("drawn-0").epochs == study.pretraining.epochs
    assert study.run("pretrained-8").learning_rate == study.finetuning.learning_rate
    assert study.run("mixed-8").learning_rate == study.training.learning_rate
    assert study.run("pretrained-8").steps == study.run("supervised-all").steps == study.training.steps


def test_work_is_said_in_epochs_or_in_steps_and_not_in_both():
    recipe = read_yaml(ROOT / "params.yaml")["compare"]["recipes"]["hrsegnet"]
    assert RecipeParams.model_validate(recipe | {"epochs": 0, "steps": 100}).epochs_of(batches=30) == 4
    for epochs, steps in ((3, 100), (0, 0)):
        with pytest.raises(ValidationError, match=f"epochs is {epochs} and steps is {steps}"):
            RecipeParams.model_validate(recipe | {"epochs": epochs, "steps": steps})


@pytest.mark.parametrize(
    ("changes", "named"), [({"patience": 3}, "patience above 0"), ({"schedule": "plateau"}, "plateau")]
)
def test_a_training_that_val_leads_cannot_be_repeated_without_val(changes, named):
    params = load_params(ROOT / "params.yaml")
    recipe = params.compare.recipes["hrsegnet"].model_copy(update={"train": changes})
    recipe.settings(params.train)
    with pytest.raises(InputError, match=f"{named}.* is led by val, and with refit"):
        recipe.model_copy(update={"refit": 1}).settings(params.train, where="compare.recipes.hrsegnet.train")


def test_tutors_do_not_stand_beside_turns_because_they_have_seen_what_is_held_out():
    recipe = read_yaml(ROOT / "params.yaml")["compare"]["recipes"]["hrsegnet"] | {"tutors": {"count": 1}}
    assert RecipeParams.model_validate(recipe | {"refit": 1}).refit == 1
    with pytest.raises(ValidationError, match="refit is 2, but tutors learn from all of train"):
        RecipeParams.model_validate(recipe | {"refit": 2})


def test_a_recipe_changes_the_settings_it_names_and_no_others():
    params = load_params(ROOT / "params.yaml")
    recipe = params.compare.recipes["hrsegnet"].model_copy(update={"train": {"augment": {"rotate": 7}}})
    settings = recipe.settings(params.train)
    assert settings.augment.rotate == 7
    assert settings.model_copy(update={"augment": params.train.augment}) == params.train


def test_a_misspelt_setting_of_a_recipe_is_refused_with_its_place():
    text = refusal(changed("compare", "recipes", "hrsegnet", "train", {"augment": {"rotat": 7}}))
    assert "compare.recipes.hrsegnet.train.augment.rotat: unknown key; did you mean rotate?" in text


def test_a_study_that_would_train_nothing_is_refused():
    values = read_yaml(ROOT / "params.yaml")
    values["studies"]["annotate"] = "annotate"
    assert "give it seeds" in refusal(values)


@pytest.mark.parametrize("overlap", [64, 65])
def test_tiles_that_would_never_get_on_are_refused(overlap):
    text = refusal(changed("datasets", "synthetic", "split", "tile", {"side": 64, "overlap": overlap}))
    assert f"tile.overlap is {overlap}, but must be less than tile.side, 64" in text


@pytest.mark.parametrize("study", STUDIES)
def test_a_section_that_was_written_down_gives_the_same_table_in_the_same_order(study, tmp_path, params):
    section = params.study(study)
    write_json(tmp_path / "section.json", section.model_dump(mode="json"), sort=False)
    again = parse_study(study, read_json(tmp_path / "section.json"), file="section.json")
    assert again == section
    assert again.plan() == section.plan() and again.repeats() == section.repeats()


def test_a_fault_in_it_is_told_with_file_and_key(params):
    values = params.prune.model_dump(mode="json") | {"between": 2}
    with pytest.raises(InputError, match=r"^reports/section\.json: prune\.between"):
        parse_study("prune", values, file="reports/section.json")
