import copy
import os
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
import torch
from torch import nn

from hairline.config import LatencyParams, parse_section
from hairline.config.reports import EngineName
from hairline.cost.latency import list_engines, measure_latency
from hairline.errors import InputError
from hairline.models import create_model
from hairline.models.parts.views import with_views

ROOT = Path(__file__).parents[2]
every_engine = pytest.mark.parametrize("engine", list_engines())


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(3, 2, 1), nn.BatchNorm2d(2), nn.Dropout(0.5))

    def forward(self, image):
        return self.layers(image)


def measure(model, *engines, **changed):
    how = {"size": 16, "threads": 1, "warmup": 1, "runs": 5, "engines": engines or ["torch"], **changed}
    return measure_latency(model, **how)


def test_the_parameters_know_every_engine_and_no_other():
    assert sorted(get_args(EngineName)) == list_engines() == ["openvino", "torch"]


@pytest.mark.parametrize(
    ("engines", "fault"),
    [
        (["torch", "onnx"], "latency.engines.1: input should be 'torch' or 'openvino', got 'onnx'"),
        ([], "latency.engines: list should have at least 1 item"),
        (["torch", "torch"], "an engine stands there twice"),
    ],
)
def test_the_parameters_refuse_what_is_no_list_of_engines(engines, fault):
    values = {"engines": engines, "size": 16, "threads": 1, "warmup": 0, "runs": 1}
    with pytest.raises(InputError) as refused:
        parse_section(LatencyParams, values, where="evaluate.latency", file="params.yaml")
    assert fault in str(refused.value)


def test_an_unknown_engine_is_refused_before_anything_is_timed_and_the_known_are_listed():
    class Never(nn.Module):
        def forward(self, image):
            raise AssertionError

    with pytest.raises(InputError, match=r"no engine opnvino; did you mean openvino\? known: openvino, torch"):
        measure(Never(), "torch", "opnvino")


@every_engine
def test_looking_changes_nothing(engine):
    model = Small().to(torch.bfloat16).train()
    before = copy.deepcopy(model.state_dict())
    threads = torch.get_num_threads()
    measure(model, engine)
    assert model.training and model.layers[1].training
    assert torch.get_num_threads() == threads
    for name, value in model.state_dict().items():
        assert (value.device, value.dtype) == (before[name].device, before[name].dtype)
        assert torch.equal(value, before[name])
    assert all(parameter.grad is None for parameter in model.parameters())


@every_engine
def test_each_engine_says_what_it_is_and_how_long_it_took(engine):
    result = measure(Small(), engine, size=24, runs=4)
    (told,) = result["engines"]
    assert told["name"] == engine and told["title"].endswith("f32") and told["version"][0].isdigit()
    assert 0 < told["median_ms"] <= told["p95_ms"]
    assert (result["threads"], result["size"], result["runs"]) == (1, 24, 4)


def test_engines_come_in_the_order_asked():
    for order in (["torch", "openvino"], ["openvino", "torch"]):
        assert [told["name"] for told in measure(Small(), *order)["engines"]] == order


LOOKS = [
    {"scales": [1], "mirror": False},
    {"scales": [1], "mirror": True},
    {"scales": [0.75], "mirror": False},  # smaller, with its own filter
    {"scales": [0.75, 1, 1.5], "mirror": True},
]


@pytest.mark.parametrize("looks", LOOKS, ids=str)
def test_openvino_answers_as_torch_does_whatever_the_looks(looks):
    torch.manual_seed(0)
    model = with_views(create_model("hrsegnet", classes=3, width=4).eval(), **looks)
    (told,) = measure(model, "openvino", size=70)["engines"]
    assert "failed" not in told
    assert told["difference"] < 1e-4 and told["median_ms"] > 0


@pytest.mark.parametrize(("name", "arguments"), [("mcff", {"width": 4, "blocks": 1}), ("smp_unet", {})])
def test_other_networks_convert_too(name, arguments):
    torch.manual_seed(0)
    (told,) = measure(create_model(name, classes=2, **arguments), "openvino", size=45, runs=1)["engines"]
    assert told["difference"] < 1e-3


class Odd(nn.Module):
    """Hands a complex number on, which OpenVINO does not know in this form."""

    def forward(self, image):
        return torch.linalg.eigvals(image.mean(1)).real[:, None, None].expand(-1, 2, -1, -1)


def test_a_network_that_an_engine_cannot_run_is_told_with_the_reason_and_the_others_are_timed():
    torch_, openvino = measure(Odd(), "torch", "openvino")["engines"]
    assert torch_["median_ms"] > 0
    assert "median_ms" not in openvino
    assert "eig" in openvino["failed"] and "\n" not in openvino["failed"]


class Otherwise(nn.Module):
    """Answers another way once it is traced."""

    def forward(self, image):
        return image[:, :2] + (1.0 if torch.jit.is_tracing() else 0.0)


def test_an_engine_that_answers_otherwise_is_not_timed():
    (told,) = measure(Otherwise(), "openvino")["engines"]
    assert "median_ms" not in told
    assert "differ from torch's by 1" in told["failed"]


def test_threads_are_given_back_even_when_the_network_fails():
    threads = torch.get_num_threads()
    with pytest.raises(RuntimeError):
        measure(nn.Conv2d(4, 2, 1), threads=threads + 1)
    assert torch.get_num_threads() == threads


def test_torch_runs_the_network_with_the_threads_asked_for_in_evaluation_mode():
    seen = []

    class Spy(Small):
        def forward(self, image):
            seen.append((torch.get_num_threads(), self.training, tuple(image.shape)))
            return super().forward(image)

    measure(Spy(), threads=2, warmup=3, runs=4)
    assert seen == [(2, False, (1, 3, 16, 16))] * 7


@pytest.mark.parametrize(("load", "busy"), [(0.1, False), (3.9, True)])
def test_a_machine_that_others_use_is_marked(monkeypatch, load, busy):
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0.0, 0.0))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    assert measure(Small(), threads=2)["busy"] is busy


def test_openvino_tells_nobody_that_it_is_used(tmp_path):
    code = """
import sys
from torch import nn
from hairline.cost.latency import measure_latency
assert "openvino" not in sys.modules, "a second that only the timing needs"
(told,) = measure_latency(nn.Conv2d(3, 2, 1), engines=["openvino"], size=8, threads=1, warmup=0, runs=1)["engines"]
assert told["median_ms"] > 0
assert not [name for name in sys.modules if name.startswith("openvino_telemetry.")]
"""
    environment = {name: value for name, value in os.environ.items() if name not in ("CI", "TF_BUILD", "JENKINS_URL")}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment | {"HOME": str(tmp_path)}, check=True)
    assert not (tmp_path / "intel").exists(), "where its reporter keeps its own files"
