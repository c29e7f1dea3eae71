import pytest
import torch

from hairline.engine import World, set_up_device
from hairline.errors import InputError
from tests.engine.toy import toy_settings


def test_a_missing_gpu_that_is_asked_for_is_refused_with_what_to_do(params, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InputError, match=r"train\.device is cuda.*auto"):
        set_up_device(toy_settings(params.train, device="cuda"), World())


def test_threads_are_shared_between_the_processes_of_a_machine(params):
    before = torch.get_num_threads()
    try:
        set_up_device(toy_settings(params.train, device="cpu", threads=3, deterministic=False), World())
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
