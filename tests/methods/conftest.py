"""What the tests of methods share."""

from pathlib import Path

import pytest

from hairline.config import Repeat, RunParams, TrainParams
from hairline.methods.teaching.training import Training


@pytest.fixture
def training(tiny_run: RunParams, tiny_settings: TrainParams, prepared: Path) -> Training:
    return Training(tiny_run, tiny_settings, prepared, Repeat(0, 0))
