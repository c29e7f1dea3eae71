import json

import pytest
import torch

from hairline.engine import ModelCard, load_run, save_run
from hairline.errors import InputError
from hairline.models import create_model

ARGUMENTS = {"width": 4, "depth": 3}

ONE_LOOK = {"scales": [1], "mirror": False}


@pytest.fixture
def folder(tmp_path):
    torch.manual_seed(1)
    model = create_model("hrsegnet", classes=2, **ARGUMENTS)
    card = ModelCard("hrsegnet", ARGUMENTS, ["background", "crack"], "standardise", 0.4, ONE_LOOK)
    history = [{"epoch": 1, "train_loss": 0.5}, {"epoch": 2, "train_loss": 0.4, "val_f1": 0.7}]
    save_run(tmp_path / "run", card=card, weights=model.state_dict(), history=history, record={"seconds": 1.0})
    return tmp_path / "run"


def test_a_run_comes_back_with_the_same_logits(folder):
    torch.manual_seed(1)
    model = create_model("hrsegnet", classes=2, **ARGUMENTS).eval()
    image = torch.randn(1, 3, 40, 48)
    with torch.inference_mode():
        assert torch.equal(load_run(folder).model(image), model(image))


def test_a_run_is_used_with_the_views_it_was_validated_with(folder):
    run = load_run(folder)
    assert run.as_used is run.model
    card = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(card | {"views": {"scales": [1, 0.5], "mirror": True}}))
    run = load_run(folder)
    image = torch.randn(1, 3, 40, 48)
    with torch.inference_mode():
        answers = [run.as_used(turned).softmax(1) for turned in (image, image.flip(-1))]
        assert torch.allclose(answers[0], answers[1].flip(-1), atol=1e-6)
        assert not torch.allclose(run.model(image), run.model(image.flip(-1)).flip(-1), atol=1e-3)


def test_a_run_folder_holds_what_it_promises_and_no_pickle(folder):
    assert sorted(path.name for path in folder.iterdir()) == [
        "history.csv",
        "model.json",
        "model.safetensors",
        "run.json",
    ]
    record = json.loads((folder / "run.json").read_text())
    assert record["versions"]["torch"] and record["hardware"]["cores"] and record["peak_memory_mb"] > 0
    assert (folder / "history.csv").read_text().splitlines()[0] == "epoch,train_loss,val_f1"
    assert b"pickle" not in (folder / "model.safetensors").read_bytes()


def test_a_single_flipped_bit_in_the_weights_is_found(folder):
    path = folder / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"model\.safetensors.*damaged.*dvc checkout"):
        load_run(folder)


@pytest.mark.parametrize("name", ["model.json", "model.safetensors"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(InputError, match=name.replace(".", r"\.")):
        load_run(folder)


@pytest.mark.parametrize("content", ["{", "[]", '{"network": "hrsegnet"}'])
def test_a_broken_description_is_named(folder, content):
    (folder / "model.json").write_text(content)
    with pytest.raises(InputError, match=r"model\.json"):
        load_run(folder)


def test_weights_of_another_width_are_refused(folder):
    card = json.loads((folder / "model.json").read_text())
    card["arguments"]["width"] = 8
    (folder / "model.json").write_text(json.dumps(card))
    with pytest.raises(InputError, match="not the weights of hrsegnet"):
        load_run(folder)
