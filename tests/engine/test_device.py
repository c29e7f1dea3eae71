import subprocess
import sys
from pathlib import Path

import pytest
import torch

from hairline.engine import World, batch_makers, device, number_format, resolve_precision, set_up_device
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


def test_a_device_is_set_up_without_loading_the_compiler(tmp_path):
    """It takes as long to load as half of torch, and every stage that computes would pay for it."""
    code = """
import sys
from hairline.config import load_params
from hairline.engine import World, set_up_device
set_up_device(load_params().train.model_copy(update={"device": "cpu"}), World())
print("torch._dynamo" in sys.modules)
"""
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


CPU = torch.device("cpu")


@pytest.mark.parametrize(("kind", "cores", "makers"), [("cpu", 16, 1), ("cuda", 16, 4), ("cuda", 3, 2), ("cuda", 1, 1)])
def test_a_gpu_has_more_threads_that_make_batches_than_a_cpu_as_far_as_there_are_cores(
    kind, cores, makers, monkeypatch
):
    monkeypatch.setattr(device, "_cores", lambda: cores)
    assert batch_makers(torch.device(kind)) == makers


@pytest.mark.parametrize(
    ("capabilities", "expected"),
    [
        ({"avx2": True, "avx512_f": False}, "fp32"),
        ({"avx2": True, "avx512_f": True, "avx512_bf16": False}, "fp32"),
        ({"avx2": True, "avx512_f": True, "avx512_bf16": True}, "bf16"),
        ({"avx2": True, "amx_bf16": True}, "bf16"),
        ({"neon": True}, "fp32"),
    ],
)
def test_auto_is_bf16_only_where_the_processor_has_it(capabilities, expected, monkeypatch):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    assert resolve_precision(CPU, "auto") == expected
    with number_format(CPU, "auto"):
        assert torch.is_autocast_enabled("cpu") == (expected == "bf16")


@pytest.mark.parametrize("precision", ["bf16", "fp32"])
def test_a_precision_that_is_asked_for_is_used(precision, monkeypatch):
    for has_it in (False, True):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda has_it=has_it: {"avx512_bf16": has_it})
        assert resolve_precision(CPU, precision) == precision
