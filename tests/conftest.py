"""What many tests share: parameters like the demo's, and a folder of their own for caches."""

import socket
from pathlib import Path

import pytest

from hairline.config import ModelParams, Params, RunParams, TrainParams, load_params
from hairline.io import write_json

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def caches_of_this_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is found that another test or a real training left, and nothing is left."""
    monkeypatch.setenv("DVC_ROOT", str(tmp_path / "root"))


@pytest.fixture
def params() -> Params:
    return load_params(ROOT / "params.yaml")


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared data set of 20 drawn pictures of 64 px."""
    from hairline.data.preparing.prepare import prepare
    from hairline.data.sources.synthetic import Options, draw_files

    folder = tmp_path_factory.mktemp("data")
    settings = load_params(ROOT / "params.yaml").datasets["synthetic"]
    options = Options.model_validate(settings.options | {"images": 20, "size": 64})
    draw_files(options, folder / "raw", workers=1)
    write_json(folder / "raw" / "classes.json", {"classes": {"0": "background", "1": "crack"}})
    prepare(folder / "raw", folder / "tiny", settings.split, report=folder / "tiny.md", page=folder / "tiny.html")
    return folder / "tiny"


@pytest.fixture
def tiny_run(params: Params) -> RunParams:
    """The smallest training: one epoch of a network of a few thousand weights."""
    model = ModelParams(name="mcff", arguments={"width": 2, "blocks": 1})
    return RunParams(model=model, epochs=2, batch_size=4, learning_rate=0.003, augment=True)


@pytest.fixture
def tiny_settings(params: Params) -> TrainParams:
    changes = {"crop": 48, "threads": 1, "deterministic": True, "validations": 99, "device": "cpu"}
    return params.train.model_copy(update=changes)
