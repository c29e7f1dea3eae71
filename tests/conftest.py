"""What many tests share: parameters like the demo's, and a folder of their own for caches."""

import socket
from pathlib import Path

import pytest

from hairline.config import Params, load_params

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
